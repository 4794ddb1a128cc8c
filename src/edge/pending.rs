//! Pending things, by number. Numbers are not reused: a late event finds nothing, instead of the thing of another request.

use std::cell::RefCell;

/// Things by number, the oldest first. There are as many as waiting requests, and the newest are looked up most often, so a
/// list suffices.
pub(super) struct Pending<T>(RefCell<List<T>>);

struct List<T> {
    next: u32,
    things: Vec<(u32, T)>,
}

impl<T> Pending<T> {
    pub(super) const fn new() -> Self {
        Self(RefCell::new(List {
            next: 0,
            things: Vec::new(),
        }))
    }

    /// Stores `thing` and returns its number.
    pub(super) fn add(&self, thing: T) -> u32 {
        let number = self.number();
        self.put(number, thing);
        number
    }

    /// A new number.
    pub(super) fn number(&self) -> u32 {
        let mut list = self.0.borrow_mut();
        let number = list.next;
        list.next = number.wrapping_add(1);
        number
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.borrow().things.is_empty()
    }

    pub(super) fn put(&self, number: u32, thing: T) {
        self.0.borrow_mut().things.push((number, thing));
    }

    /// Removes and returns the oldest, if it meets `condition`.
    pub(super) fn take_oldest_if(&self, condition: impl Fn(&T) -> bool) -> Option<T> {
        let things = &mut self.0.borrow_mut().things;
        let (_, oldest) = things.first()?;
        condition(oldest).then(|| things.remove(0).1)
    }

    pub(super) fn take(&self, number: u32) -> Option<T> {
        let things = &mut self.0.borrow_mut().things;
        let at = things.iter().rposition(|(known, _)| *known == number)?;
        Some(things.remove(at).1)
    }
}
