//! A real browser, driven through its WebDriver as a person drives it: headless Chromium, with its console and its network
//! written down, or WebKit, the engine of Safari. All are Debian packages that `scripts/install-test-tools` installs.

mod chromium;
mod webkit;

use std::{
    process::Child,
    time::{Duration, Instant},
};

use axum::http::Method;
use fantoccini::{Client, ClientBuilder, Locator, wd::WebDriverCompatibleCommand};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};
use tokio::runtime::Runtime;
use url::Url;

use super::pause;

/// How long a page may take to become what a test waits for.
const PATIENCE: Duration = Duration::from_secs(10);

/// A phone, a tablet, a desk: their widths and heights in CSS pixels.
pub const PHONE: (u32, u32) = (390, 844);
pub const TABLET: (u32, u32) = (820, 1180);
pub const DESK: (u32, u32) = (1440, 900);
/// A window of 1280 pixels at 200 % zoom.
pub const ZOOMED: (u32, u32) = (640, 512);

/// A browser of a test's own, on one server.
pub struct Browser {
    client: Client,
    /// What drives it first, and what that needs.
    drivers: Vec<Child>,
    base: String,
    runtime: Runtime,
    /// What the browser wrote down since somebody read it.
    network: Vec<Value>,
    _folder: tempfile::TempDir,
}

/// A command of chromedriver's that the standard does not have.
#[derive(Debug)]
struct Ask {
    path: &'static str,
    body: Value,
}

impl WebDriverCompatibleCommand for Ask {
    fn endpoint(&self, base: &Url, session: Option<&str>) -> Result<Url, url::ParseError> {
        base.join(&format!("session/{}/{}", session.unwrap_or_default(), self.path))
    }

    fn method_and_body(&self, _: &Url) -> (Method, Option<String>) {
        (Method::POST, Some(self.body.to_string()))
    }
}

impl Browser {
    /// A browser of somebody who reads this language, on the server at this address.
    pub fn open(base: &str, language: &str) -> Self {
        Self::open_with(base, language, &json!({}), &[])
    }

    /// The same where these names are this machine's own.
    pub fn open_knowing(names: &[&str], base: &str, language: &str) -> Self {
        let rules: Vec<_> = names.iter().map(|name| format!("MAP {name} 127.0.0.1")).collect();
        Self::open_with(base, language, &json!({}), &[format!("--host-resolver-rules={}", rules.join(","))])
    }

    /// The same with scripts switched off by the person.
    pub fn open_without_script(base: &str, language: &str) -> Self {
        Self::open_with(base, language, &json!({ "profile.managed_default_content_settings.javascript": 2 }), &[])
    }

    /// WebKit, which asks for English, in a window about as wide: its smallest is 447 pixels. It knows none of Chromium's
    /// own commands.
    pub fn open_webkit(base: &str, size: (u32, u32)) -> Self {
        let folder = folder();
        let (drivers, port) = webkit::start(folder.path(), size);
        let browser = Self::connect(base, folder, drivers, port, &webkit::capabilities());
        let (width, height) = size;
        browser.runtime.block_on(browser.client.set_window_rect(0, 0, width, height)).expect("a window");
        browser
    }

    fn open_with(base: &str, language: &str, preferences: &Value, more: &[String]) -> Self {
        let folder = folder();
        let (driver, port) = chromium::start_driver(folder.path());
        let capabilities = chromium::capabilities(folder.path(), language, preferences, more);
        let browser = Self::connect(base, folder, vec![driver], port, &capabilities);
        browser.resize(DESK);
        browser
    }

    fn connect(base: &str, folder: tempfile::TempDir, drivers: Vec<Child>, port: u16, capabilities: &Value) -> Self {
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().expect("a runtime");
        let client = runtime.block_on(async {
            ClientBuilder::new(HttpConnector::new())
                .capabilities(capabilities.as_object().expect("an object").clone())
                .connect(&format!("http://127.0.0.1:{port}"))
                .await
                .expect("a browser")
        });
        Self { client, drivers, base: base.to_owned(), runtime, network: Vec::new(), _folder: folder }
    }

    /// Sends a command of the browser's own protocol.
    pub fn command(&self, name: &str, parameters: Value) -> Value {
        self.ask("goog/cdp/execute", json!({ "cmd": name, "params": parameters }))
    }

    fn ask(&self, path: &'static str, body: Value) -> Value {
        let shown = body.to_string();
        self.runtime
            .block_on(self.client.issue_cmd(Ask { path, body }))
            .unwrap_or_else(|error| panic!("{path} {shown}: {error}"))
    }

