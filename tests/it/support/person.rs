//! A person in the console without any script: keeps cookies, follows links and redirects, fills in forms as they are in
//! the page.

use std::collections::BTreeMap;

use axum::{body::Body, http::Request};

use super::{Reply, TestApp};

/// A person with a browser of their own.
pub struct Person<'a> {
    pub app: &'a TestApp,
    pub cookies: BTreeMap<String, String>,
    /// Sent with every request.
    pub headers: Vec<(&'static str, String)>,
    /// The page that is open.
    pub page: Reply,
    pub path: String,
}

/// A form of a page.
#[derive(Clone, Debug)]
pub struct PageForm {
    pub action: String,
    pub method: String,
    pub fields: Vec<(String, String)>,
}

impl<'a> Person<'a> {
    /// Somebody with an empty browser.
    pub fn new(app: &'a TestApp) -> Self {
        let empty = Reply::new(0, Default::default(), Default::default());
        let headers =
            vec![("accept", "text/html,application/xhtml+xml".to_owned()), ("accept-language", "en".to_owned())];
        Self { app, cookies: BTreeMap::new(), headers, page: empty, path: String::new() }
    }

    /// Somebody who registered through the API and signed in to the console.
    pub async fn signed_in(app: &'a TestApp, name: &str) -> Self {
        let actor = app.member(name).await;
        let mut person = Self::new(app);
        person.sign_in(&actor.email, &actor.password).await;
        person
    }

    /// Signs in with the form.
    pub async fn sign_in(&mut self, email: &str, password: &str) {
        self.open("/sign-in").await.submit("/sign-in", &[("email", email), ("password", password)]).await;
    }

    /// Reads French from here on.
    pub fn in_french(mut self) -> Self {
        self.headers.retain(|(name, _)| *name != "accept-language");
        self.headers.push(("accept-language", "fr".into()));
        self
    }

    /// Opens a page, and goes where it leads.
    pub async fn open(&mut self, path: &str) -> &mut Self {
        self.send("GET", path, None).await;
        self.follow().await
    }

