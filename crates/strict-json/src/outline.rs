//! `Outline`: JSON read once. The one pass checks everything that the gate demands of it, and notes where the members stand
//! that somebody may want to look at or replace; of the rest nothing is kept.

use crate::fault::{JsonFault, MAX_DEPTH, MAX_MEMBERS};
use crate::names::Names;
use crate::place::Place;
use crate::scalar::{Text, literal_or_number, string};
use crate::text::skip_space;

/// Where the members of an object are in its JSON, and those of the objects that are their values.
pub struct Outline {
    members: Vec<Member>,
    watched: Vec<Place>,
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
    /// What was noted of its items, where the value is a list.
    pub list: Option<List>,
}

/// What was noted of the items of a list.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct List {
    /// How many items it has.
    pub items: usize,
    /// Whether an item has a member whose name is written with escapes: it may be a watched one, and is not noted.
    pub has_escaped_names: bool,
    /// Where its watched values begin among those of all lists, and how many there are.
    first: usize,
    count: usize,
}

impl List {
    /// Of the watched values of all lists, those of this one, in their order.
    pub fn watched(self, all: &[Place]) -> &[Place] {
        all.get(self.first..self.first.saturating_add(self.count))
            .unwrap_or_default()
    }
}

/// A member of the items of lists whose value is noted.
#[derive(Clone, Copy, Debug)]
pub struct Watched {
    /// Its name, with its quotes.
    pub name: &'static [u8],
    /// Whether it is noted only where its value is a list.
    pub is_list: bool,
}

/// How deep objects lie whose members are noted.
const NOTED_DEPTH: usize = 2;

impl Outline {
    /// Reads an object, as [`Json::read_object`](crate::Json::read_object) says.
    pub(crate) fn read(json: &[u8], watched: &'static [Watched]) -> Result<Self, JsonFault> {
        let mut reader = Reader::new(json, watched);
        reader.read()?;
        if json.get(skip_space(json, 0)) == Some(&b'{') {
            Ok(Self {
                members: reader.noted,
                watched: reader.found,
            })
        } else {
            Err(JsonFault::NotAnObject)
        }
    }

    /// The watched values of all lists; [`List::watched`] picks those of one.
    pub fn into_watched(self) -> Vec<Place> {
        self.watched
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
    Reader::new(json, &[]).read()
}

/// Reads JSON from place to place.
struct Reader<'j> {
    json: &'j [u8],
    open: Vec<Open>,
    names: Names,
    members: usize,
    noted: Vec<Member>,
    watched: &'static [Watched],
    found: Vec<Place>,
    /// Of the list whose items are watched: its member among those that are noted.
    list: Option<usize>,
}

/// An object or a list that has begun.
struct Open {
    /// Of an object: how many names were there before its own.
    outer_names: Option<usize>,
    /// Of an object whose members are noted: the one that has begun.
    member: Option<usize>,
    notes: Notes,
}

/// What is noted of an object or a list.
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
    fn new(json: &'j [u8], watched: &'static [Watched]) -> Self {
        Self {
            json,
            open: Vec::new(),
            names: Names::default(),
            members: 0,
            noted: Vec::new(),
            watched,
            found: Vec::new(),
            list: None,
        }
    }

    /// Reads everything. Not by recursion: how deep JSON may be nested must not depend on what the stack holds.
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
            if let Some(member) = open.member {
                let value = match open.notes {
                    Notes::Watched => self.found.get_mut(member),
                    _ => self.noted.get_mut(member).map(|noted| &mut noted.value),
                };
                if let Some(value) = value {
                    value.end = end;
                }
            }
            let is_counted = open.notes == Notes::Items;
            let is_object = open.outer_names.is_some();
            let at = skip_space(self.json, end);
            match (self.byte(at), is_object) {
                (Some(b','), true) => {
                    let name = skip_space(self.json, at.wrapping_add(1));
                    return self.member(name).map(Some);
                }
                (Some(b','), false) => {
                    if is_counted {
                        self.note(|list| list.items = list.items.wrapping_add(1));
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

    /// Begins an object or a list; gives the place of what is first in it.
    fn begin(&mut self, start: usize, is_object: bool) -> Result<usize, JsonFault> {
        let notes = match (self.open.last().map(|outer| outer.notes), is_object) {
            (None, true) => Notes::Members,
            (Some(Notes::Members), true) if self.open.len() < NOTED_DEPTH => Notes::Members,
            (Some(Notes::Members), false) => Notes::Items,
            (Some(Notes::Items), true) => Notes::Watched,
            _ => Notes::Nothing,
        };
        if notes == Notes::Items {
            self.list = self.open.last().and_then(|outer| outer.member);
        }
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
            let (items, found) = (usize::from(self.byte(first) != Some(b']')), self.found.len());
            let list = List {
                items,
                first: found,
                ..List::default()
            };
            if let Some(member) = self.list.and_then(|list| self.noted.get_mut(list)) {
                member.list = Some(list);
            }
        }
        Ok(first)
    }

    /// Notes something of the list whose items are watched.
    #[inline]
    fn note(&mut self, note: impl FnOnce(&mut List)) {
        let member = self.list.and_then(|list| self.noted.get_mut(list));
        if let Some(list) = member.and_then(|member| member.list.as_mut()) {
            note(list);
        }
    }

    /// Ends what was begun last, with the bracket at `at`; gives the place behind it.
    fn end(&mut self, at: usize) -> Result<usize, JsonFault> {
        if let Some(outer) = self.open.pop().and_then(|open| open.outer_names) {
            self.names.end_object(self.json, outer)?;
        }
        Ok(at.wrapping_add(1))
    }

    /// Reads a member's name and the colon behind it; gives the place of its value.
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
        match self.open.last_mut() {
            Some(open) if open.notes == Notes::Members => {
                open.member = Some(self.noted.len());
                let place = Place { start, end };
                self.noted.push(Member {
                    name: place,
                    value: Place {
                        start: value,
                        end: value,
                    },
                    is_inner: self.open.len() == NOTED_DEPTH,
                    list: None,
                });
            }
            Some(open) if open.notes == Notes::Watched => {
                let name = self.json.get(start..end).unwrap_or_default();
                let is_list = self.json.get(value) == Some(&b'[');
                let is_watched = |watched: &Watched| watched.name == name && (is_list || !watched.is_list);
                let is_noted = !has_escapes && self.watched.iter().any(is_watched);
                open.member = is_noted.then_some(self.found.len());
                if has_escapes {
                    self.note(|list| list.has_escaped_names = true);
                } else if is_noted {
                    self.found.push(Place {
                        start: value,
                        end: value,
                    });
                    self.note(|list| list.count = list.count.wrapping_add(1));
                }
            }
            _ => {}
        }
        Ok(value)
    }

    #[inline]
    fn byte(&self, at: usize) -> Option<u8> {
        self.json.get(at).copied()
    }
}
