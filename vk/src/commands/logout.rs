//! `vk logout`: the session ends on the server, and nothing stays on this machine.

use serde_json::{Value, json};

use crate::{
    cache::Cache,
    client::Client,
    failure::Failure,
    output::Screen,
    session::{Credentials, Lock, Profile, Session},
    texts::Text,
};

/// Signs out.
pub fn run(screen: &Screen) -> Result<(), Failure> {
    let Some(profile) = Profile::load()? else {
        screen.note(Text::NobodySignedIn, &[]);
        return Ok(());
    };
    let session = Session::of_profile(&profile);
    let is_personal = session.as_ref().is_ok_and(|session| matches!(session.credentials, Credentials::Session { .. }));
    let mut is_told = false;
    if let Ok(session) = session {
        Cache::of(&session)?.forget();
        if is_personal {
            is_told = Client::with(screen, session).send_json("POST", "/api/auth/logout", &Value::Null).is_ok();
        }
    }
    let _lock = Lock::take()?;
    profile.forget()?;
    if screen.json {
        return screen.value(&json!({ "url": profile.url, "session_ended": is_told }));
    }
    screen.note(Text::SignedOut, &[&profile.url]);
    if is_personal && !is_told {
        screen.warn(Text::ServerNotTold, &[&profile.url]);
    } else if !is_personal {
        screen.note(Text::TokenLives, &[]);
    }
    Ok(())
}
