//! `/dev/mail`: in development, the mails that nobody got. Not there in production, not where mails leave, and
//! not for visitors from beyond the private network: the mails hold links that set passwords.

use askama::Template;
use axum::{
    Router,
    extract::Path,
    http::{HeaderName, HeaderValue, StatusCode, header},
    middleware::from_fn_with_state,
    response::{IntoResponse as _, Response},
    routing::get,
};
use chrono::DateTime;
use uuid::Uuid;

use super::{
    frame::{Frame, Section, page},
    refusal::{Answered, Refusal},
    stamp,
    visit::{Guest, Visit},
};
use crate::{
    core::{
        app::App,
        mailer::KeptMail,
        texts::{
            pages::{self, DevMailTexts},
            problems::Code,
        },
    },
    routes::{close_by::for_visitors_close_by, html::value_of},
};

/// What a page may do that holds a mail in a frame.
const POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; img-src 'self' data:; connect-src 'self'; \
     frame-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
);
/// A mail may style itself and lead elsewhere in a new tab; it runs nothing, fetches nothing and is of no origin.
const MAIL_POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'self'; form-action 'none'; frame-ancestors 'self'; sandbox allow-popups allow-popups-to-escape-sandbox",
);

/// The list, one mail, and its HTML for the frame.
pub(super) fn routes(app: &App) -> Router<App> {
    Router::new()
        .route("/dev/mail", get(list))
        .route("/dev/mail/{id}", get(show))
        .route("/dev/mail/{id}/html", get(content))
        .route_layer(from_fn_with_state(app.clone(), for_visitors_close_by))
}

#[derive(Template)]
#[template(path = "console/pages/dev_mails.html")]
struct ListPage {
    frame: Frame,
    t: DevMailTexts,
    mails: Vec<Row>,
}

/// A mail in the list.
struct Row {
    mail: KeptMail,
    date: String,
}

#[derive(Template)]
#[template(path = "console/pages/dev_mail.html")]
struct MailPage {
    frame: Frame,
    t: DevMailTexts,
    mail: KeptMail,
    date: String,
    is_plain: bool,
}

/// The folder of the mails, where there is one.
fn folder(visit: &Visit) -> Result<&std::path::Path, Refusal> {
    visit.ctx.app().mailer.folder().ok_or_else(|| Code::NotFound.into())
}

async fn list(Guest(visit): Guest) -> Answered {
    let mails = read(folder(&visit)?, KeptMail::list).await;
    let mails = mails.into_iter().map(|mail| Row { date: date(&mail), mail }).collect();
    let t = pages::dev_mail(visit.ctx.client().language);
    page(StatusCode::OK, &ListPage { frame: visit.public_frame(Section::Public)?, t, mails })
}

async fn show(Guest(visit): Guest, Path(id): Path<String>) -> Answered {
    let mail = find(folder(&visit)?, &id).await?;
    let is_plain = value_of(&visit.query, "view") == "plain";
    let t = pages::dev_mail(visit.ctx.client().language);
    let frame = visit.public_frame(Section::Public)?;
    let mut response = page(StatusCode::OK, &MailPage { frame, t, date: date(&mail), mail, is_plain })?;
    response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, POLICY);
    Ok(response)
}

async fn content(Guest(visit): Guest, Path(id): Path<String>) -> Result<Response, Refusal> {
    let mail = find(folder(&visit)?, &id).await?;
    // a click opens a new tab: within the frame nothing may leave
    let html = mail.html.replacen("<head>", "<head><base target=\"_blank\">", 1);
    let headers: [(HeaderName, HeaderValue); 3] = [
        (header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8")),
        (header::CONTENT_SECURITY_POLICY, MAIL_POLICY),
        (header::X_FRAME_OPTIONS, HeaderValue::from_static("SAMEORIGIN")),
    ];
    Ok((headers, html).into_response())
}

/// When a mail was written, as HTML; nothing where its head does not tell.
fn date(mail: &KeptMail) -> String {
    DateTime::parse_from_rfc2822(&mail.date).map(|date| stamp::moment(date.to_utc())).unwrap_or_default()
}

async fn find(folder: &std::path::Path, id: &str) -> Result<KeptMail, Refusal> {
    let id: Uuid = id.parse().map_err(|_| Code::NotFound)?;
    let mail = read(folder, move |folder| KeptMail::find(folder, id)).await;
    mail.ok_or_else(|| Code::NotFound.into())
}

/// Reads files aside from the requests.
async fn read<T: Send + Default + 'static>(
    folder: &std::path::Path,
    reads: impl FnOnce(&std::path::Path) -> T + Send + 'static,
) -> T {
    let folder = folder.to_owned();
    tokio::task::spawn_blocking(move || reads(&folder)).await.unwrap_or_default()
}
