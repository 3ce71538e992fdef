//! Many keys at once: tags, revoking, and taking that back.

use chrono::TimeDelta;
use serde_json::{Value, json};

use super::keys_list::api;
use crate::support::{Actor, Person, TestApp};

struct Scene<'a> {
    person: Person<'a>,
    api: Actor<'a>,
    /// Identifiers of three keys.
    ids: Vec<String>,
    values: Vec<String>,
}

async fn scene(app: &TestApp) -> Scene<'_> {
    let person = Person::signed_in(app, "alice").await;
    let api = api(app).await;
    let (mut ids, mut values) = (Vec::new(), Vec::new());
    for name in ["a", "b", "c"] {
        let key = api.post("/api/keys", json!({ "name": name, "environment": "test" })).await.expect(201).json();
        ids.push(key["id"].as_str().unwrap().to_owned());
        values.push(key["api_key"].as_str().unwrap().to_owned());
    }
    Scene { person, api, ids, values }
}

impl Scene<'_> {
    /// Opens the list and presses a button of the ticked keys.
    async fn act(&mut self, list: &str, action: &str, ids: &[&str], more: &[(&str, &str)]) {
        self.person.open(list).await;
        let mut form = self.person.filled("/keys/tag", more);
        form.action = action.to_owned();
        form.fields.extend(ids.iter().map(|id| ("id".to_owned(), (*id).to_owned())));
        self.person.post(&form).await;
        if self.person.page.status == 303 {
            let place = self.person.page.header("location").to_owned();
            self.person.open(&place).await;
        }
    }

    async fn key(&self, at: usize) -> Value {
        self.api.get(&format!("/api/keys/{}", self.ids[at])).await.expect(200).json()
    }

    async fn code(&self, at: usize) -> String {
        let verdict = self.api.post("/api/keys/verify", json!({ "api_key": self.values[at] })).await.expect(200).json();
        verdict["code"].as_str().unwrap().to_owned()
    }
}

