//! Checking keys on the wire: the question, the answer, and the query of a proxy.

use std::{borrow::Cow, net::IpAddr};

use serde::Deserialize;
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};

use super::{
    fields::{self, Body, Circumstances, Fields, Given},
    keys::KeyView,
    query::{FromQuery, Query},
    rules::{self, Text},
};
use crate::{
    core::{
        digits,
        error::{Error, Result},
        secret::SecretText,
        texts::{faults::FaultKind, problems::Code},
    },
    models::{
        ids::UserId,
        key_check::{CheckCode, FoundKey, Verdict},
    },
};

/// A key that somebody showed.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes the body in the OpenAPI document; `Question` is what is read")]
#[schema(as = VerifyKey)]
pub struct VerifyBody {
    /// The key as it was shown.
    #[schema(example = "vk_live_…")]
    api_key: String,
    /// The scope that it must have.
    #[schema(max_length = 64, example = "orders:read")]
    scope: Option<String>,
    /// The address of the client that showed it: a key with `allowed_ips` is refused without.
    #[schema(example = "203.0.113.7")]
    ip: Option<String>,
}

/// A key that somebody showed, as read.
pub struct Question {
    /// The key: any text, since one that has not its form is an answer too.
    pub api_key: SecretText,
    /// The scope that it must have.
    pub scope: Option<String>,
    /// The address of the client.
    pub ip: Option<IpAddr>,
}

/// A question without faults and without an address, as nearly all are.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Plain<'a> {
    #[serde(borrow)]
    api_key: Cow<'a, str>,
    scope: Option<String>,
}

impl Question {
    /// The question in a JSON body.
    ///
    /// # Errors
    /// `malformed_json`; `Invalid` with every fault.
    pub fn parse(body: &[u8], circumstances: impl FnOnce() -> Circumstances) -> Result<Self> {
        // a list of the same values is no question
        if body.trim_ascii_start().first() == Some(&b'{')
            && let Ok(Plain { api_key, scope }) = serde_json::from_slice::<Plain<'_>>(body)
            && let Ok(scope) = scope.map(|scope| rules::SCOPE.check(scope)).transpose()
        {
            return Ok(Self { api_key: SecretText::new(api_key.into_owned()), scope, ip: None });
        }
        // whatever is unusual, and to tell all that is wrong
        fields::read(serde_json::from_slice(body).map_err(|_| Code::MalformedJson)?, circumstances())
    }
}

impl Body for Question {
    fn read(fields: &mut Fields) -> Option<Self> {
        let api_key = match fields.take("api_key") {
            Given::Value(Value::String(text)) => Some(SecretText::new(text)),
            Given::Value(_) => fields.fault("api_key", FaultKind::WrongType("string")),
            Given::Absent | Given::Null | Given::Fault => fields.fault("api_key", FaultKind::Required),
        };
        let scope = fields.optional_text("scope", rules::SCOPE);
        let ip = match fields.optional_text("ip", Text::line(1, 64)) {
            Some(Some(text)) => match text.parse::<IpAddr>() {
                Ok(ip) => Some(Some(ip)),
                Err(_) => fields.fault(
                    "ip",
                    FaultKind::InvalidFormat(
                        "an address, as 203.0.113.7 or 2001:db8::1",
                        "une adresse, comme 203.0.113.7 ou 2001:db8::1",
                    ),
                ),
            },
            Some(None) => Some(None),
            None => None,
        };
        Some(Self { api_key: api_key?, scope: scope?, ip: ip? })
    }
}

/// What a check answers.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes the answer in the OpenAPI document; `write` writes it")]
#[schema(as = KeyVerdict)]
pub struct VerdictView {
    /// Whether the key is good for this use now.
    valid: bool,
    /// The answer in a word.
    code: CheckCode,
    /// The version whose value it is; `null` where there is no such key.
    #[schema(required)]
    version: Option<i64>,
    /// Whether it is a former value.
    is_former: bool,
    /// The key, masked; `null` where there is none.
    #[schema(required)]
    key: Option<KeyView>,
    /// Seconds to wait, with `rate_limited`.
    #[schema(required)]
    retry_after: Option<u64>,
}

/// The answer as JSON. The key's part is written once for as long as it is kept in memory.
///
/// # Errors
/// `Internal` where it can not be written.
pub fn write(verdict: &Verdict) -> Result<Vec<u8>> {
    let key = verdict.found.as_deref().map(rendered).transpose()?;
    let key = key.unwrap_or(b"null");
    let mut out = Vec::with_capacity(key.len() + 128);
    let valid = if verdict.is_valid() { r#"{"valid":true,"code":""# } else { r#"{"valid":false,"code":""# };
    out.extend_from_slice(valid.as_bytes());
    out.extend_from_slice(verdict.code.as_str().as_bytes());
    out.extend_from_slice(br#"","version":"#);
    // versions begin at 1
    optional(&mut out, verdict.found.as_ref().and_then(|found| u64::try_from(found.version).ok()));
    let is_former = verdict.found.as_ref().is_some_and(|found| found.is_former());
    let former = if is_former { r#","is_former":true,"key":"# } else { r#","is_former":false,"key":"# };
    out.extend_from_slice(former.as_bytes());
    out.extend_from_slice(key);
    out.extend_from_slice(br#","retry_after":"#);
    optional(&mut out, verdict.retry_after);
    out.push(b'}');
    Ok(out)
}

fn optional(out: &mut Vec<u8>, number: Option<u64>) {
    match number {
        Some(number) => digits::push(out, number),
        None => out.extend_from_slice(b"null"),
    }
}

fn rendered(found: &FoundKey) -> Result<&[u8]> {
    if let Some(bytes) = found.rendered.get() {
        return Ok(bytes);
    }
    let bytes = serde_json::to_vec(&KeyView::from(found.key.clone())).map_err(Error::internal)?;
    Ok(found.rendered.get_or_init(|| bytes))
}

/// What a proxy asks for.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "describes the query in the OpenAPI document; `CheckQuery` is what is read")]
pub struct CheckParams {
    /// The scope that the key must have.
    #[param(max_length = 64)]
    scope: Option<String>,
    /// The account among whose keys it must be; left out, the bearer token says whose.
    vault: Option<uuid::Uuid>,
}

/// What a proxy asks for, as read.
pub struct CheckQuery {
    /// The scope that the key must have.
    pub scope: Option<String>,
    /// The account among whose keys it must be.
    pub vault: Option<UserId>,
}

impl FromQuery for CheckQuery {
    fn read(query: &mut Query) -> Option<Self> {
        // an empty one is a variable that somebody forgot to set: it must not ask for nothing
        let scope = query.given_text("scope", rules::SCOPE);
        let vault = query.id("vault");
        Some(Self { scope: scope?, vault: vault?.map(UserId) })
    }
}
