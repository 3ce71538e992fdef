//! The pages that people would see at Stripe: where they subscribe, look after it, and read an invoice. No script;
//! whoever has a page's address may use it, as at Stripe, and nobody guesses one.

use std::fmt;

use askama::Template;
use axum::{
    Router,
    extract::{Path, Request, State as Shared},
    http::{HeaderMap, HeaderValue, StatusCode, Uri, header},
    response::{IntoResponse as _, Response},
    routing::get,
};
use url::Url;

use super::{
    SimulatedStripe, pdf, portal_page,
    state::{AMOUNT, CURRENCY, Checkout, CheckoutStatus, Invoice, InvoiceStatus, State},
};
use crate::{
    core::{
        language::Language,
        texts::{
            money::money,
            simulated_stripe::{self as texts, CheckoutTexts, CommonTexts},
        },
    },
    routes::{
        console::{Simulation, simulation_page},
        extractors::form,
        html::{asked_language, value_of},
    },
};

/// A PDF in a browser's own reader, which brings its style.
const PDF_POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; style-src 'unsafe-inline'; object-src 'self'; frame-ancestors 'none'",
);

/// Where the forms of a page lead, and in which language they go on.
pub(super) struct Here {
    pub(super) action: String,
    pub(super) lang: &'static str,
}

#[derive(Template)]
#[template(path = "console/simulation/checkout.html")]
struct CheckoutCard {
    here: Here,
    common: CommonTexts,
    words: CheckoutTexts,
    price: String,
    amount: String,
    email: String,
    is_declined: bool,
}

/// A sentence and the way on.
#[derive(Template)]
#[template(path = "console/simulation/over.html")]
struct OverCard<'a> {
    sentence: &'a str,
    to: &'a str,
    back: &'a str,
}

#[derive(Template)]
#[template(path = "console/simulation/invoice.html")]
struct InvoiceCard {
    lines: Vec<(&'static str, String)>,
    /// The address of the PDF.
    file: String,
    open_file: &'static str,
    /// The way back to the list that it came from.
    billing: String,
    back: &'static str,
}

/// The pages.
pub(super) fn routes(stripe: &SimulatedStripe) -> Router {
    Router::new()
        .route("/checkout/{id}", get(show_checkout).post(answer_checkout))
        .route("/portal/{id}", get(portal_page::show).post(portal_page::act))
        .route("/invoices/{token}", get(show_invoice))
        .route("/invoices/{token}/pdf", get(invoice_file))
        .fallback(nothing)
        .with_state(stripe.clone())
}

/// How a page is written: in which language, and where it stands.
pub(super) struct Frame<'a> {
    pub(super) stripe: &'a SimulatedStripe,
    pub(super) language: Language,
    /// Its address under the stand-in's.
    pub(super) own: String,
}

impl Frame<'_> {
    pub(super) fn page(&self, status: StatusCode, title: &str, content: &dyn fmt::Display) -> Response {
        let days = self.stripe.look(|state| state.ahead_seconds / 86_400);
        let ahead = texts::ahead(self.language, days).map(|text| format!(" {text}")).unwrap_or_default();
        let path =
            if status == StatusCode::NOT_FOUND { String::new() } else { format!("simulated-stripe/{}", self.own) };
        let notice = format!("{}{ahead}", texts::common(self.language).simulation);
        simulation_page(Simulation {
            status,
            language: self.language,
            root: self.stripe.root(),
            path: &path,
            title,
            notice: &notice,
            content,
        })
    }

    /// This page, for its forms.
    pub(super) fn here(&self) -> Here {
        Here { action: self.stripe.place(&self.own), lang: self.language.tag() }
    }

    pub(super) fn nothing(&self) -> Response {
        let words = texts::common(self.language);
        let content = OverCard { sentence: words.nothing_here, to: &self.stripe.root(), back: words.back };
        self.page(StatusCode::NOT_FOUND, words.nothing_title, &content)
    }
}

