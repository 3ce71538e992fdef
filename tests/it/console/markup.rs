//! What holds for the markup of every page, as somebody without a browser can tell: one heading, labels, guarded forms,
//! nothing inline, nothing from elsewhere, no link that leads nowhere.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use vault_api::{
    models::{email::Email, user::Role},
    services::administration,
};

use super::pages::{PAGES, Who};
use crate::support::{Actor, Person, Seeded, TestApp, attribute, seed};

/// Forms that what they carry protects: a mail's token, a program's code, a password.
const UNGUARDED: [&str; 5] = ["/verify", "/confirm-address", "/undo-address", "/reset", "/device"];

/// The tags of a page with this name, without their brackets.
fn tags<'a>(html: &'a str, name: &str) -> Vec<&'a str> {
    let open = format!("<{name}");
    html.match_indices(&open)
        .filter_map(|(at, _)| html[at + 1..].split('>').next())
        .filter(|tag| tag[name.len()..].chars().next().is_none_or(|next| next.is_whitespace() || next == '/'))
        .collect()
}

/// Every opening tag of a page.
fn all_tags(html: &str) -> Vec<&str> {
    let starts =
        html.match_indices('<').filter(|(at, _)| html[at + 1..].starts_with(|next: char| next.is_ascii_alphabetic()));
    starts.filter_map(|(at, _)| html[at + 1..].split('>').next()).collect()
}

/// What is wrong with the markup of a page in this language.
fn faults(html: &str, language: &str) -> Vec<String> {
    let mut faults = Vec::new();
    let headings = tags(html, "h1").len();
    if headings != 1 {
        faults.push(format!("{headings} h1"));
    }
    if !html.contains(&format!("<html lang=\"{language}\"")) {
        faults.push(format!("the language is not {language}"));
    }
    let title = html.split("<title>").nth(1).and_then(|rest| rest.split("</title>").next()).unwrap_or_default();
    if title.trim_start_matches([' ', '–']).len() < "Vault API".len() + 3 {
        faults.push(format!("the title says nothing: “{title}”"));
    }
    faults.extend(unlabelled(html));
    faults.extend(unguarded(html));
    let mut ids = BTreeSet::new();
    for tag in all_tags(html) {
        let words = format!(" {tag}");
        if attribute(&words, "style").is_some() {
            faults.push(format!("an inline style: <{tag}>"));
        }
        if words.split_whitespace().any(|word| word.starts_with("on") && word.contains("=\"")) && has_handler(&words) {
            faults.push(format!("an event attribute: <{tag}>"));
        }
        if let Some(id) = attribute(&words, "id")
            && !ids.insert(id.clone())
        {
            faults.push(format!("the id {id} twice"));
        }
        for name in ["src", "srcset", "action", "formaction", "hx-get", "hx-post"] {
            if attribute(&words, name).is_some_and(|place| place.starts_with("http") || place.starts_with("//")) {
                faults.push(format!("something from elsewhere: <{tag}>"));
            }
        }
    }
    for tag in tags(html, "link") {
        if attribute(tag, "href").is_none_or(|place| !place.starts_with('/')) {
            faults.push(format!("something from elsewhere: <{tag}>"));
        }
    }
    for part in html.split("<script").skip(1) {
        let (tag, inner) = part.split_once('>').unwrap_or((part, ""));
        if attribute(tag, "src").is_none() || !inner.starts_with("</script>") {
            faults.push(format!("an inline script: <script{tag}>"));
        }
    }
    if html.contains("<style") {
        faults.push("an inline style sheet".into());
    }
    for tag in tags(html, "img") {
        if attribute(tag, "alt").is_none() {
            faults.push(format!("a picture without words: <{tag}>"));
        }
    }
    for tag in tags(html, "th") {
        if attribute(tag, "scope").is_none() {
            faults.push(format!("a table's heading without its scope: <{tag}>"));
        }
    }
    faults
}

