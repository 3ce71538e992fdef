//! `/admin/accounts/{id}`: one account, and what an administrator does to it. Refusals are shown in place.

use askama::Template;
use axum::{
    Router,
    http::StatusCode,
    routing::{get, post},
};

use super::{
    changes_accounts, state,
    subscription::{Charge, Subscription},
};
use crate::{
    core::{
        app::App,
        error::{Error, Result},
        language::Language,
        texts::{
            console::{AdminTexts, Notice, grouped},
            problems::Code,
        },
    },
    models::{
        account::AccountChanges,
        ids::UserId,
        permission::Permission,
        user::{Plan, Role},
    },
    routes::{
        console::{
            confirm,
            form::Form,
            frame::{Frame, Section, page},
            refusal::{Answered, done, see_other},
            sign_in::refused,
            stamp,
            visit::{Entered, Posted, Visit},
        },
        extractors::Id,
    },
    services::administration,
};

pub(super) fn routes() -> Router<App> {
    Router::new()
        .route("/admin/accounts/{id}", get(show).post(change))
        .route("/admin/accounts/{id}/disable", get(ask_to_disable))
        .route("/admin/accounts/{id}/access", post(change_access))
        .route("/admin/accounts/{id}/end-sessions", post(end_sessions))
        .route("/admin/accounts/{id}/recovery", post(send_recovery))
}

#[derive(Template)]
#[template(path = "console/pages/admin_account.html")]
#[expect(clippy::struct_excessive_bools, reason = "what the page shows or leaves out, each by itself")]
struct AccountPage {
    frame: Frame,
    t: &'static AdminTexts,
    /// What an act was refused for.
    sentence: Option<String>,
    id: String,
    email: String,
    name: String,
    roles: Vec<Choice>,
    plans: Vec<Choice>,
    /// Whether FREE is no choice, since PRO is paid for.
    is_paid: bool,
    is_granted: bool,
    subscription: Option<Subscription>,
    /// What Stripe goes on doing to a disabled account.
    charge: Option<Charge>,
    role: &'static str,
    plan: &'static str,
    state: &'static str,
    state_badge: &'static str,
    is_enabled: bool,
    factor: &'static str,
    factor_badge: &'static str,
    keys: String,
    sessions: String,
    language: &'static str,
    seen: Option<String>,
    created: String,
    changed: String,
    may_change: bool,
    is_own: bool,
}

/// The second look before an account is disabled.
#[derive(Template)]
#[template(path = "console/pages/admin_disable.html")]
struct DisablePage {
    frame: Frame,
    t: &'static AdminTexts,
    title: String,
    id: String,
    email: String,
    sessions: String,
    kept: String,
    charge: Option<Charge>,
    is_own: bool,
}

/// A word to choose.
struct Choice {
    value: &'static str,
    label: &'static str,
    is_chosen: bool,
}

async fn show(Entered(visit): Entered, Id(id): Id<UserId>) -> Answered {
    write(&visit, StatusCode::OK, id, None).await
}

async fn change(Id(id): Id<UserId>, Posted(visit, form): Posted) -> Answered {
    let read: Result<AccountChanges> = form.object().text("role").text("plan").read(visit.ctx.app());
    let changed = apply(&visit, id, read).await;
    finish(&visit, &form, id, changed, Notice::AccountChanged).await
}

async fn change_access(Id(id): Id<UserId>, Posted(visit, form): Posted) -> Answered {
    let disables = form.value("disabled") == "true";
    let read = form.object().with("disabled", disables.into()).read(visit.ctx.app());
    let changed = apply(&visit, id, read).await;
    let notice = if disables { Notice::AccountDisabled } else { Notice::AccountEnabled };
    finish(&visit, &form, id, changed, notice).await
}

