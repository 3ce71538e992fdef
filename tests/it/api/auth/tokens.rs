//! Access tokens: what they say, and which ones open nothing.

use axum::{body::Body, http::Request};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::TimeDelta;
use serde_json::{Value, json};
use uuid::Uuid;
use vault_api::core::{
    clock::Clock as _,
    crypto::jwt::{Jwt, Purpose, TokenIds},
    secret::SecretText,
};

use super::{NEW_PASSWORD, assert_refused, read_me, recovery_token, reset};
use crate::support::{Actor, Reply, TestApp};

/// The header and the claims of a token.
fn parts(token: &str) -> (Value, Value) {
    let mut parts = token.split('.').map(|part| URL_SAFE_NO_PAD.decode(part).expect("base64url"));
    let (header, claims) = (parts.next().expect("a header"), parts.next().expect("claims"));
    (serde_json::from_slice(&header).expect("JSON"), serde_json::from_slice(&claims).expect("JSON"))
}

fn identifier(claims: &Value, name: &str) -> Uuid {
    claims[name].as_str().expect("a text").parse().expect("a UUID")
}

/// A token for this actor's account and session, signed by `jwt`.
fn forged(app: &TestApp, actor: &Actor<'_>, jwt: &Jwt) -> String {
    let (_, claims) = parts(&actor.token);
    let ids =
        TokenIds { account: identifier(&claims, "sub"), session: identifier(&claims, "sid"), token: Uuid::new_v4() };
    jwt.sign(Purpose::Access, ids, app.clock.now(), app.clock.now() + TimeDelta::hours(1)).expect("a token")
}

/// Reads `/api/auth/me` with these `Authorization` headers.
async fn read_me_with(app: &TestApp, values: &[&str]) -> Reply {
    let mut request = Request::get("/api/auth/me");
    for value in values {
        request = request.header("authorization", *value);
    }
    app.send(request.body(Body::empty()).expect("a request")).await
}

