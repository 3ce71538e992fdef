//! `vk set`: a value of one's own, from the terminal without echo or from standard input.

use serde_json::{Map, Value, json};

use super::get;
use crate::{
    arguments::{SetOptions, Words},
    client::Client,
    failure::{Failure, Kind},
    json::{number, text},
    output::{Screen, prompt, times},
    texts::Text,
};

/// Stores a value: a new key, or a new version of the one with this name.
pub fn run(screen: &Screen, options: &SetOptions) -> Result<(), Failure> {
    without_value("set", &options.key.name)?;
    let client = Client::open(screen)?;
    let mut body = of_words(&options.words)?;
    if let Some(provider) = &options.provider {
        body.insert("provider".into(), json!(provider));
    }
    let found = client.named(&options.key.name, options.key.place.name())?;
    let existing: Vec<_> = match options.key.place.name() {
        Some(_) => found.iter().collect(),
        // without -e a name without an environment is meant, or the only one there is
        None if found.len() == 1 => found.iter().collect(),
        None => found.iter().filter(|key| text(key, "environment").is_empty()).collect(),
    };
    if existing.is_empty() && found.len() > 1 {
        client.key(&options.key.name, None)?;
    }
    match existing.first() {
        Some(key) => update(&client, options, key, body),
        None => create(&client, options, body),
    }
}

/// A name with `=` in it was meant as a name and a value, and a value is never an argument; nothing of it is repeated.
pub fn without_value(command: &str, name: &str) -> Result<(), Failure> {
    if name.contains('=') {
        return Err(Failure::new(Kind::Usage, Text::ValueInName).with(command));
    }
    Ok(())
}

fn create(client: &Client, options: &SetOptions, mut body: Map<String, Value>) -> Result<(), Failure> {
    let value = prompt::secret(client.screen, Text::AskValue)?;
    body.insert("name".into(), json!(options.key.name));
    body.insert("value".into(), json!(value.as_str()));
    if let Some(environment) = options.key.place.name() {
        body.insert("environment".into(), json!(environment));
    }
    let key = client.send_json("POST", "/api/keys", &Value::Object(body))?;
    told(client.screen, Text::Stored, key)
}

fn update(client: &Client, options: &SetOptions, key: &Value, body: Map<String, Value>) -> Result<(), Failure> {
    let screen = client.screen;
    let name = described(key);
    if !options.update {
        let sure = prompt::is_sure(screen, Text::AskUpdate, &[&name]);
        if !sure.map_err(|_| Failure::new(Kind::Invalid, Text::ExistsAlready).with(&name))? {
            return Err(Failure::new(Kind::Other, Text::Cancelled));
        }
    }
    let value = prompt::secret(screen, Text::AskValue)?;
    let path = format!("/api/keys/{}", text(key, "id"));
    let mut changed = client.send_json("POST", &format!("{path}/rotate"), &json!({ "value": value.as_str() }))?;
    if !body.is_empty() {
        changed = client.send_json("PATCH", &path, &Value::Object(body))?;
    }
    told(screen, Text::NewVersion, changed)
}

/// Tells what became of a key, and never its value.
pub fn told(screen: &Screen, text: Text, mut key: Value) -> Result<(), Failure> {
    if let Some(members) = key.as_object_mut() {
        members.remove("api_key");
    }
    if screen.json {
        return screen.value(&key);
    }
    screen.note(text, &[&described(&key), &number(&key, "version").to_string()]);
    get::warnings(screen, &key);
    Ok(())
}

/// A key by its name and environment.
pub fn described(key: &Value) -> String {
    match text(key, "environment") {
        "" => text(key, "name").to_owned(),
        environment => format!("{} ({environment})", text(key, "name")),
    }
}

/// Tags, note and expiry, as far as they were given.
pub fn of_words(words: &Words) -> Result<Map<String, Value>, Failure> {
    let mut body = Map::new();
    if !words.tags.is_empty() {
        body.insert("tags".into(), json!(words.tags));
    }
    if let Some(note) = &words.note {
        body.insert("note".into(), json!(note));
    }
    if let Some(expires) = &words.expires {
        body.insert("expires_at".into(), json!(times::moment(expires)?));
    }
    Ok(body)
}
