//! The outbox: a refused mail is tried again by the clock, none is sent twice, and nobody's address gets nothing.

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::json;
use vault_api::{
    core::clock::Clock as _,
    models::{
        email::Email,
        mail::{MailCause, MailKind, QueuedMail},
    },
    repositories::mail_outbox,
    services::mails,
};

use crate::support::TestApp;

async fn recover(app: &TestApp, address: &str) {
    app.call("POST", "/api/auth/recover", Some(json!({ "email": address }))).await.expect(202);
}

/// Waits until this query gives this answer: the outbox is worked on by a job.
async fn wait_for(app: &TestApp, query: &str, wanted: &str) {
    for _ in 0..200 {
        if app.sql(query).await == wanted {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    panic!("{query} gives {}, not {wanted}", app.sql(query).await);
}

const WAITING: &str = "select count(*) from auth.mail_outbox where \"givenUpAt\" is null";
const GIVEN_UP: &str = "select count(*) from auth.mail_outbox where \"givenUpAt\" is not null";
const REFUSED: &str = "select count(*) from auth.mail_outbox where \"lastError\" is not null";

/// Works on the outbox until nothing is due.
async fn work(app: &TestApp) {
    while mails::send_next(&app.operator()).await.expect("the outbox can be worked on") {}
}

async fn next_attempt(app: &TestApp) -> DateTime<Utc> {
    let text = match app.engine {
        crate::support::Engine::Sqlite => app.sql("select \"nextAttemptAt\" from mail_outbox").await,
        crate::support::Engine::Postgres => app.sql("select to_char(\"nextAttemptAt\" at time zone 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.MS\"Z\"') from auth.mail_outbox").await,
    };
    text.replace(' ', "T").parse().unwrap_or_else(|error| panic!("{text}: {error}"))
}

/// The pause after this attempt: the job may be at it, and until it is done there is the minute of its claim.
async fn pause_after(app: &TestApp, attempt: usize) -> TimeDelta {
    for _ in 0..100 {
        let pause = next_attempt(app).await - app.clock.now();
        if attempt == 1 || pause != TimeDelta::minutes(1) {
            return pause;
        }
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    TimeDelta::minutes(1)
}

/// Puts a notice into the outbox, as a service would.
async fn notify(app: &TestApp, address: &str) {
    let mut tx = app.app.db.write().await.unwrap();
    mail_outbox::insert(&mut tx, &password_changed(app, address)).await.unwrap();
    tx.commit().await.unwrap();
    app.app.mail_is_due.notify_one();
}

fn password_changed(app: &TestApp, address: &str) -> QueuedMail {
    let now = app.clock.now();
    QueuedMail {
        id: app.app.ids.next(now),
        kind: MailKind::PasswordChanged,
        account: None,
        address: Email::parse(address).unwrap(),
        details: std::collections::BTreeMap::new(),
        cause: MailCause::default(),
        attempts: 0,
        created_at: now,
    }
}

on_both! {
    async fn a_refused_mail_is_sent_once_the_clock_says_so(app: TestApp) {
        let alice = app.member("alice").await;
        app.mails.refuse(true);
        recover(&app, &alice.email).await;
        wait_for(&app, REFUSED, "1").await;
        app.mails.refuse(false);

        work(&app).await;
        assert_eq!(app.mails.all().len(), 0, "it was tried again before its time");

        app.clock.advance(TimeDelta::minutes(2));
        work(&app).await;
        wait_for(&app, WAITING, "0").await;
        assert_eq!(app.mails.to(&alice.email).len(), 1);
    }

    async fn the_pauses_between_attempts_grow_up_to_an_hour(app: TestApp) {
        app.member("alice").await;
        app.mails.refuse(true);
        notify(&app, "alice@example.com").await;

        let mut pauses = Vec::new();
        for attempt in 1..=9 {
            work(&app).await;
            wait_for(&app, &format!("select count(*) from auth.mail_outbox where attempts = {attempt} and \"lastError\" is not null"), "1").await;
            let pause = pause_after(&app, attempt).await;
            pauses.push(pause.num_minutes());
            app.clock.advance(pause);
        }

        assert_eq!(pauses, [1, 2, 4, 8, 16, 32, 60, 60, 60]);
    }

    async fn a_mail_that_is_refused_for_more_than_a_day_is_given_up(app: TestApp) {
        app.member("alice").await;
        app.mails.refuse(true);
        notify(&app, "alice@example.com").await;
        wait_for(&app, REFUSED, "1").await;

        app.clock.advance(TimeDelta::hours(25));
        work(&app).await;

        wait_for(&app, GIVEN_UP, "1").await;
        let backlog = mails::backlog(&app.operator()).await.unwrap();
        assert_eq!((backlog.waiting, backlog.given_up, backlog.oldest_at), (0, 1, None));
        let why = app.sql("select \"lastError\" from auth.mail_outbox").await;
        assert!(why.contains("could not be sent in time; before that: "), "{why}");
        app.mails.refuse(false);
        app.clock.advance(TimeDelta::hours(25));
        work(&app).await;
        assert_eq!(app.mails.all().len(), 0, "it was sent after it was given up");
    }

    async fn the_last_attempt_is_made_when_the_day_is_over(app: TestApp) {
        app.member("alice").await;
        app.mails.refuse(true);
        notify(&app, "alice@example.com").await;
        wait_for(&app, REFUSED, "1").await;
        let asked = app.clock.now();

        app.clock.advance(TimeDelta::minutes(23 * 60 + 30));
        work(&app).await;
        wait_for(&app, "select count(*) from auth.mail_outbox where attempts = 2 and \"lastError\" is not null", "1").await;
        let mut last = next_attempt(&app).await;
        while last <= app.clock.now() + TimeDelta::minutes(1) {
            last = next_attempt(&app).await;
        }
        app.mails.refuse(false);
        app.clock.advance(last - app.clock.now());
        work(&app).await;

        wait_for(&app, WAITING, "0").await;
        assert!(last <= asked + TimeDelta::days(1), "{last}");
        assert_eq!(app.mails.to("alice@example.com").len(), 1);
    }

    async fn what_was_given_up_is_kept_for_a_week(app: TestApp) {
        app.member("alice").await;
        app.mails.refuse(true);
        notify(&app, "alice@example.com").await;
        wait_for(&app, REFUSED, "1").await;
        app.clock.advance(TimeDelta::hours(26));
        // nobody tried it again: as where no mail server is set
        vault_api::services::upkeep::sweep(&app.operator()).await.unwrap();
        wait_for(&app, GIVEN_UP, "1").await;

        app.clock.advance(TimeDelta::days(6));
        vault_api::services::upkeep::sweep(&app.operator()).await.unwrap();
        assert_eq!(app.sql(GIVEN_UP).await, "1");
        app.clock.advance(TimeDelta::days(2));
        vault_api::services::upkeep::sweep(&app.operator()).await.unwrap();
        assert_eq!(app.sql(GIVEN_UP).await, "0");
    }

    async fn a_recovery_mail_is_not_sent_once_its_link_would_have_expired(app: TestApp) {
        let alice = app.member("alice").await;
        app.mails.refuse(true);
        recover(&app, &alice.email).await;
        wait_for(&app, REFUSED, "1").await;
        notify(&app, &alice.email).await;
        wait_for(&app, REFUSED, "2").await;

        app.mails.refuse(false);
        app.clock.advance(TimeDelta::minutes(17));
        work(&app).await;

        wait_for(&app, WAITING, "0").await;
        assert_eq!(app.sql(GIVEN_UP).await, "1");
        let subjects: Vec<_> = app.mails.to(&alice.email).into_iter().map(|mail| mail.subject).collect();
        assert_eq!(subjects, ["Your Vault API password was changed"]);
    }

    async fn the_backlog_tells_what_waits_and_for_how_long(app: TestApp) {
        app.member("alice").await;
        app.mails.refuse(true);
        let asked = app.clock.now();
        for minutes in [0, 5, 5] {
            app.clock.advance(TimeDelta::minutes(minutes));
            notify(&app, "alice@example.com").await;
        }

        let backlog = mails::backlog(&app.operator()).await.unwrap();

        assert_eq!((backlog.waiting, backlog.given_up, backlog.oldest_at), (3, 0, Some(asked)));
    }

    async fn a_server_without_a_mail_server_keeps_its_mails(app: TestApp) {
        let ctx_app = app.app.with_mailer(std::sync::Arc::new(vault_api::core::mailer::NoMailer));
        let ctx = vault_api::jobs::context(&ctx_app, "test");

        assert!(mails::claim_next(&ctx).await.unwrap().is_none());
    }

    async fn an_address_without_an_account_gets_nothing(app: TestApp) {
        recover(&app, "nobody@example.com").await;

        wait_for(&app, WAITING, "0").await;

        assert_eq!(app.mails.all().len(), 0);
        assert_eq!(app.sql("select count(*) from auth.password_resets").await, "0");
        assert_eq!(app.sql("select count(*) from auth.audit_trail").await, "0");
    }

    async fn an_account_that_was_disabled_gets_no_recovery_mail(app: TestApp) {
        let alice = app.member("alice").await;
        app.sql("update auth.\"user\" set \"disabledAt\" = \"createdAt\"").await;

        recover(&app, &alice.email).await;

        wait_for(&app, WAITING, "0").await;
        assert_eq!(app.mails.all().len(), 0);
    }

    async fn a_mail_is_not_sent_twice_by_two_servers(app: TestApp) {
        let alice = app.member("alice").await;
        let sibling = app.sibling().await;
        let mut tx = app.app.db.write().await.unwrap();
        for _ in 0..30 {
            mail_outbox::insert(&mut tx, &password_changed(&app, &alice.email)).await.unwrap();
        }
        tx.commit().await.unwrap();

        tokio::join!(work(&app), work(&sibling), work(&app), work(&sibling));
        wait_for(&app, WAITING, "0").await;

        let mut ids: Vec<_> = app.mails.all().into_iter().chain(sibling.mails.all()).map(|mail| mail.id).collect();
        ids.sort_unstable();
        let sent = ids.len();
        ids.dedup();
        assert_eq!((sent, ids.len()), (30, 30));
    }

    async fn a_mail_that_a_dead_server_had_taken_is_sent_after_a_minute(app: TestApp) {
        let alice = app.member("alice").await;
        let mail = password_changed(&app, &alice.email);
        // put there and taken in one transaction, so that the job of this server is never quicker
        let mut tx = app.app.db.write().await.unwrap();
        mail_outbox::insert(&mut tx, &mail).await.unwrap();
        assert!(mail_outbox::claim(&mut tx, &mail, app.clock.now() + TimeDelta::seconds(60)).await.unwrap());
        tx.commit().await.unwrap();

        app.clock.advance(TimeDelta::seconds(59));
        work(&app).await;
        assert_eq!(app.mails.all().len(), 0, "it was sent while another server may be at it");

        app.clock.advance(TimeDelta::seconds(2));
        work(&app).await;
        wait_for(&app, WAITING, "0").await;
        assert_eq!(app.mails.to(&alice.email).len(), 1);
    }

    async fn of_two_claims_to_one_mail_one_holds(app: TestApp) {
        let mail = password_changed(&app, "alice@example.com");
        let until = app.clock.now() + TimeDelta::seconds(60);
        let mut tx = app.app.db.write().await.unwrap();
        mail_outbox::insert(&mut tx, &mail).await.unwrap();

        let first = mail_outbox::claim(&mut tx, &mail, until).await.unwrap();
        tx.commit().await.unwrap();
        let mut tx = app.app.db.write().await.unwrap();
        let second = mail_outbox::claim(&mut tx, &mail, until).await.unwrap();

        assert_eq!((first, second), (true, false));
    }

    async fn a_mail_speaks_the_language_of_its_account_and_links_to_the_configured_address(app: TestApp) {
        let body = json!({ "email": "aline@example.com", "password": "une girafe en pyjama vert", "name": "Aline" });
        app.call_with("POST", "/api/auth/register", Some(body), &[("accept-language", "fr-CA")]).await.expect(201);

        recover(&app, "aline@example.com").await;

        let mail = app.wait_for_mails("aline@example.com", 1).await.remove(0);
        assert_eq!(mail.subject, "Choisir un nouveau mot de passe pour Vault API");
        assert!(mail.body.contains("http://vault.test/reset?token="), "{}", mail.body);
        assert_eq!(mail.from, "Vault API <no-reply@localhost>");
    }
}
