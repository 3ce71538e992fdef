//! Puts the routes together.

use std::sync::Arc;

use axum::{
    Router,
    extract::Request,
    http::{HeaderName, HeaderValue, Method, header},
    response::{IntoResponse as _, Response},
    routing::MethodRouter,
};
use metrics_exporter_prometheus::PrometheusHandle;
use tower::ServiceExt as _;
use tower_http::{catch_panic::CatchPanicLayer, cors::CorsLayer};

use super::{
    Failure, api, close_by, console, docs, entrance::Entrance, limits, middleware, openapi, operations,
    simulated_stripe::SimulatedStripe,
};
use crate::core::{app::App, error::Error, texts::problems::Code};

/// What the pages and the operator's routes need beside the app.
#[derive(Clone)]
pub struct Web {
    /// The handles.
    pub app: App,
    /// The counters; `None` where nobody counts.
    pub metrics: Option<PrometheusHandle>,
    /// Whether the server is about to stop.
    pub stopping: tokio::sync::watch::Receiver<bool>,
    /// The stand-in for Stripe, where there is one.
    pub simulated_stripe: Option<SimulatedStripe>,
}

/// All routes, and the way to them.
pub fn build(web: Web) -> Entrance {
    let app = web.app.clone();
    let (api, document) = openapi::with_routes(api::routes()).split_for_parts();
    let document: Arc<str> = openapi::finish(&document).into();
    let stand_in = web.simulated_stripe.clone();
    let browsers = |code| console::refusing(&app, code);
    let (not_found, not_allowed) = (browsers(Code::NotFound), browsers(Code::MethodNotAllowed));
    let router = Router::new()
        .merge(api.with_state(app.clone()))
        .merge(operations::routes(web))
        .merge(docs::routes(document))
        .merge(console::routes(&app))
        .merge(mounted(stand_in, &app))
        .fallback(move |request: Request| refuse(request, Code::NotFound, not_found.clone()))
        .method_not_allowed_fallback(move |request: Request| {
            refuse(request, Code::MethodNotAllowed, not_allowed.clone())
        })
        .layer(CatchPanicLayer::custom(panicked));
    let router = match cors(&app) {
        Some(layer) => router.layer(layer),
        None => router,
    };
    let counters = Arc::new(middleware::Counters::default());
    let around = axum::middleware::from_fn_with_state((app.clone(), counters.clone()), middleware::outermost);
    Entrance::new(app, counters, router.layer(around))
}

/// The stand-in for Stripe: at a path of its own, outside of the API's limits, for visitors close by.
fn mounted(stand_in: Option<SimulatedStripe>, app: &App) -> Router {
    let Some(stand_in) = stand_in else { return Router::new() };
    let guard = axum::middleware::from_fn_with_state(app.clone(), close_by::for_visitors_close_by);
    Router::new().nest("/simulated-stripe", stand_in.router().layer(guard))
}

/// Refuses with a page somebody in a browser, with a problem everybody else.
async fn refuse(request: Request, code: Code, page: MethodRouter) -> Response {
    let accepts = request.headers().get(header::ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if accepts.contains("text/html") && !request.uri().path().starts_with("/api/") {
        return match page.oneshot(request).await {
            Ok(response) => response,
            Err(never) => match never {},
        };
    }
    Failure::from(code).into_response()
}

/// A panic costs its own request alone.
#[expect(clippy::needless_pass_by_value, reason = "the layer gives the panic away")]
pub(super) fn panicked(panic: Box<dyn std::any::Any + Send>) -> Response {
    let what = panic.downcast_ref::<&str>().copied().or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    Failure(Error::internal(format!("a handler panicked: {}", what.unwrap_or("without words")))).into_response()
}

/// Lets the listed origins call from browsers; without any, browsers keep to their own origin.
fn cors(app: &App) -> Option<CorsLayer> {
    let origins: Vec<HeaderValue> =
        app.config.allowed_origins.iter().filter_map(|origin| origin.parse().ok()).collect();
    if origins.is_empty() {
        return None;
    }
    let request_headers = [
        header::AUTHORIZATION,
        header::CONTENT_TYPE,
        header::ACCEPT_LANGUAGE,
        header::IF_MATCH,
        HeaderName::from_static("idempotency-key"),
        HeaderName::from_static("x-request-id"),
    ];
    let answer_headers = [
        header::ETAG,
        header::LOCATION,
        header::RETRY_AFTER,
        limits::POLICY,
        limits::STATE,
        HeaderName::from_static("x-request-id"),
    ];
    Some(
        CorsLayer::new()
            .allow_origin(origins)
            .allow_methods([Method::GET, Method::POST, Method::PUT, Method::PATCH, Method::DELETE])
            .allow_headers(request_headers)
            .expose_headers(answer_headers)
            .max_age(std::time::Duration::from_mins(10)),
    )
}
