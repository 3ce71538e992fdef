//! `vk generate`: a key that the vault makes. The key alone goes to stdout, everything else to stderr.

use serde_json::{Value, json};

use super::{
    get,
    set::{described, of_words, without_value},
};
use crate::{
    arguments::GenerateOptions,
    client::Client,
    failure::{Failure, Kind},
    json::{number, text},
    output::{Screen, times},
    texts::Text,
};

/// Makes a key.
pub fn run(screen: &Screen, options: &GenerateOptions) -> Result<(), Failure> {
    without_value("generate", &options.key.name)?;
    let client = Client::open(screen)?;
    let mut body = of_words(&options.words)?;
    body.insert("name".into(), json!(options.key.name));
    if let Some(environment) = options.key.place.name() {
        body.insert("environment".into(), json!(environment));
    }
    if !options.scopes.is_empty() {
        body.insert("scopes".into(), json!(options.scopes));
    }
    if !options.allowed_ips.is_empty() {
        body.insert("allowed_ips".into(), json!(options.allowed_ips));
    }
    if let Some(limit) = &options.limit {
        body.insert("rate_limit".into(), rate(limit)?);
    }
    let made = client.send_json("POST", "/api/keys", &Value::Object(body))?;
    shown(screen, Text::Generated, &made)
}

/// Shows a fresh value, once.
pub fn shown(screen: &Screen, said: Text, made: &Value) -> Result<(), Failure> {
    if screen.json {
        return screen.value(made);
    }
    screen.note(said, &[&described(made), &number(made, "version").to_string()]);
    get::warnings(screen, made);
    screen.secret(text(made, "api_key"))
}

/// `100/60s`: so many in so long.
fn rate(limit: &str) -> Result<Value, Failure> {
    let wrong = || Failure::new(Kind::Usage, Text::NoRate).with(limit);
    let (count, span) = limit.split_once('/').ok_or_else(wrong)?;
    let count: u32 = count.trim().parse().map_err(|_| wrong())?;
    let span = times::seconds(span.trim()).map_err(|_| wrong())?;
    Ok(json!({ "limit": count, "window_seconds": span }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rate_is_a_count_and_a_span() {
        assert_eq!(rate("100/60s").unwrap(), json!({ "limit": 100, "window_seconds": 60 }));
        assert_eq!(rate("5 / 1m").unwrap(), json!({ "limit": 5, "window_seconds": 60 }));
        for wrong in ["100", "/60s", "x/60s", "1/x", "-1/60s"] {
            assert!(rate(wrong).is_err(), "{wrong}");
        }
    }
}
