//! Requests of programs count for their own token; wrong tokens for the address that tries them.

use super::{answer, token};
use crate::support::DEFAULT_LIMITS;

on_both! {
    with [DEFAULT_LIMITS[0], ("RATE_LIMIT_API_PER_MINUTE", "20"), DEFAULT_LIMITS[2]];

    async fn a_token_has_a_count_of_its_own(app: TestApp) {
        let alice = app.member("alice").await;
        let (first, second) = (token(&alice, &["keys:read"]).await.1, token(&alice, &["keys:read"]).await.1);

        for _ in 0..20 {
            assert_eq!(answer(&app, &first).await.0, 200);
        }

        assert_eq!(answer(&app, &first).await, (429, "too_many_requests".into()));
        assert_eq!(answer(&app, &second).await.0, 200);
        alice.get("/api/keys").await.expect(200);
    }

    async fn wrong_tokens_are_counted_by_the_address(app: TestApp) {
        let alice = app.member("alice").await;
        let (_, good) = token(&alice, &["keys:read"]).await;
        let try_one = |number: usize| { let app = &app; async move { app.call_from_with("192.0.2.9", "GET", "/api/keys", None, &[("authorization", &format!("Bearer vkt_{number}"))]).await } };

        for number in 0..20 {
            try_one(number).await.expect_problem(401, "unauthenticated");
        }

        try_one(99).await.expect_problem(429, "too_many_requests");
        assert_eq!(answer(&app, &good).await.0, 200);
    }
}