    /// Gives the window another size, in CSS pixels.
    pub fn resize(&self, (width, height): (u32, u32)) {
        let size = json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": false });
        self.command("Emulation.setDeviceMetricsOverride", size);
    }

    /// The system's theme, `light` or `dark`. Nothing moves: a colour on its way is none that a person reads.
    pub fn in_theme(&self, theme: &str) {
        let features = json!([{ "name": "prefers-color-scheme", "value": theme }, { "name": "prefers-reduced-motion", "value": "reduce" }]);
        self.command("Emulation.setEmulatedMedia", json!({ "features": features }));
    }

    /// Opens a page of the server.
    pub fn goto(&self, path: &str) {
        let address = format!("{}{path}", self.base);
        self.runtime.block_on(self.client.goto(&address)).unwrap_or_else(|error| panic!("{address}: {error}"));
    }

    /// The page's address below the server's.
    pub fn path(&self) -> String {
        let url = self.runtime.block_on(self.client.current_url()).expect("an address");
        url.as_str().strip_prefix(&self.base).unwrap_or(url.as_str()).to_owned()
    }

    /// Runs a script in the page; what it returns.
    pub fn run(&self, script: &str) -> Value {
        self.runtime
            .block_on(self.client.execute(script, Vec::new()))
            .unwrap_or_else(|error| panic!("{error}:\n{}", script.get(..400).unwrap_or(script)))
    }

    /// Runs a script in the page that ends by calling its last argument.
    pub fn run_until_done(&self, script: &str) -> Value {
        self.runtime
            .block_on(self.client.execute_async(script, Vec::new()))
            .unwrap_or_else(|error| panic!("{error}:\n{}", script.get(..400).unwrap_or(script)))
    }

    /// Clicks what this selector finds first.
    #[track_caller]
    pub fn click(&self, selector: &str) {
        let began = Instant::now();
        while let Err(error) = self.runtime.block_on(self.find(selector).click()) {
            // the next page took its place meanwhile
            let is_stale = error.to_string().contains("stale");
            assert!(is_stale && began.elapsed() < PATIENCE, "{selector} on {}: {error}", self.path());
        }
    }

    /// Types into a field, in place of what stood there.
    #[track_caller]
    pub fn fill(&self, selector: &str, text: &str) {
        let found = self.find(selector);
        self.runtime.block_on(async {
            found.clear().await.expect("a field");
            found.send_keys(text).await.expect("a field");
        });
    }

    /// Types these keys into a field.
    #[track_caller]
    pub fn type_into(&self, selector: &str, keys: &str) {
        self.runtime.block_on(self.find(selector).send_keys(keys)).expect("a field");
    }

    /// Presses keys, wherever the focus is.
    pub fn press(&self, keys: &str) {
        for key in keys.chars() {
            self.command("Input.dispatchKeyEvent", json!({ "type": "keyDown", "key": key, "text": key }));
            self.command("Input.dispatchKeyEvent", json!({ "type": "keyUp", "key": key }));
        }
    }

    /// The text of what this selector finds first, as it is seen.
    #[track_caller]
    pub fn text(&self, selector: &str) -> String {
        let began = Instant::now();
        loop {
            let found = self.find(selector);
            match self.runtime.block_on(found.text()) {
                Ok(text) => return text,
                // the next page came meanwhile
                Err(error) => assert!(began.elapsed() < PATIENCE, "{selector} on {}: {error}", self.path()),
            }
        }
    }

    #[track_caller]
    fn find(&self, selector: &str) -> fantoccini::elements::Element {
        let began = Instant::now();
        loop {
            match self.runtime.block_on(self.client.find(Locator::Css(selector))) {
                Ok(found) => return found,
                // the next page is on its way
                Err(_) if began.elapsed() < PATIENCE => pause(Duration::from_millis(20)),
                Err(error) => panic!("no {selector} on {}: {error}\n{}", self.path(), self.source()),
            }
        }
    }

    /// Whether this selector finds anything.
    pub fn has(&self, selector: &str) -> bool {
        !self.runtime.block_on(self.client.find_all(Locator::Css(selector))).expect("a search").is_empty()
    }

    /// Whether what this selector finds first is seen.
    #[track_caller]
    pub fn shows(&self, selector: &str) -> bool {
        self.runtime.block_on(self.find(selector).is_displayed()).expect("an answer")
    }

    /// What the server answered the page with.
    pub fn status(&self) -> u64 {
        let status = self.run("return performance.getEntriesByType('navigation')[0].responseStatus");
        status.as_u64().expect("a status")
    }

    /// The page as it is now.
    pub fn source(&self) -> String {
        self.runtime.block_on(self.client.source()).unwrap_or_default()
    }

