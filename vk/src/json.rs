//! Reading the server's answers: what is missing is empty, so that an older or newer server does no harm.

use serde_json::Value;

/// A member's text; empty where it is none.
pub fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value.get(name).and_then(Value::as_str).unwrap_or_default()
}

/// A member's truth; false where it is none.
pub fn truth(value: &Value, name: &str) -> bool {
    value.get(name).and_then(Value::as_bool).unwrap_or_default()
}

/// A member's number; 0 where it is none.
pub fn number(value: &Value, name: &str) -> i64 {
    value.get(name).and_then(Value::as_i64).unwrap_or_default()
}

/// A member's time, as text.
pub fn time<'a>(value: &'a Value, name: &str) -> Option<&'a str> {
    value.get(name).and_then(Value::as_str)
}

/// A member as it is; `null` where there is none.
pub fn member(value: &Value, name: &str) -> Value {
    value.get(name).cloned().unwrap_or_default()
}

/// The rows of a member.
pub fn rows<'a>(value: &'a Value, name: &str) -> &'a [Value] {
    value.get(name).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default()
}

/// A member's words, joined.
pub fn words(value: &Value, name: &str) -> String {
    rows(value, name).iter().filter_map(Value::as_str).collect::<Vec<_>>().join(", ")
}
