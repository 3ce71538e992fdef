//! Where the values come from: the server; or what was kept, where that was asked for or nothing answers.
//!
//! 1. A refusal is never answered from what was kept: it deletes it (`Client::refused`).
//! 2. Nothing older than `--max-age` is used.

use serde_json::Value;

use crate::{
    arguments::RunOptions,
    cache::{Cache, Kept},
    client::{Client, parsed, with_query},
    failure::{Failure, Kind},
    json::rows,
    output::times,
    texts::Text,
};

/// The keys with their values.
pub fn keys(client: &Client, options: &RunOptions) -> Result<Value, Failure> {
    let most_seconds = times::seconds(&options.max_age)?;
    let session = client.session();
    let environment = options.place.name();
    // a machine without a place for the cache still has its network
    let cache = || Cache::of(&session);
    if options.offline {
        return cache()?.look_up(environment, most_seconds).map(|kept| kept.keys);
    }
    match fresh(client, options) {
        Err(failure) if failure.is_unreachable && !options.no_cache => {
            let kept = cache().and_then(|cache| cache.look_up(environment, most_seconds));
            let Ok(Kept { keys, age_minutes }) = kept else { return Err(failure) };
            client.screen.warn(Text::UsingKept, &[&failure.message(client.screen), &age_minutes.to_string()]);
            Ok(keys)
        }
        answer => answer,
    }
}

/// The keys as they are now; they are kept for later.
pub fn fresh(client: &Client, options: &RunOptions) -> Result<Value, Failure> {
    let environment = options.place.name();
    let keys = from_server(client, environment)?;
    // the sign-in may have been renewed by the request
    let session = client.session();
    if !options.no_cache
        && let Err(failure) = Cache::of(&session).and_then(|cache| cache.keep(environment, &keys))
    {
        client.screen.warn(Text::NotKept, &[&failure.message(client.screen)]);
    }
    Ok(keys)
}

fn from_server(client: &Client, environment: Option<&str>) -> Result<Value, Failure> {
    let path = with_query("/api/keys/export", &[("format", "json"), ("environment", environment.unwrap_or_default())]);
    let keys = parsed(&client.send("GET", &path, None)?)?;
    if rows(&keys, "keys").is_empty() {
        // a program without its keys is harder to understand than this
        return Err(match environment {
            Some(environment) => Failure::new(Kind::NotFound, Text::EmptyEnvironment).with(environment),
            None => Failure::new(Kind::NotFound, Text::EmptyVault),
        });
    }
    Ok(keys)
}