    /// Waits until the page shows this text. Spaces that keep words together are spaces.
    #[track_caller]
    pub fn sees(&self, part: &str) {
        let plain = |text: &str| text.replace(['\u{a0}', '\u{202f}'], " ");
        self.wait(&format!("“{part}”"), || plain(&self.text("body")).contains(&plain(part)));
    }

    /// Waits until the page and its font are there.
    #[allow(dead_code, reason = "scripts/screenshots waits for it")]
    pub fn settle(&self) {
        let is_there = "return document.readyState === 'complete' && document.fonts.status === 'loaded'";
        self.wait("the page and its font", || self.run(is_there) == json!(true));
    }

    /// Waits until this holds.
    #[track_caller]
    pub fn wait(&self, what: &str, mut holds: impl FnMut() -> bool) {
        let began = Instant::now();
        while !holds() {
            assert!(began.elapsed() < PATIENCE, "{what} did not come on {}:\n{}", self.path(), self.text("body"));
            pause(Duration::from_millis(50));
        }
    }

    /// The page's picture, all of it, as PNG.
    #[allow(dead_code, reason = "scripts/screenshots keeps it")]
    pub fn picture(&self) -> Vec<u8> {
        use base64::Engine as _;
        let shot = self.command("Page.captureScreenshot", json!({ "format": "png", "captureBeyondViewport": true }));
        base64::engine::general_purpose::STANDARD.decode(shot["data"].as_str().expect("a picture")).expect("base64")
    }

    /// What the browser wrote into its console since it was asked last.
    pub fn console(&self) -> Vec<String> {
        let lines = self.ask("se/log", json!({ "type": "browser" }));
        lines.as_array().expect("lines").iter().map(|line| format!("{}: {}", line["level"], line["message"])).collect()
    }

    /// What happened on the network since it was asked last, as the browser's protocol tells it.
    pub fn network(&mut self) -> Vec<Value> {
        let lines = self.ask("se/log", json!({ "type": "performance" }));
        let told = lines.as_array().expect("lines").iter().filter_map(|line| line["message"].as_str());
        let told = told.filter_map(|text| serde_json::from_str::<Value>(text).ok()).map(|one| one["message"].clone());
        let mut all = std::mem::take(&mut self.network);
        all.extend(told.filter(|one| one["method"].as_str().is_some_and(|name| name.starts_with("Network."))));
        all
    }

    /// Nothing left for another server, and nothing was complained about.
    #[track_caller]
    pub fn is_quiet(&mut self, allowed: &[&str]) {
        let events = self.network();
        for event in events.iter().filter(|event| event["method"] == "Network.requestWillBeSent") {
            let url = event["params"]["request"]["url"].as_str().unwrap_or_default();
            let is_own = url.starts_with(&self.base)
                || url.starts_with("data:")
                || url.starts_with("chrome://")
                || url.starts_with("about:");
            assert!(is_own, "the page at {} asked {url}", self.path());
        }
        self.network = events;
        let complaints = self.console().into_iter().filter(|line| !allowed.iter().any(|part| line.contains(part)));
        let complaints: Vec<_> =
            complaints.filter(|line| line.contains("SEVERE") || line.contains("WARNING")).collect();
        assert!(complaints.is_empty(), "the browser complains at {}: {complaints:#?}", self.path());
    }

    /// The bytes that came over the wire since this was asked last, with their headers.
    pub fn bytes(&mut self) -> u64 {
        let events = self.network();
        let ends = events.iter().filter(|event| event["method"] == "Network.loadingFinished");
        ends.filter_map(|event| event["params"]["encodedDataLength"].as_f64()).sum::<f64>() as u64
    }

    /// The person lets pages read and write the clipboard.
    pub fn may_use_the_clipboard(&self) {
        let grant = json!({ "origin": self.base, "permissions": ["clipboardReadWrite", "clipboardSanitizedWrite"] });
        self.command("Browser.grantPermissions", grant);
        self.command("Emulation.setFocusEmulationEnabled", json!({ "enabled": true }));
    }

    /// Forgets what it keeps: the next page comes over the wire whole.
    pub fn empty_cache(&self) {
        self.command("Network.clearBrowserCache", json!({}));
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        // the driver ends the browser; killed at once, it would leave it behind
        let _ = self.runtime.block_on(self.client.clone().close());
        for driver in &mut self.drivers {
            let _ = driver.kill();
            let _ = driver.wait();
        }
    }
}

fn folder() -> tempfile::TempDir {
    tempfile::Builder::new().prefix("vault-browser-").tempdir().expect("a folder")
}
