//! `Outline`: JSON read once. The one pass checks everything that the gate demands of it, and notes where the members are
//! that somebody may want to look at or replace; of the rest nothing is kept.

use crate::fault::{JsonFault, MAX_DEPTH, MAX_MEMBERS};
use crate::names::{Key, Names};
use crate::place::Place;
use crate::scalar::literal_or_number;
use crate::strings::{Strings, Text};
use crate::text::skip_space;
use crate::watch::{List, Watch};

/// Where the members of an object are in its JSON, and those of the objects that are their values.
pub struct Outline {
    members: Vec<Member>,
}

/// A member of an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Member {
    /// Where the name is, with its quotes.
    pub name: Place,
    /// Where the value is.
    pub value: Place,
    /// Whether it is a member of a member.
    is_inner: bool,
    /// The counts for its items, if the value is a list.
    pub list: Option<List>,
}

/// How deep objects lie whose members are noted.
const NOTED_DEPTH: usize = 2;

impl Outline {
    /// Reads an object; see [`Json::read_object`](crate::Json::read_object).
    pub(crate) fn read(json: &[u8], watch: Option<&'static Watch>) -> Result<Self, JsonFault> {
        let mut reader = Reader::new(json, watch);
        reader.read()?;
        if json.get(skip_space(json, 0)) == Some(&b'{') {
            Ok(Self { members: reader.noted })
        } else {
            Err(JsonFault::NotAnObject)
        }
    }

    /// The members of the object, in their order, each with those inside it.
    pub fn members(&self) -> impl Iterator<Item = (&Member, &[Member])> {
        let mut rest = self.members.as_slice();
        std::iter::from_fn(move || {
            let (member, behind) = rest.split_first()?;
            let inner = behind.iter().take_while(|member| member.is_inner).count();
            let (inner, next) = behind.split_at_checked(inner)?;
            rest = next;
            Some((member, inner))
        })
    }
}

/// Checks `json` as [`Outline::read`] does, and keeps nothing. It may be any value.
pub(crate) fn check(json: &[u8]) -> Result<(), JsonFault> {
    Reader::new(json, None).read()
}

/// Reads JSON from token to token.
struct Reader<'j> {
    json: &'j [u8],
    strings: Strings,
    /// The innermost object or list.
    inner: Open,
    /// What is around it, the outermost first.
    outer: Vec<Open>,
    names: Names,
    members: usize,
    noted: Vec<Member>,
    watch: Option<Keys>,
    /// Of the list whose items are watched: its member among those that are noted, and what was counted so far.
    list: usize,
    counted: List,
}

/// An object or a list that has begun.
#[derive(Clone, Copy)]
struct Open {
    /// Its closing bracket; 0 around all values.
    closing: u8,
    notes: Notes,
    /// Of an object: how many names were there before its own.
    outer_names: usize,
    /// Of an object: the bits of its names so far, and whether two names had the same.
    bits: u64,
    may_repeat: bool,
    /// Of an object whose members are noted: the one that has begun.
    member: usize,
}

/// The notes on an object or a list.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Notes {
    Nothing,
    /// The members of the object that is the document.
    Document,
    /// The members of an object: it and all around it are objects.
    Members,
    /// The number of items of a list that is such a member.
    Items,
    /// Watched members of an object that is such an item.
    Watched,
}

/// A [`Watch`], and the keys of the names in it.
struct Keys {
    watch: &'static Watch,
    name: Key,
    list: Key,
}

/// A token of one byte, or the first byte of another, and its place; 0 at the end.
type Token = (usize, u8);

impl<'j> Reader<'j> {
    fn new(json: &'j [u8], watch: Option<&'static Watch>) -> Self {
        Self {
            json,
            strings: Strings::new(),
            inner: Open {
                closing: 0,
                notes: Notes::Document,
                outer_names: 0,
                bits: 0,
                may_repeat: false,
                member: 0,
            },
            outer: Vec::new(),
            names: Names::default(),
            members: 0,
            noted: Vec::new(),
            watch: watch.map(|watch| Keys {
                watch,
                name: Key::of(watch.name.as_bytes()),
                list: Key::of(watch.list.as_bytes()),
            }),
            list: 0,
            counted: List::default(),
        }
    }

    /// Reads everything. Not by recursion: the depth of JSON must not depend on the size of the stack.
    fn read(&mut self) -> Result<(), JsonFault> {
        let mut token = self.token(0);
        loop {
            if self.inner.closing == b'}' {
                token = self.member(token)?;
            }
            let (at, byte) = token;
            let end = match byte {
                b'"' => self.strings.read(self.json, at)?.end,
                b'{' | b'[' => {
                    self.begin(byte)?;
                    token = self.token(at.wrapping_add(1));
                    if token.1 != self.inner.closing {
                        if self.inner.notes == Notes::Items {
                            self.counted.items = 1;
                        }
                        continue;
                    }
                    self.end()?;
                    token.0.wrapping_add(1)
                }
                _ => literal_or_number(self.json, at)?,
            };
            token = match self.next_value(end)? {
                Some(next) => next,
                None => return Ok(()),
            };
        }
    }

