//! The scripts in Redis do what the functions of the memory do, step by step, in a time that the test gives.

use std::time::Duration;

use vault_api::core::limits::{Guesses, Outcome, Policy, Quota, Window, spend};

use crate::support::RedisServer;

const SPEND: &str = include_str!("../../../src/core/limits/spend.lua");
const WINDOW: &str = include_str!("../../../src/core/limits/window.lua");
const GUESSES: &str = include_str!("../../../src/core/limits/guesses.lua");

/// A script whose time is an argument, after those that it has.
fn timed(script: &str, arguments: usize) -> redis::Script {
    let seconds = format!("ARGV[{}]", arguments + 1);
    let asked = "local time = redis.call('TIME')";
    assert!(script.contains(asked));
    redis::Script::new(&script.replace(asked, &format!("local time = {{ 0, {seconds} }}")))
}

/// The same numbers in every run.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, below: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % below
    }
}

fn connect(redis: &RedisServer) -> redis::Connection {
    redis::Client::open(redis.url()).expect("an address").get_connection().expect("Redis answers")
}

#[test]
fn requests_are_counted_alike() {
    let redis = RedisServer::start();
    let (mut connection, script, mut dice) = (connect(&redis), timed(SPEND, 2), Dice(7));
    for (number, most, window) in [(0, 10, 60), (1, 600, 60), (2, 5, 3600), (3, 1, 60), (4, 7, 61)] {
        let quota = Quota { most, window: Duration::from_secs(window) };
        let (mut state, mut now) = (None, 1_800_000_000_000_000_i64);
        for _ in 0..300 {
            // a step back now and then, as a clock may make it
            now += i64::try_from(dice.roll(2 * window * 1_000_000 / u64::from(most))).unwrap() - 1000;
            let here = spend(state, now, quota);
            let (told, before): (i64, i64) = script
                .key(format!("requests{number}"))
                .arg(quota.interval())
                .arg(quota.most)
                .arg(now)
                .invoke(&mut connection)
                .expect("an answer");
            assert_eq!(told, now);
            assert_eq!(spend(Some(before), told, quota), here);
            state = Some(here.arrival);
        }
    }
}

#[test]
fn uses_of_keys_are_counted_alike() {
    let redis = RedisServer::start();
    let (mut connection, script, mut dice) = (connect(&redis), timed(WINDOW, 3), Dice(5));
    for (number, most, window) in [(0, 10, 60), (1, 600, 60), (2, 5, 86_400), (3, 1, 1), (4, 100, 7)] {
        let length = Duration::from_secs(window);
        let micros = window * 1_000_000;
        let (mut state, mut now) = (Window::default(), 1_800_000_000_000_000_i64);
        for _ in 0..600 {
            now += i64::try_from(dice.roll(2 * micros / u64::from(most))).unwrap() - 1000;
            let here = state.spend(now, most, length);
            let told: u64 = script
                .key(format!("uses{number}"))
                .arg(most)
                .arg(micros)
                .arg(micros / 64)
                .arg(now)
                .invoke(&mut connection)
                .expect("an answer");
            assert_eq!(here.unwrap_or_default(), Duration::from_micros(told));
        }
    }
}

#[test]
fn wrong_passwords_are_counted_alike() {
    let redis = RedisServer::start();
    let (mut connection, script, mut dice) = (connect(&redis), timed(GUESSES, 6), Dice(11));
    let account = Policy { free: 3, most: 100, forget: Duration::from_hours(24), from_last: true, right_ends: true };
    let address = Policy { free: 20, most: 20, forget: Duration::from_mins(10), from_last: false, right_ends: false };
    for (number, policy, pause) in
        [(0, account, 40_000_000), (1, account, 3_000_000), (2, address, 60_000_000), (3, address, 5_000_000)]
    {
        let (mut state, mut now) = (Guesses::default(), 1_800_000_000_000_000_i64);
        for turn in 0..1000 {
            now += i64::try_from(dice.roll(pause)).unwrap() - 1000;
            let (act, outcome) = match dice.roll(if turn % 200 < 150 { 20 } else { 21 }) {
                0..10 => ("begin", None),
                10..19 => ("wrong", Some(Outcome::Wrong)),
                19 => ("open", Some(Outcome::Open)),
                _ => ("right", Some(Outcome::Right)),
            };
            let here = match outcome {
                None => {
                    let (next, begun) = state.begin(now, &policy);
                    state = next;
                    begun.err().unwrap_or_default()
                }
                Some(outcome) => {
                    state = state.end(now, &policy, outcome);
                    Duration::ZERO
                }
            };
            let mut call = script.key(format!("guesses{number}"));
            call.arg(act).arg(policy.free).arg(policy.most).arg(u64::try_from(policy.forget.as_micros()).unwrap());
            call.arg(i64::from(policy.from_last)).arg(i64::from(policy.right_ends)).arg(now);
            let there: u64 = call.invoke(&mut connection).expect("an answer");
            assert_eq!(Duration::from_micros(there), here, "policy {number}, turn {turn}: {act} {state:?}");
        }
    }
}
