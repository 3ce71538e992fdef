//! A sign of life while one long request is under way: on stderr, and only where a person looks.

use std::{
    io::{self, Write as _},
    sync::mpsc::{self, RecvTimeoutError, Sender},
    thread::JoinHandle,
    time::{Duration, Instant},
};

use super::Screen;

/// Short work shows nothing.
const PATIENCE: Duration = Duration::from_millis(300);
const STEP: Duration = Duration::from_millis(100);
const WIDTH: usize = 24;

/// The bar; dropped, it takes its line away.
pub struct Progress(Option<(Sender<()>, JoinHandle<()>)>);

impl Progress {
    /// Shows `text` with a moving bar until dropped.
    pub fn begin(screen: &Screen, text: String) -> Self {
        if !screen.aside_is_terminal {
            return Self(None);
        }
        let (end, ended) = mpsc::channel::<()>();
        let drawing = std::thread::spawn(move || {
            let began = Instant::now();
            let mut step = 0;
            let mut wait = PATIENCE;
            while ended.recv_timeout(wait) == Err(RecvTimeoutError::Timeout) {
                wait = STEP;
                let seconds = began.elapsed().as_secs();
                let _ = write!(io::stderr().lock(), "\r\x1b[2K{text} [{}] {seconds} s", bar(step));
                step += 1;
            }
            if step > 0 {
                let _ = write!(io::stderr().lock(), "\r\x1b[2K");
            }
        });
        Self(Some((end, drawing)))
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if let Some((end, drawing)) = self.0.take() {
            drop(end);
            let _ = drawing.join();
        }
    }
}

/// A piece that goes to and fro: how much is done is known to the server alone, which stores all or nothing.
fn bar(step: usize) -> String {
    const PIECE: usize = 6;
    let way = WIDTH - PIECE;
    let at = step % (2 * way);
    let at = if at > way { 2 * way - at } else { at };
    format!("{}{}{}", "·".repeat(at), "━".repeat(PIECE), "·".repeat(way - at))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_piece_stays_inside_the_bar() {
        for step in 0..100 {
            assert_eq!(bar(step).chars().count(), WIDTH, "{step}");
        }
        assert_ne!(bar(0), bar(1));
    }
}
