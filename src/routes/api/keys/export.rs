//! `GET /api/keys/export`: all values in clear, as a file.

use axum::{
    body::Body,
    http::{HeaderName, HeaderValue, StatusCode, header},
    response::Response,
};

use crate::{
    core::{context::Context, error::Error},
    models::export::{ExportFilter, ExportFormat, Exported},
    routes::{
        answers::{Answer, json_bytes},
        extractors::{May, Query, may::RevealKeys},
    },
    schemas::export::{ExportParams, ExportView, write_env},
    services::{api_keys, usage::Use},
};

/// How many keys the file has, and how many an `.env` had to leave out.
const KEYS: HeaderName = HeaderName::from_static("x-vault-keys");
const LEFT_OUT: HeaderName = HeaderName::from_static("x-vault-left-out");

/// Export keys
///
/// The active keys with their values in clear, as lines of `NAME=value` or as JSON that `POST /api/keys/import` takes back.
/// A person needs a fresh sign-in. The audit entry is committed before the first byte leaves. What can not be a line (a name that is none
/// of a variable, a name that comes twice) is a comment, counted in `X-Vault-Left-Out`; JSON has everything.
#[utoipa::path(get, path = "/api/keys/export", tag = "Keys", operation_id = "export_keys", params(ExportParams), security(("bearer" = [])),
    responses(
        (status = 200, description = "The file", content((String = "text/plain"), (ExportView<'static> = "application/json"))),
        (status = 401, description = "No sign-in, or `reauthentication_required`"),
        (status = 422, description = "`export_too_large`, or a parameter is at fault"),
    ))]
pub(super) async fn export_keys(May(ctx, _): May<RevealKeys>, Query(filter): Query<ExportFilter>) -> Answer<Response> {
    let exported = api_keys::export(&ctx, &filter, Use::Revealed).await?;
    Ok(file(&ctx, filter.format, &exported)?)
}

/// The file, to be saved.
///
/// # Errors
/// `Internal` where it can not be written.
pub(in crate::routes) fn file(ctx: &Context, format: ExportFormat, exported: &[Exported]) -> Result<Response, Error> {
    let mut left_out = 0;
    let (mut response, name) = match format {
        ExportFormat::Json => {
            let body = serde_json::to_vec_pretty(&ExportView::of(exported, ctx.now())).map_err(Error::internal)?;
            (json_bytes(StatusCode::OK, body), "attachment; filename=\"vault-keys.json\"")
        }
        ExportFormat::Env => {
            let (text, count) = write_env(exported, ctx.client().language);
            left_out = count;
            let mut response = Response::new(Body::from(text));
            let plain = HeaderValue::from_static("text/plain; charset=utf-8");
            response.headers_mut().insert(header::CONTENT_TYPE, plain);
            (response, "attachment; filename=\"vault-keys.env\"")
        }
    };
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_DISPOSITION, HeaderValue::from_static(name));
    headers.insert(KEYS, HeaderValue::from(exported.len()));
    headers.insert(LEFT_OUT, HeaderValue::from(left_out));
    Ok(response)
}