    /// The first token behind the comma that follows a value, which ends at `end`; `None` where nothing but space is left.
    #[inline]
    fn next_value(&mut self, end: usize) -> Result<Option<Token>, JsonFault> {
        let mut end = end;
        loop {
            if self.inner.notes == Notes::Members
                && let Some(noted) = self.noted.get_mut(self.inner.member)
            {
                noted.value.end = end;
            }
            let (at, byte) = self.token(end);
            if byte == b',' && self.inner.closing != 0 {
                if self.inner.notes == Notes::Items {
                    self.counted.items = self.counted.items.wrapping_add(1);
                }
                return Ok(Some(self.token(at.wrapping_add(1))));
            }
            if byte != self.inner.closing {
                return Err(JsonFault::Malformed);
            }
            if self.inner.closing == 0 {
                return if at == self.json.len() {
                    Ok(None)
                } else {
                    Err(JsonFault::Malformed)
                };
            }
            self.end()?;
            end = at.wrapping_add(1);
        }
    }

    /// Begins an object or a list.
    fn begin(&mut self, bracket: u8) -> Result<(), JsonFault> {
        let is_object = bracket == b'{';
        let notes = match (self.inner.notes, is_object) {
            (Notes::Document, true) => Notes::Members,
            (Notes::Members, true) if self.outer.len() < NOTED_DEPTH => Notes::Members,
            (Notes::Members, false) => {
                self.list = self.inner.member;
                self.counted = List::default();
                Notes::Items
            }
            (Notes::Items, true) => Notes::Watched,
            _ => Notes::Nothing,
        };
        let inner = Open {
            closing: if is_object { b'}' } else { b']' },
            notes,
            outer_names: self.names.count(),
            bits: 0,
            may_repeat: false,
            member: usize::MAX,
        };
        self.outer.push(std::mem::replace(&mut self.inner, inner));
        if self.outer.len() > MAX_DEPTH {
            return Err(JsonFault::Malformed);
        }
        Ok(())
    }

    /// Ends what was begun last.
    fn end(&mut self) -> Result<(), JsonFault> {
        let Some(outer) = self.outer.pop() else { return Ok(()) };
        let ended = std::mem::replace(&mut self.inner, outer);
        if ended.may_repeat {
            self.names.end_object(self.json, ended.outer_names)?;
        } else if ended.closing == b'}' {
            self.names.forget(ended.outer_names);
        } else if ended.notes == Notes::Items
            && let Some(member) = self.noted.get_mut(self.list)
        {
            member.list = Some(self.counted);
        }
        Ok(())
    }

    /// Reads a member's name, which begins at `start`, and the colon behind it; returns the first token of its value.
    #[inline]
    fn member(&mut self, (start, byte): Token) -> Result<Token, JsonFault> {
        if byte != b'"' {
            return Err(JsonFault::Malformed);
        }
        self.members = self.members.wrapping_add(1);
        if self.members > MAX_MEMBERS {
            return Err(JsonFault::TooManyMembers);
        }
        let Text { end, has_escapes } = self.strings.read(self.json, start)?;
        let name = Place { start, end };
        let key = self.names.push(self.json, name, has_escapes)?;
        self.inner.may_repeat |= self.inner.bits & key.bit() != 0;
        self.inner.bits |= key.bit();
        let (colon, byte) = self.token(end);
        if byte != b':' {
            return Err(JsonFault::Malformed);
        }
        let value = self.token(colon.wrapping_add(1));
        match self.inner.notes {
            Notes::Members => self.note(name, value.0),
            Notes::Watched => {
                self.counted.is_doubtful |= has_escapes;
                self.count(name, key, value);
            }
            _ => {}
        }
        Ok(value)
    }

    /// Notes a member with this name and a value that begins at `value`.
    #[inline(never)] // few members are noted, and most are read
    fn note(&mut self, name: Place, value: usize) {
        self.inner.member = self.noted.len();
        self.noted.push(Member {
            name,
            value: Place {
                start: value,
                end: value,
            },
            is_inner: self.outer.len() == NOTED_DEPTH,
            list: None,
        });
    }

    /// Counts such a member of an item, if it is watched. What the key tells is not compared.
    #[inline]
    fn count(&mut self, name: Place, key: Key, (value, byte): Token) {
        let Some(keys) = &self.watch else { return };
        let is_counted = byte == b'"' && key == keys.name;
        let is_list = byte == b'[' && key == keys.list;
        if !is_counted && !is_list {
            return;
        }
        let watch = keys.watch;
        let known = if is_list { watch.list } else { watch.name };
        if self.json.get(name.start.wrapping_add(1)..name.end.wrapping_sub(1)) != Some(known.as_bytes()) {
            return;
        }
        if is_list {
            self.counted.is_doubtful = true;
            return;
        }
        let string = self.json.get(value.wrapping_add(1)..).unwrap_or_default();
        let is_value = |known: &str| string.get(known.len()) == Some(&b'"') && string.starts_with(known.as_bytes());
        let position = watch.values.iter().position(|known| is_value(known));
        if let Some(count) = position.and_then(|position| self.counted.counts.get_mut(position)) {
            *count = count.wrapping_add(1);
        }
    }

    /// The first token at or behind `at`.
    #[inline(always)]
    #[expect(clippy::inline_always, reason = "as a rule there is no space")]
    fn token(&self, at: usize) -> Token {
        match self.json.get(at) {
            Some(byte) if *byte > b' ' => (at, *byte),
            _ => self.token_behind_space(at),
        }
    }

    #[inline(never)]
    fn token_behind_space(&self, at: usize) -> Token {
        let at = skip_space(self.json, at);
        (at, self.json.get(at).copied().unwrap_or_default())
    }
}