fn has_handler(tag: &str) -> bool {
    ["onclick", "onload", "onerror", "onchange", "oninput", "onsubmit", "onfocus", "onkeydown", "onmouseover"]
        .iter()
        .any(|name| attribute(tag, name).is_some())
}

/// The fields that nobody can name.
fn unlabelled(html: &str) -> Vec<String> {
    let labelled: BTreeSet<String> = tags(html, "label").iter().filter_map(|tag| attribute(tag, "for")).collect();
    // what stands within a label is named by it
    let within: Vec<&str> = html.split("<label").skip(1).filter_map(|part| part.split("</label>").next()).collect();
    let fields = ["input", "select", "textarea"].into_iter().flat_map(|name| tags(html, name));
    let fields =
        fields.filter(|tag| !matches!(attribute(tag, "type").as_deref(), Some("hidden" | "submit" | "button")));
    let is_named = |tag: &&str| {
        attribute(tag, "aria-label").is_some_and(|label| !label.is_empty())
            || attribute(tag, "aria-labelledby").is_some()
            || attribute(tag, "id").is_some_and(|id| labelled.contains(&id))
            || within.iter().any(|label| label.contains(*tag))
    };
    fields.filter(|tag| !is_named(tag)).map(|tag| format!("a field without a label: <{tag}>")).collect()
}

/// The forms that change something and have no guard.
fn unguarded(html: &str) -> Vec<String> {
    let mut faults = Vec::new();
    for part in html.split("<form").skip(1) {
        let (head, inner) = part.split_once('>').unwrap_or((part, ""));
        let inner = inner.split("</form>").next().unwrap_or_default();
        let action = attribute(head, "action").unwrap_or_default();
        let is_post = attribute(head, "method").is_some_and(|method| method.eq_ignore_ascii_case("post"));
        let code = tags(inner, "input").into_iter().find(|tag| attribute(tag, "name").as_deref() == Some("csrf"));
        let is_guarded = code.and_then(|tag| attribute(tag, "value")).is_some_and(|value| value.len() > 40);
        if is_post && !is_guarded && !UNGUARDED.contains(&action.as_str()) {
            faults.push(format!("the form for {action} has no guard"));
        }
        if !is_post && code.is_some() {
            faults.push(format!("the form for {action} shows its guard in the address"));
        }
    }
    faults
}

async fn administrator(app: &TestApp) -> Actor<'_> {
    let root = app.member("root").await;
    let email = Email::parse(&root.email).expect("an address");
    administration::set_role(&app.operator(), &email, Role::Admin).await.expect("the role is set");
    root
}

/// A new program waits with this code.
async fn waiting(app: &TestApp) -> String {
    let begun = app.call("POST", "/api/auth/device", None).await.expect(200).json();
    begun["user_code"].as_str().expect("a code").to_owned()
}

async fn fill(actor: &Actor<'_>) -> Seeded {
    seed(async |method, path, body| {
        let reply = actor.call(method, &path, (!body.is_null()).then_some(body)).await;
        assert!(reply.status < 300, "{method} {path}: {}", reply.text());
        reply.json()
    })
    .await
}

