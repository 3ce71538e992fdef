//! Bodies that are refused before anybody looks at their fields.

use std::{
    convert::Infallible,
    pin::Pin,
    task::{Context, Poll},
};

use axum::{
    body::{Body, Bytes, HttpBody},
    http::Request,
};
use hyper::body::Frame;
use serde_json::json;

use crate::support::{Actor, Reply, TestApp};

/// Sends these very bytes with these headers to `POST /api/keys`.
async fn send(app: &TestApp, actor: &Actor<'_>, body: impl Into<Body>, headers: &[(&str, &str)]) -> Reply {
    let mut request = Request::post("/api/keys").header("authorization", format!("Bearer {}", actor.token));
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    app.send(request.body(body.into()).expect("a request")).await
}

const JSON: (&str, &str) = ("content-type", "application/json");

on_both! {
    async fn only_plain_json_is_taken(app: TestApp) {
        let alice = app.member("alice").await;
        let body = r#"{"name":"a"}"#;

        for headers in [
            &[][..], &[("content-type", "")], &[("content-type", "text/plain")], &[("content-type", "application/x-www-form-urlencoded")], &[("content-type", "multipart/form-data; boundary=x")],
            &[("content-type", "application/jsonp")], &[("content-type", "application/json; charset=utf-16")], &[JSON, ("content-encoding", "gzip")], &[JSON, ("content-encoding", "br")], &[JSON, JSON],
        ] {
            send(&app, &alice, body, headers).await.expect_problem(415, "unsupported_media_type");
        }
        assert_eq!(app.sql("select count(*) from auth.api_keys").await, "0");
        for (number, kind) in ["application/json", "application/json; charset=utf-8", "Application/JSON;charset=\"UTF-8\""].iter().enumerate() {
            send(&app, &alice, format!("{{\"name\":\"{number}\"}}"), &[("content-type", kind)]).await.expect(201);
        }
        send(&app, &alice, r#"{"name":"identity"}"#, &[JSON, ("content-encoding", "identity")]).await.expect(201);
    }

    async fn a_body_over_64_kib_is_too_large(app: TestApp) {
        let alice = app.member("alice").await;
        let of_length = |length: usize| format!("{{\"name\":\"a\"{}}}", " ".repeat(length - 12));

        send(&app, &alice, of_length(65_537), &[JSON]).await.expect_problem(413, "body_too_large");
        send(&app, &alice, "x".repeat(1_000_000), &[JSON]).await.expect_problem(413, "body_too_large");
        send(&app, &alice, "[".repeat(100_000), &[JSON]).await.expect_problem(413, "body_too_large");
        send(&app, &alice, of_length(65_536), &[JSON]).await.expect(201);
    }

    async fn a_body_without_a_length_is_too_large_just_so(app: TestApp) {
        let alice = app.member("alice").await;
        let body = Body::new(Pieces(100));

        send(&app, &alice, body, &[JSON]).await.expect_problem(413, "body_too_large");
    }

    async fn what_is_no_json_is_malformed(app: TestApp) {
        let alice = app.member("alice").await;

        for body in [
            "", " ", "{", "nonsense", "{\"name\":\"a\",}", "{'name':'a'}", "{\"name\":\"a\"} x", "{\"name\":NaN}", "{\"name\":Infinity}", "{\"name\":1e400}", "{\"name\":\"\\ud800\"}", "{\"name\":\"\\udc00\\ud800\"}",
            "\u{feff}{\"name\":\"a\"}", "{\"name\":\"line\nbreak\"}", "{\"name\":\"\\x\"}", "{name:\"a\"}", "// no\n{}", "\0",
        ] {
            send(&app, &alice, body, &[JSON]).await.expect_problem(400, "malformed_json");
        }
        for bytes in [&b"{\"name\":\"\xff\"}"[..], b"\xff\xfe{\0}\0", b"{\"name\":\"\xed\xa0\x80\"}"] {
            send(&app, &alice, bytes, &[JSON]).await.expect_problem(400, "malformed_json");
        }
        assert_eq!(app.sql("select count(*) from auth.api_keys").await, "0");
    }

    async fn deep_nesting_is_refused_and_harms_nobody(app: TestApp) {
        let alice = app.member("alice").await;

        for body in ["[".repeat(60_000), "{\"a\":".repeat(12_000), format!("{{\"name\":{}1{}}}", "[".repeat(30_000), "]".repeat(30_000)), "[".repeat(200) + &"]".repeat(200)] {
            send(&app, &alice, body, &[JSON]).await.expect_problem(400, "malformed_json");
        }
        alice.get("/api/keys").await.expect(200);
    }

    async fn a_body_that_is_no_object_is_refused_as_a_whole(app: TestApp) {
        let alice = app.member("alice").await;

        for body in ["[]", "[{\"name\":\"a\"}]", "\"text\"", "7", "true", "null", "1e308"] {
            let refused = send(&app, &alice, body, &[JSON]).await.expect_problem(422, "validation_failed");
            assert_eq!(refused.faults(), [(String::new(), "wrong_type".into())], "{body}");
        }
    }

    async fn unknown_fields_alone_have_a_code_of_their_own(app: TestApp) {
        let alice = app.member("alice").await;

        let unknown = alice.post("/api/keys", json!({ "name": "a", "colour": "blue", "__proto__": {}, "Name": "b" })).await.expect_problem(422, "unknown_field");
        let mixed = alice.post("/api/keys", json!({ "colour": "blue" })).await.expect_problem(422, "validation_failed");

        assert_eq!(unknown.faults(), ["Name", "__proto__", "colour"].map(|field| (field.into(), "unknown_field".into())));
        assert_eq!(mixed.faults(), [("colour".into(), "unknown_field".into()), ("name".into(), "required".into())]);
    }

    async fn a_thousand_unknown_fields_make_a_short_answer(app: TestApp) {
        let alice = app.member("alice").await;
        let fields: serde_json::Map<_, _> = (0..1000).map(|number| (format!("field{number}{}", "x".repeat(30)), json!(1))).collect();

        let refused = alice.post("/api/keys", fields.into()).await.expect_problem(422, "validation_failed");

        assert!(refused.faults().len() <= 50 && refused.body.len() < 16_384, "{}", refused.body.len());
    }

    async fn a_visitors_body_is_not_looked_at(app: TestApp) {
        for body in ["nonsense".to_owned(), "x".repeat(100_000)] {
            let request = Request::post("/api/keys").header("content-type", "text/plain").body(Body::from(body)).unwrap();
            app.send(request).await.expect_problem(401, "unauthenticated");
        }
    }
}

/// So many kilobytes of a body whose length nobody knows.
struct Pieces(usize);

impl HttpBody for Pieces {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        let next = self.0.checked_sub(1);
        self.0 = next.unwrap_or(0);
        Poll::Ready(next.map(|_| Ok(Frame::data(Bytes::from("x".repeat(1024))))))
    }
}
