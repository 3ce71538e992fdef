//! Makes two tests of one: `…::sqlite` and `…::postgres`.

/// `on_both! { async fn a_sentence_that_can_be_false(app: TestApp) { … } }`
macro_rules! on_both {
    ($($(#[$attribute:meta])* async fn $name:ident($app:ident: TestApp) $body:block)+) => { $(
        mod $name {
            #[allow(unused_imports, reason = "each test uses its own part of what the file imports")]
            use super::*;

            $(#[$attribute])*
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn sqlite() {
                let $app = crate::support::TestApp::start(crate::support::Engine::Sqlite).await;
                $body
            }

            $(#[$attribute])*
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn postgres() {
                let $app = crate::support::TestApp::start(crate::support::Engine::Postgres).await;
                $body
            }
        }
    )+ };
    // with settings: `on_both! { with [("FREE_PLAN_MAX_KEYS", "2")]; async fn … }`
    (with $settings:expr; $($(#[$attribute:meta])* async fn $name:ident($app:ident: TestApp) $body:block)+) => { $(
        mod $name {
            #[allow(unused_imports, reason = "each test uses its own part of what the file imports")]
            use super::*;

            $(#[$attribute])*
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn sqlite() {
                let $app = crate::support::TestApp::start_with(crate::support::Engine::Sqlite, &$settings).await;
                $body
            }

            $(#[$attribute])*
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn postgres() {
                let $app = crate::support::TestApp::start_with(crate::support::Engine::Postgres, &$settings).await;
                $body
            }
        }
    )+ };
}