on_both! {
    async fn every_page_is_sound_for_everybody_in_both_languages(app: TestApp) {
        let (empty, full) = (app.member("empty").await, app.member("full").await);
        let root = administrator(&app).await;
        let mut facts = fill(&full).await.facts();
        facts.extend([("code", waiting(&app).await), ("user", full.id.clone())]);
        let mut found = Vec::new();
        for language in ["en", "fr"] {
            let actors = [None, Some(&empty), Some(&full), Some(&root)];
            for actor in actors {
                let mut person = if language == "fr" { Person::new(&app).in_french() } else { Person::new(&app) };
                if let Some(actor) = actor {
                    person.sign_in(&actor.email, &actor.password).await;
                    // who signs in reads the account's language, until another is chosen
                    person.open(&format!("/?lang={language}")).await;
                }
                for page in PAGES {
                    let is_theirs = match page.who {
                        Who::Guest => actor.is_none(),
                        Who::Member => actor.is_some_and(|actor| actor.email == full.email || (actor.email == empty.email && !page.needs_data())),
                        Who::Staff => actor.is_some_and(|actor| actor.email == root.email),
                    };
                    if !is_theirs {
                        continue;
                    }
                    let address = page.address(&facts);
                    person.open(&address).await;
                    let who = actor.map_or("a guest", |actor| &actor.email);
                    if person.page.status != page.status || (page.status == 200 && person.path != address) {
                        found.push(format!("{address} in {language} for {who}: {} at {}", person.page.status, person.path));
                        continue;
                    }
                    found.extend(faults(&person.page.text(), language).into_iter().map(|fault| format!("{address} in {language} for {who}: {fault}")));
                }
            }
        }
        assert!(found.is_empty(), "{} faults:\n{}", found.len(), found.join("\n"));
    }

    async fn no_link_leads_nowhere(app: TestApp) {
        let root = administrator(&app).await;
        fill(&root).await;
        let mut person = Person::new(&app);
        person.sign_in(&root.email, &root.password).await;
        let mut open: VecDeque<(String, String)> = [("/dashboard", "the sign-in"), ("/", "the sign-in"), ("/sign-up", "the sign-in")].map(|(to, from)| (to.to_owned(), from.to_owned())).into();
        let mut seen = BTreeMap::new();
        let mut dead = Vec::new();

        while let Some((path, from)) = open.pop_front() {
            let shape = shape(&path);
            // one page of a kind is enough, and a link that signs nobody out
            if seen.insert(shape.clone(), ()).is_some() || seen.len() > 400 {
                continue;
            }
            person.open(&path).await;
            if matches!(person.page.status, 404 | 405 | 500..) {
                dead.push(format!("{path} on {from}: {}", person.page.status));
                continue;
            }
            if !person.page.header("content-type").starts_with("text/html") || path.starts_with("/docs") {
                continue;
            }
            let html = person.page.text();
            for tag in ["a", "link", "script", "img", "iframe"].into_iter().flat_map(|name| tags(&html, name)) {
                let place = attribute(tag, "href").or_else(|| attribute(tag, "src")).unwrap_or_default();
                let place = place.split('#').next().unwrap_or_default().to_owned();
                if place.starts_with('/') {
                    open.push_back((place, path.clone()));
                }
            }
        }

        assert!(dead.is_empty(), "links that lead nowhere:\n{}", dead.join("\n"));
        assert!(seen.len() > 8, "{seen:?}");
    }
}

/// An address without its identifiers and the values of its query.
fn shape(path: &str) -> String {
    let (path, query) = path.split_once('?').unwrap_or((path, ""));
    let segments = path.split('/').map(|segment| if uuid::Uuid::parse_str(segment).is_ok() { "{id}" } else { segment });
    let names: BTreeSet<_> = url::form_urlencoded::parse(query.as_bytes()).map(|(name, _)| name.into_owned()).collect();
    format!("{}?{}", segments.collect::<Vec<_>>().join("/"), names.into_iter().collect::<Vec<_>>().join("&"))
}

#[test]
fn the_checks_find_what_they_look_for() {
    let bad = r#"<html lang="fr"><title> – Vault API</title><h1>a</h1><h1>b</h1><input id="x" name="q"><p id="x" style="a"><img src="//evil.example/x">
        <a onclick="x()">b</a><form method="post" action="/keys"></form><form action="/keys"><input type="hidden" name="csrf" value="x"></form>
        <script>1</script><link rel="stylesheet" href="https://evil.example/"><th>x</th>"#;

    let found = faults(bad, "en").join("\n");

    for part in [
        "2 h1",
        "language",
        "title",
        "without a label",
        "id x twice",
        "inline style",
        "event attribute",
        "has no guard",
        "in the address",
        "inline script",
        "from elsewhere: <link",
        "from elsewhere: <img",
        "without words",
        "without its scope",
    ] {
        assert!(found.contains(part), "{part} is not found:\n{found}");
    }
}
