//! The services below the routes: audit, sealed values, mails, getting ready, hashing, configuration, and the Stripe that tests stand on.

mod audit_chain;
mod audit_first;
mod billing_orders;
mod billing_worker;
mod configuration;
mod configuration_secrets;
mod hashing;
mod limits_in_redis;
mod localstripe;
mod mail_delivery;
mod mail_outage;
mod mail_texts;
mod mails;
mod plaintext;
mod reminders;
mod sealed_values;
mod sessions;
mod start;
mod stripe_client;
mod stripe_peers;
mod stripe_refusals;
mod stripe_shapes;
mod stripe_stand_in;
mod upkeep;

/// Runs futures at the same time; what each gave, in the order in which they ended.
async fn all_at_once<F: Future>(futures: Vec<F>) -> Vec<F::Output> {
    let mut waiting: Vec<_> = futures.into_iter().map(Box::pin).collect();
    let mut done = Vec::new();
    std::future::poll_fn(|context| {
        waiting.retain_mut(|future| match future.as_mut().poll(context) {
            std::task::Poll::Ready(output) => {
                done.push(output);
                false
            }
            std::task::Poll::Pending => true,
        });
        if waiting.is_empty() { std::task::Poll::Ready(()) } else { std::task::Poll::Pending }
    })
    .await;
    done
}
