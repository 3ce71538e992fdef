//! `vk run --watch`: the program is a child that is started anew when a value changes.
//!
//! States: running → (a value changed) ending → running again; running or ending → (the child ended by itself, or
//! somebody sent a signal that ends) gone. A refused or absent server never ends a running program.

use std::{
    fs::File,
    os::unix::process::ExitStatusExt as _,
    process::{Child, ExitStatus},
    sync::mpsc::{self, Receiver, RecvTimeoutError, Sender},
    time::{Duration, Instant},
};

use rustix::{
    process::{Pid, Signal, getpgrp, kill_process},
    termios::tcgetpgrp,
};
use serde_json::Value;
use signal_hook::{
    consts::{SIGCHLD, SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGUSR1, SIGUSR2},
    iterator::Signals,
};

use super::{command, fetch, not_started, variables};
use crate::{
    arguments::RunOptions,
    client::Client,
    failure::{Failure, Kind},
    json::{number, text},
    output::Screen,
    system,
    texts::Text,
};

/// How long a program may take to end before it is killed.
const PATIENCE: Duration = Duration::from_secs(10);

enum Event {
    Signal(i32),
    Changed(Value),
}

/// Runs the program until it ends; its exit code.
pub fn run(client: Client, options: &RunOptions) -> Result<u8, Failure> {
    let screen = client.screen;
    // before the values, so that a change between the two is seen
    let seen = list(&client, options).unwrap_or_default();
    let keys = fetch::keys(&client, options)?;
    let (send, events) = mpsc::channel();
    listen(send.clone())?;
    let mut child = start(screen, options, &keys)?;
    std::thread::scope(|scope| {
        scope.spawn(move || poll(&client, options, seen, keys, &send));
        let done = supervise(screen, options, &mut child, &events);
        let code = done.unwrap_or_else(|failure| {
            failure.tell(screen);
            failure.kind.code()
        });
        // a request that is under way is not waited for
        std::process::exit(code.into());
    })
}

fn start(screen: &Screen, options: &RunOptions, keys: &Value) -> Result<Child, Failure> {
    command(screen, options, keys)?.spawn().map_err(|error| not_started(options, &error))
}

fn supervise(
    screen: &Screen,
    options: &RunOptions,
    child: &mut Child,
    events: &Receiver<Event>,
) -> Result<u8, Failure> {
    loop {
        // the signal of an ended child may have come before it was a child
        if let Some(code) = ended(child) {
            return Ok(code);
        }
        match events.recv_timeout(Duration::from_secs(1)) {
            Ok(Event::Signal(signal)) => forward(child, signal),
            Ok(Event::Changed(mut keys)) => {
                screen.note(Text::Restarting, &[]);
                if let Some(code) = end(child, events, &mut keys) {
                    return Ok(code);
                }
                *child = start(screen, options, &keys)?;
            }
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => system::pause(Duration::from_millis(100)),
        }
    }
}

/// Ends the child for a restart, and keeps the newest values that come meanwhile; a code where somebody asked for the
/// end.
fn end(child: &mut Child, events: &Receiver<Event>, newest: &mut Value) -> Option<u8> {
    forward(child, SIGTERM);
    let until = Instant::now() + PATIENCE;
    let mut is_over = false;
    loop {
        if let Some(code) = ended(child) {
            return is_over.then_some(code);
        }
        if Instant::now() >= until {
            let _ = child.kill();
        }
        match events.recv_timeout(Duration::from_millis(20)) {
            Ok(Event::Signal(signal)) => {
                is_over |= matches!(signal, SIGINT | SIGTERM | SIGHUP | SIGQUIT);
                forward(child, signal);
            }
            Ok(Event::Changed(keys)) => *newest = keys,
            Err(_) => {}
        }
    }
}

fn ended(child: &mut Child) -> Option<u8> {
    child.try_wait().ok().flatten().map(code)
}

/// The code that a shell would tell: 128 and the signal's number where one ended it.
fn code(status: ExitStatus) -> u8 {
    let code = status.code().or_else(|| status.signal().map(|signal| 128 + signal)).unwrap_or(1);
    u8::try_from(code).unwrap_or(1)
}

fn forward(child: &Child, signal: i32) {
    if signal == SIGCHLD || (matches!(signal, SIGINT | SIGQUIT) && is_in_foreground()) {
        return; // the terminal sent it to the child as well
    }
    let pid = i32::try_from(child.id()).ok().and_then(Pid::from_raw);
    if let (Some(pid), Some(signal)) = (pid, Signal::from_named_raw(signal)) {
        let _ = kill_process(pid, signal);
    }
}

fn is_in_foreground() -> bool {
    File::open("/dev/tty").is_ok_and(|terminal| tcgetpgrp(&terminal).is_ok_and(|group| group == getpgrp()))
}

fn listen(send: Sender<Event>) -> Result<(), Failure> {
    let signals = Signals::new([SIGCHLD, SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGUSR1, SIGUSR2]);
    let mut signals = signals.map_err(|error| Failure::of_io(Text::CanNotWatch, "", &error))?;
    std::thread::spawn(move || {
        for signal in signals.forever() {
            if send.send(Event::Signal(signal)).is_err() {
                return;
            }
        }
    });
    Ok(())
}

/// Looks at the list, which shows no value, and fetches the values only where something in it changed.
fn poll(client: &Client, options: &RunOptions, mut seen: Vec<String>, mut keys: Value, send: &Sender<Event>) {
    let mut is_troubled = false;
    loop {
        system::pause(Duration::from_secs(options.every));
        match look(client, options, &mut seen) {
            Ok(fresh) => {
                is_troubled = false;
                if let Some(fresh) = fresh.filter(|fresh| variables::values(fresh) != variables::values(&keys)) {
                    keys = fresh.clone();
                    if send.send(Event::Changed(fresh)).is_err() {
                        return;
                    }
                }
            }
            Err(failure) if !is_troubled => {
                is_troubled = true;
                let text = if failure.kind == Kind::Access { Text::WatchRefused } else { Text::WatchBlind };
                client.screen.warn(text, &[&failure.message(client.screen)]);
            }
            Err(_) => {}
        }
    }
}

/// The values, where the list is another than the one seen before.
fn look(client: &Client, options: &RunOptions, seen: &mut Vec<String>) -> Result<Option<Value>, Failure> {
    let list = list(client, options)?;
    if *seen == list {
        return Ok(None);
    }
    let keys = fetch::fresh(client, options)?;
    *seen = list;
    Ok(Some(keys))
}

/// The list of keys, as far as a change of a value shows in it.
fn list(client: &Client, options: &RunOptions) -> Result<Vec<String>, Failure> {
    let query = [("environment", options.place.name().unwrap_or_default())];
    let rows = client.list("/api/keys", &query, None)?;
    let shown = |key: &Value| {
        format!("{} {} {} {}", text(key, "id"), text(key, "name"), number(key, "version"), text(key, "updated_at"))
    };
    let mut list: Vec<_> = rows.iter().map(shown).collect();
    list.sort_unstable();
    Ok(list)
}
