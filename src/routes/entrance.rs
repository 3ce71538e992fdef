//! The way in. Checks of keys stand before every request of somebody else's service, so they go straight to their handler;
//! everything else goes through the router. Both do the same in the same order, and a test compares their answers.
//!
//! A connection shares its thread with others (see `routes::lanes`). What may take long there, as a page or an export,
//! runs in the runtime that all threads share.

use std::{
    any::Any,
    convert::Infallible,
    mem,
    panic::{AssertUnwindSafe, catch_unwind},
    pin::{Pin, pin},
    sync::Arc,
    task::{Context, Poll},
};

use axum::{
    Router,
    body::Body,
    http::{HeaderMap, Method, Request},
    response::{IntoResponse as _, Response},
};
use tokio::{
    runtime::Handle,
    task::{JoinError, JoinHandle},
};
use tower::Service;

use super::{
    answers::{Failure, json_in},
    api,
    extractors::Asking,
    middleware::{Arrival, Counters},
    router,
    server::Peer,
};
use crate::core::{app::App, crypto::jwt::LastToken, error::Error};

/// The only route that does not go through the router.
const VERIFY: &str = "/api/keys/verify";

/// Where the API reads or writes all keys or entries of an account, or looks at all accounts.
const LONG: [&str; 4] = ["/api/keys/export", "/api/keys/import", "/api/audit/verify", "/api/admin/"];

/// Everything that answers requests.
#[derive(Clone)]
pub struct Entrance(Arc<Inner>);

struct Inner {
    app: App,
    counters: Arc<Counters>,
    router: Router,
    /// Where other origins may call, the layer of the router that answers browsers has its say in every answer.
    is_direct: bool,
    /// The runtime that all threads share.
    shared: Handle,
}

impl Entrance {
    /// To be called in the runtime that all threads share.
    pub(super) fn new(app: App, counters: Arc<Counters>, router: Router) -> Self {
        let is_direct = app.config.allowed_origins.is_empty();
        Self(Arc::new(Inner { app, counters, router, is_direct, shared: Handle::current() }))
    }

    /// Answers one request that came from `peer`.
    pub(super) async fn answer(
        &self,
        peer: Option<Peer>,
        last_token: &LastToken,
        mut request: Request<Body>,
    ) -> Response {
        if self.0.is_direct && is_check(&request) {
            return self.check(peer, last_token, request).await;
        }
        if let Some(peer) = peer {
            request.extensions_mut().insert(peer);
        }
        let mut router = self.0.router.clone();
        if is_short(request.uri().path()) {
            let Ok(response) = router.call(request).await;
            return response;
        }
        let (method, uri) = (request.method().clone(), request.uri().clone());
        let answering = self.0.shared.spawn(async move { router.call(request).await });
        match Attended(answering).await {
            Ok(Ok(response)) => response,
            Err(error) => {
                let Inner { app, counters, .. } = &*self.0;
                let arrival = Arrival::new(app, peer, (&method, &uri, &HeaderMap::new()));
                arrival.leave(Failure(Error::internal(error)).into_response(), counters, "none")
            }
        }
    }

    async fn check(&self, peer: Option<Peer>, last_token: &LastToken, request: Request<Body>) -> Response {
        let Inner { app, counters, .. } = &*self.0;
        let (mut parts, body) = request.into_parts();
        let arrival = Arrival::new(app, peer, (&parts.method, &parts.uri, &parts.headers));
        let asking = Asking {
            method: &parts.method,
            path: VERIFY,
            headers: &parts.headers,
            client: &arrival.client,
            tally: Some(&arrival.tally),
            last_token: Some(last_token),
        };
        let answered = {
            let answer = pin!(api::verify_key(app, &asking, body));
            caught(answer).await
        };
        let response = match answered {
            Ok(Ok(body)) => json_in(mem::take(&mut parts.headers), body),
            Ok(Err(failure)) => failure.into_response(),
            Err(panic) => router::panicked(panic),
        };
        arrival.leave(response, counters, VERIFY)
    }
}

/// Whether answering takes no more than some microseconds between two waits: requests to the API do, but for those that
/// read or write all keys of an account.
fn is_short(path: &str) -> bool {
    let is_of_api = path.starts_with("/api/") || path == "/health" || path == "/ready";
    is_of_api && !LONG.iter().any(|long| path.starts_with(long))
}

fn is_check(request: &Request<Body>) -> bool {
    request.method() == Method::POST && request.uri().path() == VERIFY && request.uri().query().is_none()
}

