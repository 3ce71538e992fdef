//! The real program with people and data in it, for pages in a browser.

use std::time::{Duration, Instant};

use serde_json::Value;
use url::Url;

use super::pages::Facts;
use crate::support::{Browser, Engine, Member, Server, Vault, pause, register, seed};

/// A program with people and data, and what pages are about.
pub struct World {
    pub vault: Vault,
    pub server: Server,
    pub base: String,
    pub alice: Member,
    /// What addresses of pages are made of.
    pub facts: Facts,
}

impl World {
    /// A vault with simulated payments in which Alice, who administers, keeps much.
    pub fn new(engine: Engine) -> Self {
        let vault = Vault::new(engine).with("FREE_PLAN_MAX_KEYS", "40");
        let server = vault.start_with(&["--stripe=simulated"]);
        let base = format!("http://{}", server.address);
        let alice = register(&server, "alice");
        let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
        let seeded = runtime.block_on(seed(async |method, path, body: Value| {
            let reply = alice.call(&server, method, &path, (!body.is_null()).then_some(&body));
            assert!(reply.status < 300, "{method} {path}: {}", reply.text());
            reply.json()
        }));
        vault.run(&["admin", "set-role", &alice.email, "admin"]).expect(0);
        let code = waiting(&server);
        let me = alice.call(&server, "GET", "/api/auth/me", None).expect(200).json();
        let mut facts = seeded.facts();
        facts.extend([("code", code), ("user", me["id"].as_str().expect("an id").to_owned())]);
        let mut world = Self { vault, server, base, alice, facts };
        world.subscribe();
        let list = world.server.call("GET", "/dev/mail", None, None).expect(200).text();
        let mail = list.split("/dev/mail/").nth(1).and_then(|rest| rest.split('?').next()).expect("a mail");
        world.facts.push(("mail", mail.to_owned()));
        world
    }

    /// Alice pays for PRO at the simulated Stripe, so that there is an invoice.
    fn subscribe(&mut self) {
        let url = self.ask_stripe("/api/billing/checkout");
        let body = "answer=pay";
        let request = format!(
            "POST {} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n{body}",
            url.path(),
            self.server.address,
            body.len()
        );
        let paid = self.server.raw(request.as_bytes()).expect("an answer").expect(303);
        let back = Url::parse(paid.header("location")).expect("an address");
        let path = below(back.as_str());
        self.server.call("GET", &path, None, None).expect(200);
        // events bring the invoice
        let began = Instant::now();
        let invoice = loop {
            let list = self.alice.call(&self.server, "GET", "/api/billing/invoices", None).expect(200).json();
            if let Some(address) = list["data"][0]["hosted_invoice_url"].as_str() {
                break below(address);
            }
            assert!(began.elapsed() < Duration::from_secs(20), "no invoice came: {list}");
            pause(Duration::from_millis(50));
        };
        let portal = self.ask_stripe("/api/billing/portal");
        let [checkout, portal] = [url, portal].map(|url| below(url.as_str()));
        self.facts.extend([("checkout", checkout), ("invoice", invoice), ("portal", portal), ("back", path)]);
    }

    /// The token of the link to this page in the newest mail, once that is one to this address.
    #[track_caller]
    pub fn mailed_token(&self, address: &str, page: &str) -> String {
        let read = |path: &str| self.server.call("GET", path, None, None).expect(200).text();
        for _ in 0..200 {
            let list = read("/dev/mail");
            let newest =
                list.split("/dev/mail/").nth(1).and_then(|rest| rest.split(['?', '"']).next()).unwrap_or_default();
            let mail = read(&format!("/dev/mail/{newest}?view=plain"));
            if mail.contains(address)
                && let Some(rest) = mail.split(&format!("{page}?token=")).nth(1)
            {
                return rest.chars().take_while(|one| one.is_ascii_alphanumeric() || "-_.".contains(*one)).collect();
            }
            pause(Duration::from_millis(25));
        }
        panic!("no mail came to {address}");
    }

    /// Where the mail leads by which Alice chooses a new password.
    #[track_caller]
    pub fn recovery_link(&self) -> String {
        let asked = serde_json::json!({ "email": self.alice.email });
        self.server.call("POST", "/api/auth/recover", None, Some(&asked)).expect(202);
        format!("/reset?token={}", self.mailed_token(&self.alice.email, "/reset"))
    }

    /// Where Stripe's page is that the API leads to.
    fn ask_stripe(&self, path: &str) -> Url {
        let answer = self.alice.call(&self.server, "POST", path, None).expect(200).json();
        Url::parse(answer["url"].as_str().expect("an address")).expect("an address")
    }

    /// A browser in which Alice has signed in, or a guest's.
    pub fn browser(&self, language: &str, is_signed_in: bool) -> Browser {
        let browser = Browser::open(&self.base, language);
        if is_signed_in {
            self.sign_in(&browser);
        }
        browser
    }

    pub fn sign_in(&self, browser: &Browser) {
        browser.goto("/sign-in");
        browser.fill("#f-email", &self.alice.email);
        browser.fill("#f-password", &self.alice.password);
        browser.click("main form button[type=submit]");
        browser.wait("the way in", || !browser.path().starts_with("/sign-in"));
        // the page that it leads to is looked at by itself
        browser.console();
    }
}

/// A new program waits with this code.
pub fn waiting(server: &Server) -> String {
    let begun = server.call("POST", "/api/auth/device", None, None).expect(200).json();
    begun["user_code"].as_str().expect("a code").to_owned()
}

/// An address below the server's.
fn below(address: &str) -> String {
    let url = Url::parse(address).expect("an address");
    format!("{}{}", url.path(), url.query().map(|query| format!("?{query}")).unwrap_or_default())
}
