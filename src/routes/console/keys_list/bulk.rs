//! What is done to several keys at once: `/keys/tag`, `/keys/revoke`, and `/keys/reinstate`, which takes a revocation back.
//! Each is a form with `id`, as often as there are keys (`only` for the one whose own button it was), and `back`, the query
//! of the list to return to.

use axum::{Router, http::StatusCode, response::Response, routing::post};
use serde_json::json;
use uuid::Uuid;

use super::{
    asked::{Asked, MOST_CHOSEN, write_ids},
    list,
};
use crate::{
    core::{
        app::App,
        error::{Error, Result},
        texts::{
            console::Notice,
            faults::{Fault, FaultKind},
            problems::Code,
        },
    },
    models::{ids::ApiKeyId, key_requests::Changes},
    routes::console::{
        confirm,
        form::Form,
        refusal::{Answered, done, see_other},
        sign_in::refused,
        visit::{Entered, Posted, Visit},
    },
    services::api_keys::{self, Retagging},
};

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
    match api_keys::revoke_all(&visit.ctx, &ids).await {
        Ok(revoked) if revoked.is_empty() => back(&visit, &form, Notice::KeysUnticked, ""),
        Ok(revoked) => back(&visit, &form, Notice::KeysRevoked, &write_ids(&revoked)),
        Err(error) => told(&visit, &form, error).await,
    }
}

async fn reinstate(Posted(visit, form): Posted) -> Answered {
    let ids = chosen(&form)?;
    match api_keys::reinstate_all(&visit.ctx, &ids).await {
        Ok(keys) if keys.is_empty() => back(&visit, &form, Notice::KeysUnticked, ""),
        Ok(_) => back(&visit, &form, Notice::KeysReinstated, ""),
        Err(error) => told(&visit, &form, error).await,
    }
}

async fn tag(Posted(visit, form): Posted) -> Answered {
    let ids = chosen(&form)?;
    if ids.is_empty() {
        return back(&visit, &form, Notice::KeysUnticked, "");
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
        Ok(_) => back(&visit, &form, Notice::KeysTagged, ""),
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
fn back(visit: &Visit, form: &Form, notice: Notice, undo: &str) -> Answered {
    let mut path = Asked::read(form.value("back")).address();
    if !undo.is_empty() {
        path = format!("{path}{}undo={undo}", if path.contains('?') { '&' } else { '?' });
    }
    done(visit, &path, notice)
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