/// The language that is asked for, else the session's, else the browser's.
pub(super) fn language(encoded: &str, locale: Option<&str>, headers: &HeaderMap) -> Language {
    let browsers = || {
        let preferred = headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
        preferred.map(Language::negotiate).unwrap_or_default()
    };
    asked_language(encoded).or_else(|| Language::from_tag(locale?)).unwrap_or_else(browsers)
}

/// Sends the browser on, by GET. The address was checked when it was given.
pub(super) fn lead_to(address: &str) -> Response {
    let address = Url::parse(address).map_or_else(|_| address.to_owned(), String::from);
    let to = HeaderValue::from_str(&address).unwrap_or(HeaderValue::from_static("/"));
    (StatusCode::SEE_OTHER, [(header::LOCATION, to)]).into_response()
}

pub(super) fn amount(language: Language, cents: i64) -> String {
    money(cents, CURRENCY, language)
}

async fn nothing(Shared(stripe): Shared<SimulatedStripe>, uri: Uri, headers: HeaderMap) -> Response {
    let language = language(uri.query().unwrap_or_default(), None, &headers);
    Frame { stripe: &stripe, language, own: String::new() }.nothing()
}

async fn show_checkout(
    Shared(stripe): Shared<SimulatedStripe>,
    Path(id): Path<String>,
    uri: Uri,
    headers: HeaderMap,
) -> Response {
    checkout_page(&stripe, &id, uri.query().unwrap_or_default(), &headers, false)
}

fn checkout_page(
    stripe: &SimulatedStripe,
    id: &str,
    encoded: &str,
    headers: &HeaderMap,
    is_declined: bool,
) -> Response {
    let found = stripe.ask(|state| {
        let email = |one: &Checkout| state.customer(&one.customer).and_then(|customer| customer.email.clone());
        Ok(state.checkouts.get(id).map(|one| (one.clone(), email(one).unwrap_or_default())))
    });
    let locale = found.as_ref().ok().and_then(|found| found.as_ref()?.0.locale.clone());
    let language = language(encoded, locale.as_deref(), headers);
    let frame = Frame { stripe, language, own: format!("checkout/{id}") };
    let Ok(Some((checkout, email))) = found else { return frame.nothing() };
    let (words, common) = (texts::checkout(language), texts::common(language));
    let over = |sentence: &str, to: &str| {
        frame.page(StatusCode::OK, words.title, &OverCard { sentence, to, back: common.back })
    };
    match checkout.status {
        CheckoutStatus::Open => {}
        CheckoutStatus::Complete => return over(words.paid, &success_url(&checkout)),
        CheckoutStatus::Expired => return over(words.expired, &way_back(stripe, &checkout)),
    }
    let amount = amount(language, AMOUNT);
    let price = texts::a_month(language, &amount);
    let status = if is_declined { StatusCode::PAYMENT_REQUIRED } else { StatusCode::OK };
    frame.page(
        status,
        words.title,
        &CheckoutCard { here: frame.here(), common, words, price, amount, email, is_declined },
    )
}

fn success_url(checkout: &Checkout) -> String {
    checkout.success_url.replace("{CHECKOUT_SESSION_ID}", &checkout.id)
}

fn way_back(stripe: &SimulatedStripe, checkout: &Checkout) -> String {
    checkout.cancel_url.clone().unwrap_or_else(|| stripe.root())
}

async fn answer_checkout(
    Shared(stripe): Shared<SimulatedStripe>,
    Path(id): Path<String>,
    headers: HeaderMap,
    request: Request,
) -> Response {
    let body = form(request).await.unwrap_or_default();
    let Some(checkout) = stripe.look(|state| state.checkouts.get(&id).cloned()) else {
        return checkout_page(&stripe, &id, &body, &headers, false);
    };
    match &*value_of(&body, "answer") {
        // whoever pays twice has paid once, and goes on to the same page
        "pay" if stripe.pay(&id).is_ok() => lead_to(&success_url(&checkout)),
        "decline" if checkout.status == CheckoutStatus::Open => checkout_page(&stripe, &id, &body, &headers, true),
        "back" => lead_to(&way_back(&stripe, &checkout)),
        _ => checkout_page(&stripe, &id, &body, &headers, false),
    }
}