on_both! {
    async fn a_token_names_account_session_issuer_audience_and_its_thirty_days(app: TestApp) {
        let alice = app.member("alice").await;

        let (header, claims) = parts(&alice.token);

        assert_eq!(header["alg"], "HS256");
        assert_eq!((claims["sub"].as_str(), claims["iss"].as_str(), claims["aud"].as_str()), (Some(alice.id.as_str()), Some("vault-api"), Some("vault-api")));
        assert_eq!(claims["iat"], app.clock.now().timestamp());
        assert_eq!(claims["exp"], app.clock.now().timestamp() + 30 * 24 * 60 * 60);
        let sessions = alice.get("/api/auth/sessions").await.expect(200).json();
        assert_eq!(sessions["data"][0]["id"], claims["sid"]);
        let (_, second) = parts(&alice.sign_in().await);
        assert_ne!(identifier(&claims, "jti"), identifier(&second, "jti"));
        assert_ne!(claims["sid"], second["sid"]);
    }

    async fn a_token_holds_nothing_but_identifiers_and_times(app: TestApp) {
        let alice = app.member("alice").await;

        let (_, claims) = parts(&alice.token);

        let mut members: Vec<_> = claims.as_object().unwrap().keys().map(String::as_str).collect();
        members.sort_unstable();
        assert_eq!(members, ["aud", "exp", "iat", "iss", "jti", "sid", "sub"]);
    }

    async fn without_a_sound_token_nothing_opens(app: TestApp) {
        let alice = app.member("alice").await;
        let token = alice.token.clone();

        assert_refused(read_me_with(&app, &[]).await);
        for value in [
            "", "Bearer", "Bearer ", "Bearer garbage", "Bearer a.b.c", "Bearer ..", &format!("Basic {token}"), &token,
            &format!("Bearer {token} {token}"), &format!("Bearer\t{token}"), &format!("Bearer {token}="), &format!("Bearer {}", "x".repeat(4000)),
        ] {
            assert_refused(read_me_with(&app, &[value]).await);
        }
        for path in [format!("/api/auth/me?access_token={token}"), format!("/api/keys?token={token}")] {
            let reply = app.call_with("GET", &path, None, &[("cookie", &format!("access_token={token}; session={token}"))]).await;
            assert_refused(reply);
        }
    }

    async fn the_scheme_is_taken_in_any_case(app: TestApp) {
        let alice = app.member("alice").await;

        for scheme in ["Bearer", "bearer", "BEARER"] {
            read_me_with(&app, &[&format!("{scheme} {}", alice.token)]).await.expect(200);
        }
    }

    async fn of_two_authorization_headers_none_is_believed(app: TestApp) {
        let alice = app.member("alice").await;
        let bearer = format!("Bearer {}", alice.token);

        assert_refused(read_me_with(&app, &[&bearer, &bearer]).await);
        assert_refused(read_me_with(&app, &[&bearer, "Bearer garbage"]).await);
        assert_refused(read_me_with(&app, &["Basic YWxpY2U6eA==", &bearer]).await);
    }

    async fn a_changed_token_is_refused(app: TestApp) {
        let (alice, bob) = (app.member("alice").await, app.member("bob").await);
        let pieces: Vec<_> = alice.token.split('.').collect();
        let (_, mut claims) = parts(&alice.token);
        claims["sub"] = json!(bob.id);
        let other_claims = URL_SAFE_NO_PAD.encode(claims.to_string());
        let first = if pieces[2].starts_with('A') { "B" } else { "A" };

        let signature = format!("{}.{}.{first}{}", pieces[0], pieces[1], &pieces[2][1..]);
        let content = format!("{}.{other_claims}.{}", pieces[0], pieces[2]);
        let truncated = &alice.token[..alice.token.len() - 1];

        for token in [signature.as_str(), &content, truncated] {
            assert_refused(read_me(&app, token).await);
        }
        read_me(&app, &alice.token).await.expect(200);
    }

    async fn another_algorithm_is_refused(app: TestApp) {
        let alice = app.member("alice").await;
        let (_, rest) = alice.token.split_once('.').unwrap();
        let (claims, signature) = rest.split_once('.').unwrap();

        for header in [r#"{"typ":"at+jwt","alg":"none"}"#, r#"{"alg":"none","typ":"JWT"}"#, r#"{"alg":"HS512","typ":"at+jwt"}"#, r#"{"alg":"RS256"}"#] {
            let header = URL_SAFE_NO_PAD.encode(header);
            for token in [format!("{header}.{claims}."), format!("{header}.{claims}"), format!("{header}.{claims}.{signature}")] {
                assert_refused(read_me(&app, &token).await);
            }
        }
    }

    async fn a_token_signed_with_another_secret_is_refused(app: TestApp) {
        let alice = app.member("alice").await;
        let other = Jwt::new(&SecretText::from("tVn3yq8Fz1Lk0cW7rXbD5mHs2aGpUe9J"));

        let refused = read_me(&app, &forged(&app, &alice, &other)).await;
        let taken = read_me(&app, &forged(&app, &alice, &app.app.jwt)).await;

        assert_refused(refused);
        taken.expect(200);
    }

    async fn a_token_for_somebody_elses_session_is_refused(app: TestApp) {
        let (alice, bob) = (app.member("alice").await, app.member("bob").await);
        let session = identifier(&parts(&bob.token).1, "sid");
        let ids = TokenIds { account: alice.id.parse().unwrap(), session, token: Uuid::new_v4() };

        let mixed = app.app.jwt.sign(Purpose::Access, ids, app.clock.now(), app.clock.now() + TimeDelta::hours(1)).unwrap();

        assert_refused(read_me(&app, &mixed).await);
        bob.get("/api/auth/me").await.expect(200);
        assert_refused(read_me(&app, &mixed).await);
    }

    async fn a_token_dies_after_thirty_days(app: TestApp) {
        let alice = app.member("alice").await;

        app.clock.advance(TimeDelta::days(30) - TimeDelta::seconds(1));
        alice.get("/api/auth/me").await.expect(200);
        app.clock.advance(TimeDelta::seconds(1));

        assert_refused(alice.get("/api/auth/me").await);
    }

    async fn reset_tokens_and_access_tokens_do_not_pass_for_one_another(app: TestApp) {
        let alice = app.member("alice").await;
        let token = recovery_token(&app, &alice.email, 1).await;

        assert_refused(read_me(&app, &token).await);
        reset(&app, &alice.token, NEW_PASSWORD).await.expect_problem(400, "invalid_token");
        alice.get("/api/auth/me").await.expect(200);
    }
}
