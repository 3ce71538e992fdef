//! `/` and `/pricing`: what anybody may read.

use askama::Template;
use axum::{Router, http::StatusCode, routing::get};

use super::{
    frame::{Frame, Section, page},
    refusal::Answered,
    visit::{Guest, entrance},
};
use crate::{
    core::{
        app::App,
        texts::{
            billing::price,
            console::{LandingTexts, PricingTexts},
        },
    },
    models::user::Plan,
    services::billing,
};

/// The pages.
pub(super) fn routes() -> Router<App> {
    Router::new().route("/", get(show)).route("/pricing", get(show_pricing))
}

#[derive(Template)]
#[template(path = "console/pages/landing.html")]
struct LandingPage {
    frame: Frame,
    t: &'static LandingTexts,
    base_url: String,
}

#[derive(Template)]
#[template(path = "console/pages/pricing.html")]
struct PricingPage {
    frame: Frame,
    t: &'static PricingTexts,
    /// How many keys the FREE plan allows, where it does not allow all.
    free_keys: Option<i64>,
    takes_payments: bool,
    /// What PRO costs, where that is known.
    pro_price: Option<String>,
    /// Where PRO is begun.
    begin_pro: String,
    /// The plan of who has signed in.
    own_plan: Option<Plan>,
}

impl PricingPage {
    fn is_own(&self, plan: &str) -> bool {
        self.own_plan.is_some_and(|own| own.as_str() == plan)
    }
}

async fn show(Guest(visit): Guest) -> Answered {
    let t = LandingTexts::of(visit.ctx.client().language);
    let base_url = visit.ctx.app().base_url.to_string();
    page(StatusCode::OK, &LandingPage { frame: visit.public_frame(Section::Public)?, t, base_url })
}

async fn show_pricing(Guest(visit): Guest) -> Answered {
    let language = visit.ctx.client().language;
    let t = PricingTexts::of(language);
    let app = visit.ctx.app();
    let (free_keys, takes_payments) = (app.config.free_plan_max_keys, app.stripe.is_some());
    let own_plan = visit.ctx.user().ok().map(|user| user.plan);
    let pro_price = billing::price(&visit.ctx).await.map(|found| price(language, &found));
    let frame = visit.public_frame(Section::Public)?;
    let billing = visit.to("billing");
    // most visitors have no account yet
    let begin_pro = if own_plan.is_some() { billing } else { visit.to(&entrance("sign-up", &billing)) };
    page(StatusCode::OK, &PricingPage { frame, t, free_keys, takes_payments, pro_price, begin_pro, own_plan })
}
