//! `/api/billing`: the plan, its invoices, the ways to Stripe's pages, and Stripe's way to us.

use axum::extract::{Request, State};
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    core::app::App,
    models::page::PageRequest,
    routes::{
        answers::{Answer, Json},
        extractors::{May, Member, Query, may::ReadBilling, signed, visitor},
    },
    schemas::{
        billing::{InvoiceView, LinkView, ReceivedView, SubscriptionView},
        page::{PageParams, PageView},
    },
    services::billing,
};

/// Where Stripe's signature stands.
const SIGNATURE: &str = "stripe-signature";

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(check_out))
        .routes(routes!(open_portal))
        .routes(routes!(read_subscription))
        .routes(routes!(list_invoices))
        .routes(routes!(receive_event))
}

/// Subscribe to PRO
///
/// Answers the address of a Stripe Checkout page for the server's own price: send the person there. Asked again while that
/// page is open, it answers the same one, so nobody pays twice. No body is read.
#[utoipa::path(post, path = "/api/billing/checkout", tag = "Billing", operation_id = "check_out", security(("bearer" = [])),
    responses(
        (status = 200, description = "The page at Stripe", body = LinkView),
        (status = 409, description = "`already_pro`; `subscription_exists` where a subscription waits for a payment: the portal leads to it"),
        (status = 503, description = "`billing_not_configured`; `billing_unavailable` where Stripe does not answer"),
    ))]
async fn check_out(Member(ctx): Member) -> Answer<Json<LinkView>> {
    Ok(Json(LinkView { url: billing::check_out(&ctx).await? }))
}

/// Manage the subscription
///
/// Answers the address of Stripe's customer portal, where a person changes the way to pay, sees invoices and cancels. It works
/// for a few minutes. No body is read.
#[utoipa::path(post, path = "/api/billing/portal", tag = "Billing", operation_id = "open_portal", security(("bearer" = [])),
    responses(
        (status = 200, description = "The page at Stripe", body = LinkView),
        (status = 409, description = "`no_customer`: the account never began a checkout"),
        (status = 503, description = "`billing_not_configured`; `billing_unavailable` where Stripe does not answer"),
    ))]
async fn open_portal(Member(ctx): Member) -> Answer<Json<LinkView>> {
    Ok(Json(LinkView { url: billing::open_portal(&ctx).await? }))
}

/// Your plan
///
/// As it was last seen at Stripe: after a checkout at once, else seconds after Stripe tells of a change.
#[utoipa::path(get, path = "/api/billing/subscription", tag = "Billing", operation_id = "read_subscription", security(("bearer" = [])),
    responses(
        (status = 200, description = "The plan and the subscription behind it", body = SubscriptionView),
        (status = 503, description = "`billing_not_configured`"),
    ))]
async fn read_subscription(Member(ctx): Member) -> Answer<Json<SubscriptionView>> {
    let standing = billing::subscription(&ctx).await?;
    Ok(Json(SubscriptionView::of(&standing, billing::key_use(&ctx).await?)))
}

/// Your invoices
///
/// Newest first, as Stripe has them; amounts are whole numbers of the currency's smallest unit.
#[utoipa::path(get, path = "/api/billing/invoices", tag = "Billing", operation_id = "list_invoices", params(PageParams), security(("bearer" = [])),
    responses(
        (status = 200, description = "A page of invoices", body = PageView<InvoiceView>),
        (status = 503, description = "`billing_not_configured`"),
    ))]
async fn list_invoices(
    May(ctx, _): May<ReadBilling>,
    Query(page): Query<PageRequest>,
) -> Answer<Json<PageView<InvoiceView>>> {
    Ok(Json(PageView::of(billing::invoices(&ctx, page).await?)))
}

/// Hear an event from Stripe
///
/// For Stripe alone: the `Stripe-Signature` header must fit the body, byte for byte, and be younger than five minutes. An
/// event that comes twice counts once; one that is about nobody here is noted and changes nothing.
#[utoipa::path(post, path = "/api/billing/webhook", tag = "Billing", operation_id = "receive_event", request_body = serde_json::Value,
    params(("Stripe-Signature" = String, Header, description = "`t=…,v1=…`")),
    responses(
        (status = 200, description = "The event is stored", body = ReceivedView),
        (status = 400, description = "`invalid_signature`; `malformed_json` where what is signed is no event"),
        (status = 413, description = "The body is larger than 1 MiB"),
        (status = 429, description = "Too many wrong signatures from this address"),
        (status = 503, description = "`billing_not_configured`; `unavailable` where the database is away: Stripe sends it again"),
    ))]
async fn receive_event(State(app): State<App>, request: Request) -> Answer<Json<ReceivedView>> {
    let (parts, body) = request.into_parts();
    // Stripe's own requests count against nothing; wrong signatures do
    let ctx = visitor(&parts, &app)?;
    let mut headers = parts.headers.get_all(SIGNATURE).iter();
    let header = match (headers.next(), headers.next()) {
        (Some(header), None) => header.to_str().ok().map(str::to_owned),
        _ => None,
    };
    let body = signed(Request::from_parts(parts, body)).await?;
    billing::receive(&ctx, header.as_deref(), &body).await?;
    Ok(Json(ReceivedView { received: true }))
}
