//! `/keys/import`: a file's text is pasted, looked at line by line, and stored by a second click with the same text.

use askama::Template;
use axum::{
    Router,
    http::StatusCode,
    routing::{get, post},
};
use url::form_urlencoded::Serializer;

use crate::{
    core::{
        app::App,
        error::{Error, Result},
        texts::{
            console::{ImportTexts, Notice, PlanFor, keys_list},
            problems::Code,
        },
    },
    models::import::{Manner, Outcome, Report},
    routes::{
        console::{
            form::{Form, Shown},
            frame::{Frame, LEFT_OUT, Section, secret_page},
            refusal::{Answered, done_to},
            room::Room,
            sign_in::refused,
            visit::{Entered, PostedFile, Visit},
        },
        extractors::MOST_FILE_BYTES,
    },
    schemas::{
        import::{self, ImportQuery, Kind, LineView, ReportView},
        query,
    },
    services::api_keys,
};

/// The most lines that a preview shows: a browser is slow beyond that, and nobody reads so far.
const MOST_SHOWN: usize = 500;

/// The field of a person who wants no more new keys than the plan has room for.
const MOST_NEW: &str = "most_new";

/// The pages.
pub(super) fn routes() -> Router<App> {
    Router::new().route("/keys/import", get(show).post(store)).route("/keys/import/preview", post(preview).get(show))
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

#[derive(Template)]
#[template(path = "console/pages/keys_preview.html")]
struct PreviewPage {
    frame: Frame,
    t: &'static ImportTexts,
    shown: Shown,
    counts: String,
    /// What the button says; empty where there is nothing to store.
    button: String,
    /// How much room the plan has for what is new; empty where it sets no limit.
    room: String,
    /// That there is not enough of it.
    shortage: String,
    /// How many of the new keys it has room for, and what the button says that stores these alone.
    first: Option<(i64, String)>,
    invalid: usize,
    skips_invalid: bool,
    is_all_same: bool,
    /// Why nothing was stored; empty where nobody has asked for it.
    refused: String,
    lines: Vec<LineView>,
    has_more: bool,
}

async fn show(Entered(visit): Entered) -> Answered {
    write(&visit, StatusCode::OK, Shown::default()).await
}

async fn preview(PostedFile(visit, form): PostedFile) -> Answered {
    match import(&visit, &form, Manner::Look).await {
        Ok(report) => write_preview(&visit, &form, StatusCode::OK, &report),
        Err(error) => at_fault(&visit, &form, error).await,
    }
}

async fn store(PostedFile(visit, form): PostedFile) -> Answered {
    let manner = if form.has("skip_invalid") { Manner::SkipInvalid } else { Manner::Whole };
    match import(&visit, &form, manner).await {
        Ok(report) => {
            let stored = report.count(|outcome| matches!(outcome, Outcome::New | Outcome::Changed));
            let path = match report.count(|outcome| matches!(outcome, Outcome::Invalid(_) | Outcome::LeftOut)) {
                0 => "keys".to_owned(),
                left_out => format!("keys?{LEFT_OUT}={left_out}"),
            };
            done_to(&visit, &path, Notice::KeysImported, stored)
        }
        Err(Error::Import(report)) => write_preview(&visit, &form, StatusCode::UNPROCESSABLE_ENTITY, &report),
        // somebody stored keys since the preview: it says how much room there is now
        Err(Error::PlanLimit { .. }) => match import(&visit, &form, Manner::Look).await {
            Ok(report) => write_preview(&visit, &form, StatusCode::PAYMENT_REQUIRED, &report),
            Err(error) => at_fault(&visit, &form, error).await,
        },
        Err(error) => at_fault(&visit, &form, error).await,
    }
}

/// Reads the text as the API reads a file, and hands it to the service.
async fn import(visit: &Visit, form: &Form, manner: Manner) -> Result<Report> {
    // a look is at all of it
    let names: &[&str] =
        if manner == Manner::Look { &["format", "environment"] } else { &["format", "environment", MOST_NEW] };
    let asked = names.iter().map(|name| (name, form.value(name).trim()));
    let asked = Serializer::new(String::new()).extend_pairs(asked).finish();
    let ImportQuery { environment, format, most_new, .. } = query::read(&asked)?;
    let text = form.value("text").to_owned();
    if text.len() > MOST_FILE_BYTES {
        return Err(Code::BodyTooLarge.into());
    }
    // megabytes of somebody's choice are read aside, where they keep nobody waiting
    let read =
        tokio::task::spawn_blocking(move || import::read(text.as_bytes(), Kind::Text, format, environment.as_deref()));
    let file = read.await.map_err(Error::internal)??;
    api_keys::import(&visit.ctx, file, manner, most_new).await
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

fn write_preview(visit: &Visit, form: &Form, status: StatusCode, report: &Report) -> Answered {
    let language = visit.ctx.client().language;
    let mut view = ReportView::of(report, language);
    let t = ImportTexts::of(language);
    let storable = view.new + view.changed;
    let new = i64::try_from(view.new).unwrap_or(i64::MAX);
    let has_room = view.room.is_none_or(|room| new <= room);
    let room = view.room.filter(|_| new > 0).map(|room| keys_list::room_left(language, new, room));
    let fitting = view.room.filter(|room| !has_room && *room > 0);
    let first = fitting.map(|room| (room, keys_list::store_first(language, room, view.changed)));
    let (room, shortage) = if has_room { (room, None) } else { (None, room) };
    let has_more = view.lines.len() > MOST_SHOWN;
    if has_more {
        view.lines.sort_by_key(|line| line.status != "invalid");
        view.lines.truncate(MOST_SHOWN);
    }
    let preview = PreviewPage {
        frame: visit.frame(Section::Keys)?.gone_for("keys/import"),
        t,
        shown: Shown::filled(["text", "environment", "format"].map(|name| (name, form.value(name).to_owned()))),
        counts: keys_list::import_counts(language, [view.new, view.changed, view.same, view.invalid]),
        button: if storable > 0 && has_room { keys_list::store_keys(language, storable) } else { String::new() },
        room: room.unwrap_or_default(),
        shortage: shortage.unwrap_or_default(),
        first,
        invalid: view.invalid,
        skips_invalid: status == StatusCode::OK || form.has("skip_invalid"),
        is_all_same: view.same > 0 && storable + view.invalid == 0,
        refused: match status {
            StatusCode::OK => String::new(),
            StatusCode::PAYMENT_REQUIRED => t.not_stored.to_owned(),
            _ => format!("{} {}", t.not_stored, t.all_or_nothing),
        },
        lines: view.lines,
        has_more,
    };
    secret_page(status, &preview)
}
