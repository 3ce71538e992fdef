//! The API and the pages over HTTP, for friends and for others.

use super::{BASE, Stage};
use crate::support::at_once;

#[tokio::test]
async fn the_api_wants_its_key_its_version_and_a_form() {
    let stage = Stage::new();
    let customer = stage.customer("alice@example.com");
    let path = format!("/v1/customers/{customer}");

    let faults = [
        ("GET", path.as_str(), "authorization", "Bearer sk_test_other", 401),
        ("GET", &path, "authorization", "Basic c2s6", 401),
        ("GET", &path, "stripe-version", "2017-08-15", 400),
        ("GET", "/v1/wings", "accept", "*/*", 404),
        ("POST", "/v1/customers", "content-type", "application/json", 400),
    ];
    for (method, path, name, value, status) in faults {
        let mut request = axum::http::Request::builder().method(method).uri(path);
        let all = [
            ("authorization", format!("Bearer {}", vault_api::routes::simulated_stripe::KEY)),
            ("stripe-version", vault_api::routes::simulated_stripe::VERSION.to_owned()),
        ];
        for (known, good) in all.iter().filter(|(known, _)| *known != name) {
            request = request.header(*known, good);
        }
        let request = request.header(name, value).body(axum::body::Body::from("{}")).unwrap();
        let reply = stage.send(request).await.expect(status);
        assert!(reply.json()["error"]["message"].as_str().is_some_and(|text| !text.contains("sk_test")), "{name}");
        assert!(reply.header("request-id").starts_with("req_"));
    }
    stage.api("GET", &path, "", &[]).await.expect(200);
}

#[tokio::test]
async fn requests_with_one_idempotency_key_are_carried_out_once() {
    let stage = Stage::new();
    let key = [("idempotency-key", "once")];

    let answers = at_once(6, |_| stage.api("POST", "/v1/customers", "email=a%40example.com", &key)).await;
    let other = stage.api("POST", "/v1/customers", "email=b%40example.com", &key).await.expect(400);

    let ids: Vec<_> = answers.into_iter().map(|reply| reply.expect(200).json()["id"].to_string()).collect();
    assert!(ids.iter().all(|id| *id == ids[0]), "{ids:?}");
    assert_eq!(other.json()["error"]["type"], "idempotency_error");
    // what was refused is not kept
    stage.api("POST", "/v1/customers", "email=nobody", &[("idempotency-key", "two")]).await.expect(400);
    stage.api("POST", "/v1/customers", "email=c%40example.com", &[("idempotency-key", "two")]).await.expect(200);
    // a day later it is forgotten
    stage.stripe.advance(chrono::TimeDelta::hours(25)).unwrap();
    let later = stage.api("POST", "/v1/customers", "email=a%40example.com", &key).await.expect(200).json();
    assert_ne!(later["id"].to_string(), ids[0]);
}

#[tokio::test]
async fn nobody_is_led_to_another_server() {
    let stage = Stage::new();
    let customer = stage.customer("alice@example.com");
    let foreign = [
        "https://evil.example.com/",
        "//evil.example.com/",
        "/\\evil.example.com",
        "http://vault.test.evil.example.com/",
        "http://vault.test@evil.example.com/",
        "http://user:password@vault.test/",
        "http://vault.test:81/",
        "https://vault.test/",
        "javascript:alert(1)",
        "data:text/html,x",
        "http:\\\\evil.example.com",
        "http://vault.test\r\nLocation: http://evil.example.com/",
        "/relative",
        "",
    ];
    for address in foreign {
        let address: String = url::form_urlencoded::byte_serialize(address.as_bytes()).collect();
        let form = format!(
            "mode=subscription&customer={customer}&line_items[0][price]=price_simulated_pro&success_url={address}"
        );
        let reply = stage.api("POST", "/v1/checkout/sessions", &form, &[]).await.expect(400).json();
        assert_eq!(reply["error"]["param"], "success_url", "{address}");
        if !address.is_empty() {
            let form = format!("customer={customer}&return_url={address}");
            stage.api("POST", "/v1/billing_portal/sessions", &form, &[]).await.expect(400);
        }
    }
    assert!(stage.stripe.look(|state| state.checkouts.is_empty() && state.portals.is_empty()));
}

