//! `FieldChanges`: what happens to the header fields of a request on its way upstream, or of an answer on its way back, as
//! one text.
//!
//! The text goes over to JavaScript in one call and is carried out there, line by line (`change` in `edge/glue.js`):
//! `name,value` sets a field in place of what is there, `,name,value` adds to it, and `name` alone removes it. No name holds
//! a comma, and neither name nor value holds a line feed.

/// Changes to header fields, in the order in which they are carried out.
#[derive(Clone, Debug, Default)]
pub struct FieldChanges {
    lines: String,
    count: usize,
}

impl FieldChanges {
    /// Removes the field `name`.
    pub fn remove(&mut self, name: &str) {
        self.line([name]);
    }

    /// Sets the field `name`.
    pub fn set(&mut self, name: &str, value: &str) {
        self.line([name, ",", value]);
    }

    /// Adds `value` to the field `name`.
    pub fn append(&mut self, name: &str, value: &str) {
        self.line([",", name, ",", value]);
    }

    /// Carries out `others` after these.
    pub fn extend(&mut self, others: &Self) {
        self.lines.push_str(&others.lines);
        self.count = self.count.saturating_add(others.count);
    }

    /// The lines, separated by line feeds. `None` where a line feed in a name or a value would make a line of its own: nothing
    /// that the gate writes has one.
    pub fn lines(&self) -> Option<&str> {
        let count = self.lines.bytes().filter(|byte| *byte == b'\n').count();
        (count == self.count).then(|| self.lines.trim_end_matches('\n'))
    }

    fn line<const N: usize>(&mut self, parts: [&str; N]) {
        for part in parts {
            self.lines.push_str(part);
        }
        self.lines.push('\n');
        self.count = self.count.saturating_add(1);
    }
}