/// Waits for what `future` gives, or for its panic.
fn caught<F: Future>(mut future: Pin<&mut F>) -> impl Future<Output = Result<F::Output, Box<dyn Any + Send>>> {
    std::future::poll_fn(move |cx| match catch_unwind(AssertUnwindSafe(|| future.as_mut().poll(cx))) {
        Ok(Poll::Pending) => Poll::Pending,
        Ok(Poll::Ready(output)) => Poll::Ready(Ok(output)),
        Err(panic) => Poll::Ready(Err(panic)),
    })
}

/// An answer that is written elsewhere, which ends where nobody waits for it any more.
struct Attended<T>(JoinHandle<T>);

impl<T> Future for Attended<T> {
    type Output = Result<T, JoinError>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        Pin::new(&mut self.0).poll(cx)
    }
}

impl<T> Drop for Attended<T> {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl Service<Request<Body>> for Entrance {
    type Response = Response;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Response, Infallible>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<Body>) -> Self::Future {
        let (entrance, peer) = (self.clone(), request.extensions().get::<Peer>().copied());
        Box::pin(async move { Ok(entrance.answer(peer, &LastToken::default(), request).await) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn entrance(folder: &tempfile::TempDir, router: Router) -> Entrance {
        let variables = [("DATA_DIR".to_owned(), folder.path().display().to_string())].into();
        let configuration = crate::core::configuration::read(&variables).unwrap();
        let outside = crate::core::app::Outside {
            clock: crate::core::clock::system(),
            mailer: crate::core::mailer::of(&configuration),
        };
        let (app, _batches) = App::open(configuration, "http://vault.test".into(), outside).await.unwrap();
        Entrance::new(app, Arc::default(), router)
    }

    #[tokio::test]
    async fn what_a_connection_keeps_of_a_request_stays_small() {
        let folder = tempfile::tempdir().unwrap();
        let entrance = entrance(&folder, Router::new()).await;

        let last_token = LastToken::default();
        let answer = entrance.answer(None, &last_token, Request::new(Body::empty()));

        // hyper keeps it for each connection and moves each new one there: what waits for the database is boxed
        assert!(size_of_val(&answer) <= 3 * 1024, "{} bytes", size_of_val(&answer));
    }

    async fn thread_that_answers(entrance: &Entrance, path: &str) -> String {
        let request = Request::get(path).body(Body::empty()).unwrap();
        let answer = entrance.answer(None, &LastToken::default(), request).await;
        String::from_utf8(axum::body::to_bytes(answer.into_body(), 100).await.unwrap().into()).unwrap()
    }

    #[test]
    fn what_may_take_long_does_not_hold_up_the_thread_of_its_connection() {
        let folder = tempfile::tempdir().unwrap();
        let here = || format!("{:?}", std::thread::current().id());
        let shared = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
        let router = Router::new().fallback(move || async move { here() });
        let entrance = shared.block_on(entrance(&folder, router));
        let own = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();

        for path in ["/api/keys", "/api/keys/1/decrypt", "/api/auth/me", "/api/keys/verify", "/health", "/ready"] {
            assert_eq!(own.block_on(thread_that_answers(&entrance, path)), here(), "{path}");
        }
        for path in ["/", "/keys", "/docs", "/metrics", "/api/keys/export", "/api/keys/import", "/api/audit/verify"] {
            assert_ne!(own.block_on(thread_that_answers(&entrance, path)), here(), "{path}");
        }
    }

    #[tokio::test]
    async fn what_takes_long_ends_where_nobody_waits_for_it() {
        let folder = tempfile::tempdir().unwrap();
        let held = Arc::new(());
        let router = Router::new().fallback({
            let held = held.clone();
            move || {
                let held = held.clone();
                async move {
                    std::future::pending::<()>().await;
                    drop(held);
                }
            }
        });
        let entrance = entrance(&folder, router).await;
        let before = Arc::strong_count(&held);

        let request = Request::get("/keys").body(Body::empty()).unwrap();
        let last_token = LastToken::default();
        let mut answer = Box::pin(entrance.answer(None, &last_token, request));
        assert!(tokio::time::timeout(std::time::Duration::from_millis(50), &mut answer).await.is_err());
        assert_eq!(Arc::strong_count(&held), before + 1, "it is under way");

        drop(answer);
        while Arc::strong_count(&held) > before {
            tokio::task::yield_now().await;
        }
    }

    #[tokio::test]
    async fn a_panic_is_caught_also_after_a_wait() {
        let panics = async {
            tokio::task::yield_now().await;
            assert_eq!(1, 2, "a reason");
        };

        assert!(caught(pin!(panics)).await.is_err());
        assert!(matches!(caught(pin!(async { 7 })).await, Ok(7)));
    }
}
