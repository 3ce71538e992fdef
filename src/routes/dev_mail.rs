//! `/dev/mail`: in development, the mails that nobody got. Not there in production, not where mails leave, and
//! not for visitors from beyond the private network: the mails hold links that set passwords.

use axum::{
    Router,
    extract::{Path, State},
    http::{HeaderName, HeaderValue, StatusCode, Uri, header},
    middleware::from_fn_with_state,
    response::{IntoResponse as _, Response},
    routing::get,
};
use uuid::Uuid;

use super::{
    answers::Answer,
    close_by::for_visitors_close_by,
    extractors::Visitor,
    html::{Page, asked_language, escape, value_of},
};
use crate::core::{
    app::App,
    language::Language,
    mailer::KeptMail,
    texts::{
        pages::{self, DevMailTexts},
        problems::Code,
    },
};

const POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; style-src 'self'; img-src 'self' data:; frame-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
);
/// A mail may style itself and lead elsewhere in a new tab; it runs nothing, fetches nothing and is of no origin.
const MAIL_POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'self'; form-action 'none'; frame-ancestors 'self'; sandbox allow-popups allow-popups-to-escape-sandbox",
);

/// The list, one mail, and its HTML for the frame.
pub(super) fn routes(app: App) -> Router {
    Router::new()
        .route("/dev/mail", get(list))
        .route("/dev/mail/{id}", get(show))
        .route("/dev/mail/{id}/html", get(frame))
        .route_layer(from_fn_with_state(app.clone(), for_visitors_close_by))
        .with_state(app)
}

/// The folder of the mails, where there is one.
fn folder(app: &App) -> Answer<&std::path::Path> {
    app.mailer.folder().ok_or_else(|| Code::NotFound.into())
}

async fn list(State(app): State<App>, visitor: Visitor, uri: Uri) -> Answer<Response> {
    let language = language(&visitor, &uri);
    let texts = pages::dev_mail(language);
    let mails = read(folder(&app)?, KeptMail::list).await;
    let rows: String = mails.iter().map(|mail| row(language, mail)).collect();
    let content = if rows.is_empty() {
        format!("<p class=\"hint\">{}</p>", texts.empty)
    } else {
        format!("<ol class=\"mails\">{rows}</ol>")
    };
    let content = format!("<p class=\"lede\">{}</p>{content}", texts.intro);
    Ok(page(language, texts.title, "/dev/mail", &content))
}

async fn show(State(app): State<App>, visitor: Visitor, uri: Uri, Path(id): Path<String>) -> Answer<Response> {
    let language = language(&visitor, &uri);
    let mail = find(folder(&app)?, &id).await?;
    let is_plain = value_of(uri.query().unwrap_or_default(), "view") == "plain";
    let path = format!("/dev/mail/{}", mail.id);
    let plain = format!("{path}?view=plain");
    Ok(page(language, &mail.subject, if is_plain { &plain } else { &path }, &one(language, &mail, is_plain)))
}

async fn frame(State(app): State<App>, Path(id): Path<String>) -> Answer<Response> {
    let mail = find(folder(&app)?, &id).await?;
    // a click opens a new tab: within the frame nothing may leave
    let html = mail.html.replacen("<head>", "<head><base target=\"_blank\">", 1);
    let headers: [(HeaderName, HeaderValue); 3] = [
        (header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8")),
        (header::CONTENT_SECURITY_POLICY, MAIL_POLICY),
        (header::X_FRAME_OPTIONS, HeaderValue::from_static("SAMEORIGIN")),
    ];
    Ok((headers, html).into_response())
}

async fn find(folder: &std::path::Path, id: &str) -> Answer<KeptMail> {
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

/// The language that `?lang=` asks for, else the visitor's.
fn language(visitor: &Visitor, uri: &Uri) -> Language {
    asked_language(uri.query().unwrap_or_default()).unwrap_or(visitor.0.client().language)
}

fn row(language: Language, mail: &KeptMail) -> String {
    format!(
        "<li><a href=\"/dev/mail/{}?lang={}\"><strong>{}</strong><span>{}</span><time>{}</time></a></li>",
        mail.id,
        language.tag(),
        escape(&mail.subject),
        escape(&mail.to),
        escape(&mail.date),
    )
}

fn one(language: Language, mail: &KeptMail, is_plain: bool) -> String {
    let DevMailTexts { all, to, date, html, plain, .. } = pages::dev_mail(language);
    let tag = language.tag();
    let tab = |view: &str, label: &str, is_current: bool| {
        let current = if is_current { " aria-current=\"page\"" } else { "" };
        format!("<a href=\"/dev/mail/{}?view={view}&amp;lang={tag}\"{current}>{label}</a>", mail.id)
    };
    let body = if is_plain {
        format!("<pre class=\"letter\" tabindex=\"0\">{}</pre>", escape(&mail.text))
    } else {
        format!(
            "<iframe class=\"letter\" title=\"{}\" src=\"/dev/mail/{}/html\" sandbox=\"allow-popups allow-popups-to-escape-sandbox\"></iframe>",
            escape(&mail.subject),
            mail.id
        )
    };
    format!(
        "<p><a href=\"/dev/mail?lang={tag}\">← {all}</a></p><dl class=\"about\"><dt>{to}</dt><dd>{}</dd><dt>{date}</dt><dd>{}</dd></dl>\
         <nav class=\"tabs\">{}{}</nav>{body}",
        escape(&mail.to),
        escape(&mail.date),
        tab("html", html, !is_plain),
        tab("plain", plain, is_plain),
    )
}

fn page(language: Language, title: &str, path: &str, content: &str) -> Response {
    Page { status: StatusCode::OK, language, title, root: "/", path: Some(path), content, policy: POLICY }
        .into_response()
}
