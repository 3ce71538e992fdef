//! Accepts connections and serves them: slow clients are cut off, one bad client never costs another anything.

use std::{
    convert::Infallible,
    io,
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use axum::{body::Body, http::Request};
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::{rt::TokioIo, server::graceful::GracefulShutdown};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::{OwnedSemaphorePermit, Semaphore, watch},
};
use tokio_io_timeout::TimeoutStream;

use super::{entrance::Entrance, lanes::Lanes, patience::Patience};
use crate::core::{crypto::jwt::LastToken, system};

/// A request's head must be there within this, also on a connection that is kept open.
const HEAD_PATIENCE: Duration = Duration::from_secs(10);
/// A client must take something of an answer within this.
const WRITE_PATIENCE: Duration = Duration::from_secs(20);
/// What is under way when the server is told to stop may take this long.
const DRAIN_PATIENCE: Duration = Duration::from_secs(30);
const MOST_HEAD_BYTES: usize = 32 * 1024;
const MOST_HEADERS: usize = 100;
/// Sockets and files that are no client connections, and those that each core adds: its thread's own, and connections to
/// the database.
const RESERVED_FILES: u64 = 128;
const RESERVED_FILES_OF_A_CORE: u64 = 12;

/// The other end of the connection.
#[derive(Clone, Copy, Debug)]
pub struct Peer(pub SocketAddr);

/// Serves on these threads until `stop` says so, then finishes what is under way.
pub async fn serve(listener: TcpListener, lanes: Lanes, entrance: Entrance, mut stop: watch::Receiver<bool>) {
    let graceful = GracefulShutdown::new();
    let seats = Arc::new(Semaphore::new(most_connections()));
    let open = Arc::new(AtomicUsize::new(0));
    loop {
        let accepted = tokio::select! {
            biased;
            _ = stop.wait_for(|stop| *stop) => break,
            accepted = accept(&listener, &seats) => accepted,
        };
        let Some((stream, peer, seat)) = accepted else { continue };
        // it is listened to from the thread that serves it
        let Ok(stream) = stream.into_std() else { continue };
        let (counter, watcher, entrance) = (Counter::enter(open.clone()), graceful.watcher(), entrance.clone());
        lanes.begin(move || match TcpStream::from_std(stream) {
            Ok(stream) => {
                let watched = watcher.watch(connect(stream, peer, entrance));
                tokio::spawn(async move {
                    if let Err(error) = watched.await {
                        tracing::trace!(%error, "a connection ended early");
                    }
                    drop((seat, counter));
                });
            }
            Err(error) => tracing::error!(%error, "a connection can not be served"),
        });
    }
    drop(listener);
    if tokio::time::timeout(DRAIN_PATIENCE, graceful.shutdown()).await.is_err() {
        tracing::warn!("some requests were still under way after {} s and are cut off", DRAIN_PATIENCE.as_secs());
    }
}

/// Waits for a free seat and then for a client, so that a crowd stays in the kernel's queue.
async fn accept(
    listener: &TcpListener,
    seats: &Arc<Semaphore>,
) -> Option<(TcpStream, SocketAddr, OwnedSemaphorePermit)> {
    let seat = seats.clone().acquire_owned().await.ok()?;
    match listener.accept().await {
        Ok((stream, peer)) => Some((stream, peer, seat)),
        Err(error) if is_of_the_client(&error) => None,
        Err(error) => {
            // out of files or memory: it passes, and spinning would not help
            tracing::error!(%error, "no connection can be accepted; trying again in a second");
            tokio::time::sleep(Duration::from_secs(1)).await;
            None
        }
    }
}

fn is_of_the_client(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::ConnectionAborted | io::ErrorKind::ConnectionReset | io::ErrorKind::ConnectionRefused
    )
}

fn connect(
    stream: TcpStream,
    peer: SocketAddr,
    entrance: Entrance,
) -> impl hyper_util::server::graceful::GracefulConnection<Error = hyper::Error> + Send {
    let _ = stream.set_nodelay(true);
    let mut stream = TimeoutStream::new(stream);
    stream.set_write_timeout(Some(WRITE_PATIENCE));
    let last_token = Arc::new(LastToken::default());
    let service = service_fn(move |request: Request<Incoming>| {
        let (entrance, last_token) = (entrance.clone(), last_token.clone());
        async move { Ok::<_, Infallible>(entrance.answer(Some(Peer(peer)), &last_token, request.map(Body::new)).await) }
    });
    http1::Builder::new()
        .timer(Patience::default())
        .header_read_timeout(HEAD_PATIENCE)
        .max_buf_size(MOST_HEAD_BYTES)
        .max_headers(MOST_HEADERS)
        .half_close(false)
        .serve_connection(TokioIo::new(Box::pin(stream)), service)
}

fn most_connections() -> usize {
    let cores = u64::try_from(system::cores()).unwrap_or(1);
    let reserved = RESERVED_FILES.saturating_add(cores.saturating_mul(RESERVED_FILES_OF_A_CORE));
    let files = system::most_open_files().saturating_sub(reserved).clamp(64, 20_000);
    usize::try_from(files).unwrap_or(1024)
}

/// Counts the open connections for `/metrics`.
struct Counter(Arc<AtomicUsize>);

impl Counter {
    fn enter(open: Arc<AtomicUsize>) -> Self {
        show(open.fetch_add(1, Ordering::Relaxed) + 1);
        Self(open)
    }
}

impl Drop for Counter {
    fn drop(&mut self) {
        show(self.0.fetch_sub(1, Ordering::Relaxed) - 1);
    }
}

#[expect(clippy::cast_precision_loss, reason = "a gauge of a count")]
fn show(open: usize) {
    metrics::gauge!("vault_connections").set(open as f64);
}
