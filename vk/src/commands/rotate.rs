//! `vk rotate` and `vk revoke`: a new value for a key, the end of its former one, its own end.

use serde_json::{Map, Value, json};

use super::{
    generate, list,
    set::{described, told},
};
use crate::{
    arguments::{RevokeOptions, RotateOptions},
    client::Client,
    failure::{Failure, Kind},
    json::{member, text, time},
    output::{Screen, prompt, times},
    texts::Text,
};

/// Rotates a key.
pub fn run(screen: &Screen, options: &RotateOptions) -> Result<(), Failure> {
    let client = Client::open(screen)?;
    let grace = options.grace.as_deref().map(times::seconds).transpose()?;
    let key = client.key(&options.key.name, options.key.place.name())?;
    let path = format!("/api/keys/{}", text(&key, "id"));
    if options.end_grace {
        let key = client.send_json("POST", &format!("{path}/end-grace"), &json!({}))?;
        return told(screen, Text::GraceEnded, key);
    }
    let is_stored = text(&key, "kind") == "stored";
    let mut body = Map::new();
    if let Some(seconds) = grace {
        body.insert("grace_seconds".into(), json!(seconds));
    }
    if is_stored {
        body.insert("value".into(), json!(prompt::secret(screen, Text::AskValue)?.as_str()));
    }
    let rotated = client.send_json("POST", &format!("{path}/rotate"), &Value::Object(body))?;
    if is_stored {
        return told(screen, Text::NewVersion, rotated);
    }
    generate::shown(screen, Text::Rotated, &rotated)?;
    if let Some(until) = time(&rotated, "grace_ends_at") {
        screen.note(Text::FormerUntil, &[&times::minute(Some(until))]);
    }
    Ok(())
}

/// Revokes a key.
pub fn revoke(screen: &Screen, options: &RevokeOptions) -> Result<(), Failure> {
    let client = Client::open(screen)?;
    let key = client.key(&options.key.name, options.key.place.name())?;
    let (name, masked) = (described(&key), list::masked(&key));
    if !options.yes && !prompt::is_sure(screen, Text::AskRevoke, &[&name, &masked])? {
        return Err(Failure::new(Kind::Other, Text::Cancelled));
    }
    client.send_json("DELETE", &format!("/api/keys/{}", text(&key, "id")), &Value::Null)?;
    if screen.json {
        return screen.value(&json!({ "id": member(&key, "id"), "name": member(&key, "name"), "revoked": true }));
    }
    screen.note(Text::KeyRevoked, &[&name]);
    Ok(())
}
