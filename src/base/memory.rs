//! `Memory`: a map that is bounded in entries and bytes, and drops entries that are not used.

use std::borrow::Borrow;
use std::collections::BTreeMap;

/// A bounded map of two generations. When the young one is full, it replaces the old one; an entry that is read moves back
/// to the young one. So entries in use remain, and the map never drops everything at once.
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
    /// An empty memory; each generation has at most so many entries and so many bytes.
    pub const fn new(max_entries: usize, max_bytes: usize) -> Self {
        Self {
            young: BTreeMap::new(),
            old: BTreeMap::new(),
            young_bytes: 0,
            max_entries,
            max_bytes,
        }
    }

    /// The value under `key`, which moves to the young generation.
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

    /// Stores `value`, which takes `bytes` of memory, under `key`, replacing an earlier one.
    pub fn insert(&mut self, key: K, value: V, bytes: usize) {
        self.remove(&key);
        if self.young.len() >= self.max_entries || self.young_bytes.saturating_add(bytes) > self.max_bytes {
            self.old = std::mem::take(&mut self.young);
            self.young_bytes = 0;
        }
        self.young_bytes = self.young_bytes.saturating_add(bytes);
        self.young.insert(key, Held { value, bytes });
    }

    /// Removes the value under `key`.
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