on_both! {
    async fn a_tag_is_given_to_the_ticked_keys_and_taken_again(app: TestApp) {
        let mut scene = scene(&app).await;
        let (first, second) = (scene.ids[0].clone(), scene.ids[1].clone());

        scene.act("/keys?environment=test", "/keys/tag", &[&first, &second], &[("tag", " shop "), ("act", "add")]).await;

        assert_eq!(scene.person.path, "/keys?environment=test&notice=keys-tagged");
        assert_eq!((scene.key(0).await["tags"].clone(), scene.key(1).await["tags"].clone(), scene.key(2).await["tags"].clone()), (json!(["shop"]), json!(["shop"]), json!([])));
        scene.act("/keys", "/keys/tag", &[&first], &[("tag", "shop"), ("act", "remove")]).await;
        assert_eq!((scene.key(0).await["tags"].clone(), scene.key(1).await["tags"].clone()), (json!([]), json!(["shop"])));
        assert_eq!(scene.api.trail().await.iter().filter(|action| *action == "key.updated").count(), 3);
    }

    async fn what_is_ticked_and_typed_stays_where_a_tag_is_refused(app: TestApp) {
        let mut scene = scene(&app).await;
        let first = scene.ids[0].clone();
        let tags: Vec<_> = (0..20).map(|number| format!("tag {number}")).collect();
        scene.api.patch(&format!("/api/keys/{first}"), json!({ "tags": tags })).await.expect(200);
        let second = scene.ids[1].clone();

        scene.act("/keys?q=a", "/keys/tag", &[&first, &second], &[("tag", "one more"), ("act", "add")]).await;

        assert_eq!(scene.person.page.status, 422);
        scene.person.sees("20").sees("value=\"one more\"");
        assert!(scene.person.text().contains(&format!("value=\"{first}\" aria-label=\"Choose a\" checked")), "{}", scene.person.text());
        assert_eq!(scene.key(1).await["tags"], json!([]), "all or none");
        scene.act("/keys", "/keys/tag", &[&second], &[("tag", ""), ("act", "add")]).await;
        assert_eq!(scene.person.page.status, 422);
    }

    async fn revoked_keys_are_refused_at_once_and_the_notice_brings_them_back(app: TestApp) {
        let mut scene = scene(&app).await;
        let (first, second) = (scene.ids[0].clone(), scene.ids[1].clone());
        assert_eq!(scene.code(0).await, "valid");

        scene.act("/keys?environment=test", "/keys/revoke", &[&first, &second], &[]).await;

        scene.person.sees("2 keys revoked: this vault neither shows nor accepts them").sees("Undo");
        assert_eq!((scene.code(0).await, scene.code(1).await, scene.code(2).await), ("revoked".into(), "revoked".into(), "valid".into()));
        scene.api.call("POST", &format!("/api/keys/{first}/reveal"), None).await.expect_problem(410, "key_revoked");

        let undo = scene.person.forms().into_iter().find(|form| form.action == "/keys/reinstate").expect("an undo");
        assert_eq!(undo.fields.iter().filter(|(name, _)| name == "id").count(), 2);
        scene.person.submit("/keys/reinstate", &[]).await;

        assert_eq!(scene.person.path, "/keys?environment=test&count=2&notice=keys-reinstated");
        scene.person.sees("2 keys are back");
        assert_eq!((scene.code(0).await, scene.code(1).await), ("valid".into(), "valid".into()));
        let trail = scene.api.trail().await;
        assert_eq!(trail.iter().filter(|action| *action == "key.revoked").count(), 2);
        assert_eq!(trail.iter().filter(|action| *action == "key.reinstated").count(), 2);
    }

    async fn more_than_ten_keys_are_revoked_after_a_second_look(app: TestApp) {
        let mut scene = scene(&app).await;
        for number in 0..8 {
            let made = scene.api.store(&format!("more {number}"), &format!("value {number}")).await;
            scene.ids.push(made["id"].as_str().unwrap().to_owned());
        }
        let ids = scene.ids.clone();
        let all: Vec<_> = ids.iter().map(String::as_str).collect();

        scene.act("/keys?q=e", "/keys/revoke", &all, &[]).await;

        scene.person.sees("Revoke 11 keys?").sees("more 7").sees("href=\"/keys?q=e&chosen=");
        assert_eq!((scene.person.page.text().matches("<h1").count(), scene.code(0).await), (1, "valid".into()));
        scene.person.submit("/keys/revoke", &[]).await.sees("11 keys revoked").sees("Undo");
        assert_eq!(scene.code(0).await, "revoked");

        scene.person.submit("/keys/reinstate", &[]).await.sees("11 keys are back");
        scene.act("/keys", "/keys/revoke", &all[..10], &[]).await;
        scene.person.sees("10 keys revoked");
        scene.person.submit("/keys/reinstate", &[]).await;
        scene.person.open("/keys?lang=fr").await;
        scene.act("/keys", "/keys/revoke", &all, &[]).await;
        scene.person.sees("Révoquer 11 clés ?");
        scene.person.submit("/keys/revoke", &[]).await.sees("11 clés révoquées : ce coffre ne les affiche");

        scene.person.submit("/keys/reinstate", &[]).await;

        // keys of somebody else are not named
        let bob = app.member("bob").await;
        let theirs = bob.store("theirs", "value").await;
        let mut with_theirs = all.clone();
        with_theirs[10] = theirs["id"].as_str().unwrap();
        scene.act("/keys", "/keys/revoke", &with_theirs, &[]).await;
        assert_eq!(scene.person.page.status, 404);
        scene.person.sees_no("theirs");
    }

    async fn the_second_look_leads_back_to_the_list_with_its_filters_and_what_was_ticked(app: TestApp) {
        let mut scene = scene(&app).await;
        for number in 0..9 {
            let made = scene.api.store(&format!("more {number}"), &format!("value {number}")).await;
            scene.ids.push(made["id"].as_str().unwrap().to_owned());
        }
        let ids = scene.ids.clone();
        let chosen: Vec<_> = ids.iter().skip(1).map(String::as_str).collect();
        scene.act("/keys?q=e", "/keys/revoke", &chosen, &[]).await;
        let text = scene.person.page.text().to_owned();
        let back = text.split("href=\"/keys?q=e").nth(1).and_then(|rest| rest.split('"').next()).expect("a way back").replace("&#38;", "&");

        scene.person.open(&format!("/keys?q=e{back}")).await;

        let text = scene.person.text();
        let ticked = |id: &str| text.split(&format!("name=\"id\" value=\"{id}\"")).nth(1).is_some_and(|rest| rest.split('>').next().unwrap().ends_with("checked"));
        assert!(ids.iter().skip(3).all(|id| ticked(id)), "{text}");
        assert!(!ticked(&ids[0]));
        scene.person.sees("name=\"q\" value=\"e\"").sees("name=\"back\" value=\"q=e\"");
        assert_eq!(scene.code(1).await, "valid");
        scene.person.open("/keys?chosen=x..%22evil").await;
        assert_eq!(scene.person.page.status, 200);
    }

    async fn the_undo_is_of_what_was_just_revoked_and_nothing_else(app: TestApp) {
        let mut scene = scene(&app).await;
        let (first, second) = (scene.ids[0].clone(), scene.ids[1].clone());
        scene.api.delete(&format!("/api/keys/{first}")).await.expect(204);

        scene.act("/keys", "/keys/revoke", &[&first, &second], &[]).await;
        scene.person.submit("/keys/reinstate", &[]).await;

        assert_eq!((scene.code(0).await, scene.code(1).await), ("revoked".into(), "valid".into()));
    }

    async fn the_list_of_revoked_keys_brings_them_back_for_ten_minutes(app: TestApp) {
        let mut scene = scene(&app).await;
        let (first, second) = (scene.ids[0].clone(), scene.ids[1].clone());
        scene.act("/keys", "/keys/revoke", &[&first, &second], &[]).await;

        scene.person.open("/keys?state=revoked").await.sees("Bring back").sees("just now");
        scene.act("/keys?state=revoked", "/keys/reinstate", &[], &[("only", &first)]).await;
        assert_eq!((scene.code(0).await, scene.code(1).await), ("valid".into(), "revoked".into()));
        scene.person.open("/keys?state=revoked").await;
        let mut late = scene.person.filled("/keys/tag", &[("only", &second)]);
        late.action = "/keys/reinstate".into();

        app.clock.advance(TimeDelta::minutes(10));

        scene.person.open("/keys?state=revoked").await.sees_no("Bring back");
        scene.person.post(&late).await;
        assert_eq!(scene.person.page.status, 409);
        scene.person.sees("revoked more than ten minutes ago");
        assert_eq!(scene.code(1).await, "revoked");
    }

    async fn the_page_of_one_key_revokes_with_one_identifier(app: TestApp) {
        let mut scene = scene(&app).await;
        scene.person.open("/keys").await;
        let mut form = scene.person.filled("/keys/tag", &[]);
        form.action = "/keys/revoke".into();
        form.fields.retain(|(name, _)| name == "csrf");
        form.fields.push(("id".into(), scene.ids[0].clone()));

        scene.person.post(&form).await;

        assert!(scene.person.page.header("location").starts_with("/keys?undo="), "{}", scene.person.page.header("location"));
        assert_eq!(scene.code(0).await, "revoked");
    }

    async fn nothing_ticked_changes_nothing_and_others_keys_are_not_there(app: TestApp) {
        let mut scene = scene(&app).await;
        let bob = app.member("bob").await;
        let theirs = bob.store("theirs", "value").await;
        let (theirs, own) = (theirs["id"].as_str().unwrap().to_owned(), scene.ids[0].clone());

        for action in ["/keys/tag", "/keys/revoke", "/keys/reinstate"] {
            scene.act("/keys", action, &[], &[("tag", "x")]).await;
            assert!(scene.person.path.ends_with("notice=keys-unticked"), "{action}: {}", scene.person.path);
            for id in [theirs.as_str(), "no-id"] {
                scene.act("/keys", action, &[&own, id], &[("tag", "x")]).await;
                assert_eq!(scene.person.page.status, 404, "{action} {id}");
            }
        }

        assert_eq!((scene.code(0).await, scene.key(0).await["tags"].clone()), ("valid".into(), json!([])));
        assert_eq!(bob.get(&format!("/api/keys/{theirs}")).await.json()["revoked"], false);
    }

    async fn a_form_that_is_not_ours_does_nothing_and_back_leads_nowhere_else(app: TestApp) {
        let mut scene = scene(&app).await;
        let first = scene.ids[0].clone();
        scene.person.open("/keys").await;
        let mut form = scene.person.filled("/keys/tag", &[("csrf", "x")]);
        form.action = "/keys/revoke".into();
        form.fields.push(("id".into(), first.clone()));
        scene.person.headers.push(("sec-fetch-site", "cross-site".into()));
        scene.person.post(&form).await;
        assert_eq!((scene.person.page.status, scene.code(0).await), (403, "valid".into()));
        scene.person.headers.pop();

        scene.act("/keys", "/keys/revoke", &[&first], &[("back", "https://evil.example/?q=%0d%0ax&notice=1")]).await;
        assert!(scene.person.path.starts_with("/keys?"), "{}", scene.person.path);
        scene.person.open("/keys/revoke").await;
        assert_eq!(scene.person.path, "/keys");
    }
}

on_both! {
    with [("FREE_PLAN_MAX_KEYS", "3")];

    async fn an_undo_that_the_plan_does_not_allow_says_so_in_the_list(app: TestApp) {
        let mut scene = scene(&app).await;
        let first = scene.ids[0].clone();
        scene.act("/keys", "/keys/revoke", &[&first], &[]).await;
        scene.api.store("d", "value").await;

        scene.person.submit("/keys/reinstate", &[]).await;

        assert_eq!(scene.person.page.status, 402);
        scene.person.sees("Your plan allows no more active keys").sees("<a href=\"/billing\">See the plans</a>");
        // from there the way back leads to the list
        scene.person.sees("data-instead=\"/keys\"");
        assert_eq!(scene.code(0).await, "revoked");
    }
}
