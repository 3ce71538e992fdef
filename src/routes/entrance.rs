//! The way in. Checks of keys stand before every request of somebody else's service, so they go straight to their handler;
//! everything else goes through the router. Both do the same in the same order, and a test compares their answers.

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
    http::{Method, Request},
    response::{IntoResponse as _, Response},
};
use tower::Service;

use super::{
    answers::json_in,
    api,
    extractors::Asking,
    middleware::{Arrival, Counters},
    router,
    server::Peer,
};
use crate::core::{app::App, crypto::jwt::LastToken};

/// The only route that does not go through the router.
const VERIFY: &str = "/api/keys/verify";

/// Everything that answers requests.
#[derive(Clone)]
pub struct Entrance(Arc<Inner>);

struct Inner {
    app: App,
    counters: Arc<Counters>,
    router: Router,
    /// Where other origins may call, the layer of the router that answers browsers has its say in every answer.
    is_direct: bool,
}

impl Entrance {
    pub(super) fn new(app: App, counters: Arc<Counters>, router: Router) -> Self {
        let is_direct = app.config.allowed_origins.is_empty();
        Self(Arc::new(Inner { app, counters, router, is_direct }))
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
        match self.0.router.clone().call(request).await {
            Ok(response) => response,
            Err(never) => match never {},
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

    #[tokio::test]
    async fn what_a_connection_keeps_of_a_request_stays_small() {
        let folder = tempfile::tempdir().unwrap();
        let variables = [("DATA_DIR".to_owned(), folder.path().display().to_string())].into();
        let configuration = crate::core::configuration::read(&variables).unwrap();
        let outside = crate::core::app::Outside {
            clock: crate::core::clock::system(),
            mailer: crate::core::mailer::of(&configuration),
        };
        let (app, _batches) = App::open(configuration, "http://vault.test".into(), outside).await.unwrap();
        let entrance = Entrance::new(app, Arc::default(), Router::new());

        let last_token = LastToken::default();
        let answer = entrance.answer(None, &last_token, Request::new(Body::empty()));

        // hyper keeps it for each connection and moves each new one there: what waits for the database is boxed
        assert!(size_of_val(&answer) <= 3 * 1024, "{} bytes", size_of_val(&answer));
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
