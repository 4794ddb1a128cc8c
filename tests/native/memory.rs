//! The bounded memory: what is in use stays, and neither entries nor bytes go past their bounds.

use std::rc::Rc;

use copilotkit_gate::auth::keys::Jwk;
use copilotkit_gate::base::alg::Alg;
use copilotkit_gate::base::memory::Memory;

/// A memory of two generations of at most three entries and 100 bytes each, with these entries (key, bytes).
fn memory_of(entries: &[(u32, usize)]) -> Memory<u32, u32> {
    let mut memory = Memory::new(3, 100);
    for (key, bytes) in entries {
        memory.insert(*key, *key, *bytes);
    }
    memory
}

/// The keys that are left of these entries. Each is looked up in a memory of its own, since looking moves an entry.
fn left_of(entries: &[(u32, usize)]) -> Vec<u32> {
    let keys = entries.iter().map(|(key, _)| *key);
    keys.filter(|key| memory_of(entries).get(key) == Some(*key)).collect()
}

#[test]
fn an_entry_in_use_outlives_any_number_of_others() {
    let mut memory = memory_of(&[(0, 1)]);
    for key in 1..100 {
        memory.insert(key, key, 1);
        assert_eq!(memory.get(&0), Some(0), "after {key} others");
    }
}

#[test]
fn entries_are_bounded_in_number() {
    for (count, left) in [(3, vec![0, 1, 2]), (6, vec![0, 1, 2, 3, 4, 5]), (7, vec![3, 4, 5, 6])] {
        let entries: Vec<_> = (0..count).map(|key| (key, 1)).collect();
        assert_eq!(left_of(&entries), left, "of {count}");
    }
}

#[test]
fn entries_are_bounded_in_bytes() {
    let exact = [(0, 60), (1, 40), (2, 60), (3, 40)];
    assert_eq!(left_of(&exact), [0, 1, 2, 3], "two full generations");
    let more = [(0, 60), (1, 40), (2, 60), (3, 41)];
    assert_eq!(left_of(&more), [2, 3], "one byte more begins a new generation");
}

#[test]
fn what_replaces_an_entry_frees_its_bytes() {
    let entries = [(0, 50), (1, 50), (1, 50), (1, 50), (1, 50)];
    assert_eq!(memory_of(&entries).get(&0), Some(0));
}

#[test]
fn what_is_removed_is_gone_from_both_generations_and_frees_its_bytes() {
    let mut memory = memory_of(&[(0, 100), (1, 100)]);
    for key in [0, 1] {
        memory.remove(&key);
        assert_eq!(memory.get(&key), None);
    }
    memory.insert(2, 2, 50);
    memory.insert(3, 3, 50);
    memory.insert(4, 4, 100);
    assert_eq!(memory.get(&2), Some(2), "the removed one no longer counts");
}

/// What the platform imported of a key stays with that key, for each algorithm by itself.
#[test]
fn a_key_keeps_what_was_imported_of_it_for_each_algorithm() {
    let key = Jwk::from_secret(vec![7; 64]);
    assert_eq!(key.imported::<u8>(Alg::HS256), None);
    key.keep_imported(Alg::HS256, Rc::new(1_u8));
    key.keep_imported(Alg::HS512, Rc::new(2_u8));
    key.keep_imported(Alg::HS256, Rc::new(3_u8));
    assert_eq!(
        key.imported::<u8>(Alg::HS256).as_deref(),
        Some(&1),
        "the first that came"
    );
    assert_eq!(key.imported::<u8>(Alg::HS512).as_deref(), Some(&2));
    assert_eq!(key.imported::<u8>(Alg::HS384), None);
}
