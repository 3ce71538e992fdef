//! `vk logout`: the session ends on the server, and nothing stays on this machine.

use serde_json::{Value, json};

use crate::{
    cache,
    client::Client,
    failure::Failure,
    output::{Screen, files},
    session::{self, Credentials, Lock, Place, Profile, Session},
    texts::Text,
};

/// Signs out.
pub fn run(screen: &Screen) -> Result<(), Failure> {
    let profile = match Profile::load() {
        Ok(Some(profile)) => profile,
        Ok(None) => {
            screen.note(Text::NobodySignedIn, &[]);
            return Ok(());
        }
        Err(_) => return discard(screen),
    };
    let session = Session::of_profile(&profile);
    let is_personal = session.as_ref().is_ok_and(|session| matches!(session.credentials, Credentials::Session { .. }));
    let mut is_told = false;
    if let Ok(session) = session
        && is_personal
    {
        is_told = Client::with(screen, session).send_json("POST", "/api/auth/logout", &Value::Null).is_ok();
    }
    let _lock = Lock::take()?;
    profile.forget()?;
    cache::clear()?;
    session::forget_cache_key(Some(profile.place))?;
    if profile.place == Place::Keyring && session::keyring_is_off() {
        screen.warn(Text::KeyringKeeps, &[]);
    }
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

/// Deletes a sign-in that can not be used: nobody can say whose it was.
fn discard(screen: &Screen) -> Result<(), Failure> {
    let path = session::profile_file()?;
    let _lock = Lock::take()?;
    files::remove(&path)?;
    cache::clear()?;
    session::forget_cache_key(None)?;
    if screen.json {
        return screen.value(&json!({ "url": null, "session_ended": false }));
    }
    screen.note(Text::BrokenDeleted, &[&path.display().to_string()]);
    Ok(())
}
