//! `/keys/export`: the form, and the file that it downloads.

use askama::Template;
use axum::{Router, http::StatusCode, routing::get};
use url::form_urlencoded::Serializer;

use crate::{
    core::{app::App, texts::console::ExportTexts},
    models::export::ExportFilter,
    routes::{
        api::export_file,
        console::{
            confirm,
            frame::{Frame, HoldsSecret, Section, page},
            refusal::Answered,
            visit::{Entered, Posted},
        },
    },
    schemas::query,
    services::{api_keys, usage::Use},
};

/// The page.
pub(super) fn routes() -> Router<App> {
    Router::new().route("/keys/export", get(show).post(download))
}

#[derive(Template)]
#[template(path = "console/pages/keys_export.html")]
struct ExportPage {
    frame: Frame,
    t: &'static ExportTexts,
    environments: Vec<String>,
}

async fn show(Entered(visit): Entered) -> Answered {
    let environments = api_keys::facets(&visit.ctx).await?.environments;
    let t = ExportTexts::of(visit.ctx.client().language);
    page(StatusCode::OK, &ExportPage { frame: visit.frame(Section::Keys)?, t, environments })
}

async fn download(Posted(visit, form): Posted) -> Answered {
    let asked = ["format", "environment"].map(|name| (name, form.value(name)));
    let filter: ExportFilter = query::read(&Serializer::new(String::new()).extend_pairs(asked).finish())?;
    let exported = api_keys::export(&visit.ctx, &filter, Use::Copied).await;
    let exported = exported.map_err(|error| confirm::or_ask(&visit, &form, error))?;
    let mut response = export_file(&visit.ctx, filter.format, &exported)?;
    response.extensions_mut().insert(HoldsSecret);
    Ok(response)
}
