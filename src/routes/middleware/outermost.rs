//! The outermost layer: names the request, finds the client, writes refusals, adds headers, counts. `outermost` surrounds
//! what the router answers; `Arrival` is its two halves, for what does not go through the router.

use std::{sync::Arc, time::Instant};

use axum::{
    body::Body,
    extract::{MatchedPath, Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, Method, Uri, header},
    middleware::Next,
    response::{IntoResponse as _, Response},
};
use uuid::Uuid;

use super::{client, counters::Counters, headers};
use crate::{
    core::{app::App, client::Client, error::Error, limits::Tally, texts::problems::Code},
    routes::{
        answers::{Failure, OfPage, Unwritten},
        console, limits,
        server::Peer,
    },
    schemas::problem::Problem,
};

const MOST_URI_BYTES: usize = 8 * 1024;
const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Surrounds every request.
pub(in crate::routes) async fn outermost(
    State((app, counters)): State<(App, Arc<Counters>)>,
    mut request: Request,
    next: Next,
) -> Response {
    let peer = request.extensions().get::<Peer>().copied();
    let arrival = Arrival::new(&app, peer, (request.method(), request.uri(), request.headers()));
    let route = request.extensions().get::<MatchedPath>().cloned();
    request.extensions_mut().insert(arrival.client.clone());
    request.extensions_mut().insert(arrival.tally.clone());

    let response = if too_long(&request) {
        Failure::from(Code::UriTooLong).into_response()
    } else if goes_on_alone(&arrival.method, arrival.uri.path()) {
        match tokio::spawn(next.run(request)).await {
            Ok(response) => response,
            Err(error) => Failure(Error::internal(error)).into_response(),
        }
    } else {
        next.run(request).await
    };

    arrival.leave(response, &counters, route.as_ref().map_or("none", MatchedPath::as_str))
}

/// A request that came in.
pub(in crate::routes) struct Arrival {
    /// Who sent it.
    pub(in crate::routes) client: Client,
    /// What it counts against.
    pub(in crate::routes) tally: Arc<Tally>,
    began: Instant,
    method: Method,
    uri: Uri,
}

impl Arrival {
    /// The request with this head, from the other end `peer`.
    pub(in crate::routes) fn new(app: &App, peer: Option<Peer>, head: (&Method, &Uri, &HeaderMap)) -> Self {
        let began = Instant::now();
        let (method, uri, headers) = head;
        let request_id: Arc<str> = match client::own_request_id(headers) {
            Some(id) => id.into(),
            None => (&*app.ids.of_request().simple().encode_lower(&mut Uuid::encode_buffer())).into(),
        };
        let client = client::client(headers, peer.map(|peer| peer.0.ip()), &app.config.trusted_proxies, request_id);
        Self { client, tally: Arc::default(), began, method: method.clone(), uri: uri.clone() }
    }

    /// Its answer as it goes out.
    pub(in crate::routes) fn leave(self, mut response: Response, counters: &Counters, route: &str) -> Response {
        let Self { client, tally, began, method, uri } = self;
        if let Some(Unwritten(error)) = response.extensions_mut().remove::<Unwritten>() {
            log(&error, &client, &method, uri.path());
            if let Some(of_page) = response.extensions_mut().remove::<OfPage>() {
                console::write_refusal(&mut response, of_page, &error, &client);
            } else {
                write(&mut response, &error, &client);
            }
        }
        headers::protect(&mut response);
        if let Some(limited) = tally.tightest()
            && !response.headers().contains_key(limits::STATE)
        {
            limits::describe(response.headers_mut(), &limited);
        }
        if let Ok(id) = HeaderValue::from_str(&client.request_id) {
            response.headers_mut().insert(REQUEST_ID, id);
        }
        let took = began.elapsed();
        tracing::debug!(request_id = %client.request_id, %method, path = uri.path(), status = response.status().as_u16(), ms = took.as_millis(), "answered");
        counters.count(&method, route, response.status(), took);
        response
    }
}

/// Whether a request is carried out to its end also where the client leaves: what was committed must be forgotten by
/// the memory too. Reading changes nothing, a check neither; and a sign-in or registration that nobody waits for any
/// more must not keep its place among the passwords to be hashed.
fn goes_on_alone(method: &Method, path: &str) -> bool {
    const NOT: [&str; 7] = [
        "/api/keys/verify",
        "/api/auth/login",
        "/api/auth/register",
        "/api/auth/recover",
        "/sign-in",
        "/sign-up",
        "/forgot-password",
    ];
    !matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS) && !NOT.contains(&path)
}

fn too_long(request: &Request) -> bool {
    request.uri().path_and_query().is_some_and(|text| text.as_str().len() > MOST_URI_BYTES)
}

/// The cause of a refusal is told once, here, and only where it is ours or a part of ours.
fn log(error: &Error, client: &Client, method: &Method, path: &str) {
    match error {
        Error::Internal(_) => tracing::error!(request_id = %client.request_id, %method, path, %error, "internal error"),
        Error::Unavailable { .. } => {
            tracing::warn!(request_id = %client.request_id, %method, path, %error, "answered 503");
        }
        _ => {}
    }
}

fn write(response: &mut Response, error: &Error, client: &Client) {
    let problem = Problem::of(error, client.language, &client.request_id);
    let body = serde_json::to_vec(&problem).unwrap_or_default();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
    headers.insert(header::CONTENT_LANGUAGE, HeaderValue::from_static(client.language.tag()));
    headers.append(header::VARY, HeaderValue::from_static("accept-language"));
    headers.remove(header::CONTENT_LENGTH);
    *response.body_mut() = Body::from(body);
}
