//! `expand[]`: identifiers become the objects that they name, and what is shown on demand alone is shown.

use serde_json::{Map, Value};

use super::{refusal::Refusal, shapes, state::State};

/// What Stripe shows where somebody asks for it, and not otherwise.
const ON_DEMAND: [(&str, &str); 3] =
    [("invoice", "payments"), ("charge", "refunds"), ("checkout.session", "line_items")];

/// The object with these paths expanded, as `data.payments`.
///
/// # Errors
/// 400 where a path names nothing that can be expanded.
pub(super) fn expanded(state: &State, mut object: Value, paths: &[&str]) -> Result<Value, Refusal> {
    let split: Vec<Vec<&str>> = paths.iter().map(|path| path.split('.').collect()).collect();
    let split: Vec<&[&str]> = split.iter().map(Vec::as_slice).collect();
    apply(state, &mut object, &split)?;
    Ok(object)
}

fn apply(state: &State, value: &mut Value, paths: &[&[&str]]) -> Result<(), Refusal> {
    match value {
        Value::Array(all) => all.iter_mut().try_for_each(|one| apply(state, one, paths)),
        Value::Object(fields) => apply_to_object(state, fields, paths),
        _ => paths.first().map_or(Ok(()), |path| Err(cannot_expand(path))),
    }
}

fn apply_to_object(state: &State, fields: &mut Map<String, Value>, paths: &[&[&str]]) -> Result<(), Refusal> {
    let names = |name: &str| paths.iter().any(|path| path.first() == Some(&name));
    let kind = fields.get("object").and_then(Value::as_str).unwrap_or_default().to_owned();
    for (_, name) in ON_DEMAND.iter().filter(|(of, name)| *of == kind && !names(name)) {
        fields.remove(*name);
    }
    if kind == "list"
        && !names("data")
        && let Some(data) = fields.get_mut("data")
    {
        apply(state, data, &[])?;
    }
    let mut firsts: Vec<&str> = paths.iter().filter_map(|path| path.first().copied()).collect();
    firsts.sort_unstable();
    firsts.dedup();
    for first in firsts {
        let rests: Vec<&[&str]> = paths
            .iter()
            .filter_map(|path| path.split_first())
            .filter(|(name, rest)| **name == first && !rest.is_empty())
            .map(|(_, rest)| rest)
            .collect();
        let child = fields.get_mut(first).ok_or_else(|| cannot_expand(&[first]))?;
        if let Value::String(id) = child {
            *child = named(state, id).ok_or_else(|| cannot_expand(&[first]))?;
        }
        if !child.is_null() {
            apply(state, child, &rests)?;
        }
    }
    Ok(())
}

/// The object with this identifier.
fn named(state: &State, id: &str) -> Option<Value> {
    let found = match id.split('_').next()? {
        "cus" => shapes::customer(state, state.customer(id)?),
        "sub" => shapes::subscription(state, id),
        "in" => shapes::invoice(state, id),
        "ch" => shapes::charge(state, id),
        "pi" => shapes::payment_intent(state, id),
        "prod" => shapes::product(),
        _ => return None,
    };
    (!found.is_null()).then_some(found)
}

fn cannot_expand(path: &[&str]) -> Refusal {
    Refusal::invalid(400, None, format!("This property cannot be expanded ({}).", path.join(".")))
}
