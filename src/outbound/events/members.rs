//! The outermost members of an event, while it comes: its type, and where the framework's own event is in it. Nothing is decided
//! by this that would let an event through: what is left of it is read strictly at its end.

use super::event::RAW_EVENT;

/// How far an event's JSON has been read.
pub(super) struct Members {
    /// Whether the framework's own event is cut out.
    cuts: bool,
    depth: u32,
    /// Whether the outermost value has ended.
    is_over: bool,
    text: Text,
    /// Where the string begins that was begun last.
    string: usize,
    /// Whether the value of a member has begun.
    is_value: bool,
    name: Name,
    /// Where the comma is that is the last one between members.
    comma: Option<usize>,
    /// Where the member begins that is being cut out, and whether it is the first.
    cut: Option<(usize, bool)>,
}

#[derive(PartialEq, Eq)]
enum Text {
    Outside,
    Inside,
    Escape,
}

#[derive(PartialEq, Eq)]
enum Name {
    Type,
    RawEvent,
    Other,
}

/// What a byte has shown.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Found {
    Nothing,
    /// The type is the string without escapes between these places.
    Type(usize, usize),
    /// What stands between these places is to be cut out.
    Cut(usize, usize),
    /// There is more than one value.
    Another,
}

impl Members {
    /// Of an event that has not begun; `cuts`: whether the framework's own event is cut out.
    pub(super) fn new(cuts: bool) -> Self {
        Self {
            cuts,
            depth: 0,
            is_over: false,
            text: Text::Outside,
            string: 0,
            is_value: false,
            name: Name::Other,
            comma: None,
            cut: None,
        }
    }

    /// Reads the byte at `at` of `event`.
    #[inline]
    pub(super) fn read(&mut self, event: &[u8], at: usize, byte: u8) -> Found {
        match (&self.text, byte) {
            _ if self.is_over => {
                let is_space = matches!(byte, b' ' | b'\t');
                return if is_space { Found::Nothing } else { Found::Another };
            }
            (Text::Escape, _) => self.text = Text::Inside,
            (Text::Inside, b'\\') => self.text = Text::Escape,
            (Text::Inside, b'"') => {
                self.text = Text::Outside;
                if self.depth == 1 && self.cut.is_none() {
                    return self.end_string(event, at);
                }
            }
            (Text::Outside, b'"') => (self.text, self.string) = (Text::Inside, at),
            (Text::Outside, b'{' | b'[') => self.depth = self.depth.saturating_add(1),
            (Text::Outside, b'}' | b']') => {
                self.depth = self.depth.saturating_sub(1);
                self.is_over = self.depth == 0;
                if self.is_over
                    && let Some((from, _)) = self.cut.take()
                {
                    return Found::Cut(from, at);
                }
            }
            (Text::Outside, b':' | b',') if self.depth == 1 => return self.separate(at, byte == b','),
            _ => {}
        }
        Found::Nothing
    }

    /// How many of the bytes that follow tell nothing.
    #[inline]
    pub(super) fn skip(&self, rest: &[u8]) -> usize {
        if self.text == Text::Inside {
            let tells = |byte: &u8| matches!(byte, b'"' | b'\\' | b'\n' | b'\r');
            rest.iter().position(tells).unwrap_or(rest.len())
        } else {
            0
        }
    }

    /// From where on nothing of the event is kept.
    pub(super) fn cut(&self) -> Option<usize> {
        self.cut.map(|(from, _)| from)
    }

    /// Notes where the last comma is, now that something was cut out.
    pub(super) fn moved(&mut self, comma: Option<usize>) {
        self.comma = comma;
    }

    fn end_string(&mut self, event: &[u8], at: usize) -> Found {
        let start = self.string.saturating_add(1);
        if self.is_value {
            return match self.name {
                Name::Type => Found::Type(start, at),
                _ => Found::Nothing,
            };
        }
        self.name = match event.get(start..at) {
            Some(b"type") => Name::Type,
            Some(name) if name == RAW_EVENT.as_bytes() => Name::RawEvent,
            _ => Name::Other,
        };
        Found::Nothing
    }

    /// A colon or a comma between members.
    fn separate(&mut self, at: usize, is_comma: bool) -> Found {
        self.is_value = !is_comma;
        if !is_comma {
            if self.cuts && self.name == Name::RawEvent && self.cut.is_none() {
                self.cut = Some((self.comma.unwrap_or(self.string), self.comma.is_none()));
            }
            return Found::Nothing;
        }
        self.name = Name::Other;
        match self.cut.take() {
            // The first member takes the comma behind it along, any other the one before it.
            Some((from, true)) => Found::Cut(from, at.saturating_add(1)),
            Some((from, false)) => Found::Cut(from, at),
            None => {
                self.comma = Some(at);
                Found::Nothing
            }
        }
    }
}
