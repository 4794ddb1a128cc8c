//! `FieldList`: names and values of header fields.

/// Header fields in their order, repeated ones included. All share one text: a message has a dozen, and memory for each would
/// cost more than what is done with them. No `Debug`: a value may be a credential.
#[derive(Clone, Default)]
pub struct FieldList {
    text: String,
    /// The lengths of each name and of its value, in bytes.
    lengths: Vec<(usize, usize)>,
}

impl FieldList {
    /// Adds a field.
    pub fn push(&mut self, name: &str, value: &str) {
        self.text.push_str(name);
        self.text.push_str(value);
        self.lengths.push((name.len(), value.len()));
    }

    /// Adds all fields of `others`.
    pub fn extend(&mut self, others: &Self) {
        self.text.push_str(&others.text);
        self.lengths.extend_from_slice(&others.lengths);
    }

    /// The value of the first field called `name`, in exactly this spelling.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.iter().find(|(own, _)| *own == name).map(|(_, value)| value)
    }

    /// Names and values.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        let mut rest = self.text.as_str();
        self.lengths.iter().map_while(move |(name, value)| {
            let (name, after) = rest.split_at_checked(*name)?;
            let (value, after) = after.split_at_checked(*value)?;
            rest = after;
            Some((name, value))
        })
    }

    /// How many fields there are.
    pub fn len(&self) -> usize {
        self.lengths.len()
    }

    /// Whether there is no field.
    pub fn is_empty(&self) -> bool {
        self.lengths.is_empty()
    }

    /// The length of all names and values together, in bytes.
    pub fn bytes(&self) -> usize {
        self.text.len()
    }
}

impl<'f> FromIterator<(&'f str, &'f str)> for FieldList {
    fn from_iter<I: IntoIterator<Item = (&'f str, &'f str)>>(fields: I) -> Self {
        let mut list = Self::default();
        for (name, value) in fields {
            list.push(name, value);
        }
        list
    }
}
