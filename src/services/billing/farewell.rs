//! The end of what a deleted account paid for: its customer is deleted at Stripe, which cancels its subscriptions. It is
//! noted in the transaction that deletes the account, and done as soon as Stripe answers.

use chrono::TimeDelta;

use super::lease;
use crate::{
    core::{context::Context, database::Writer, error::Result},
    models::{audit::Action, audit_details::Detail, ids::UserId},
    repositories::billing_farewells,
    services::audit::{self, Event},
};

/// Longer than an attempt may take.
const CLAIM: TimeDelta = TimeDelta::seconds(90);

/// Notes the customer of an account that is about to be deleted.
pub(in crate::services) async fn note(tx: &mut Writer, ctx: &Context, account: UserId) -> Result<()> {
    billing_farewells::insert_of(tx, account, ctx.now()).await?;
    Ok(())
}

/// Deletes the customer that has been due the longest; tells whether there was one.
///
/// # Errors
/// As the database fails. That Stripe does not answer is no error: it is tried again later.
pub async fn say_next(ctx: &Context) -> Result<bool> {
    let Some(stripe) = &ctx.app().stripe else { return Ok(false) };
    let is_live = stripe.settings().is_live;
    let due = billing_farewells::find_due(&mut ctx.db().read().await?, is_live, ctx.app().clock.now()).await?;
    let Some(farewell) = due else { return Ok(false) };
    let mut tx = ctx.db().write().await?;
    if !billing_farewells::claim(&mut tx, &farewell, ctx.app().clock.now() + CLAIM).await? {
        return Ok(true);
    }
    tx.commit().await?;
    let done = stripe.delete_customer(&farewell.customer).await;
    let mut tx = ctx.db().write().await?;
    match done {
        Ok(()) => {
            billing_farewells::delete(&mut tx, &farewell.customer).await?;
            let event = Event::on_account(Action::BillingCustomerDeleted, None);
            audit::record(&mut tx, ctx, event.with(Detail::Customer, farewell.customer.as_str())).await?;
        }
        Err(error) => {
            let next = lease::next_try(ctx.app().clock.now(), farewell.attempts);
            tracing::warn!(customer = %farewell.customer, %error, "a deleted account's customer is still at Stripe; trying again at {next}");
            let why: String = error.to_string().chars().take(300).collect();
            billing_farewells::postpone(&mut tx, &farewell.customer, next, &why).await?;
        }
    }
    tx.commit().await?;
    Ok(true)
}
