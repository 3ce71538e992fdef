//! Stripe from others' hands: localstripe behind `tests/localstripe.py`, and signatures by Stripe's own library.

use std::{
    io::{BufRead as _, BufReader, Write as _},
    net::SocketAddr,
    path::Path,
    process::{Child, Command, Stdio},
};

use serde_json::{Value, json};

use super::{Reply, exchange, smtp::python};

/// A running localstripe with its front. Dropped, it is killed.
pub struct LocalStripe {
    address: SocketAddr,
    child: Child,
}

impl LocalStripe {
    /// An empty one.
    pub fn start() -> Self {
        let mut child = script("localstripe.py")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap_or_else(|error| panic!("Python does not run ({error}); run ./scripts/install-test-tools"));
        let mut line = String::new();
        BufReader::new(child.stdout.take().expect("stdout")).read_line(&mut line).expect("a line");
        let ports: Value = serde_json::from_str(&line).unwrap_or_else(|_| {
            panic!("localstripe did not start; ./scripts/install-test-tools installs localstripe and stripe")
        });
        let port = ports["port"].as_u64().and_then(|port| u16::try_from(port).ok()).expect("a port");
        Self { address: ([127, 0, 0, 1], port).into(), child }
    }

    /// The base of its API, without `/v1`.
    pub fn base(&self) -> String {
        format!("http://{}", self.address)
    }

    /// One request to Stripe's API, as somebody with the account's key; the answer's JSON.
    #[track_caller]
    pub fn api(&self, method: &str, path: &str, form: &[(&str, &str)]) -> Value {
        self.form(method, &format!("/v1/{path}"), form).expect(200).json()
    }

    /// A new monthly price of 9 €.
    pub fn create_price(&self) -> String {
        let form = [
            ("currency", "eur"),
            ("unit_amount", "900"),
            ("recurring[interval]", "month"),
            ("product_data[name]", "Vault PRO"),
        ];
        text(&self.api("POST", "prices", &form)["id"])
    }

    /// Pays on a checkout's page with this card; a redirection to the success page, or 402.
    pub fn pay_with(&self, url: &str, card: &str) -> Reply {
        self.form("POST", self.path(url), &[("card", card)])
    }

    /// Pays on a checkout's page; where it leads.
    #[track_caller]
    pub fn pay(&self, url: &str) -> String {
        self.pay_with(url, "4242424242424242").expect(303).header("location").to_owned()
    }

    /// Does `cancel`, `resume` or `end` (which time does elsewhere) on a portal's page; where it leads.
    #[track_caller]
    pub fn act(&self, url: &str, act: &str) -> String {
        self.form("POST", self.path(url), &[("act", act)]).expect(303).header("location").to_owned()
    }

    /// All customers, whose they may be.
    pub fn customers(&self) -> Vec<Value> {
        self.list("customers?limit=100")
    }

    /// A customer's subscriptions, the ended ones too, oldest first.
    pub fn subscriptions(&self, customer: &str) -> Vec<Value> {
        self.list(&format!("subscriptions?customer={customer}&status=all&limit=100"))
    }

    /// A customer's invoices, newest first.
    pub fn invoices(&self, customer: &str) -> Vec<Value> {
        self.list(&format!("invoices?customer={customer}&limit=100"))
    }

    /// From now on events go there, signed with this secret.
    pub fn send_events_to(&self, url: &str, secret: &str) {
        self.json("/_config/webhooks/vault", &json!({ "url": url, "secret": secret }));
    }

    /// Keeps events back, or lets go those that it kept.
    pub fn hold(&self, holds: bool) {
        self.json("/_rig/hold", &json!({ "hold": holds }));
    }

    /// The events so far: `id`, `type`, `customer`, `answer` (the last one to it; `null` until then).
    pub fn events(&self) -> Vec<Value> {
        let found = self.send("GET", "/_rig/events", "", "");
        found.expect(200).json().as_array().expect("a list").clone()
    }

    /// Delivers these events now, in this order, each as often as it stands there; the answers.
    pub fn deliver(&self, ids: &[String]) -> Value {
        self.json("/_rig/deliver", &json!({ "ids": ids })).json()
    }

    fn list(&self, path: &str) -> Vec<Value> {
        self.api("GET", path, &[])["data"].as_array().expect("data").clone()
    }

    fn path<'a>(&self, url: &'a str) -> &'a str {
        url.strip_prefix(&self.base()).unwrap_or_else(|| panic!("{url} is not a page of {}", self.base()))
    }

    fn form(&self, method: &str, path: &str, form: &[(&str, &str)]) -> Reply {
        let mut body = url::form_urlencoded::Serializer::new(String::new());
        self.send(method, path, "application/x-www-form-urlencoded", &body.extend_pairs(form).finish())
    }

    #[track_caller]
    fn json(&self, path: &str, body: &Value) -> Reply {
        self.send("POST", path, "application/json", &body.to_string()).expect(200)
    }

    fn send(&self, method: &str, path: &str, kind: &str, body: &str) -> Reply {
        let mut head = format!("{method} {path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n", self.address);
        head += "Authorization: Bearer sk_test_rig\r\n";
        if !body.is_empty() {
            head += &format!("Content-Type: {kind}\r\nContent-Length: {}\r\n", body.len());
        }
        exchange(self.address, format!("{head}\r\n{body}").as_bytes())
            .unwrap_or_else(|error| panic!("localstripe, {method} {path}: {error}"))
    }
}

impl Drop for LocalStripe {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// What Stripe's official library says of each case, in their order: see `tests/sign_event.py`.
pub fn asked_of_stripes_library(cases: &[Value]) -> Vec<String> {
    let mut child = script("sign_event.py")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap_or_else(|error| panic!("Python does not run ({error}); run ./scripts/install-test-tools"));
    let asked = json!(cases).to_string();
    child.stdin.take().expect("stdin").write_all(asked.as_bytes()).expect("the script reads");
    let output = child.wait_with_output().expect("the script ends");
    serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|_| panic!("the script did not answer; ./scripts/install-test-tools installs stripe"))
}

fn script(name: &str) -> Command {
    let mut command = Command::new(python());
    // no compiled files beside the sources
    command.args(["-B", "-W", "ignore"]).arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests").join(name));
    command
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("no text: {value}")).to_owned()
}