    /// Sends the form with this action as it stands in the page, with these fields changed or added.
    #[track_caller]
    pub fn filled(&self, action: &str, changes: &[(&str, &str)]) -> PageForm {
        let forms = self.forms();
        let known: Vec<_> = forms.iter().map(|form| form.action.clone()).collect();
        let mut form = forms
            .into_iter()
            .find(|form| form.action == action)
            .unwrap_or_else(|| panic!("no form for {action} on {}, only {known:?}:\n{}", self.path, self.page.text()));
        for (name, _) in changes {
            form.fields.retain(|(found, _)| found != name);
        }
        form.fields.extend(changes.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
        form
    }

    /// Sends the form with this action, and goes where the answer leads.
    pub async fn submit(&mut self, action: &str, changes: &[(&str, &str)]) -> &mut Self {
        let form = self.filled(action, changes);
        self.post(&form).await;
        self.follow().await
    }

    /// Sends a form, and stays with its answer.
    pub async fn post(&mut self, form: &PageForm) -> &mut Self {
        let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(&form.fields).finish();
        self.send(&form.method, &form.action, Some(body)).await;
        self
    }

    async fn follow(&mut self) -> &mut Self {
        for _ in 0..5 {
            if self.page.status != 303 {
                return self;
            }
            let place = self.page.header("location").to_owned();
            self.send("GET", &place, None).await;
        }
        panic!("{} leads nowhere", self.path);
    }

    /// Sends a request with the cookies, and keeps the answer and its cookies.
    pub async fn send(&mut self, method: &str, path: &str, body: Option<String>) {
        let mut request = Request::builder().method(method).uri(path).header("host", "vault.test");
        for (name, value) in &self.headers {
            request = request.header(*name, value);
        }
        if !self.cookies.is_empty() {
            let all: Vec<_> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
            request = request.header("cookie", all.join("; "));
        }
        if body.is_some() {
            request = request.header("content-type", "application/x-www-form-urlencoded");
        }
        let request = request.body(body.map_or_else(Body::empty, Body::from)).expect("a request");
        self.page = self.app.send(request).await;
        self.path = path.to_owned();
        for line in self.page.headers.get_all("set-cookie") {
            let (pair, attributes) = line.to_str().expect("text").split_once(';').expect("attributes");
            let (name, value) = pair.split_once('=').expect("a pair");
            if attributes.contains("Max-Age=0") {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
    }

    /// The page's text, with entities as signs.
    pub fn text(&self) -> String {
        unescape(&self.page.text())
    }

    /// The page, if it says this.
    #[track_caller]
    pub fn sees(&self, part: &str) -> &Self {
        assert!(
            self.text().contains(part),
            "“{part}” is not on {} ({}):\n{}",
            self.path,
            self.page.status,
            self.text()
        );
        self
    }

    /// The page, if it does not say this.
    #[track_caller]
    pub fn sees_no(&self, part: &str) -> &Self {
        assert!(!self.text().contains(part), "“{part}” is on {}:\n{}", self.path, self.text());
        self
    }

    /// All forms of the page.
    pub fn forms(&self) -> Vec<PageForm> {
        let html = self.page.text();
        let parts = html.split("<form").skip(1).map(|part| part.split("</form>").next().unwrap_or(part));
        parts.map(|part| read_form(part, &self.path)).collect()
    }
}

fn read_form(part: &str, path: &str) -> PageForm {
    let (head, inner) = part.split_once('>').expect("a form's tag");
    let action = attribute(head, "action").unwrap_or_else(|| path.to_owned());
    let method = attribute(head, "method").unwrap_or_else(|| "get".into()).to_uppercase();
    let mut fields = Vec::new();
    for tag in inner.split("<input").skip(1).map(|rest| rest.split('>').next().unwrap_or(rest)) {
        let kind = attribute(tag, "type").unwrap_or_else(|| "text".into());
        let is_sent = match kind.as_str() {
            "checkbox" | "radio" => tag.split_whitespace().any(|word| word == "checked"),
            "submit" | "button" | "file" => false,
            _ => true,
        };
        if let (true, Some(name)) = (is_sent, attribute(tag, "name")) {
            let usual = if kind == "checkbox" { "on" } else { "" };
            fields.push((name, attribute(tag, "value").unwrap_or_else(|| usual.into())));
        }
    }
    for area in inner.split("<textarea").skip(1) {
        let (tag, rest) = area.split_once('>').expect("a tag");
        let value = unescape(rest.split("</textarea>").next().unwrap_or_default());
        if let Some(name) = attribute(tag, "name") {
            // the first newline is the tag's own
            fields.push((name, value.strip_prefix('\n').unwrap_or(&value).to_owned()));
        }
    }
    for select in inner.split("<select").skip(1) {
        let (tag, rest) = select.split_once('>').expect("a tag");
        let options: Vec<_> = rest.split("</select>").next().unwrap_or_default().split("<option").skip(1).collect();
        let chosen = options.iter().find(|option| option.split('>').next().unwrap_or_default().contains("selected"));
        if let (Some(name), Some(option)) = (attribute(tag, "name"), chosen.or(options.first())) {
            fields.push((name, attribute(option.split('>').next().unwrap_or_default(), "value").unwrap_or_default()));
        }
    }
    PageForm { action, method, fields }
}

/// An attribute of a tag, its entities as signs.
pub fn attribute(tag: &str, name: &str) -> Option<String> {
    let start = tag.find(&format!(" {name}=\""))? + name.len() + 3;
    tag[start..].split('"').next().map(unescape)
}

/// A text with its entities as signs.
pub fn unescape(text: &str) -> String {
    let named = text
        .replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", "\"")
        .replace("&#39;", "'")
        .replace("&#34;", "\"");
    named.replace("&#60;", "<").replace("&#62;", ">").replace("&#38;", "&").replace("&amp;", "&")
}
