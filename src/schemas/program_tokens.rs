//! Tokens for programs on the wire.

use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::{
    fields::{Body, Fields, Given},
    query::{FromQuery, Query},
    rules::{self, Text},
};
use crate::{
    core::texts::faults::FaultKind,
    models::{
        address_ranges::{self, AddressRanges},
        page::PageRequest,
        program_token::{CreatedToken, NewToken, ProgramToken, TokenScope},
    },
};

const MOST_RANGES: usize = 50;

/// A token for programs, without itself.
#[derive(Serialize, ToSchema)]
#[schema(as = ProgramToken)]
pub struct TokenView {
    /// Its identifier.
    pub id: Uuid,
    /// What its owner calls it.
    #[schema(example = "billing bot, production")]
    pub name: String,
    /// What it allows.
    pub scopes: Vec<TokenScope>,
    /// What stands before its random part.
    #[schema(example = "vkt_")]
    pub prefix: String,
    /// Its last four characters.
    #[schema(example = "f9Qz")]
    pub last4: String,
    /// From where it may be used: addresses or networks; empty: from everywhere.
    #[schema(example = json!(["203.0.113.0/24"]))]
    pub allowed_ips: Vec<String>,
    /// From when on it is worth nothing.
    pub expires_at: Option<DateTime<Utc>>,
    /// When it was last used; written down every half minute.
    pub last_used_at: Option<DateTime<Utc>>,
    /// From which address it was last used.
    pub last_used_ip: Option<String>,
    /// Whether it was revoked.
    pub revoked: bool,
    /// When it was revoked.
    pub revoked_at: Option<DateTime<Utc>>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
}

impl From<ProgramToken> for TokenView {
    fn from(token: ProgramToken) -> Self {
        Self {
            id: token.id.0,
            name: token.name,
            scopes: token.scopes,
            prefix: token.prefix,
            last4: token.last4,
            allowed_ips: token.allowed_ips.texts(),
            expires_at: token.expires_at,
            last_used_at: token.last_used_at,
            last_used_ip: Some(token.last_used_ip).filter(|ip| !ip.is_empty()),
            revoked: token.revoked_at.is_some(),
            revoked_at: token.revoked_at,
            created_at: token.created_at,
        }
    }
}

/// A token that was just made, in clear: the only time it is shown.
#[derive(Serialize, ToSchema)]
#[schema(as = CreatedToken)]
pub struct CreatedTokenView {
    /// What is kept of it.
    #[serde(flatten)]
    pub kept: TokenView,
    /// The token.
    #[schema(example = "vkt_…")]
    pub token: String,
}

impl From<CreatedToken> for CreatedTokenView {
    fn from(created: CreatedToken) -> Self {
        Self { kept: created.token.into(), token: created.value.expose().clone() }
    }
}

/// A new token.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes the body in the OpenAPI document; `NewToken` is what is read")]
#[schema(as = CreateToken)]
pub struct CreateTokenBody {
    /// What its owner calls it.
    #[schema(
        min_length = 1,
        max_length = 100,
        pattern = "^[^\\x00-\\x1f\\x7f]*[^\\s\\x00-\\x1f\\x7f][^\\x00-\\x1f\\x7f]*$",
        example = "billing bot, production"
    )]
    name: String,
    /// What it allows; `keys:reveal` asks for a fresh sign-in.
    #[schema(min_items = 1, max_items = 4)]
    scopes: Vec<TokenScope>,
    /// From when on it is worth nothing; in the future.
    expires_at: Option<DateTime<Utc>>,
    /// From where it may be used: addresses or networks (CIDR), 50 at most; left out or empty: from everywhere.
    #[schema(max_items = 50, example = json!(["203.0.113.0/24"]))]
    allowed_ips: Option<Vec<String>>,
}

impl Body for NewToken {
    fn read(fields: &mut Fields) -> Option<Self> {
        let name = fields.required_text("name", rules::KEY_NAME);
        let scopes = scopes(fields);
        let expires_at = match fields.future("expires_at") {
            Given::Value(time) => Some(Some(time)),
            Given::Absent | Given::Null => Some(None),
            Given::Fault => None,
        };
        let allowed_ips = address_ranges(fields, "allowed_ips");
        Some(Self {
            name: name?,
            scopes: scopes?,
            expires_at: expires_at?,
            allowed_ips: allowed_ips?.unwrap_or_default(),
        })
    }
}

fn scopes(fields: &mut Fields) -> Option<Vec<TokenScope>> {
    let Some(words) = fields.texts("scopes", TokenScope::ALL.len(), rules::SCOPE)? else {
        return fields.fault("scopes", FaultKind::Required);
    };
    if words.is_empty() {
        return fields.fault("scopes", FaultKind::Required);
    }
    let mut scopes = Vec::with_capacity(words.len());
    for (at, word) in words.into_iter().enumerate() {
        if let Ok(scope) = TokenScope::try_from(word) {
            scopes.push(scope);
        } else {
            let known = TokenScope::ALL.iter().map(|scope| scope.as_str()).collect::<Vec<_>>().join(", ");
            return fields.fault(format!("scopes[{at}]"), FaultKind::InvalidChoice(known.into()));
        }
    }
    Some(scopes)
}

/// A list of addresses and networks; `None` inside where it was left out.
pub fn address_ranges(fields: &mut Fields, name: &str) -> Option<Option<AddressRanges>> {
    const FORM: FaultKind = FaultKind::InvalidFormat(
        "an address or a network, as 203.0.113.7, 203.0.113.0/24 or 2001:db8::/32",
        "une adresse ou un réseau, comme 203.0.113.7, 203.0.113.0/24 ou 2001:db8::/32",
    );
    let Some(texts) = fields.texts(name, MOST_RANGES, Text::line(1, 64))? else { return Some(None) };
    let mut networks = Vec::with_capacity(texts.len());
    let mut is_sound = true;
    for (at, text) in texts.iter().enumerate() {
        if let Some(network) = address_ranges::parse(text) {
            networks.push(network);
        } else {
            is_sound = false;
            let _: Option<()> = fields.fault(format!("{name}[{at}]"), FORM);
        }
    }
    is_sound.then(|| Some(AddressRanges::new(networks)))
}

/// Which tokens.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "describes the query in the OpenAPI document; `TokenQuery` is what is read")]
pub struct TokenParams {
    /// How many rows.
    #[param(minimum = 1, maximum = 100, default = 50)]
    limit: Option<i64>,
    /// The `next_cursor` of the page before.
    cursor: Option<String>,
    /// Revoked tokens in place of active ones.
    #[param(default = false)]
    revoked: Option<bool>,
}

/// Which tokens, as read.
pub struct TokenQuery {
    /// Which page.
    pub page: PageRequest,
    /// Revoked ones in place of active ones.
    pub is_revoked: bool,
}

impl FromQuery for TokenQuery {
    fn read(query: &mut Query) -> Option<Self> {
        let page = query.page();
        let is_revoked = query.boolean("revoked", false);
        Some(Self { page: page?, is_revoked: is_revoked? })
    }
}