/// The state of an invoice, in a word that the texts know.
pub(super) fn invoice_word(state: &State, invoice: &Invoice) -> &'static str {
    let of_invoice = || state.charges.iter().filter(|one| one.invoice == invoice.id && one.is_paid);
    let (paid, refunded) =
        of_invoice().fold((0, 0), |(paid, refunded), one| (paid + one.amount, refunded + one.refunded()));
    match invoice.status {
        InvoiceStatus::Paid if refunded > 0 && refunded == paid => "refunded",
        InvoiceStatus::Paid if refunded > 0 => "partly_refunded",
        InvoiceStatus::Paid => "paid",
        InvoiceStatus::Open => "open",
        InvoiceStatus::Void => "void",
        InvoiceStatus::Uncollectible => "uncollectible",
        InvoiceStatus::Draft => "draft",
    }
}

/// What an invoice tells, as labels and values.
fn lines(stripe: &SimulatedStripe, token: &str, language: Language) -> Option<(String, Vec<(&'static str, String)>)> {
    stripe.look(|state| {
        let found = state.invoices.iter().find(|one| one.token == token && one.status != InvoiceStatus::Draft)?;
        let words = texts::common(language);
        let customer = state.customer(&found.customer).and_then(|one| one.email.clone());
        let (first, last) = (texts::day(language, found.period_start), texts::day(language, found.period_end));
        let lines = vec![
            (words.date, texts::day(language, found.created)),
            (words.customer, customer.unwrap_or_default()),
            (words.plan, texts::a_month(language, &format!("PRO, {}", amount(language, AMOUNT)))),
            (words.period, format!("{first} – {last}")),
            (words.amount, amount(language, found.amount)),
            (words.status, texts::invoice_status(language, invoice_word(state, found)).to_owned()),
        ];
        Some((found.number.clone().unwrap_or_default(), lines))
    })
}

async fn show_invoice(
    Shared(stripe): Shared<SimulatedStripe>,
    Path(token): Path<String>,
    uri: Uri,
    headers: HeaderMap,
) -> Response {
    let language = language(uri.query().unwrap_or_default(), None, &headers);
    let frame = Frame { stripe: &stripe, language, own: format!("invoices/{token}") };
    let Some((number, lines)) = lines(&stripe, &token, language) else { return frame.nothing() };
    let file = format!("{}?lang={}", stripe.place(&format!("invoices/{token}/pdf")), language.tag());
    let (billing, back) = (format!("{}billing", stripe.root()), texts::back_to_billing(language));
    let card = InvoiceCard { lines, file, open_file: texts::invoice_pdf(language), billing, back };
    frame.page(StatusCode::OK, &texts::invoice_title(language, &number), &card)
}

async fn invoice_file(
    Shared(stripe): Shared<SimulatedStripe>,
    Path(token): Path<String>,
    uri: Uri,
    headers: HeaderMap,
) -> Response {
    let language = language(uri.query().unwrap_or_default(), None, &headers);
    let Some((number, lines)) = lines(&stripe, &token, language) else {
        return Frame { stripe: &stripe, language, own: String::new() }.nothing();
    };
    let title = texts::invoice_title(language, &number);
    let file = pdf::page(&title, texts::common(language).simulation, &lines);
    let name = format!("inline; filename=\"{number}.pdf\"");
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("application/pdf")),
        (header::CONTENT_SECURITY_POLICY, PDF_POLICY),
        (header::CONTENT_DISPOSITION, HeaderValue::from_str(&name).unwrap_or(HeaderValue::from_static("inline"))),
    ];
    (headers, file).into_response()
}
