//! Showing a key's value: by POST alone, in a part of the page for htmx, as a page of its own without a script, as plain text
//! for copying it without showing it.

use askama::Template;
use axum::{
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::IntoResponse as _,
};

use super::{
    super::{
        confirm,
        frame::{Frame, HoldsSecret, Section, page, secret_page},
        refusal::{Answered, see_other},
        visit::{Entered, Posted, Visit},
    },
    facts::{masked, texts},
    place,
};
use crate::{
    core::{
        secret::SecretText,
        texts::{console::KeyTexts, problems::Code},
    },
    models::{api_key::ApiKey, ids::ApiKeyId, key_requests::Revealed, provider},
    routes::extractors::Id,
    services::api_keys,
};

/// The part of the page where the value stands, masked.
#[derive(Template)]
#[template(path = "console/partials/key_value.html")]
struct MaskedPart {
    frame: Frame,
    t: &'static KeyTexts,
    key: ApiKey,
    masked: String,
}

/// The same with the value.
#[derive(Template)]
#[template(path = "console/partials/key_value_shown.html")]
struct ShownPart {
    frame: Frame,
    t: &'static KeyTexts,
    key: ApiKey,
    shown: Values,
}

#[derive(Template)]
#[template(path = "console/pages/key_revealed.html")]
struct RevealedPage {
    frame: Frame,
    t: &'static KeyTexts,
    title: String,
    key: ApiKey,
    shown: Values,
}

/// Values in clear, and the mask that takes their place.
struct Values {
    value: SecretText,
    /// The settings that are secret.
    settings: Vec<(String, String)>,
    masked: String,
}

/// The part that takes the value's place once it was seen.
pub(super) async fn show_masked(Id(id): Id<ApiKeyId>, Entered(visit): Entered) -> Answered {
    let key = api_keys::read(&visit.ctx, id).await?;
    if !visit.is_partial {
        return Ok(see_other(&visit.to(&place(id))));
    }
    let t = KeyTexts::of(visit.ctx.client().language);
    let masked = masked(&key.prefix, &key.last4);
    page(StatusCode::OK, &MaskedPart { frame: visit.frame(Section::Keys)?, t, key, masked })
}

pub(super) async fn submit(headers: HeaderMap, Id(id): Id<ApiKeyId>, Posted(visit, form): Posted) -> Answered {
    let key = api_keys::read(&visit.ctx, id).await?;
    let revealed = match api_keys::reveal(&visit.ctx, id).await {
        Ok(revealed) => revealed,
        Err(error) if error.is(Code::ReauthenticationRequired) && visit.is_partial => {
            return Err(confirm::or_ask(&visit, &form, error));
        }
        Err(error) => return Err(confirm::or_ask(&visit, &form, error)),
    };
    let accepts = headers.get(header::ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if accepts.starts_with("text/plain") {
        return Ok(plain(&revealed));
    }
    write(&visit, key, revealed)
}

/// The value alone.
fn plain(revealed: &Revealed) -> axum::response::Response {
    let kind = [(header::CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"))];
    let mut response = (kind, revealed.value.expose().clone()).into_response();
    response.extensions_mut().insert(HoldsSecret);
    response
}

fn write(visit: &Visit, key: ApiKey, revealed: Revealed) -> Answered {
    let t = KeyTexts::of(visit.ctx.client().language);
    let known = provider::find(&key.provider).unwrap_or_else(provider::custom);
    // what is masked on the page is what is worth showing here
    let is_masked = |name: &str| key.provider_config.get(name) != revealed.provider_config.get(name);
    let settings =
        texts(&revealed.provider_config).filter(|(name, _)| known.is_secret_field(name) || is_masked(name)).collect();
    let shown = Values { value: revealed.value, settings, masked: masked(&key.prefix, &key.last4) };
    let frame = visit.frame(Section::Keys)?;
    if visit.is_partial {
        let mut part = secret_page(StatusCode::OK, &ShownPart { frame, t, key, shown })?;
        // the list of who saw it asks for itself anew
        part.headers_mut().insert("hx-trigger", HeaderValue::from_static("vault:seen"));
        return Ok(part);
    }
    let title = t.revealed_title.replace("{name}", &key.name);
    let frame = frame.gone_for(&place(key.id));
    secret_page(StatusCode::OK, &RevealedPage { frame, t, title, key, shown })
}
