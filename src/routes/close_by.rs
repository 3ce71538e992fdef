//! Who may see what is for developers alone: visitors of this machine and its private network, under a name of ours.
//! A tunnel or proxy on this machine is no visitor: whoever it brings comes from anywhere, unless it is one of
//! `TRUSTED_PROXIES` and says from where.

use axum::{
    extract::{Request, State},
    http::{HeaderMap, header},
    middleware::Next,
    response::{IntoResponse as _, Response},
};

use super::{Failure, server::Peer};
use crate::core::{app::App, client::Client, network, texts::problems::Code};

/// What tunnels and proxies add to what they pass on.
const PASSED_ON: [&str; 8] = [
    "x-forwarded-for",
    "x-forwarded-host",
    "x-forwarded-proto",
    "forwarded",
    "via",
    "x-real-ip",
    "cf-connecting-ip",
    "true-client-ip",
];

/// Whether this visitor is close by, and asked for an address of ours.
fn is_close(app: &App, peer: Peer, client: &Client, headers: &HeaderMap) -> bool {
    // a page elsewhere can give its own name our address; ours are addresses or names close by
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    let name = host
        .rsplit_once(':')
        .filter(|(_, port)| port.bytes().all(|byte| byte.is_ascii_digit()))
        .map_or(host, |(name, _)| name);
    let own = url::Url::parse(&app.base_url).ok();
    let is_ours = network::is_local_host(name) || own.is_some_and(|own| own.host_str() == Some(name));
    is_ours && !is_from_anywhere(app, peer, headers) && client.ip.is_some_and(network::is_local_address)
}

/// Whether somebody passed the request on, and the client's address is not known from whoever did.
fn is_from_anywhere(app: &App, peer: Peer, headers: &HeaderMap) -> bool {
    let peer = peer.0.ip().to_canonical();
    let is_trusted = app.config.trusted_proxies.iter().any(|network| network.contains(&peer));
    let is_told = is_trusted && headers.contains_key("x-forwarded-for");
    !is_told && PASSED_ON.iter().any(|name| headers.contains_key(*name))
}

/// Answers 404 to everybody else.
pub(super) async fn for_visitors_close_by(State(app): State<App>, request: Request, next: Next) -> Response {
    let (peer, client) = (request.extensions().get::<Peer>(), request.extensions().get::<Client>());
    let is_close = peer.zip(client).is_some_and(|(peer, client)| is_close(&app, *peer, client, request.headers()));
    if is_close {
        return next.run(request).await;
    }
    Failure::from(Code::NotFound).into_response()
}
