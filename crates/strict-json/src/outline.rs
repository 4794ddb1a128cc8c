//! `Outline`: JSON read once. The one pass checks everything that the gate demands of it, and notes where the members are
//! that somebody may want to look at or replace; of the rest nothing is kept.

use crate::fault::{JsonFault, MAX_DEPTH, MAX_MEMBERS};
use crate::names::Names;
use crate::place::Place;
use crate::scalar::{Text, literal_or_number, string};
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

/// Reads JSON from place to place.
struct Reader<'j> {
    json: &'j [u8],
    open: Vec<Open>,
    names: Names,
    members: usize,
    noted: Vec<Member>,
    watch: Option<&'static Watch>,
    /// Of the list whose items are watched: its member among those that are noted, and what was counted so far.
    list: Option<usize>,
    counted: List,
}

/// An object or a list that has begun.
struct Open {
    /// Of an object: how many names were there before its own.
    outer_names: Option<usize>,
    /// Of an object whose members are noted: the one that has begun.
    member: Option<usize>,
    notes: Notes,
}

/// The notes on an object or a list.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Notes {
    Nothing,
    /// The members of an object: it and all around it are objects.
    Members,
    /// The number of items of a list that is such a member.
    Items,
    /// Watched members of an object that is such an item.
    Watched,
}

impl<'j> Reader<'j> {
    fn new(json: &'j [u8], watch: Option<&'static Watch>) -> Self {
        Self {
            json,
            open: Vec::new(),
            names: Names::default(),
            members: 0,
            noted: Vec::new(),
            watch,
            list: None,
            counted: List::default(),
        }
    }

    /// Reads everything. Not by recursion: the depth of JSON must not depend on the size of the stack.
    fn read(&mut self) -> Result<(), JsonFault> {
        let mut at = skip_space(self.json, 0);
        loop {
            at = match self.byte(at) {
                Some(b'"') => string(self.json, at)?.end,
                Some(b'{') => {
                    let first = self.begin(at, true)?;
                    if self.byte(first) != Some(b'}') {
                        at = self.member(first)?;
                        continue;
                    }
                    self.end(first)?
                }
                Some(b'[') => {
                    let first = self.begin(at, false)?;
                    if self.byte(first) != Some(b']') {
                        at = first;
                        continue;
                    }
                    self.end(first)?
                }
                _ => literal_or_number(self.json, at)?,
            };
            at = match self.next_value(at)? {
                Some(next) => next,
                None => return Ok(()),
            };
        }
    }

    /// The place of the value behind the one that ends at `end`; `None` where nothing but space is left.
    #[inline]
    fn next_value(&mut self, end: usize) -> Result<Option<usize>, JsonFault> {
        let mut end = end;
        while let Some(open) = self.open.last() {
            if let Some(noted) = open.member.and_then(|member| self.noted.get_mut(member)) {
                noted.value.end = end;
            }
            let is_object = open.outer_names.is_some();
            let at = skip_space(self.json, end);
            match (self.byte(at), is_object) {
                (Some(b','), true) => {
                    let name = skip_space(self.json, at.wrapping_add(1));
                    return self.member(name).map(Some);
                }
                (Some(b','), false) => {
                    if open.notes == Notes::Items {
                        self.counted.items = self.counted.items.wrapping_add(1);
                    }
                    return Ok(Some(skip_space(self.json, at.wrapping_add(1))));
                }
                (Some(b'}'), true) | (Some(b']'), false) => end = self.end(at)?,
                _ => return Err(JsonFault::Malformed),
            }
        }
        if skip_space(self.json, end) == self.json.len() {
            Ok(None)
        } else {
            Err(JsonFault::Malformed)
        }
    }

