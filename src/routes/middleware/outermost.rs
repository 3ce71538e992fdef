//! The outermost layer: names the request, finds the client, writes refusals, adds headers, counts.

use std::{sync::Arc, time::Instant};

use axum::{
    body::Body,
    extract::{MatchedPath, Request, State},
    http::{HeaderValue, Method, header},
    middleware::Next,
    response::{IntoResponse as _, Response},
};
use uuid::Uuid;

use super::{client, counters::Counters, headers};
use crate::{
    core::{app::App, client::Client, error::Error, limits::Tally, texts::problems::Code},
    routes::{
        answers::{Failure, OfPage, Unwritten},
        limits,
        server::Peer,
        task_pages,
    },
    schemas::problem::Problem,
};

const MOST_URI_BYTES: usize = 8 * 1024;

/// Surrounds every request.
pub(in crate::routes) async fn outermost(
    State((app, counters)): State<(App, Arc<Counters>)>,
    mut request: Request,
    next: Next,
) -> Response {
    let began = Instant::now();
    let peer = request.extensions().get::<Peer>().map(|peer| peer.0.ip());
    let request_id: Arc<str> = match client::own_request_id(request.headers()) {
        Some(id) => id.into(),
        None => (&*app.ids.of_request().simple().encode_lower(&mut Uuid::encode_buffer())).into(),
    };
    let client = client::client(request.headers(), peer, &app.config.trusted_proxies, request_id);
    let (method, path) = (request.method().clone(), request.uri().clone());
    let route = request.extensions().get::<MatchedPath>().cloned();
    request.extensions_mut().insert(client.clone());
    let tally = Arc::new(Tally::default());
    request.extensions_mut().insert(tally.clone());

    let mut response = if too_long(&request) {
        Failure::from(Code::UriTooLong).into_response()
    } else if goes_on_alone(&method, path.path()) {
        match tokio::spawn(next.run(request)).await {
            Ok(response) => response,
            Err(error) => Failure(Error::internal(error)).into_response(),
        }
    } else {
        next.run(request).await
    };

    if let Some(Unwritten(error)) = response.extensions_mut().remove::<Unwritten>() {
        log(&error, &client, &method, path.path());
        if response.extensions().get::<OfPage>().is_some() {
            task_pages::write_refusal(&mut response, &error, &client);
        } else {
            write(&mut response, &error, &client);
        }
    }
    if let Some(limited) = tally.tightest()
        && !response.headers().contains_key(limits::STATE)
    {
        limits::describe(response.headers_mut(), &limited);
    }
    headers::protect(&mut response);
    if let Ok(id) = HeaderValue::from_str(&client.request_id) {
        response.headers_mut().insert("x-request-id", id);
    }
    tracing::debug!(request_id = %client.request_id, %method, path = path.path(), status = response.status().as_u16(), ms = began.elapsed().as_millis(), "answered");
    counters.count(&method, route.as_ref().map_or("none", MatchedPath::as_str), response.status(), began.elapsed());
    response
}

/// Whether a request is carried out to its end also where the client leaves: what was committed must be forgotten by
/// the memory too. Reading changes nothing, a check neither; and a sign-in or registration that nobody waits for any
/// more must not keep its place among the passwords to be hashed.
fn goes_on_alone(method: &Method, path: &str) -> bool {
    const NOT: [&str; 4] = ["/api/keys/verify", "/api/auth/login", "/api/auth/register", "/api/auth/recover"];
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