#[tokio::test]
async fn a_click_pays_two_at_once_pay_once_and_a_declined_card_pays_nothing() {
    let stage = Stage::new();
    let customer = stage.customer("alice@example.com");
    let session = stage.checkout(&customer);
    let path = format!("/checkout/{session}");
    let page = stage.get(&format!("{path}?lang=fr")).await.expect(200);
    assert!(page.text().contains("Payer 9,00\u{a0}€") && page.text().contains("aucun argent"), "{}", page.text());
    assert!(page.header("content-security-policy").contains("default-src 'none'"));
    assert!(!page.text().contains("<script>") && page.text().contains("action=\"/simulated-stripe/checkout/"));

    let declined = stage.press(&path, "answer=decline&lang=en").await.expect(402);
    assert!(declined.text().contains("Nothing was paid"), "{}", declined.text());
    let back = stage.press(&path, "answer=back").await.expect(303);
    assert_eq!(back.header("location"), format!("{BASE}/back"));
    assert!(stage.kinds().is_empty());
    // opening the page, a button that is not there, another kind of body: nothing
    stage.get(&path).await.expect(200);
    stage.press(&path, "answer=steal").await.expect(200);
    let plain = axum::http::Request::post(&*path).header("content-type", "text/plain");
    stage.send(plain.body(axum::body::Body::from("answer=pay")).unwrap()).await.expect(200);
    assert!(stage.kinds().is_empty());

    for reply in at_once(4, |_| stage.press(&path, "answer=pay")).await {
        let reply = reply.expect(303);
        assert_eq!(reply.header("location"), format!("{BASE}/done?session_id={session}"));
    }

    assert_eq!(stage.stripe.look(|state| (state.subscriptions.len(), state.charges.len())), (1, 1));
    let over = stage.get(&format!("{path}?lang=en")).await.expect(200).text();
    assert!(over.contains("paid already") && !over.contains("value=\"pay\""), "{over}");
    stage.press(&path, "answer=decline").await.expect(200);
}

#[tokio::test]
async fn what_is_not_there_is_a_page_and_what_is_written_stays_text() {
    let stage = Stage::new();
    for path in [
        "/checkout/cs_test_x",
        "/portal/bps_x",
        "/invoices/test_x",
        "/invoices/test_x/pdf",
        "/wings",
        "/checkout/%3Cb%3E",
    ] {
        let reply = stage.get(path).await.expect(404);
        assert!(reply.text().contains("Simulation") && !reply.text().contains("<b>"), "{path}: {}", reply.text());
        // nobody looks who asks here: nobody is asked to sign in
        assert!(!reply.text().contains("sign-in"), "{path}: {}", reply.text());
        if !path.contains("invoices") && path != "/wings" {
            stage.press(path, "answer=pay&act=cancel_now").await.expect(404);
        }
    }
    let (customer, _) = stage.subscriber("\"><b>x@example.com");
    let portal = stage.portal(&customer);
    let token = stage.stripe.look(|state| state.invoices[0].token.clone());
    for path in [format!("/portal/{portal}?lang=%22%3E%3Cb%3E"), format!("/invoices/{token}")] {
        let page = stage.get(&path).await.expect(200).text();
        assert!(page.contains("&#60;b&#62;x@example.com") && !page.contains("<b>"), "{page}");
    }
    let page = stage.get(&format!("/invoices/{token}?lang=fr")).await.expect(200).text();
    assert!(page.contains("href=\"/billing\">Retour à la facturation</a>"), "{page}");
    let file = stage.get(&format!("/invoices/{token}/pdf?lang=fr")).await.expect(200);
    assert_eq!(file.header("content-type"), "application/pdf");
    assert!(file.body.starts_with(b"%PDF-1.4"));
}

#[tokio::test]
async fn the_portal_acts_on_the_customers_own_subscription_alone() {
    let stage = Stage::new();
    let (alice, of_alice) = stage.subscriber("alice@example.com");
    let (_, of_bob) = stage.subscriber("bob@example.com");
    let path = format!("/portal/{}", stage.portal(&alice));

    for act in ["cancel_now", "cancel_later", "resume"] {
        let reply = stage.press(&path, &format!("act={act}&subscription={of_bob}")).await.expect(303);
        assert!(!reply.header("location").contains("done"), "{act}");
    }
    assert_eq!(stage.states(&of_bob).0, "active");

    let acts = [
        ("cancel_later", "active", "Ends on"),
        ("resume", "active", "Renews on"),
        ("fail", "active", "declined from now on"),
        ("end_period", "past_due", "Next try on"),
        ("pay_open", "active", "Renews on"),
        ("refund", "active", "Refunded"),
        ("cancel_now", "canceled", "Ended on"),
    ];
    for (act, status, shown) in acts {
        let reply = stage.press(&path, &format!("act={act}&subscription={of_alice}&lang=en")).await.expect(303);
        let to = reply.header("location").strip_prefix("/simulated-stripe").unwrap().to_owned();
        let page = stage.get(&to).await.expect(200).text();
        assert!(page.contains("Done.") && page.contains(shown), "{act}: {page}");
        assert_eq!(stage.states(&of_alice).0, status, "{act}");
    }
    let page = stage.get(&format!("{path}?lang=en")).await.expect(200).text();
    assert!(!page.contains("value=\"cancel_now\"") && page.contains("30 days ahead") || page.contains("31 days ahead"));
}
