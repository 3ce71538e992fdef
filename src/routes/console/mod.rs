//! The web console: pages made on the server, forms that work without a script. A page's file holds its struct and its
//! handlers; `visit` tells who asks, `form` reads and shows forms, `frame` writes pages, `refusal` what stands in their
//! place. The console calls the services that the API calls, and has no rule of its own.

mod admin;
mod assets;
mod audit;
mod billing;
mod chart;
mod check_mail;
mod confirm;
mod cookies;
mod csrf;
mod dashboard;
mod dev_mail;
mod forgot;
mod form;
mod frame;
mod key;
mod keys_list;
mod landing;
mod listing;
mod needs;
mod prove_address;
mod refusal;
mod resume;
mod room;
mod security;
mod settings;
mod sign_in;
mod sign_out;
mod sign_up;
mod simulation;
mod stamp;
mod tasks;
mod tokens;
mod trail;
mod visit;
mod whole;

use axum::{
    Router,
    extract::{Request, State},
    http::{Extensions, HeaderMap, HeaderValue, Method, StatusCode, Uri, Version, header},
    middleware::{Next, from_fn_with_state},
    response::Response,
    routing::{MethodRouter, any},
};
use tower_http::{
    CompressionLevel,
    compression::{CompressionLayer, Predicate as _, predicate::SizeAbove},
};
use url::form_urlencoded;

use self::{
    cookies::{Cookie, Jar, Who},
    frame::HoldsSecret,
    refusal::Answered,
};
use super::{
    answers::{OfPage, Unwritten},
    html::{LANGUAGE, asked_language, value_of},
};
use crate::core::{app::App, client::Client, error::Error, language::Language, texts::problems::Code};

pub(super) use frame::Frame;
pub(super) use simulation::{Simulation, page as simulation_page};
pub(super) use whole::write_refusal;

/// Answers shorter than that are not worth compressing.
const WORTH_IT: u64 = 1024;
/// The parameter that chooses a theme.
const THEME: &str = "theme";

/// The theme that the person chose.
#[derive(Clone)]
struct Theme(String);

/// The pages and their assets.
pub(super) fn routes(app: &App) -> Router {
    let is_open =
        |_: StatusCode, _: Version, _: &HeaderMap, extensions: &Extensions| extensions.get::<HoldsSecret>().is_none();
    let compression = CompressionLayer::new()
        .gzip(true)
        .quality(CompressionLevel::Fastest)
        .compress_when(SizeAbove::new(WORTH_IT).and(is_open));
    let pages = Router::new()
        .merge(landing::routes())
        .merge(sign_in::routes())
        .merge(key::routes())
        .merge(sign_up::routes())
        .merge(forgot::routes())
        .merge(sign_out::routes())
        .merge(tasks::routes())
        .merge(dev_mail::routes(app))
        .merge(keys_list::routes())
        .merge(security::routes())
        .merge(prove_address::routes())
        .merge(settings::routes())
        .merge(billing::routes())
        .merge(admin::routes())
        .merge(dashboard::routes())
        .merge(tokens::routes())
        .merge(audit::routes())
        .with_state(app.clone());
    pages.layer(compression).layer(from_fn_with_state(app.clone(), around)).merge(assets::routes())
}

/// Surrounds every page: finds language and theme, gives the jar for cookies, marks the answer as a page's.
pub(super) async fn around(State(app): State<App>, mut request: Request, next: Next) -> Response {
    let jar = Jar::default();
    let query = request.uri().query().unwrap_or_default().to_owned();
    let chosen = asked_language(&query);
    if let Some(language) = chosen {
        jar.set(&app, Cookie::Language, language.tag());
    }
    let kept = || Cookie::Language.read(&app, request.headers()).and_then(|tag| Language::from_tag(&tag));
    let language = chosen.or_else(kept);
    let asked = value_of(&query, THEME);
    let theme = match asked.as_str() {
        "light" | "dark" => {
            jar.set(&app, Cookie::Theme, &asked);
            Some(asked)
        }
        "auto" => {
            jar.clear(&app, Cookie::Theme);
            None
        }
        _ => Cookie::Theme.read(&app, request.headers()).filter(|theme| matches!(theme.as_str(), "light" | "dark")),
    };
    let is_partial = request.headers().contains_key("hx-request");
    let is_kept = request.headers().contains_key(header::COOKIE);
    if request.method() == Method::GET && is_kept && !is_partial && jar.holds_any() {
        return at_clean_address(&app, request.uri(), &jar);
    }
    let extensions = request.extensions_mut();
    if let (Some(language), Some(client)) = (language, extensions.get_mut::<Client>()) {
        client.language = language;
    }
    let language = extensions.get::<Client>().map(|client| client.language).unwrap_or_default();
    let theme = theme.map(Theme);
    if let Some(theme) = theme.clone() {
        extensions.insert(theme);
    }
    extensions.insert(jar.clone());
    // where something was sent to, there may be nothing to ask for
    let asked = if request.method().is_safe() { request.uri().clone() } else { Uri::default() };
    let cookie = Cookie::Session.read(&app, request.headers());
    let mut response = refusal::lead_to_proof(next.run(request).await, &app.root(), is_partial);
    if let Some(Unwritten(error)) = response.extensions().get().cloned() {
        // a refusal stands in the frame of who asks, also where it came before anybody looked; where that can not be found
        // out, it stands in nobody's
        let is_known = !matches!(jar.who(), Who::Unknown);
        if !is_known && !matches!(*error, Error::Unavailable { .. } | Error::Internal(_)) {
            drop(visit::recognise(cookie.as_deref(), &app, &jar).await);
        }
        let path = asked.path_and_query().map_or("", |path| path.as_str().trim_start_matches(['/', '\\'])).to_owned();
        let frame = Frame::of_refusal(&app, language, theme.as_ref(), path, jar.who());
        response.extensions_mut().insert(OfPage { frame, is_partial });
    }
    let headers = response.headers_mut();
    jar.empty_into(headers);
    headers.insert(header::CONTENT_LANGUAGE, HeaderValue::from_static(language.tag()));
    headers.append(header::VARY, HeaderValue::from_static("accept-language, cookie"));
    response
}

/// The page for a browser that asks for what is not there, or for what is sent and not asked for.
pub(super) fn refusing(app: &App, code: Code) -> MethodRouter {
    any(move || std::future::ready(Answered::Err(code.into()))).layer(from_fn_with_state(app.clone(), around))
}

/// Leads a browser that keeps cookies to the same page without the language or theme that was chosen: whoever is sent that
/// address chooses for themselves. Others, as those who read for search engines, have nothing but the address.
fn at_clean_address(app: &App, uri: &Uri, jar: &Jar) -> Response {
    let pairs = form_urlencoded::parse(uri.query().unwrap_or_default().as_bytes());
    let pairs = pairs.filter(|(name, _)| !matches!(&**name, LANGUAGE | THEME));
    let query = form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
    let mark = if query.is_empty() { "" } else { "?" };
    let path = uri.path().trim_start_matches(['/', '\\']);
    let mut response = refusal::see_other(&format!("{}{path}{mark}{query}", app.root()));
    jar.empty_into(response.headers_mut());
    response
}
