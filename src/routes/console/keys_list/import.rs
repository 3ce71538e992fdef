//! `/keys/import`: a file's text is pasted, looked at line by line, and stored by a second click with the same text and the
//! lines that are ticked. `preview` writes what becomes of each line, `imported` what became of it.

use std::collections::BTreeSet;

use askama::Template;
use axum::{
    Router,
    http::StatusCode,
    routing::{get, post},
};
use url::form_urlencoded::Serializer;

use super::{imported, preview, ticks};
use crate::{
    core::{
        app::App,
        error::{Error, Result},
        texts::{
            console::{ImportTexts, Notice, PlanFor},
            problems::Code,
        },
    },
    models::import::{Manner, Outcome, Report, Wanted},
    routes::{
        console::{
            form::{Form, Shown},
            frame::{Frame, Section, secret_page},
            refusal::{Answered, done_to},
            room::Room,
            sign_in::refused,
            visit::{Entered, PostedFile, Visit},
        },
        extractors::MOST_FILE_BYTES,
    },
    schemas::{
        import::{self, ImportQuery, Kind},
        query,
    },
    services::api_keys,
};

/// The pages.
pub(super) fn routes() -> Router<App> {
    Router::new().route("/keys/import", get(show).post(store)).route("/keys/import/preview", post(look).get(show))
}

#[derive(Template)]
#[template(path = "console/pages/keys_import.html")]
struct ImportPage {
    frame: Frame,
    t: &'static ImportTexts,
    shown: Shown,
    others: Vec<String>,
    room: Room,
}

async fn show(Entered(visit): Entered) -> Answered {
    write(&visit, StatusCode::OK, Shown::default()).await
}

async fn look(PostedFile(visit, form): PostedFile) -> Answered {
    look_again(&visit, &form, None, preview::Why::Asked).await
}

/// The preview, as things are now.
async fn look_again(visit: &Visit, form: &Form, chosen: Option<&BTreeSet<usize>>, why: preview::Why) -> Answered {
    match import(visit, form, Manner::Look, &Wanted::All).await {
        Ok(report) => preview::write(visit, form, &report, chosen, why),
        Err(error) => at_fault(visit, form, error).await,
    }
}

async fn store(PostedFile(visit, form): PostedFile) -> Answered {
    if !ticks::are_of(visit.ctx.app(), &form)? {
        return look_again(&visit, &form, None, preview::Why::TextChanged).await;
    }
    let chosen = ticks::ticked(&form)?;
    if chosen.is_empty() {
        return look_again(&visit, &form, Some(&chosen), preview::Why::NothingTicked).await;
    }
    let manner = if form.has("skip_invalid") { Manner::SkipInvalid } else { Manner::Whole };
    match import(&visit, &form, manner, &Wanted::Only(chosen.clone())).await {
        Ok(report) => {
            let stored = report.count(|outcome| matches!(outcome, Outcome::New | Outcome::Changed));
            if stored < report.lines.len() {
                return imported::write(&visit, &report, stored);
            }
            done_to(&visit, "keys", Notice::KeysImported, stored)
        }
        Err(Error::Import(_)) => look_again(&visit, &form, Some(&chosen), preview::Why::Faulty).await,
        // more is ticked than there is room, or somebody stored keys since the preview
        Err(Error::PlanLimit { .. }) => look_again(&visit, &form, Some(&chosen), preview::Why::NoRoom).await,
        Err(error) => at_fault(&visit, &form, error).await,
    }
}

/// Reads the text as the API reads a file, and hands it to the service.
async fn import(visit: &Visit, form: &Form, manner: Manner, wanted: &Wanted) -> Result<Report> {
    let asked = ["format", "environment"].map(|name| (name, form.value(name).trim()));
    let asked = Serializer::new(String::new()).extend_pairs(asked).finish();
    let ImportQuery { environment, format, .. } = query::read(&asked)?;
    let text = form.value("text").to_owned();
    if text.len() > MOST_FILE_BYTES {
        return Err(Code::BodyTooLarge.into());
    }
    // megabytes of somebody's choice are read aside, where they keep nobody waiting
    let read =
        tokio::task::spawn_blocking(move || import::read(text.as_bytes(), Kind::Text, format, environment.as_deref()));
    let file = read.await.map_err(Error::internal)??;
    api_keys::import(&visit.ctx, file, manner, wanted).await
}

/// The form again, where its text can not be read or not be stored as it is.
async fn at_fault(visit: &Visit, form: &Form, error: Error) -> Answered {
    let (status, shown) = refused(visit, form, &error)?;
    if !status.is_client_error() || status == StatusCode::UNAUTHORIZED || status == StatusCode::FORBIDDEN {
        return Err(error.into());
    }
    write(visit, status, shown).await
}

async fn write(visit: &Visit, status: StatusCode, shown: Shown) -> Answered {
    let t = ImportTexts::of(visit.ctx.client().language);
    let others = shown.others(&["environment"]).into_iter().map(str::to_owned).collect();
    let frame = visit.frame(Section::Keys)?.opened_at("keys/import");
    let room = Room::read(visit, PlanFor::File).await?;
    secret_page(status, &ImportPage { frame, t, shown, others, room })
}
