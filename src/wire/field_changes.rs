//! `FieldChanges`: what happens to the header fields of a request on its way upstream, or of an answer on its way back.

use super::fields::FieldList;

/// Changes to header fields, in the order in which they are carried out.
#[derive(Clone, Default)]
pub struct FieldChanges {
    /// The field that each change is about; the value of one that is removed is empty.
    fields: FieldList,
    actions: Vec<Action>,
}

#[derive(Clone, Copy)]
enum Action {
    Remove,
    Set,
    Append,
}

/// One change. Names are compared without regard to case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FieldChange<'c> {
    /// Removes every field of this name.
    Remove(&'c str),
    /// Sets the field of this name to the value, in place of all that are there.
    Set(&'c str, &'c str),
    /// Adds a field of this name with the value.
    Append(&'c str, &'c str),
}

impl FieldChanges {
    /// Removes the field `name`.
    pub fn remove(&mut self, name: &str) {
        self.push(Action::Remove, name, "");
    }

    /// Sets the field `name`.
    pub fn set(&mut self, name: &str, value: &str) {
        self.push(Action::Set, name, value);
    }

    /// Sets each of `fields`.
    pub fn set_all(&mut self, fields: &FieldList) {
        self.fields.extend(fields);
        self.actions.resize(self.fields.len(), Action::Set);
    }

    /// Adds `value` to the field `name`.
    pub fn append(&mut self, name: &str, value: &str) {
        self.push(Action::Append, name, value);
    }

    /// Carries out `others` after these.
    pub fn extend(&mut self, others: &Self) {
        self.fields.extend(&others.fields);
        self.actions.extend_from_slice(&others.actions);
    }

    /// The changes, one by one.
    pub fn iter(&self) -> impl Iterator<Item = FieldChange<'_>> {
        let fields = self.fields.iter().zip(&self.actions);
        fields.map(|((name, value), action)| match action {
            Action::Remove => FieldChange::Remove(name),
            Action::Set => FieldChange::Set(name, value),
            Action::Append => FieldChange::Append(name, value),
        })
    }

    /// How many changes there are.
    pub fn len(&self) -> usize {
        self.actions.len()
    }

    /// Whether nothing changes.
    pub fn is_empty(&self) -> bool {
        self.actions.is_empty()
    }

    /// The length of all names and values together, in bytes.
    pub fn bytes(&self) -> usize {
        self.fields.bytes()
    }

    fn push(&mut self, action: Action, name: &str, value: &str) {
        self.fields.push(name, value);
        self.actions.push(action);
    }
}
