//! `/settings`: the name, the address, the language; and the way out, with the account deleted.

use askama::Template;
use axum::{
    Router,
    http::{HeaderName, StatusCode},
    routing::{get, post},
};

use super::{
    confirm,
    form::{Form, Shown},
    frame::{Frame, Section, page},
    refusal::{Answered, done, see_other},
    sign_in::refused,
    sign_out::FORGET,
    visit::{Entered, Posted, Visit},
};
use crate::{
    core::{
        app::App,
        context::Context,
        error::{Error, Result},
        texts::{
            console::{Notice, SettingsTexts, counted},
            faults::{Fault, FaultKind},
            problems::Code,
        },
    },
    models::user::User,
    schemas::auth::{ChangeAddress, Confirm, UpdateMe},
    services::{accounts, addresses, billing},
};

/// The pages.
pub(super) fn routes() -> Router<App> {
    Router::new()
        .route("/settings", get(show))
        .route("/settings/name", post(rename))
        .route("/settings/language", post(choose_language))
        .route("/settings/email", post(change_address))
        .route("/settings/email/resend", post(resend_change))
        .route("/settings/email/cancel", post(cancel_change))
        .route("/settings/delete", get(show_deletion).post(delete))
}

#[derive(Template)]
#[template(path = "console/pages/settings.html")]
struct SettingsPage {
    frame: Frame,
    t: &'static SettingsTexts,
    user: User,
    /// The address that is not confirmed yet.
    waiting: Option<String>,
    name: Shown,
    address: Shown,
}

#[derive(Template)]
#[template(path = "console/pages/delete_account.html")]
struct DeletionPage {
    frame: Frame,
    t: &'static SettingsTexts,
    shown: Shown,
    keys: String,
    /// Whether there are keys whose values may be exported before.
    has_keys: bool,
    has_subscription: bool,
    type_this: String,
}

async fn show(Entered(visit): Entered) -> Answered {
    write(&visit, StatusCode::OK, None, Shown::default()).await
}

async fn rename(Posted(visit, form): Posted) -> Answered {
    let read: Result<UpdateMe> = form.object().with("name", form.value("name").into()).read(visit.ctx.app());
    match update(&visit, read).await {
        Ok(_) => done(&visit, "settings", Notice::SettingsSaved),
        Err(error) => {
            let (status, shown) = refused(&visit, &form, &error)?;
            write(&visit, status, Some(shown), Shown::default()).await
        }
    }
}

async fn choose_language(Posted(visit, form): Posted) -> Answered {
    let read = form.object().with("language", form.value("language").into()).read(visit.ctx.app());
    let user = update(&visit, read).await?;
    visit.keep_language(user.language);
    done(&visit, "settings", Notice::SettingsSaved)
}

async fn update(visit: &Visit, read: Result<UpdateMe>) -> Result<User> {
    let body = read?;
    accounts::update(&visit.ctx, body.name.as_deref(), body.language).await
}

async fn change_address(Posted(visit, form): Posted) -> Answered {
    let Err(error) = request_change(&visit, &form).await else {
        return done(&visit, "settings", Notice::AddressChangeAsked);
    };
    if error.is(Code::ReauthenticationRequired) {
        return Err(confirm::or_ask(&visit, &form, error));
    }
    let (status, shown) = refused(&visit, &form, &error)?;
    write(&visit, status, None, shown).await
}

/// Sends the mail of the change that waits again.
async fn resend_change(Posted(visit, form): Posted) -> Answered {
    match addresses::resend_change(&visit.ctx).await {
        Ok(()) => done(&visit, "settings", Notice::MailSent),
        // it was confirmed or called off in another window: the page shows how it stands
        Err(error) if error.is(Code::NotFound) => Ok(see_other(&visit.to("settings"))),
        Err(error) => {
            let (status, shown) = refused(&visit, &form, &error)?;
            write(&visit, status, None, shown).await
        }
    }
}

async fn cancel_change(Posted(visit, _): Posted) -> Answered {
    addresses::cancel_change(&visit.ctx).await?;
    done(&visit, "settings", Notice::AddressChangeCancelled)
}

async fn request_change(visit: &Visit, form: &Form) -> Result<()> {
    let body: ChangeAddress =
        form.object().text("email").with("password", password(form).into()).read(visit.ctx.app())?;
    addresses::request_change(&visit.ctx, body.email, &body.password).await
}

/// The password of a form, which may have gone through the page that asks for it once more.
fn password(form: &Form) -> &str {
    let typed = form.value("password");
    if typed.is_empty() { form.value(confirm::PASSWORD) } else { typed }
}

async fn write(visit: &Visit, status: StatusCode, name: Option<Shown>, address: Shown) -> Answered {
    let user = accounts::me(&visit.ctx)?;
    let waiting = addresses::waiting_change(&visit.ctx).await?.map(|link| link.address.to_string());
    let name = name.unwrap_or_else(|| Shown::filled([("name", user.name.clone())]));
    let t = SettingsTexts::of(visit.ctx.client().language);
    let frame = visit.frame(Section::Settings)?.opened_at("settings");
    page(status, &SettingsPage { frame, t, user, waiting, name, address })
}

async fn show_deletion(Entered(visit): Entered) -> Answered {
    write_deletion(&visit, StatusCode::OK, Shown::default()).await
}

async fn delete(Posted(visit, form): Posted) -> Answered {
    let Err(error) = delete_account(&visit, &form).await else {
        visit.let_out();
        let mut response = done(&visit, "", Notice::AccountDeleted)?;
        response.headers_mut().insert(HeaderName::from_static("clear-site-data"), FORGET);
        return Ok(response);
    };
    if error.is(Code::ReauthenticationRequired) {
        return Err(confirm::or_ask(&visit, &form, error));
    }
    let (status, shown) = refused(&visit, &form, &error)?;
    write_deletion(&visit, status, shown).await
}

async fn delete_account(visit: &Visit, form: &Form) -> Result<()> {
    let user = accounts::me(&visit.ctx)?;
    // typed by hand, so that no click alone deletes anything
    if !form.value("confirmation").trim().eq_ignore_ascii_case(user.email.as_str()) {
        let kind = FaultKind::Conflict(
            "Type the address of this account, letter by letter.",
            "Saisissez l’adresse de ce compte, lettre par lettre.",
        );
        return Err(Error::fault(Fault::new("confirmation", kind)));
    }
    let body: Confirm = form.object().with("password", password(form).into()).read(visit.ctx.app())?;
    accounts::delete(&visit.ctx, &body.password).await
}

/// Whether a subscription ends with the account: a plan that was given, and one that is over, leave nothing to say.
async fn has_subscription(ctx: &Context) -> Result<bool> {
    if ctx.app().stripe.is_none() {
        return Ok(false);
    }
    Ok(billing::subscription(ctx).await?.subscription.is_some_and(|seen| !seen.status.is_over()))
}

async fn write_deletion(visit: &Visit, status: StatusCode, shown: Shown) -> Answered {
    let language = visit.ctx.client().language;
    let t = SettingsTexts::of(language);
    let user = accounts::me(&visit.ctx)?;
    let keys = billing::key_use(&visit.ctx).await?.used;
    let deletion = DeletionPage {
        frame: visit.frame(Section::Settings)?.opened_at("settings/delete"),
        t,
        shown,
        keys: if keys > 0 { counted(language, keys, t.gone_key, t.gone_keys) } else { t.gone_no_key.to_owned() },
        has_keys: keys > 0,
        has_subscription: has_subscription(&visit.ctx).await?,
        type_this: t.type_this.replace("{email}", user.email.as_str()),
    };
    page(status, &deletion)
}
