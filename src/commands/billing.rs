//! `billing …`: repairs.

use super::{End, arguments::BillingAct, setup};
use crate::{
    core::{
        configuration::Configuration,
        error::{Error, Result},
        texts::problems::Code,
    },
    jobs,
    services::billing::{self, Reconciled},
};

pub(super) async fn run(configuration: Configuration, act: BillingAct) -> End {
    let app = match setup::ready(configuration).await {
        Ok(app) => app,
        Err(end) => return end,
    };
    let ctx = jobs::context(&app, "billing");
    let BillingAct::Reconcile = act;
    let done = billing::reconcile(&ctx, |line| say!("{line}")).await;
    app.db.close().await;
    tell(done)
}

fn tell(done: Result<Reconciled>) -> End {
    match done {
        Ok(done) => {
            let Reconciled { looked_at, mended, failed, strange } = done;
            say!("{looked_at} accounts looked at, {mended} mended, {failed} failed, {strange} subscriptions of nobody");
            if failed > 0 {
                End::NotDone("some accounts could not be looked at; run it again".into())
            } else {
                End::Done
            }
        }
        Err(Error::Refused(Code::BillingNotConfigured)) => {
            End::NotDone("Stripe is not configured; set STRIPE_SECRET_KEY".into())
        }
        Err(error) => End::NotDone(error.to_string()),
    }
}
