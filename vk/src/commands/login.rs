//! `vk login`: with the browser (the device flow of RFC 8628), or with a token from standard input or a prompt.

use std::{
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use serde_json::{Value, json};

use crate::{
    arguments::LoginOptions,
    cache::Cache,
    client::{
        Client,
        address::Address,
        parsed, renewal,
        transport::{Request, Transport},
    },
    failure::{Failure, Kind},
    json::{member, number, text},
    output::{Screen, escape, progress::Progress, prompt},
    session::{self, Credentials, Lock, Place, Profile, Session},
    system,
    texts::Text,
};

/// Signs in.
pub fn run(screen: &Screen, options: &LoginOptions) -> Result<(), Failure> {
    if options.token.as_deref().is_some_and(|word| word != "-") {
        return Err(Failure::new(Kind::Usage, Text::TokenAsArgument));
    }
    let before = Profile::load().unwrap_or_default();
    let former = before.as_ref().and_then(|before| Session::of_profile(before).ok());
    let url = options.url.clone().or_else(|| system::variable("VK_URL"));
    let url = url.or_else(|| before.as_ref().map(|before| before.url.clone()));
    let address = Address::parse(url.as_deref().unwrap_or(session::DEFAULT_URL), options.insecure_http)?;
    let (credentials, user) =
        if options.token.is_some() { with_token(screen, &address)? } else { with_browser(screen, &address, options)? };
    let identity = match &credentials {
        Credentials::Token { token } => session::token_identity(token),
        Credentials::Session { .. } => format!("account:{}", text(&user, "id")),
    };
    let profile = {
        let _lock = Lock::take()?;
        Profile::new(address.text(), identity, options.insecure_http).keep_first(&credentials)?
    };
    leave(screen, former, &profile);
    if screen.json {
        return screen.value(&json!({ "url": profile.url, "user": user, "kept_in": profile.place }));
    }
    screen.note(Text::SignedIn, &[text(&user, "email"), address.text()]);
    if profile.place == Place::File {
        screen.note(Text::KeptInFile, &[&session::profile_file()?.display().to_string()]);
    }
    Ok(())
}

/// A sign-in that another one took the place of ends, with what it left here.
fn leave(screen: &Screen, former: Option<Session>, now: &Profile) {
    let Some(former) = former else { return };
    if former.identity != now.identity
        && let Ok(cache) = Cache::of(&former)
    {
        cache.forget();
    }
    if matches!(former.credentials, Credentials::Session { .. }) {
        // the former server may be gone; its session ends by itself then
        let _ = Client::with(screen, former).send_json("POST", "/api/auth/logout", &Value::Null);
    }
}

fn with_token(screen: &Screen, address: &Address) -> Result<(Credentials, Value), Failure> {
    let token = session::checked_token(&prompt::secret(screen, Text::AskToken)?)?;
    let request = Request { method: "GET", path: "/api/auth/me".into(), body: None };
    let user = parsed(&Transport::new(address.clone(), screen.language).send(&request, Some(&token))?.body)?;
    Ok((Credentials::Token { token }, user))
}

fn with_browser(screen: &Screen, address: &Address, options: &LoginOptions) -> Result<(Credentials, Value), Failure> {
    let transport = Transport::new(address.clone(), screen.language);
    let begun = post(&transport, "/api/auth/device", &json!({})).map_err(|failure| {
        // a server from before this way in
        if failure.kind == Kind::NotFound {
            Failure::new(Kind::Other, Text::NoBrowserSignIn).with(address.text())
        } else {
            failure
        }
    })?;
    let link = text(&begun, "verification_uri_complete");
    screen.aside(&screen.say(
        Text::OpenThis,
        &[&escape::line(text(&begun, "verification_uri")), &escape::line(text(&begun, "user_code"))],
    ));
    if !options.no_browser {
        open(screen, link);
    }
    let tokens = poll(screen, &transport, &begun)?;
    Ok((renewal::tokens(&tokens)?, member(&tokens, "user")))
}

/// Asks until somebody answered in the browser.
fn poll(screen: &Screen, transport: &Transport, begun: &Value) -> Result<Value, Failure> {
    let seconds = |name, least| Duration::from_secs(u64::try_from(number(begun, name)).unwrap_or(0).max(least));
    let (mut interval, end) = (seconds("interval", 1), Instant::now() + seconds("expires_in", 10));
    let body = json!({ "device_code": text(begun, "device_code") });
    let _progress = Progress::begin(screen, screen.say(Text::WaitingForBrowser, &[]));
    while Instant::now() < end {
        system::pause(interval);
        let failure = match post(transport, "/api/auth/device/token", &body) {
            Ok(tokens) => return Ok(tokens),
            Err(failure) => failure,
        };
        match failure.code.as_str() {
            "authorization_pending" => {}
            "slow_down" | "too_many_requests" => interval += Duration::from_secs(5),
            "access_denied" => return Err(Failure::new(Kind::Access, Text::BrowserRefused)),
            "expired_token" => break,
            _ if failure.is_unreachable => {}
            _ => return Err(failure),
        }
    }
    Err(Failure::new(Kind::Access, Text::BrowserTooLate))
}

fn post(transport: &Transport, path: &str, body: &Value) -> Result<Value, Failure> {
    let bytes = body.to_string().into_bytes();
    let request = Request { method: "POST", path: path.into(), body: Some(("application/json", &bytes)) };
    parsed(&transport.send(&request, None)?.body)
}

/// Opens the browser where there is a display; the printed link does as well.
fn open(screen: &Screen, link: &str) {
    let has_display = system::is_set("DISPLAY") || system::is_set("WAYLAND_DISPLAY");
    let is_link = link.starts_with("https://") || link.starts_with("http://");
    if !has_display || !is_link || !screen.aside_is_terminal {
        return;
    }
    let mut command = Command::new("xdg-open");
    command.arg(link).env_remove("VK_TOKEN").stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let _ = command.spawn();
}
