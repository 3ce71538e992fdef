//! `/security/second-factor`: setting it up, turning it off, and the recovery codes. What is shown once is shown in the answer
//! to a form, never at an address.

use askama::Template;
use axum::{
    Router,
    http::StatusCode,
    routing::{get, post},
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use chrono::DateTime;

use super::write_told;

use crate::{
    core::{
        app::App,
        error::{Error, Result},
        secret::SecretText,
        texts::{
            console::{Notice, SecondFactorTexts, SecurityTexts},
            faults::{Fault, FaultKind},
            problems::Code,
        },
    },
    models::second_factor::Enrolment,
    routes::console::{
        confirm,
        form::{Form, Shown},
        frame::{Frame, Section, secret_page},
        refusal::{Answered, done, see_other},
        sign_in::refused,
        stamp,
        visit::{Entered, Posted, Visit},
    },
    schemas::mfa::ConfirmCode,
    services::{addresses, mfa},
};

/// The field that tells which codes a form for new ones was opened with: when they were made, in milliseconds.
const CODES_OF: &str = "codes_of";

pub(super) fn routes() -> Router<App> {
    Router::new()
        .route("/security/second-factor", get(begin_again).post(begin))
        .route("/security/second-factor/confirm", get(begin_again).post(turn_on))
        .route("/security/second-factor/off", post(turn_off))
        .route("/security/recovery-codes", get(begin_again).post(renew_codes))
}

#[derive(Template)]
#[template(path = "console/pages/second_factor.html")]
struct SetUpPage {
    frame: Frame,
    t: &'static SecondFactorTexts,
    shown: Shown,
    /// Whether a recovery by mail would take the second factor away.
    is_unproved: bool,
    /// Whether a code was wrong: the form comes first then, with what is wrong with it.
    is_again: bool,
    /// `None` where the page that sent a wrong code is about another secret than the one that is pending by now.
    fresh: Option<Fresh>,
}

/// The secret, as it is shown once.
struct Fresh {
    /// The picture, as an address.
    picture: String,
    /// In groups of four, for typing.
    secret: Vec<String>,
    /// The same in one piece, for the form.
    whole: String,
    url: String,
    /// Whether an earlier picture counts no more.
    is_anew: bool,
}

#[derive(Template)]
#[template(path = "console/pages/recovery_codes.html")]
struct CodesPage {
    frame: Frame,
    t: &'static SecondFactorTexts,
    codes: Vec<String>,
    /// Whose they are, and where and when they were made.
    account: String,
    host: String,
    day: String,
    /// All of this as a file, as an address.
    file: String,
    is_new: bool,
}

/// Somebody reloaded a page that is shown once.
async fn begin_again(Entered(visit): Entered) -> Answered {
    Ok(see_other(&visit.to("security")))
}

async fn begin(Posted(visit, form): Posted) -> Answered {
    if form.value("act") == "resend" {
        return send_again(&visit, &form).await;
    }
    match mfa::begin(&visit.ctx).await {
        Ok(enrolment) => SetUp::begun(&enrolment).write(&visit),
        // another window was quicker
        Err(error) if error.is(Code::MfaAlreadyOn) => told_on_already(&visit).await,
        Err(error) => Err(confirm::or_ask(&visit, &form, error)),
    }
}

/// Sends the mail that proves the address once more, and shows the same picture.
async fn send_again(visit: &Visit, form: &Form) -> Answered {
    let known = SecretText::from(form.value("secret"));
    let pending = mfa::show_again(&visit.ctx, &known).await.map_err(|error| confirm::or_ask(visit, form, error))?;
    let (status, shown, notice) = match addresses::resend_own(&visit.ctx).await {
        Ok(()) => (StatusCode::OK, Shown::default(), Some(Notice::MailSent)),
        Err(error) => {
            let (status, shown) = refused(visit, form, &error)?;
            (status, shown, None)
        }
    };
    if pending.is_none() && visit.ctx.user()?.second_factor_at.is_some() {
        return told_on_already(visit).await;
    }
    SetUp { status, shown, fresh: pending.as_ref().map(fresh), is_again: false, notice }.write(visit)
}

/// The form was sent before, or another window was quicker.
async fn told_on_already(visit: &Visit) -> Answered {
    write_told(visit, SecurityTexts::of(visit.ctx.client().language).factor_on_already).await
}

fn fresh(enrolment: &Enrolment) -> Fresh {
    let letters: Vec<char> = enrolment.secret.expose().chars().collect();
    Fresh {
        picture: format!("data:image/svg+xml;base64,{}", STANDARD.encode(enrolment.qr_svg.expose().as_bytes())),
        secret: letters.chunks(4).map(|group| group.iter().collect()).collect(),
        whole: enrolment.secret.expose().clone(),
        url: enrolment.url.expose().clone(),
        is_anew: enrolment.is_anew,
    }
}

async fn turn_on(Posted(visit, form): Posted) -> Answered {
    match confirm_code(&visit, &form).await {
        Ok(codes) => show_codes(&visit, &codes, true),
        Err(error) if error.is(Code::MfaAlreadyOn) => told_on_already(&visit).await,
        // the set-up was given up in another window
        Err(error) if error.is(Code::MfaNotOn) => Ok(see_other(&visit.to("security"))),
        Err(error) if error.is(Code::ReauthenticationRequired) => Err(confirm::or_ask(&visit, &form, error)),
        Err(error) => {
            let (status, mut shown) = refused(&visit, &form, &wrong_here(error))?;
            if !shown.fault("code").is_empty() {
                // it is the form's one field, and says all
                shown.sentence = None;
            }
            let pending = mfa::show_again(&visit.ctx, &SecretText::from(form.value("secret"))).await?;
            SetUp { status, shown, fresh: pending.as_ref().map(fresh), is_again: true, notice: None }.write(&visit)
        }
    }
}

/// A wrong code, in words that name no recovery code: there is none yet.
fn wrong_here(error: Error) -> Error {
    if !error.is(Code::WrongCode) {
        return error;
    }
    Error::fault(Fault::new(
        "code",
        FaultKind::Conflict(
            "That is not the code of this moment. Type the next one, and check the phone’s clock if it fails again.",
            "Ce n’est pas le code de cet instant. Saisissez le suivant, et vérifiez l’horloge du téléphone s’il échoue encore.",
        ),
    ))
}

async fn confirm_code(visit: &Visit, form: &Form) -> Result<Vec<SecretText>> {
    let body: ConfirmCode = form.object().text("code").read(visit.ctx.app())?;
    mfa::confirm(&visit.ctx, &body.code).await
}

async fn turn_off(Posted(visit, form): Posted) -> Answered {
    mfa::turn_off(&visit.ctx).await.map_err(|error| confirm::or_ask(&visit, &form, error))?;
    done(&visit, "security", Notice::SecondFactorOff)
}

async fn renew_codes(Posted(visit, form): Posted) -> Answered {
    let seen = form.value(CODES_OF).parse().ok().and_then(DateTime::from_timestamp_millis);
    match mfa::renew_codes_of(&visit.ctx, seen).await.map_err(|error| confirm::or_ask(&visit, &form, error))? {
        Some(codes) => show_codes(&visit, &codes, false),
        None => write_told(&visit, SecurityTexts::of(visit.ctx.client().language).codes_made_already).await,
    }
}

fn show_codes(visit: &Visit, codes: &[SecretText], is_new: bool) -> Answered {
    let t = SecondFactorTexts::of(visit.ctx.client().language);
    let codes: Vec<String> = codes.iter().map(|code| code.expose().clone()).collect();
    let account = visit.ctx.user()?.email.to_string();
    let host = visit.ctx.app().base_url.split("://").last().unwrap_or_default().trim_end_matches('/').to_owned();
    let made = visit.ctx.now();
    let about = format!("{account}\n{host}\n{}", made.format("%Y-%m-%d"));
    let file = format!("{}\n{about}\n\n{}\n", t.file_title, codes.join("\n"));
    let file = format!("data:text/plain;charset=utf-8;base64,{}", STANDARD.encode(file.as_bytes()));
    let frame = visit.frame(Section::Security)?.gone_for("security");
    secret_page(StatusCode::OK, &CodesPage { frame, t, codes, account, host, day: stamp::day(made), file, is_new })
}

/// What the page of the set-up shows.
struct SetUp {
    status: StatusCode,
    shown: Shown,
    fresh: Option<Fresh>,
    is_again: bool,
    notice: Option<Notice>,
}

impl SetUp {
    fn begun(enrolment: &Enrolment) -> Self {
        let (status, shown) = (StatusCode::OK, Shown::default());
        Self { status, shown, fresh: Some(fresh(enrolment)), is_again: false, notice: None }
    }

    fn write(self, visit: &Visit) -> Answered {
        let t = SecondFactorTexts::of(visit.ctx.client().language);
        let is_unproved = !visit.ctx.user()?.email_verified;
        let mut frame = visit.frame(Section::Security)?.gone_for("security");
        frame.notice = self.notice.map(|notice| (notice, 1));
        let Self { status, shown, fresh, is_again, .. } = self;
        secret_page(status, &SetUpPage { frame, t, shown, is_unproved, is_again, fresh })
    }
}
