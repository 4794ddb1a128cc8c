//! Lists of a body: items are taken out or replaced, and what stays is copied byte for byte.

use crate::base::json::fault::JsonFault;
use crate::base::json::{Json, Part};

/// The fate of an item.
pub enum Item {
    /// It stays, byte for byte.
    Keep,
    /// It goes.
    Remove,
    /// This JSON takes its place.
    Replace(Vec<u8>),
}

/// Whether a value is a list.
pub fn is_list(value: Part<'_>) -> bool {
    value.as_bytes().first() == Some(&b'[')
}

/// Applies `decide` to every item of `list`. Returns the list that results; `None` if every item remains, and
/// where `list` is no list.
pub fn rewrite(list: Part<'_>, decide: &mut dyn FnMut(Part<'_>) -> Item) -> Result<Option<Json>, JsonFault> {
    let mut rewritten: Option<Vec<u8>> = None;
    for (index, item) in list.items().enumerate() {
        match decide(item) {
            Item::Keep => {
                if let Some(list) = &mut rewritten {
                    push(list, item.as_bytes());
                }
            }
            Item::Remove => {
                rewritten.get_or_insert_with(|| first_items(list, index));
            }
            Item::Replace(json) => push(rewritten.get_or_insert_with(|| first_items(list, index)), &json),
        }
    }
    let Some(mut list) = rewritten else { return Ok(None) };
    if list.is_empty() {
        list.push(b'[');
    }
    list.push(b']');
    Json::read(list).map(Some)
}

/// The first items of a list that is being written, without its end.
fn first_items(list: Part<'_>, count: usize) -> Vec<u8> {
    let mut written = Vec::with_capacity(list.as_bytes().len());
    for item in list.items().take(count) {
        push(&mut written, item.as_bytes());
    }
    written
}

fn push(list: &mut Vec<u8>, item: &[u8]) {
    list.push(if list.is_empty() { b'[' } else { b',' });
    list.extend_from_slice(item);
}
