//! Who may see what is for developers alone: visitors of this machine and its private network, under a name of ours.

use axum::{
    extract::{Request, State},
    http::{HeaderMap, header},
    middleware::Next,
    response::{IntoResponse as _, Response},
};

use super::Failure;
use crate::core::{app::App, client::Client, network, texts::problems::Code};

/// Whether this visitor is close by, and asked for an address of ours.
pub(super) fn is_close(app: &App, client: &Client, headers: &HeaderMap) -> bool {
    // a page elsewhere can give its own name our address; ours are addresses or names close by
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    let name = host
        .rsplit_once(':')
        .filter(|(_, port)| port.bytes().all(|byte| byte.is_ascii_digit()))
        .map_or(host, |(name, _)| name);
    let own = url::Url::parse(&app.base_url).ok();
    let is_ours = network::is_local_host(name) || own.is_some_and(|own| own.host_str() == Some(name));
    is_ours && client.ip.is_some_and(network::is_local_address)
}

/// Answers 404 to everybody else.
pub(super) async fn for_visitors_close_by(State(app): State<App>, request: Request, next: Next) -> Response {
    let client = request.extensions().get::<Client>();
    if client.is_some_and(|client| is_close(&app, client, request.headers())) {
        return next.run(request).await;
    }
    Failure::from(Code::NotFound).into_response()
}
