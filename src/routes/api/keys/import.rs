//! `POST /api/keys/import`: many keys at once, all or none unless the caller says that invalid lines may be left out.

use axum::{
    extract::Request,
    http::StatusCode,
    response::{IntoResponse as _, Response},
};

use super::create::{idempotency_key, mark_repeated};
use crate::{
    core::error::Error,
    models::import::Report,
    routes::{
        answers::{Answer, Json, json_bytes},
        extractors::{May, Query, file, may::WriteKeys},
    },
    schemas::import::{self, ImportParams, ImportQuery, ReportView},
    services::api_keys::{self, Imported, Remembered, Repeatable},
};

/// The most bytes of a report that are remembered with its lines: whoever sends thousands of lines each time would fill the
/// disk with them.
const MOST_REMEMBERED: usize = 64 * 1024;

/// Import keys
///
/// A `.env` file (`text/plain`), JSON (`application/json`: a plain object, or an export of this vault, Infisical, Doppler,
/// HashiCorp Vault or OpenBao), or 1Password's CSV (`text/csv`); 8 MiB and 10,000 keys at most. Each line is new, changed, the same or
/// invalid. All is stored or nothing: where a line is invalid, the refusal `import_invalid` has the members of the report
/// beside its own. With `skip_invalid=true` the other lines are stored, with `most_new` no more new keys than that. Sent again, everything is the same; with `most_new` the next new keys
/// would be stored: name the request with an `Idempotency-Key`, and the same request gets the first answer again for 24 hours. Of a report above
/// 64 KB the counts are remembered, and `lines` is empty then.
#[utoipa::path(post, path = "/api/keys/import", tag = "Keys", operation_id = "import_keys", params(ImportParams, ("Idempotency-Key" = Option<String>, Header, description = "Names this request, so that it may be repeated; a dry run needs none", max_length = 255, min_length = 1)), security(("bearer" = [])),
    request_body(content((String = "text/plain", example = "STRIPE_KEY=sk_live_…\n"), (serde_json::Value = "application/json", example = json!({ "STRIPE_KEY": "sk_live_…" })), (String = "text/csv"))),
    responses(
        (status = 200, description = "What became of each line, or with `dry_run` would become of it", body = ReportView),
        (status = 402, description = "`plan_limit_reached`, with `limit` and `used`"),
        (status = 409, description = "`duplicate_value` or `duplicate_name`: somebody stored the same at the same time; `idempotency_key_reused`"),
        (status = 413, description = "The file is larger than 8 MiB"),
        (status = 415, description = "The file is none of `text/plain`, `application/json`, `text/csv`"),
        (status = 422, description = "`import_invalid`, with the members of `ImportReport`; or the file is of no form that we know"),
    ))]
pub(super) async fn import_keys(
    May(ctx, _): May<WriteKeys>,
    Query(query): Query<ImportQuery>,
    request: Request,
) -> Answer<Response> {
    api_keys::begin_import(&ctx).await?;
    let name = idempotency_key(request.headers())?.map(str::to_owned);
    let asked = request.uri().query().unwrap_or_default().to_owned();
    let (kind, bytes) = file(request, ctx.app()).await?;
    // what a request says is its query, its kind and its file
    let content = name.is_some().then(|| [format!("import {kind:?} {asked}\n").as_bytes(), &bytes].concat());
    let ImportQuery { manner, wanted, environment, format } = query;
    // megabytes of somebody's choice are read aside, where they keep nobody waiting
    let read = tokio::task::spawn_blocking(move || import::read(&bytes, kind, format, environment.as_deref()));
    let file = read.await.map_err(Error::internal)??;
    let language = ctx.client().language;
    let render = |report: &Report| {
        let view = ReportView::of(report, language);
        let whole = serde_json::to_vec(&view).map_err(Error::internal)?;
        if whole.len() <= MOST_REMEMBERED {
            return Ok(whole);
        }
        serde_json::to_vec(&ReportView { lines: Vec::new(), ..view }).map_err(Error::internal)
    };
    let remembered = name
        .as_deref()
        .zip(content.as_deref())
        .map(|(name, content)| Remembered { request: Repeatable { name, content }, render: &render });
    match api_keys::import_once(&ctx, file, manner, &wanted, remembered).await? {
        Imported::New(report) => Ok(Json(ReportView::of(&report, language)).into_response()),
        Imported::Repeated(answer) => {
            let mut response = json_bytes(StatusCode::OK, answer);
            mark_repeated(&mut response);
            Ok(response)
        }
    }
}
