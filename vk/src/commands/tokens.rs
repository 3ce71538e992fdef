//! `vk tokens`: what opens the vault to programs.

use serde_json::{Map, Value, json};

use super::list;
use crate::{
    arguments::{TokenAct, TokenOptions},
    client::{Client, address::encoded},
    failure::{Failure, Kind},
    json::{member, text, time, truth, words},
    output::{
        Screen, Style, prompt,
        table::{Cell, Table},
        times,
    },
    texts::Text,
};

/// Lists, makes or revokes tokens.
pub fn run(screen: &Screen, act: &TokenAct) -> Result<(), Failure> {
    let client = Client::open(screen)?;
    match act {
        TokenAct::Ls => show(&client),
        TokenAct::Create(options) => create(&client, options),
        TokenAct::Revoke { token, yes } => revoke(&client, token, *yes),
    }
}

fn show(client: &Client) -> Result<(), Failure> {
    let screen = client.screen;
    let tokens = client.list("/api/tokens", &[], None)?;
    if screen.json {
        return screen.value(&json!({ "data": tokens }));
    }
    if tokens.is_empty() {
        screen.note(Text::NoTokens, &[]);
        return Ok(());
    }
    let headings = [Text::Name, Text::Key, Text::Scopes, Text::AllowedIps, Text::Expires, Text::LastUsed, Text::State];
    let mut table = Table::new(headings.map(|heading| screen.say(heading, &[])).to_vec());
    for token in &tokens {
        let (state, style) = list::state(token);
        table.row(vec![
            Cell::new(text(token, "name")),
            Cell::styled(&list::masked(token), Style::Dim),
            Cell::new(&words(token, "scopes")),
            Cell::new(&words(token, "allowed_ips")),
            Cell::new(&times::day(screen, time(token, "expires_at"))),
            Cell::new(&times::day(screen, time(token, "last_used_at"))),
            Cell::styled(&state.map(|state| screen.say(state, &[])).unwrap_or_default(), style),
        ]);
    }
    table.show(screen)
}

fn create(client: &Client, options: &TokenOptions) -> Result<(), Failure> {
    let screen = client.screen;
    let mut body = Map::new();
    body.insert("name".into(), json!(options.name));
    body.insert("scopes".into(), json!(options.scopes));
    if let Some(expires) = &options.expires {
        body.insert("expires_at".into(), json!(times::moment(expires)?));
    }
    if !options.allowed_ips.is_empty() {
        body.insert("allowed_ips".into(), json!(options.allowed_ips));
    }
    let made = client.send_json("POST", "/api/tokens", &Value::Object(body))?;
    if screen.json {
        return screen.value(&made);
    }
    screen.note(Text::TokenMade, &[&options.name]);
    screen.secret(text(&made, "token"))
}

fn revoke(client: &Client, named: &str, is_sure: bool) -> Result<(), Failure> {
    let screen = client.screen;
    let tokens = client.list("/api/tokens", &[], None)?;
    let is_meant =
        |token: &&Value| text(token, "id") == named || (text(token, "name") == named && !truth(token, "revoked"));
    let found: Vec<_> = tokens.iter().filter(is_meant).collect();
    let token = match found.as_slice() {
        [token] => *token,
        [] => return Err(Failure::new(Kind::NotFound, Text::NoSuchToken).with(named)),
        _ => return Err(Failure::new(Kind::NotFound, Text::SeveralTokens).with(named)),
    };
    if !is_sure && !prompt::is_sure(screen, Text::AskRevoke, &[text(token, "name"), &list::masked(token)])? {
        return Err(Failure::new(Kind::Other, Text::Cancelled));
    }
    client.send_json("DELETE", &format!("/api/tokens/{}", encoded(text(token, "id"))), &Value::Null)?;
    if screen.json {
        return screen.value(&json!({ "id": member(token, "id"), "name": member(token, "name"), "revoked": true }));
    }
    screen.note(Text::TokenRevoked, &[text(token, "name")]);
    Ok(())
}
