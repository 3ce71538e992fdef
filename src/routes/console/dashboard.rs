//! `/dashboard`: what needs attention, the first steps of a new account, figures, use, and what happened last.

use askama::Template;
use axum::{
    Router,
    http::{HeaderMap, StatusCode},
    routing::{get, post},
};

use super::{
    chart::{Chart, DayUses},
    cookies::Cookie,
    frame::{Frame, Section, page},
    needs::{Need, Step, needs, steps},
    refusal::{Answered, done},
    trail::Happening,
    visit::{Entered, Posted, Visit},
};
use crate::{
    core::{
        app::App,
        error::Result,
        texts::console::{DashboardTexts, Notice, counted, grouped, is_one},
    },
    models::{
        audit::OwnFilter,
        page::PageRequest,
        usage::{AccountUsage, Counts},
    },
    services::{audit, billing, names, program_tokens, usage},
};

const DAYS: i64 = 30;
const EVENTS: i64 = 5;

/// The page and its small form.
pub(super) fn routes() -> Router<App> {
    Router::new().route("/dashboard", get(show)).route("/dashboard/steps", post(hide_steps))
}

/// What the services say.
pub(super) struct Known {
    pub(super) usage: AccountUsage,
    pub(super) has_token: bool,
    pub(super) is_past_due: bool,
}

#[derive(Template)]
#[template(path = "console/pages/dashboard.html")]
struct DashboardPage {
    frame: Frame,
    t: &'static DashboardTexts,
    hello: String,
    needs: Vec<Need>,
    /// Whether there is nothing to do at all, first steps included.
    is_calm: bool,
    /// The first steps; none where they are done or hidden.
    steps: Vec<Step>,
    steps_done: String,
    figures: Figures,
    chart: Chart,
    events: Vec<Happening>,
}

/// The numbers at the top.
struct Figures {
    active: String,
    kinds: String,
    verifications: String,
    refusals: String,
    reveals: String,
    plan: &'static str,
    plan_use: String,
    /// How full the plan is, in hundredths; `None` where it has no limit.
    fullness: Option<i64>,
}

async fn show(headers: HeaderMap, Entered(visit): Entered) -> Answered {
    let (known, events) = look(&visit).await?;
    let language = visit.ctx.client().language;
    let names = names::of_entries(&visit.ctx, &events).await?;
    let events = events.into_iter().map(|entry| Happening::of(entry, &names, language)).collect();
    let t = DashboardTexts::of(language);
    let user = visit.ctx.user()?;
    let is_hidden = Cookie::Steps.read(visit.ctx.app(), &headers).is_some_and(|id| id == user.id.to_string());
    let mut steps = steps(&visit, user, &known, t);
    let done = steps.iter().filter(|step| step.is_done).count();
    let steps_done = t.steps_done.replace("{done}", &done.to_string()).replace("{all}", &steps.len().to_string());
    if is_hidden || done == steps.len() {
        steps.clear();
    }
    let mut needs = needs(&visit, user, &known, t);
    // what is one of the first steps is not asked for twice
    needs.retain(|need| steps.is_empty() || !need.is_step);
    let frame = visit.frame(Section::Dashboard)?;
    let shown = DashboardPage {
        hello: t.hello.replace("{name}", frame.who()),
        is_calm: needs.is_empty() && steps.is_empty(),
        needs,
        figures: figures(&visit, &known.usage, t)?,
        chart: Chart::of(language, known.usage.days.iter().copied().map(DayUses::from), t.use_none),
        events,
        frame,
        t,
        steps,
        steps_done,
    };
    page(StatusCode::OK, &shown)
}

async fn look(visit: &Visit) -> Result<(Known, Vec<crate::models::audit::Entry>)> {
    let ctx = &visit.ctx;
    let first = |limit| PageRequest { limit, before: None };
    let usage = usage::read_all(ctx, DAYS).await?;
    let events = audit::list_own(ctx, &OwnFilter::default(), first(EVENTS)).await?.rows;
    let has_token = !program_tokens::list(ctx, false, first(1)).await?.rows.is_empty();
    let is_past_due = if ctx.app().stripe.is_some() {
        let subscription = billing::subscription(ctx).await?.subscription;
        subscription.is_some_and(|seen| seen.status.waits_for_a_payment())
    } else {
        false
    };
    Ok((Known { usage, has_token, is_past_due }, events))
}

fn figures(visit: &Visit, usage: &AccountUsage, t: &DashboardTexts) -> Result<Figures> {
    let language = visit.ctx.client().language;
    let mut sum = Counts::default();
    usage.days.iter().for_each(|day| sum.add(day.counts));
    let number = |number| grouped(language, number);
    let keys = usage.keys;
    let plan_use = usage.most_keys.map_or(t.plan_unlimited.to_owned(), |limit| {
        let text = if is_one(language, keys.active) { t.plan_use_one } else { t.plan_use };
        text.replace("{active}", &number(keys.active)).replace("{limit}", &number(limit))
    });
    Ok(Figures {
        active: number(keys.active),
        kinds: format!(
            "{}, {}",
            counted(language, keys.generated, t.generated_one, t.generated_many),
            counted(language, keys.active - keys.generated, t.stored_one, t.stored_many)
        ),
        verifications: number(sum.verifications + sum.former_verifications),
        refusals: counted(language, sum.refusals, t.refusals_one, t.refusals_many),
        reveals: number(sum.reveals),
        plan: visit.ctx.user()?.plan.as_str(),
        plan_use,
        fullness: usage.most_keys.map(|limit| (keys.active * 100 / limit.max(1)).clamp(0, 100)),
    })
}

async fn hide_steps(Posted(visit, _): Posted) -> Answered {
    visit.hide_steps()?;
    done(&visit, "dashboard", Notice::StepsHidden)
}
