//! `/billing`: plan, subscription, invoices, and the ways to Stripe.

use std::time::{Duration, Instant};

use crate::support::{Actor, Faults, Person, StandIn, TestApp};

async fn with_actor<'a>(app: &'a TestApp, name: &str) -> (Actor<'a>, Person<'a>) {
    let actor = app.member(name).await;
    let mut person = Person::new(app);
    person.sign_in(&actor.email, &actor.password).await;
    (actor, person)
}

/// Subscribes with the page's own button and pays; the customer.
pub async fn subscribe(stand_in: &StandIn, app: &TestApp, person: &mut Person<'_>) -> String {
    person.open("/billing").await.submit("/billing/checkout", &[]).await;
    let session = stand_in.checkout_of(person.page.header("refresh"));
    stand_in.stripe.pay(&session).expect("paid");
    stand_in.deliver_all(app).await;
    stand_in.settle(&[app]).await;
    stand_in.stripe.look(|state| state.checkouts[&session].customer.clone())
}

on_both! {
    async fn a_server_without_stripe_says_so_kindly(app: TestApp) {
        let mut alice = Person::signed_in(&app, "alice").await;

        alice.open("/billing").await.sees("takes no payments").sees("FREE").sees("0 active keys, without limit");

        assert_eq!(alice.page.status, 200);
        assert!(alice.forms().iter().all(|form| form.action == "/sign-out"));
        let mut form = alice.filled("/sign-out", &[]);
        form.action = "/billing/checkout".into();
        assert_eq!(alice.post(&form).await.page.status, 503);
        alice.sees("Billing").sees("takes no payments");
    }

    async fn the_way_to_pro_leads_over_a_page_to_stripe_and_back_to_invoices(plain: TestApp) {
        let (app, stand_in) = StandIn::with_app(plain.engine).await;
        let (actor, mut alice) = with_actor(&app, "alice").await;
        actor.store("OpenAI", "sk-proj-abcdefghijklmnopqrstuvwx").await;

        alice.open("/billing").await.sees("1 of ").sees("You have no subscription").sees("No invoice yet").sees_no("Manage at Stripe");
        alice.submit("/billing/checkout", &[]).await;
        assert_eq!(alice.page.status, 200);
        let refresh = alice.page.header("refresh").to_owned();
        let url = refresh.strip_prefix("0; url=").expect("an address").to_owned();
        assert!(url.starts_with("http"), "{url}");
        alice.sees("Taking you to Stripe").sees(&url);
        assert!(alice.page.header("content-security-policy").contains("form-action 'self'"));
        assert_eq!(alice.open("/billing/checkout").await.path, "/billing", "a reload begins nothing");

        subscribe(&stand_in, &app, &mut alice).await;
        alice.open("/billing").await.sees("PRO").sees("It renews on").sees("<dt>Price</dt><dd>€9.00 per month</dd>").sees("<dt>Next invoice</dt><dd><time").sees("Paid").sees("rel=\"noopener noreferrer\"").sees_no("Go PRO");
        alice.submit("/billing/portal", &[]).await.sees("Taking you to Stripe");
        assert!(alice.page.header("refresh").starts_with("0; url=http"));

        alice.open("/pricing").await.sees("Your plan").sees_no("Go PRO").sees_no("Start for free");
        alice.open("/").await.sees_no("Create an account");

        alice.open("/billing?lang=fr").await.sees("Il se renouvelle le").sees("9,00\u{a0}€").sees("Payée");
    }

    async fn the_price_stands_wherever_pro_is_offered_in_each_language(plain: TestApp) {
        let (app, stand_in) = StandIn::with_app(plain.engine).await;
        let mut guest = Person::new(&app);
        let (_, mut alice) = with_actor(&app, "alice").await;

        guest.open("/pricing").await.sees("€9.00 per month").sees("href=\"/sign-up?next=%2Fbilling\"");
        alice.open("/pricing").await.sees_no("sign-up");
        guest.open("/pricing?lang=fr").await.sees("9,00\u{a0}€ par mois");
        alice.open("/billing").await.sees("PRO costs €9.00 per month");
        alice.submit("/billing/checkout", &[]).await.sees("Taking you to Stripe").sees("PRO costs €9.00 per month");

        let asked = stand_in.asked().iter().filter(|one| one.contains("/v1/prices/")).count();
        assert_eq!(asked, 1, "it is kept");
        alice.open("/billing?lang=fr").await.sees("PRO coûte 9,00\u{a0}€ par mois");
        subscribe(&stand_in, &app, &mut alice).await;
        alice.open("/billing?lang=en").await.sees_no("PRO costs");
        alice.submit("/billing/portal", &[]).await.sees_no("PRO costs");
    }

    async fn nobody_waits_for_a_stripe_that_is_away_and_the_page_is_honest(plain: TestApp) {
        let (app, stand_in) = StandIn::with_app(plain.engine).await;
        let (_, mut alice) = with_actor(&app, "alice").await;
        stand_in.set_faults(Faults { delay: Duration::from_secs(3), ..Faults::default() });

        let began = Instant::now();
        alice.open("/billing").await.sees("The price is shown before you pay").sees("Go PRO");
        assert!(began.elapsed() < Duration::from_secs(2), "{:?}", began.elapsed());
        let began = Instant::now();
        for _ in 0..5 {
            alice.open("/pricing").await.sees("The price is shown before you pay").sees("Go PRO").sees_no("€9.00");
        }
        assert!(began.elapsed() < Duration::from_secs(2), "{:?}", began.elapsed());

        // what it says in the end counts from then on, although nobody waited for it
        for _ in 0..100 {
            if alice.open("/pricing").await.text().contains("€9.00 per month") {
                return;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        panic!("the price never came");
    }

    async fn a_stripe_that_refuses_or_answers_nonsense_leaves_the_pages_whole(plain: TestApp) {
        for status in [403, 404, 500] {
            let (app, stand_in) = StandIn::with_app(plain.engine).await;
            stand_in.set_faults(Faults { refuses_with: Some(status), ..Faults::default() });

            let mut guest = Person::new(&app);
            guest.open("/pricing?lang=fr").await.sees("Le prix est indiqué avant tout paiement").sees("Passer à PRO");

            assert_eq!(guest.page.status, 200);
        }
    }

    async fn what_stripe_refuses_is_said_in_place(plain: TestApp) {
        let (app, stand_in) = StandIn::with_app(plain.engine).await;
        let (_, mut alice) = with_actor(&app, "alice").await;
        alice.open("/billing").await;
        let checkout = alice.filled("/billing/checkout", &[]);
        subscribe(&stand_in, &app, &mut alice).await;

        assert_eq!(alice.post(&checkout).await.page.status, 409);
        alice.sees("role=\"alert\"").sees("Manage at Stripe");
        let (_, mut bob) = with_actor(&app, "bob").await;
        let mut portal = bob.open("/billing").await.filled("/billing/checkout", &[]);
        portal.action = "/billing/portal".into();
        assert_eq!(bob.post(&portal).await.page.status, 409);
        bob.sees("role=\"alert\"").sees("Go PRO");
    }

    async fn a_failed_payment_and_a_canceled_subscription_say_what_to_do(plain: TestApp) {
        let (app, stand_in) = StandIn::with_app(plain.engine).await;
        let (_, mut alice) = with_actor(&app, "alice").await;
        subscribe(&stand_in, &app, &mut alice).await;

        for (status, ends, told) in [
            ("past_due", false, "The last payment did not go through"),
            ("active", true, "It is cancelled and ends on"),
            ("trialing", false, "The trial lasts until"),
            ("unpaid", false, "Stripe has stopped trying"),
            ("canceled", false, "Your subscription has ended"),
        ] {
            app.sql(&format!("update auth.billing_accounts set \"subscriptionStatus\" = '{status}', \"cancelAtPeriodEnd\" = {ends}")).await;
            alice.open("/billing").await.sees(told);
            let is_renewed = ["active", "trialing"].contains(&status) && !ends;
            assert_eq!(alice.page.text().contains("Next invoice"), is_renewed, "{status}");
            assert_eq!(alice.page.text().contains("<dt>Price</dt>"), !["unpaid", "canceled"].contains(&status), "{status}");
        }
    }

    async fn what_can_still_be_ended_is_told_of_a_subscription_that_is_alive_alone(plain: TestApp) {
        let (app, stand_in) = StandIn::with_app(plain.engine).await;
        let (_, mut alice) = with_actor(&app, "alice").await;
        subscribe(&stand_in, &app, &mut alice).await;

        for (status, ends, is_alive) in [
            ("active", false, true),
            ("active", true, true),
            ("trialing", false, true),
            ("past_due", false, true),
            ("unpaid", false, true),
            ("incomplete", false, true),
            ("paused", false, true),
            ("canceled", false, false),
            ("incomplete_expired", false, false),
        ] {
            app.sql(&format!("update auth.billing_accounts set \"subscriptionStatus\" = '{status}', \"cancelAtPeriodEnd\" = {ends}")).await;
            for (language, ended) in [("en", "Your PRO subscription: it ends now"), ("fr", "Votre abonnement PRO : il prend fin maintenant")] {
                alice.open(&format!("/settings/delete?lang={language}")).await;
                assert_eq!(alice.page.text().contains(ended), is_alive, "{status} {language}");
            }
        }
    }

    async fn nobody_is_sent_to_stripe_to_cancel_what_has_ended(plain: TestApp) {
        let (app, stand_in) = StandIn::with_app(plain.engine).await;
        let (_, mut alice) = with_actor(&app, "alice").await;
        subscribe(&stand_in, &app, &mut alice).await;

        alice.open("/billing").await.sees("Your card, your address for invoices, and cancelling.");
        app.sql("update auth.billing_accounts set \"subscriptionStatus\" = 'canceled'").await;

        alice.open("/billing").await.sees("Manage at Stripe").sees("Your invoices, your card, and your address for invoices.").sees_no("cancelling");
        alice.open("/billing?lang=fr").await.sees("Vos factures, votre carte et votre adresse de facturation.").sees_no("résiliation");
    }

    async fn a_price_that_is_not_sold_any_more_is_not_told_as_the_subscription_s(plain: TestApp) {
        let (app, stand_in) = StandIn::with_app(plain.engine).await;
        let (_, mut alice) = with_actor(&app, "alice").await;
        subscribe(&stand_in, &app, &mut alice).await;
        app.sql("update auth.billing_accounts set \"subscriptionPrice\" = 'price_of_last_year'").await;

        alice.open("/billing").await.sees("Next invoice").sees_no("<dt>Price</dt>");
    }

    async fn the_way_back_from_a_payment_leads_to_the_invoices(plain: TestApp) {
        let (app, stand_in) = StandIn::with_app(plain.engine).await;
        let (_, mut alice) = with_actor(&app, "alice").await;
        alice.open("/billing").await.submit("/billing/checkout", &[]).await;
        let session = stand_in.checkout_of(alice.page.header("refresh"));
        stand_in.stripe.pay(&session).expect("paid");
        let back = format!("/billing/success?session_id={session}");

        alice.open(&back).await.sees("Your plan is now PRO").sees("href=\"/billing\">See your plan and invoices<");
        let mut guest = Person::new(&app);
        guest.open(&back).await.sees("href=\"/sign-in?next=%2Fbilling\">See your plan and invoices<");
        guest.open("/billing/cancelled?lang=fr").await.sees("Rien n’a été débité").sees_no("Voir votre formule");
    }

    async fn older_invoices_are_on_a_further_page(plain: TestApp) {
        let (app, stand_in) = StandIn::with_app(plain.engine).await;
        let (_, mut alice) = with_actor(&app, "alice").await;
        let customer = subscribe(&stand_in, &app, &mut alice).await;
        for _ in 0..51 {
            assert!(stand_in.stripe.let_time_pass(&customer).expect("a month passes"));
        }
        stand_in.deliver_all(&app).await;
        stand_in.settle(&[&app]).await;
        let numbers = |person: &Person<'_>| -> Vec<String> {
            let page = person.page.text();
            page.split("<td class=\"name\">").skip(1).map(|rest| rest.split('<').next().unwrap().to_owned()).collect()
        };

        alice.open("/billing").await.sees("Older").sees_no("Newest");
        let newest = numbers(&alice);
        let page = alice.page.text();
        let older = page.split("href=\"").find(|part| part.starts_with("/billing?cursor=")).expect("a link").split('"').next().unwrap().to_owned();
        alice.open(&older).await.sees("Newest").sees_no("Older");
        let rest = numbers(&alice);

        assert_eq!((newest.len(), rest.len()), (50, 2), "{rest:?}");
        assert!(rest.iter().all(|number| !newest.contains(number)), "{newest:?} {rest:?}");
        assert_eq!(alice.page.text().matches("€9.00").count(), 2 + 1, "two invoices, and what PRO costs");
    }

    async fn invoices_are_ones_own(plain: TestApp) {
        let (app, stand_in) = StandIn::with_app(plain.engine).await;
        let (_, mut alice) = with_actor(&app, "alice").await;
        let (_, mut bob) = with_actor(&app, "bob").await;
        subscribe(&stand_in, &app, &mut alice).await;

        bob.open("/billing").await.sees("No invoice yet");
        assert_eq!(bob.open("/billing?cursor=nonsense").await.page.status, 422);
        alice.open("/billing").await.sees_no("Older");
    }
}
