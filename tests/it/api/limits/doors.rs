//! Requests: for each address, for each account, before the body is read, told in headers.

use chrono::TimeDelta;
use serde_json::json;

use super::{PASSWORD, WRONG, credentials, log_in_from, refused};
use crate::support::{Actor, DEFAULT_LIMITS, Reply, TestApp};

/// Registers from this address.
async fn register_from(app: &TestApp, peer: &str, name: &str) -> Reply {
    let email = format!("{name}@example.com");
    app.call_from(peer, "POST", "/api/auth/register", Some(credentials(&email, PASSWORD))).await
}

/// Reads the account until it is refused: how often it was not.
async fn read_until_refused(actor: &Actor<'_>) -> usize {
    for turn in 0..100 {
        if actor.get("/api/auth/me").await.status == 429 {
            return turn;
        }
    }
    panic!("never refused");
}

on_both! {
    with DEFAULT_LIMITS;

    async fn the_eleventh_sign_in_of_a_minute_waits_and_another_address_does_not(app: TestApp) {
        for turn in 0..10 {
            let reply = log_in_from(&app, "192.0.2.1", &format!("nobody{turn}@example.com"), WRONG).await.expect_problem(401, "invalid_credentials");
            assert_eq!(reply.header("ratelimit-policy"), r#""auth";q=10;w=60"#);
            assert_eq!(reply.header("ratelimit"), format!(r#""auth";r={};t={}"#, 9 - turn, 6 * (turn + 1)));
        }

        let wait = refused(log_in_from(&app, "192.0.2.1", "nobody@example.com", WRONG).await, "auth");

        assert_eq!(wait, 6);
        log_in_from(&app, "192.0.2.2", "nobody@example.com", WRONG).await.expect(401);
        app.clock.advance(TimeDelta::seconds(5));
        refused(log_in_from(&app, "192.0.2.1", "nobody@example.com", WRONG).await, "auth");
        app.clock.advance(TimeDelta::seconds(1));
        log_in_from(&app, "192.0.2.1", "nobody@example.com", WRONG).await.expect(401);
    }

    async fn a_spray_over_three_hundred_accounts_costs_twenty_hashes_a_minute_at_most(app: TestApp) {
        let before = app.app.hasher.compared();
        for turn in 0..300 {
            let reply = log_in_from(&app, "192.0.2.1", &format!("nobody{turn}@example.com"), WRONG).await;
            assert!(matches!(reply.status, 401 | 429), "{}", reply.text());
            app.clock.advance(TimeDelta::milliseconds(200));
        }

        let hashes = app.app.hasher.compared() - before;
        assert!((10..=20).contains(&hashes), "{hashes} hashes within a minute");
    }

    async fn every_route_that_lets_somebody_in_shares_the_count_and_refuses_before_the_body(app: TestApp) {
        for turn in 0..10 {
            let path = ["/api/auth/login", "/api/auth/register", "/api/auth/recover", "/api/auth/reset", "/reset"][turn % 5];
            let reply = app.call_from("192.0.2.1", "POST", path, Some(json!({}))).await;
            assert!(matches!(reply.status, 415 | 422), "{path}: {}", reply.text());
        }

        // the page says the same as a page
        app.call_from_with("192.0.2.1", "POST", "/reset", None, &[("content-type", "text/nonsense")]).await.expect(429);
        for path in ["/api/auth/login", "/api/auth/register", "/api/auth/recover", "/api/auth/reset"] {
            refused(app.call_from_with("192.0.2.1", "POST", path, None, &[("content-type", "text/nonsense")]).await, "auth");
        }
    }

    async fn an_ipv6_client_is_counted_by_its_64(app: TestApp) {
        for turn in 0..10 {
            log_in_from(&app, &format!("2001:db8:1:2:{turn}::1"), "nobody@example.com", WRONG).await.expect(401);
        }

        refused(log_in_from(&app, "2001:db8:1:2:ffff::1", "nobody@example.com", WRONG).await, "auth");
        log_in_from(&app, "2001:db8:1:3::1", "nobody@example.com", WRONG).await.expect(401);
    }

    async fn a_mapped_address_is_the_ipv4_one(app: TestApp) {
        for turn in 0..10 {
            let peer = if turn % 2 == 0 { "192.0.2.1" } else { "::ffff:192.0.2.1" };
            log_in_from(&app, peer, "nobody@example.com", WRONG).await.expect(401);
        }

        refused(log_in_from(&app, "::ffff:192.0.2.1", "nobody@example.com", WRONG).await, "auth");
    }

    async fn a_forged_forwarded_address_opens_no_new_count(app: TestApp) {
        for turn in 0..10 {
            let forged = format!("198.51.100.{turn}");
            let headers = [("x-forwarded-for", forged.as_str()), ("x-real-ip", &forged), ("forwarded", &format!("for={forged}"))];
            let body = Some(credentials("nobody@example.com", WRONG));
            app.call_from_with("192.0.2.1", "POST", "/api/auth/login", body, &headers).await.expect(401);
        }

        let body = Some(credentials("nobody@example.com", WRONG));
        refused(app.call_from_with("192.0.2.1", "POST", "/api/auth/login", body, &[("x-forwarded-for", "198.51.100.99")]).await, "auth");
    }

    async fn an_address_registers_five_accounts_an_hour(app: TestApp) {
        for turn in 0..5 {
            register_from(&app, "192.0.2.1", &format!("someone{turn}")).await.expect(201);
        }

        let wait = refused(register_from(&app, "192.0.2.1", "someone5").await, "register");

        assert_eq!(wait, 12 * 60);
        register_from(&app, "192.0.2.2", "someone5").await.expect(201);
        app.clock.advance(TimeDelta::minutes(12));
        register_from(&app, "192.0.2.1", "someone6").await.expect(201);
    }

    async fn a_hundred_accounts_an_hour_are_made_in_all(app: TestApp) {
        for turn in 0..100 {
            register_from(&app, &format!("192.0.2.{}", turn / 5), &format!("someone{turn}")).await.expect(201);
        }

        refused(register_from(&app, "192.0.2.200", "someone").await, "register-in-all");
    }

    async fn a_registration_with_faults_or_a_taken_address_counts_for_none_of_the_five(app: TestApp) {
        register_from(&app, "192.0.2.1", "alice").await.expect(201);
        for turn in 0..8 {
            app.clock.advance(TimeDelta::seconds(10));
            let password = if turn % 2 == 0 { "short" } else { PASSWORD };
            let body = Some(credentials("alice@example.com", password));
            let reply = app.call_from("192.0.2.1", "POST", "/api/auth/register", body).await;
            assert!(matches!(reply.status, 409 | 422), "{}", reply.text());
        }

        for name in ["bob", "carol", "dave", "eve"] {
            register_from(&app, "192.0.2.1", name).await.expect(201);
        }
        refused(register_from(&app, "192.0.2.1", "frank").await, "register");
    }

    async fn an_account_reveals_thirty_values_a_minute(app: TestApp) {
        let (alice, bob) = (app.member("alice").await, app.member("bob").await);
        let id = alice.store("key", "a value of a certain length").await["id"].as_str().unwrap().to_owned();
        for turn in 0..30 {
            let (method, path) = if turn % 2 == 0 { ("GET", "decrypt") } else { ("POST", "reveal") };
            let reply = alice.call(method, &format!("/api/keys/{id}/{path}"), None).await.expect(200);
            assert_eq!(reply.header("ratelimit"), format!(r#""reveal";r={};t={}"#, 29 - turn, 2 * (turn + 1)));
        }

        let wait = refused(alice.get(&format!("/api/keys/{id}/decrypt")).await, "reveal");

        assert_eq!(wait, 2);
        alice.get("/api/auth/me").await.expect(200);
        bob.get(&format!("/api/keys/{id}/decrypt")).await.expect(404);
        let revealed = app.sql("select count(*) from auth.audit_trail where action = 'key.revealed'").await;
        assert_eq!(revealed, "30");
    }

    async fn six_hundred_requests_a_minute_are_told_to_a_member(app: TestApp) {
        let alice = app.member("alice").await;

        let reply = alice.get("/api/auth/me").await.expect(200);

        assert_eq!(reply.header("ratelimit-policy"), r#""api";q=600;w=60"#);
        assert_eq!(reply.header("ratelimit"), r#""api";r=599;t=1"#);
    }
}

mod with_a_small_quota {
    use super::*;

    on_both! {
        with [("RATE_LIMIT_API_PER_MINUTE", "5")];

        async fn an_account_has_one_quota_whatever_it_comes_from_and_others_have_their_own(app: TestApp) {
            let (alice, bob) = (app.member("alice").await, app.member("bob").await);

            assert_eq!(read_until_refused(&alice).await, 5);
            let other_session = alice.sign_in().await;
            let headers = [("authorization", format!("Bearer {other_session}"))];
            let headers = headers.each_ref().map(|(name, value)| (*name, value.as_str()));
            refused(app.call_from_with("192.0.2.9", "GET", "/api/auth/me", None, &headers).await, "api");
            refused(app.call_from_with("192.0.2.9", "POST", "/api/keys", None, &headers).await, "api");
            assert_eq!(read_until_refused(&bob).await, 5);
            app.clock.advance(TimeDelta::seconds(12));
            assert_eq!(read_until_refused(&alice).await, 1);
        }

        async fn who_tries_tokens_is_counted_by_the_address(app: TestApp) {
            for turn in 0..5 {
                let token = format!("Bearer guess{turn}");
                app.call_from_with("192.0.2.1", "GET", "/api/auth/me", None, &[("authorization", &token)]).await.expect_problem(401, "unauthenticated");
            }

            refused(app.call_from_with("192.0.2.1", "GET", "/api/keys", None, &[("authorization", "Bearer x")]).await, "anonymous");
            refused(app.call_from("192.0.2.1", "GET", "/api/providers", None).await, "anonymous");
            app.call_from("192.0.2.2", "GET", "/api/providers", None).await.expect(200);
        }

        async fn pages_and_the_operators_routes_are_not_limited(app: TestApp) {
            for path in ["/", "/health", "/ready", "/metrics", "/docs", "/openapi.json", "/pricing", "/assets/console/app.css"] {
                for _ in 0..8 {
                    let reply = app.call_from("192.0.2.1", "GET", path, None).await.expect(200);
                    assert!(reply.headers.get("ratelimit").is_none(), "{path}");
                }
            }
        }
    }
}

mod with_an_origin {
    use super::*;

    on_both! {
        with [("ALLOWED_ORIGINS", "https://app.example.com")];

        async fn browsers_of_other_origins_may_read_how_long_to_wait(app: TestApp) {
            let reply = app.call_with("POST", "/api/auth/login", Some(json!({})), &[("origin", "https://app.example.com")]).await;

            let exposed = reply.header("access-control-expose-headers").to_owned();
            for name in ["retry-after", "ratelimit", "ratelimit-policy"] {
                assert!(exposed.split(',').any(|one| one == name), "{name} is not in {exposed}");
            }
        }
    }
}

mod without_limits {
    use super::*;

    on_both! {
        with [("RATE_LIMIT_ENABLED", "false"), ("RATE_LIMIT_AUTH_PER_MINUTE", "1")];

        async fn nothing_is_limited_where_limits_are_off(app: TestApp) {
            register_from(&app, "192.0.2.1", "alice").await.expect(201);
            for _ in 0..30 {
                let reply = log_in_from(&app, "192.0.2.1", "alice@example.com", WRONG).await.expect(401);
                assert!(reply.headers.get("ratelimit").is_none());
            }

            log_in_from(&app, "192.0.2.1", "alice@example.com", PASSWORD).await.expect(200);
        }
    }
}
