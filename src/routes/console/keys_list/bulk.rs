//! What is done to several keys at once: `/keys/tag`, `/keys/revoke`, and `/keys/reinstate`, which takes a revocation back.
//! Each is a form with `id`, as often as there are keys (`only` for the one whose own button it was), and `back`, the query
//! of the list to return to. Many are revoked after a second look alone.

use askama::Template;
use axum::{Router, http::StatusCode, response::Response, routing::post};
use serde_json::json;
use uuid::Uuid;

use super::{
    asked::{Asked, CHOSEN, MOST_CHOSEN, UNDO},
    list,
};
use crate::{
    core::{
        app::App,
        error::{Error, Result},
        texts::{
            console::{KeysListTexts, Notice, counted},
            faults::{Fault, FaultKind},
            problems::Code,
        },
    },
    models::{ids::ApiKeyId, key_requests::Changes},
    routes::console::{
        confirm,
        form::Form,
        frame::{Frame, Section, page},
        refusal::{Answered, done, done_to, see_other},
        sign_in::refused,
        visit::{Entered, Posted, Visit},
    },
    services::{
        api_keys::{self, Retagging},
        names,
    },
};

/// More keys than that are revoked after a second look.
const MOST_UNASKED: usize = 10;
/// The field of a person who had that look.
const SURE: &str = "sure";

/// A look at what is going to be revoked.
#[derive(Template)]
#[template(path = "console/pages/keys_revoke.html")]
struct RevokePage {
    frame: Frame,
    t: &'static KeysListTexts,
    title: String,
    button: String,
    back: String,
    list: String,
    /// Identifier and name.
    keys: Vec<(ApiKeyId, String)>,
}

/// The acts.
pub(super) fn routes() -> Router<App> {
    Router::new()
        .route("/keys/tag", post(tag).get(to_list))
        .route("/keys/revoke", post(revoke).get(to_list))
        .route("/keys/reinstate", post(reinstate).get(to_list))
}

/// Somebody reloaded the page of a refusal.
async fn to_list(Entered(visit): Entered) -> Response {
    see_other(&visit.to("keys"))
}

async fn revoke(Posted(visit, form): Posted) -> Answered {
    let ids = chosen(&form)?;
    if ids.len() > MOST_UNASKED && !form.has(SURE) {
        return ask(&visit, &form, &ids).await;
    }
    match api_keys::revoke_all(&visit.ctx, &ids).await {
        Ok(revoked) if revoked.is_empty() => back(&visit, &form, Notice::KeysUnticked),
        Ok(revoked) => {
            let place = Asked::read(form.value("back")).address_with(UNDO, &revoked);
            done_to(&visit, &place, Notice::KeysRevoked, revoked.len())
        }
        Err(error) => told(&visit, &form, error).await,
    }
}

/// Asks whether so many keys are meant.
async fn ask(visit: &Visit, form: &Form, ids: &[ApiKeyId]) -> Answered {
    let names = names::of_keys(&visit.ctx, ids).await?;
    let keys = ids.iter().map(|id| names.get(&id.0).map(|name| (*id, name.clone())));
    let keys: Vec<_> = keys.collect::<Option<_>>().ok_or(Code::NotFound)?;
    let language = visit.ctx.client().language;
    let t = KeysListTexts::of(language);
    let count = counted(language, i64::try_from(keys.len()).unwrap_or(i64::MAX), t.key, t.keys);
    let asked = Asked::read(form.value("back"));
    // the way back leads to what was ticked
    let list = asked.address_with(CHOSEN, ids);
    let written = RevokePage {
        frame: visit.frame(Section::Keys)?.gone_for(&list),
        t,
        title: t.revoke_title.replace("{keys}", &count),
        button: t.revoke_button.replace("{keys}", &count),
        back: asked.back(),
        list: visit.to(&list),
        keys,
    };
    page(StatusCode::OK, &written)
}

async fn reinstate(Posted(visit, form): Posted) -> Answered {
    let ids = chosen(&form)?;
    match api_keys::reinstate_all(&visit.ctx, &ids).await {
        Ok(keys) if keys.is_empty() => back(&visit, &form, Notice::KeysUnticked),
        Ok(keys) => {
            let list = Asked::read(form.value("back")).address();
            done_to(&visit, &list, Notice::KeysReinstated, keys.len())
        }
        Err(error) => told(&visit, &form, error).await,
    }
}

async fn tag(Posted(visit, form): Posted) -> Answered {
    let ids = chosen(&form)?;
    if ids.is_empty() {
        return back(&visit, &form, Notice::KeysUnticked);
    }
    let retagging = if form.value("act") == "remove" { Retagging::Remove } else { Retagging::Add };
    // one tag; where there is a comma, a form elsewhere would take it for two
    let asked = form.value("tag").trim().trim_end_matches(',');
    if asked.contains(',') {
        let kind = FaultKind::InvalidFormat("a tag without a comma", "une étiquette sans virgule");
        return told(&visit, &form, Error::fault(Fault::new("tags", kind))).await;
    }
    let read = form.object().with("tags", json!([asked])).read::<Changes>(visit.ctx.app());
    let tagged = match read {
        Ok(changes) => {
            let tag = changes.tags.unwrap_or_default().pop().unwrap_or_default();
            api_keys::retag(&visit.ctx, &ids, retagging, &tag).await
        }
        Err(error) => Err(error),
    };
    match tagged {
        Ok(_) => back(&visit, &form, Notice::KeysTagged),
        Err(error) => told(&visit, &form, error).await,
    }
}

/// The keys of a form.
fn chosen(form: &Form) -> Result<Vec<ApiKeyId>> {
    let only: Vec<_> = form.values("only").collect();
    let words = if only.is_empty() { form.values("id").collect() } else { only };
    if words.len() > MOST_CHOSEN {
        return Err(Code::MalformedRequest.into());
    }
    let ids = words.into_iter().map(|word| Uuid::try_parse(word).map(ApiKeyId).map_err(|_| Code::NotFound.into()));
    ids.collect()
}

/// The list again, where it was.
fn back(visit: &Visit, form: &Form, notice: Notice) -> Answered {
    done(visit, &Asked::read(form.value("back")).address(), notice)
}

/// The list with a sentence why nothing was done, and what was ticked; other refusals are pages of their own.
async fn told(visit: &Visit, form: &Form, error: Error) -> Answered {
    let (status, shown) = refused(visit, form, &error)?;
    let is_told =
        [StatusCode::PAYMENT_REQUIRED, StatusCode::CONFLICT, StatusCode::GONE, StatusCode::UNPROCESSABLE_ENTITY];
    if !is_told.contains(&status) {
        return Err(confirm::or_ask(visit, form, error));
    }
    list::write(visit, status, Asked::read(form.value("back")), shown).await
}
