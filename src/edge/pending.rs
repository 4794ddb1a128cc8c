//! What is pending, by number. A number is not given again: what comes late finds nothing, and no stranger's place.

use std::cell::RefCell;

/// Things by number, the oldest first. There are as many as requests wait, and the newest are asked for most: a list does.
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

    /// Keeps `thing`; gives its number.
    pub(super) fn add(&self, thing: T) -> u32 {
        let number = self.number();
        self.put(number, thing);
        number
    }

    /// A number of its own.
    pub(super) fn number(&self) -> u32 {
        let mut list = self.0.borrow_mut();
        let number = list.next;
        list.next = number.wrapping_add(1);
        number
    }

    pub(super) fn put(&self, number: u32, thing: T) {
        self.0.borrow_mut().things.push((number, thing));
    }

    /// Takes the oldest, if `condition` holds for it.
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
