//! `vk status`: who is signed in, and where.

use serde_json::json;

use super::get::pairs;
use crate::{
    client::Client,
    failure::Failure,
    json::text,
    output::{Screen, escape},
    session::{Credentials, Place},
    texts::Text,
};

/// Shows the sign-in that counts, as the server sees it.
pub fn run(screen: &Screen) -> Result<(), Failure> {
    let client = Client::open(screen)?;
    let user = client.get("/api/auth/me")?;
    let session = client.session();
    let is_token = matches!(session.credentials, Credentials::Token { .. });
    if screen.json {
        let kind = if is_token { "token" } else { "session" };
        let kept = session.place.map_or(json!("environment"), |place| json!(place));
        return screen.value(&json!({ "url": session.address.text(), "kind": kind, "kept_in": kept, "user": user }));
    }
    let kept = match session.place {
        Some(Place::Keyring) => Text::InKeyring,
        Some(Place::File) => Text::InFile,
        None => Text::InEnvironment,
    };
    let plain = |name| escape::line(text(&user, name));
    pairs(
        screen,
        &[
            (Text::Server, session.address.text().to_owned()),
            (Text::Account, plain("email")),
            (Text::Name, plain("name")),
            (Text::Role, plain("role")),
            (Text::Plan, plain("plan")),
            (Text::SignIn, screen.say(if is_token { Text::WithToken } else { Text::InPerson }, &[])),
            (Text::Kept, screen.say(kept, &[])),
        ],
    )
}
