//! The OpenAPI 3.1 document, made from the routes themselves.

use serde_json::{Value, json};
use utoipa::{
    Modify, OpenApi,
    openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme},
};
use utoipa_axum::router::OpenApiRouter;

use super::api;
use crate::core::app::App;

const DESCRIPTION: &str = "\
The vault of API keys: those of other services and those that the vault makes, encrypted, masked, audited.

**Signing in.** `POST /api/auth/register`, then `POST /api/auth/login`; send the access token as `Authorization: Bearer …`. \
Programs send a token of their own (`vkt_…`, `POST /api/tokens`) the same way.

**Refusals** are `application/problem+json` (RFC 9457): match on `code`; `detail` says what to do next, in the language of \
`Accept-Language` (`en` or `fr`). A refused body lists every fault in `errors`.

**Lists** are `{\"data\": […], \"next_cursor\": …}`, newest first.";

#[derive(OpenApi)]
#[openapi(
    info(title = "Vault API", description = DESCRIPTION, license(name = "MIT", identifier = "MIT")),
    modifiers(&Bearer),
    components(schemas(crate::schemas::problem::Problem, crate::models::audit::Action, crate::models::audit::ActionGroup, crate::models::export::ExportFormat)),
    tags(
        (name = "Accounts", description = "Registering, signing in, recovering, and the account itself"),
        (name = "Keys", description = "The keys in the vault"),
        (name = "Tokens", description = "What opens the vault to programs"),
        (name = "Audit", description = "Who did what, from where"),
        (name = "Administration", description = "Accounts, trails and figures, for the roles `support` and `admin`; never a value"),
    )
)]
struct Document;

struct Bearer;

impl Modify for Bearer {
    fn modify(&self, document: &mut utoipa::openapi::OpenApi) {
        let scheme = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).bearer_format("JWT").build();
        document.components.get_or_insert_default().add_security_scheme("bearer", SecurityScheme::Http(scheme));
    }
}

/// The routes together with the document's frame.
pub(super) fn with_routes(routes: OpenApiRouter<App>) -> OpenApiRouter<App> {
    OpenApiRouter::with_openapi(Document::openapi()).merge(routes)
}

/// The whole document, as pretty JSON.
#[must_use]
pub fn document() -> String {
    let (_, document) = with_routes(api::routes()).split_for_parts();
    finish(&document)
}

/// Adds what is the same for every operation: the refusals that the layers around it give.
pub(super) fn finish(document: &utoipa::openapi::OpenApi) -> String {
    let Ok(mut value) = serde_json::to_value(document) else { return String::new() };
    let paths = value.get_mut("paths").and_then(Value::as_object_mut);
    for (path, item) in paths.into_iter().flatten() {
        for operation in item.as_object_mut().into_iter().flat_map(|item| item.values_mut()) {
            add_refusals(path, operation);
        }
    }
    serde_json::to_string_pretty(&value).unwrap_or_default()
}

fn add_refusals(path: &str, operation: &mut Value) {
    let has_body = operation.get("requestBody").is_some();
    let has_query = operation
        .get("parameters")
        .and_then(Value::as_array)
        .is_some_and(|all| all.iter().any(|one| one["in"] == "query"));
    let needs_sign_in = operation.get("security").is_some();
    let mut refusals: Vec<(&str, &str)> = vec![
        ("429", "Too often; `Retry-After`, `RateLimit-Policy` and `RateLimit` say how long to wait"),
        ("500", "Something broke on our side"),
        ("503", "A part is away, or there is too much to do; `Retry-After` says when to try again"),
    ];
    if has_body {
        refusals.extend([
            ("400", "The body is not valid JSON, or the request can not be understood"),
            ("408", "The body came too slowly"),
            ("413", "The body is larger than 64 KiB"),
            ("415", "The body is not `application/json`"),
        ]);
    }
    if has_body || has_query {
        refusals.push(("422", "Some fields are at fault; `errors` lists them all"));
    }
    if needs_sign_in {
        refusals.extend([("401", "No sign-in, or one that has ended"), ("403", "The role does not allow it")]);
    }
    if path.contains('{') {
        refusals.push(("404", "Not there, or not yours"));
    }
    let Some(responses) = operation.get_mut("responses").and_then(Value::as_object_mut) else { return };
    for (status, description) in refusals {
        responses.entry(status).or_insert_with(|| json!({ "description": description }));
    }
    // every refusal has the one shape; to a proxy, 401 and 403 say all in their headers
    for (status, response) in responses.iter_mut() {
        if path == "/api/keys/check" && matches!(status.as_str(), "401" | "403") {
            continue;
        }
        if status.starts_with(['4', '5']) {
            response["content"] =
                json!({ "application/problem+json": { "schema": { "$ref": "#/components/schemas/Problem" } } });
        }
    }
}