    /// Begins an object or a list; returns the position of its first item.
    fn begin(&mut self, start: usize, is_object: bool) -> Result<usize, JsonFault> {
        let notes = match (self.open.last().map(|outer| outer.notes), is_object) {
            (None, true) => Notes::Members,
            (Some(Notes::Members), true) if self.open.len() < NOTED_DEPTH => Notes::Members,
            (Some(Notes::Members), false) => Notes::Items,
            (Some(Notes::Items), true) => Notes::Watched,
            _ => Notes::Nothing,
        };
        self.open.push(Open {
            outer_names: is_object.then_some(self.names.count()),
            member: None,
            notes,
        });
        if self.open.len() > MAX_DEPTH {
            return Err(JsonFault::Malformed);
        }
        let first = skip_space(self.json, start.wrapping_add(1));
        if notes == Notes::Items {
            self.list = self.open.iter().rev().nth(1).and_then(|outer| outer.member);
            self.counted = List {
                items: usize::from(self.byte(first) != Some(b']')),
                ..List::default()
            };
        }
        Ok(first)
    }

    /// Ends what was begun last, with the bracket at `at`; returns the position behind it.
    fn end(&mut self, at: usize) -> Result<usize, JsonFault> {
        let Some(ended) = self.open.pop() else {
            return Ok(at.wrapping_add(1));
        };
        if let Some(outer) = ended.outer_names {
            self.names.end_object(self.json, outer)?;
        } else if ended.notes == Notes::Items
            && let Some(member) = self.list.and_then(|list| self.noted.get_mut(list))
        {
            member.list = Some(self.counted);
        }
        Ok(at.wrapping_add(1))
    }

    /// Reads a member's name and the colon behind it; returns the position of its value.
    #[inline]
    fn member(&mut self, start: usize) -> Result<usize, JsonFault> {
        if self.byte(start) != Some(b'"') {
            return Err(JsonFault::Malformed);
        }
        self.members = self.members.wrapping_add(1);
        if self.members > MAX_MEMBERS {
            return Err(JsonFault::TooManyMembers);
        }
        let Text { end, has_escapes } = string(self.json, start)?;
        let name = start.wrapping_add(1)..end.wrapping_sub(1);
        self.names.push(self.json, name, has_escapes)?;
        let colon = skip_space(self.json, end);
        if self.byte(colon) != Some(b':') {
            return Err(JsonFault::Malformed);
        }
        let value = skip_space(self.json, colon.wrapping_add(1));
        match self.open.last().map(|open| open.notes) {
            Some(Notes::Members) => self.note(Place { start, end }, value),
            Some(Notes::Watched) => self.count(Place { start, end }, has_escapes, value),
            _ => {}
        }
        Ok(value)
    }

    /// Notes a member with this name and a value that begins at `value`.
    #[inline(never)] // few members are noted, and most are read
    fn note(&mut self, name: Place, value: usize) {
        let depth = self.open.len();
        if let Some(open) = self.open.last_mut() {
            open.member = Some(self.noted.len());
        }
        self.noted.push(Member {
            name,
            value: Place {
                start: value,
                end: value,
            },
            is_inner: depth == NOTED_DEPTH,
            list: None,
        });
    }

    /// Counts such a member of an item, if it is watched. What can be told by a byte is not compared.
    #[inline]
    fn count(&mut self, name: Place, has_escapes: bool, value: usize) {
        self.counted.is_doubtful |= has_escapes;
        let Some(watch) = self.watch else { return };
        let inside = name.start.wrapping_add(1)..name.end.wrapping_sub(1);
        let is_named = |known: &str| {
            inside.len() == known.len()
                && self
                    .json
                    .get(inside.clone())
                    .is_some_and(|text| text == known.as_bytes())
        };
        match self.json.get(value) {
            Some(b'[') => self.counted.is_doubtful |= is_named(watch.list),
            Some(b'"') if is_named(watch.name) => {
                let string = self.json.get(value.wrapping_add(1)..).unwrap_or_default();
                let is_value =
                    |known: &str| string.get(known.len()) == Some(&b'"') && string.starts_with(known.as_bytes());
                let position = watch.values.iter().position(|known| is_value(known));
                if let Some(count) = position.and_then(|position| self.counted.counts.get_mut(position)) {
                    *count = count.wrapping_add(1);
                }
            }
            _ => {}
        }
    }

    #[inline]
    fn byte(&self, at: usize) -> Option<u8> {
        self.json.get(at).copied()
    }
}
