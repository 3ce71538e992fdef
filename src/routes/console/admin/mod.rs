//! `/admin`: the figures, the server's health and the accounts, for support and administrators; `account` is one account,
//! `subscription` what it pays for, `trail` all trails. Nobody sees a value here.

mod account;
mod subscription;
mod trail;

use askama::Template;
use axum::{Router, http::StatusCode, routing::get};

use super::{
    frame::{Frame, Section, page},
    listing::{self, Pager},
    refusal::Answered,
    stamp,
    visit::{Entered, Visit},
};
use crate::{
    core::{
        app::App,
        error::Result,
        language::Language,
        texts::console::{AdminTexts, counted, grouped},
    },
    models::{
        account::{Account, Statistics},
        user::{Plan, Role, User},
    },
    routes::html::value_of,
    schemas::{admin::AccountQuery, query},
    services::{
        administration,
        start::{self, PartState},
    },
};

const FILTERS: [&str; 1] = ["q"];

/// The pages.
pub(super) fn routes() -> Router<App> {
    Router::new().route("/admin", get(show)).merge(account::routes()).merge(trail::routes())
}

#[derive(Template)]
#[template(path = "console/pages/admin.html")]
struct AdminPage {
    frame: Frame,
    t: &'static AdminTexts,
    figures: Vec<Figure>,
    parts: Vec<Part>,
    asked: String,
    accounts: Vec<Row>,
    pager: Pager,
}

/// One figure, and what it is made of.
struct Figure {
    name: &'static str,
    number: String,
    more: String,
}

/// A part of the server.
struct Part {
    name: &'static str,
    badge: &'static str,
    word: &'static str,
}

/// An account in the table.
struct Row {
    id: String,
    email: String,
    name: String,
    role: &'static str,
    is_staff: bool,
    plan: &'static str,
    is_pro: bool,
    state: &'static str,
    state_badge: &'static str,
    keys: String,
    seen: Option<String>,
    created: String,
}

async fn show(Entered(visit): Entered) -> Answered {
    let language = visit.ctx.client().language;
    let t = AdminTexts::of(language);
    let statistics = administration::statistics(&visit.ctx).await?;
    let asked: AccountQuery = query::read(&listing::only(&visit.query, &["q", "cursor"]))?;
    let found = administration::list(&visit.ctx, asked.part.as_deref(), asked.page).await?;
    let admin = AdminPage {
        frame: visit.frame(Section::Administration)?,
        t,
        figures: figures(language, t, &statistics),
        parts: parts(&visit, t).await,
        asked: value_of(&visit.query, "q"),
        pager: Pager::of(&visit, "admin", &listing::only(&visit.query, &FILTERS), found.next),
        accounts: found.rows.into_iter().map(|account| row(language, t, account)).collect(),
    };
    page(StatusCode::OK, &admin)
}

fn figures(language: Language, t: &AdminTexts, all: &Statistics) -> Vec<Figure> {
    let number = |count: i64| grouped(language, count);
    let of_role = |role: Role| number(all.accounts(|group| group.role == role));
    let of_plan = |plan: Plan| number(all.accounts(|group| group.plan == plan));
    let staff = format!("{} {}, {} {}", of_role(Role::Admin), t.role_admin, of_role(Role::Support), t.role_support);
    let disabled = number(all.accounts(|group| group.is_disabled));
    let plans = format!("{} PRO, {} FREE", of_plan(Plan::Pro), of_plan(Plan::Free));
    vec![
        Figure { name: t.accounts, number: number(all.accounts(|_| true)), more: plans },
        Figure { name: t.staff, number: number(all.accounts(|group| group.role != Role::User)), more: staff },
        Figure { name: t.disabled_accounts, number: disabled, more: String::new() },
        Figure {
            name: t.keys,
            number: number(all.active_keys),
            more: counted(language, all.revoked_keys, t.revoked_one, t.revoked_many),
        },
        Figure { name: t.sessions, number: number(all.open_sessions), more: String::new() },
        Figure {
            name: t.mails_waiting,
            number: number(all.waiting_mails),
            more: hint(all.waiting_mails, t.mails_hint),
        },
        Figure {
            name: t.billing_waiting,
            number: number(all.waiting_billing),
            more: hint(all.waiting_billing, t.billing_hint),
        },
    ]
}

/// What to do where something waits, and goes on waiting.
fn hint(waiting: i64, text: &str) -> String {
    if waiting > 0 { text.to_owned() } else { String::new() }
}

async fn parts(visit: &Visit, t: &'static AdminTexts) -> Vec<Part> {
    let parts = start::readiness(visit.ctx.app()).await.into_iter().map(|part| {
        // `redis` goes by its own name
        let (name, ok, failing) = match part.name {
            "database" => (t.part_database, t.part_ok, t.part_failing),
            "migrations" => (t.part_schema, t.schema_ok, t.schema_failing),
            other => (other, t.part_ok, t.part_failing),
        };
        let (badge, word) = match part.state {
            PartState::Ok => ("ok", ok),
            PartState::Away => ("warn", t.part_away),
            PartState::Failing => ("danger", failing),
        };
        Part { name, badge, word }
    });
    parts.collect()
}

fn row(language: Language, t: &'static AdminTexts, account: Account) -> Row {
    let user = account.user;
    let (state_badge, state) = state(t, &user);
    Row {
        id: user.id.to_string(),
        email: user.email.to_string(),
        role: t.role_name(user.role),
        is_staff: user.role != Role::User,
        plan: user.plan.as_str(),
        is_pro: user.plan == Plan::Pro,
        state,
        state_badge,
        keys: grouped(language, account.active_keys),
        seen: account.last_sign_in_at.map(stamp::moment),
        created: stamp::day(user.created_at),
        name: user.name,
    }
}

/// A badge and a word for whether an account may sign in.
fn state(t: &'static AdminTexts, user: &User) -> (&'static str, &'static str) {
    match (user.is_enabled(), user.email_verified) {
        (false, _) => ("danger", t.disabled),
        (true, false) => ("warn", t.unverified),
        (true, true) => ("ok", t.active),
    }
}

/// Whether somebody changes accounts, and not only reads them: what the buttons of a page depend on. The service decides.
fn changes_accounts(visit: &Visit) -> Result<bool> {
    Ok(visit.ctx.user()?.role.permits(crate::models::permission::Permission::AdministerAccounts))
}
