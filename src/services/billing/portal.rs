//! Stripe's customer portal: where a person changes the way to pay, sees invoices and cancels.

use super::{away, look, stripe};
use crate::{
    core::{context::Context, error::Result, texts::problems::Code},
    models::{audit::Action, permission::Permission},
    repositories::billing_accounts,
    services::audit::{self, Event},
};

/// Opens the portal; answers its address, which works for a few minutes.
///
/// # Errors
/// `billing_not_configured`; `no_customer` for an account that never began a checkout, or whose customer
/// is gone at Stripe; `Unavailable` where Stripe does not answer.
pub async fn open_portal(ctx: &Context) -> Result<String> {
    ctx.require(Permission::ManageBilling)?;
    let stripe = stripe(ctx)?;
    let account = ctx.account()?;
    let known = billing_accounts::find(&mut ctx.db().read().await?, account).await?;
    let of_this_mode = known.filter(|known| known.is_live == Some(stripe.settings().is_live));
    let customer = of_this_mode.and_then(|known| known.customer).ok_or(Code::NoCustomer)?;
    let back = ctx.app().base_url.trim_end_matches('/').to_owned() + "/billing";
    let url = match stripe.create_portal(&customer, &back, ctx.client().language).await {
        Ok(url) => url,
        // somebody deleted it at Stripe, and we have not heard of it
        Err(error) if error.is_missing() => {
            tracing::warn!(%customer, "Stripe does not know this customer any more; its account is looked at");
            look::want_soon(ctx, account).await?;
            return Err(Code::NoCustomer.into());
        }
        Err(error) => return Err(away(error)),
    };
    audit::record_alone(ctx, Event::on_account(Action::PortalOpened, Some(account))).await?;
    Ok(url)
}
