//! The places of an agent's input from which some backend takes who the caller is. What the gate removes, replaces or
//! filters in one of them, it removes, replaces or filters in all: adapters merge them into each other.

use super::list::{self, Item};
use super::object::{MemberValue, Object};
use crate::base::fold::fold;
use crate::base::json::Part;
use crate::base::json::fault::JsonFault;

/// Members of the input.
pub(super) const STATE: &str = "state";
pub(super) const CONTEXT: &str = "context";
pub(super) const PROPERTIES: &str = "forwardedProps";
/// The member that names an item of a `context` list.
const DESCRIPTION: &str = "description";

/// Applies `edit` to every object of `input` that is such a place, with the path to it.
pub(super) fn each(input: &mut Object, edit: &mut dyn FnMut(&str, &mut Object)) {
    for place in [STATE, CONTEXT] {
        input.edit(place, &mut |object| edit(place, object));
    }
    input.edit(PROPERTIES, &mut |props| {
        edit(PROPERTIES, props);
        props.edit_if(&|name| fold(name) == CONTEXT, &mut |_, context| {
            edit("forwardedProps.context", context);
        });
        props.edit_if(&is_configurable, &mut |_, values| {
            edit("forwardedProps.configurable", values);
        });
        props.edit_if(&|name| fold(name) == "config", &mut |_, config| {
            edit("forwardedProps.config", config);
            config.edit_if(&is_configurable, &mut |_, values| {
                edit("forwardedProps.config.configurable", values);
            });
        });
    });
}

fn is_configurable(name: &str) -> bool {
    fold(name) == "configurable"
}

/// Applies `decide` to every item of a `context` that is a list, with the path to the list and the item's
/// folded description.
pub(super) fn each_description(
    input: &mut Object,
    decide: &mut dyn FnMut(&str, &str, Part<'_>) -> Item,
) -> Result<(), JsonFault> {
    let mut outcome = rewrite_list(input, CONTEXT, CONTEXT, decide);
    input.edit(PROPERTIES, &mut |props| {
        let names = props.names().filter(|name| fold(name) == CONTEXT);
        for name in names.map(str::to_owned).collect::<Vec<_>>() {
            if outcome.is_ok() {
                outcome = rewrite_list(props, &name, "forwardedProps.context", decide);
            }
        }
    });
    outcome
}

fn rewrite_list(
    object: &mut Object,
    name: &str,
    place: &str,
    decide: &mut dyn FnMut(&str, &str, Part<'_>) -> Item,
) -> Result<(), JsonFault> {
    let Some(list) = object.get(name).and_then(MemberValue::unedited) else {
        return Ok(());
    };
    let rewritten = list::rewrite(
        list,
        &mut |item| match item.member(DESCRIPTION).and_then(Part::string) {
            Some(description) => decide(place, &fold(&description), item),
            None => Item::Keep,
        },
    )?;
    if let Some(list) = rewritten {
        object.set_json(name, list);
    }
    Ok(())
}