/// What follows from disabling the account, before anything is done.
async fn ask_to_disable(Entered(visit): Entered, Id(id): Id<UserId>) -> Answered {
    visit.ctx.require(Permission::AdministerAccounts)?;
    let language = visit.ctx.client().language;
    let t = AdminTexts::of(language);
    let account = administration::find(&visit.ctx, id).await?;
    if !account.user.is_enabled() {
        return Ok(see_other(&visit.to(&format!("admin/accounts/{id}"))));
    }
    let backing = administration::backing(&visit.ctx, id).await?;
    let email = account.user.email.to_string();
    let disable_page = DisablePage {
        frame: visit.frame(Section::Administration)?,
        t,
        title: t.disable_title.replace("{email}", &email),
        id: id.to_string(),
        email,
        sessions: t.disable_sessions.replace("{sessions}", &grouped(language, account.open_sessions)),
        kept: t.disable_kept.replace("{keys}", &grouped(language, account.active_keys)),
        charge: Charge::of(t, &backing),
        is_own: visit.ctx.account()? == id,
    };
    page(StatusCode::OK, &disable_page)
}

async fn apply(visit: &Visit, id: UserId, read: Result<AccountChanges>) -> Result<()> {
    administration::change(&visit.ctx, id, read?).await.map(drop)
}

async fn end_sessions(Id(id): Id<UserId>, Posted(visit, form): Posted) -> Answered {
    let ended = administration::end_sessions(&visit.ctx, id).await;
    finish(&visit, &form, id, ended, Notice::SessionsEnded).await
}

async fn send_recovery(Id(id): Id<UserId>, Posted(visit, form): Posted) -> Answered {
    let sent = administration::send_recovery(&visit.ctx, id).await;
    finish(&visit, &form, id, sent, Notice::RecoverySent).await
}

async fn finish(visit: &Visit, form: &Form, id: UserId, result: Result<()>, notice: Notice) -> Answered {
    match result {
        // who took the role from themselves may not see this page any more
        Ok(()) if visit.ctx.account()? == id && form.has("role") => done(visit, "dashboard", notice),
        Ok(()) => done(visit, &format!("admin/accounts/{id}"), notice),
        Err(
            error @ (Error::Refused(Code::LastAdministrator | Code::SubscriptionActive | Code::AccountDisabled)
            | Error::Invalid(_)),
        ) => {
            let (status, shown) = refused(visit, form, &error)?;
            write(visit, status, id, shown.sentence).await
        }
        Err(error) => Err(confirm::or_ask(visit, form, error)),
    }
}

async fn write(visit: &Visit, status: StatusCode, id: UserId, sentence: Option<String>) -> Answered {
    let language = visit.ctx.client().language;
    let t = AdminTexts::of(language);
    let account = administration::find(&visit.ctx, id).await?;
    let backing = administration::backing(&visit.ctx, id).await?;
    let user = account.user;
    let (state_badge, state) = state(t, &user);
    let has_factor = user.second_factor_at.is_some();
    let role = |role: Role| Choice { value: role.as_str(), label: t.role_name(role), is_chosen: role == user.role };
    let is_paid = backing.holds_the_plan();
    let plans = Plan::ALL.iter().copied().filter(|plan| !is_paid || *plan == Plan::Pro);
    let plan = |plan: Plan| Choice { value: plan.as_str(), label: plan.as_str(), is_chosen: plan == user.plan };
    let account_page = AccountPage {
        frame: visit.frame(Section::Administration)?.opened_at(&format!("admin/accounts/{id}")),
        t,
        sentence,
        id: id.to_string(),
        email: user.email.to_string(),
        roles: Role::ALL.iter().copied().map(role).collect(),
        plans: plans.map(plan).collect(),
        is_paid,
        is_granted: backing.is_granted,
        charge: Charge::of(t, &backing).filter(|_| !user.is_enabled()),
        subscription: backing.subscription.map(|seen| Subscription::of(t, language, &seen)),
        role: t.role_name(user.role),
        plan: user.plan.as_str(),
        state,
        state_badge,
        is_enabled: user.is_enabled(),
        factor: if has_factor { t.factor_on } else { t.factor_off },
        factor_badge: if has_factor { "ok" } else { "" },
        keys: grouped(language, account.active_keys),
        sessions: grouped(language, account.open_sessions),
        language: match user.language {
            Language::English => t.english,
            Language::French => t.french,
        },
        seen: account.last_sign_in_at.map(stamp::moment),
        created: stamp::moment(user.created_at),
        changed: stamp::moment(user.updated_at),
        may_change: changes_accounts(visit)?,
        is_own: visit.ctx.account()? == id,
        name: user.name,
    };
    page(status, &account_page)
}
