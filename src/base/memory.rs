//! `Memory`: a map that is bounded in entries and bytes, and forgets what nobody has asked for.

use std::borrow::Borrow;
use std::collections::BTreeMap;

/// A bounded map of two generations. When the young one is full it becomes the old one, and the old one is dropped; an
/// entry that is asked for moves back to the young one. So entries in use stay, and no moment forgets everything.
pub struct Memory<K, V> {
    young: BTreeMap<K, Held<V>>,
    old: BTreeMap<K, Held<V>>,
    young_bytes: usize,
    max_entries: usize,
    max_bytes: usize,
}

struct Held<V> {
    value: V,
    bytes: usize,
}

impl<K: Ord, V: Clone> Memory<K, V> {
    /// An empty memory whose generations hold at most so many entries, and so many bytes, each.
    pub const fn new(max_entries: usize, max_bytes: usize) -> Self {
        Self {
            young: BTreeMap::new(),
            old: BTreeMap::new(),
            young_bytes: 0,
            max_entries,
            max_bytes,
        }
    }

    /// The value under `key`, which becomes one of the young.
    pub fn get<Q: Ord + ?Sized>(&mut self, key: &Q) -> Option<V>
    where
        K: Borrow<Q>,
    {
        if let Some(entry) = self.young.get(key) {
            return Some(entry.value.clone());
        }
        let (key, Held { value, bytes }) = self.old.remove_entry(key)?;
        self.insert(key, value.clone(), bytes);
        Some(value)
    }

    /// Keeps `value`, which takes `bytes` of memory, in place of what was under `key`.
    pub fn insert(&mut self, key: K, value: V, bytes: usize) {
        self.remove(&key);
        if self.young.len() >= self.max_entries || self.young_bytes.saturating_add(bytes) > self.max_bytes {
            self.old = std::mem::take(&mut self.young);
            self.young_bytes = 0;
        }
        self.young_bytes = self.young_bytes.saturating_add(bytes);
        self.young.insert(key, Held { value, bytes });
    }

    /// Forgets what is under `key`.
    pub fn remove<Q: Ord + ?Sized>(&mut self, key: &Q)
    where
        K: Borrow<Q>,
    {
        if let Some(removed) = self.young.remove(key) {
            self.young_bytes = self.young_bytes.saturating_sub(removed.bytes);
        }
        self.old.remove(key);
    }
}
