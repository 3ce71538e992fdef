//! The API as `vk` speaks it: requests with the sign-in, which is renewed when it nears its end.

pub mod address;
mod keys;
pub mod problem;
pub mod renewal;
pub mod transport;

use std::cell::RefCell;

use serde_json::Value;

use self::{
    address::encoded,
    transport::{Answer, Request, Transport},
};
use crate::{
    cache::Cache,
    failure::{Failure, Kind},
    output::Screen,
    session::{Credentials, Session},
    system,
    texts::Text,
};

/// Rows of a page.
const PAGE: usize = 100;
/// An access token that ends within so many seconds is renewed first.
const NEAR_ITS_END: i64 = 60;

/// A server and who asks it.
pub struct Client<'a> {
    /// Where questions and remarks go.
    pub screen: &'a Screen,
    transport: Transport,
    session: RefCell<Session>,
}

impl<'a> Client<'a> {
    /// With the sign-in that counts now.
    pub fn open(screen: &'a Screen) -> Result<Self, Failure> {
        Ok(Self::with(screen, Session::open()?))
    }

    /// With this sign-in.
    pub fn with(screen: &'a Screen, session: Session) -> Self {
        let transport = Transport::new(session.address.clone(), screen.language);
        Self { screen, transport, session: RefCell::new(session) }
    }

    /// Who asks.
    pub fn session(&self) -> Session {
        self.session.borrow().clone()
    }

    /// Asks for something.
    pub fn get(&self, path: &str) -> Result<Value, Failure> {
        parsed(&self.send("GET", path, None)?)
    }

    /// Sends a body, or none where it is `null`.
    pub fn send_json(&self, method: &str, path: &str, body: &Value) -> Result<Value, Failure> {
        let bytes = body.to_string().into_bytes();
        let body = (!body.is_null()).then_some(("application/json", bytes.as_slice()));
        parsed(&self.send(method, path, body)?)
    }

    /// Sends a request as whoever signed in; the answer's body.
    pub fn send(&self, method: &str, path: &str, body: Option<(&str, &[u8])>) -> Result<Vec<u8>, Failure> {
        self.ask(method, path, body).map(|answer| answer.body)
    }

    /// Sends a request as whoever signed in; what is refused for want of a fresh sign-in is asked for once.
    pub fn ask(&self, method: &str, path: &str, body: Option<(&str, &[u8])>) -> Result<Answer, Failure> {
        let request = Request { method, path: path.to_owned(), body };
        let mut has_renewed = self.renew_early()?;
        let mut has_confirmed = false;
        loop {
            let bearer = self.session.borrow().credentials.bearer().to_owned();
            let failure = match self.transport.send(&request, Some(&bearer)) {
                Ok(answer) => return Ok(answer),
                Err(failure) => failure,
            };
            match failure.code.as_str() {
                "unauthenticated" if !has_renewed && self.is_personal() => {
                    self.renew(&bearer)?;
                    has_renewed = true;
                }
                "reauthentication_required" if !has_confirmed && self.is_personal() => {
                    self.confirm(failure)?;
                    has_confirmed = true;
                }
                _ => return Err(self.refused(failure, path)),
            }
        }
    }

    /// All rows of a list, page by page, at most so many.
    pub fn list(&self, path: &str, query: &[(&str, &str)], most: Option<usize>) -> Result<Vec<Value>, Failure> {
        let mut rows = Vec::new();
        let mut cursor = String::new();
        loop {
            let left = most.map_or(PAGE, |most| most.saturating_sub(rows.len()).min(PAGE));
            if left == 0 {
                return Ok(rows);
            }
            let limit = left.to_string();
            let mut asked = query.to_vec();
            asked.push(("limit", &limit));
            if !cursor.is_empty() {
                asked.push(("cursor", &cursor));
            }
            let mut page = self.get(&with_query(path, &asked))?;
            if let Some(Value::Array(data)) = page.get_mut("data").map(Value::take) {
                rows.extend(data);
            }
            match page.get("next_cursor").and_then(Value::as_str) {
                Some(next) if next != cursor => next.clone_into(&mut cursor),
                _ => return Ok(rows),
            }
        }
    }

    /// Who may not, keeps nothing.
    fn refused(&self, failure: Failure, path: &str) -> Failure {
        if is_refusal(&failure, path)
            && let Ok(cache) = Cache::of(&self.session.borrow())
            && cache.forget()
        {
            self.screen.warn(Text::CacheForgotten, &[]);
        }
        let is_for_people = ["/api/tokens", "/api/audit"].iter().any(|people| path.starts_with(people));
        if failure.code == "insufficient_scope" && is_for_people {
            // no scope would help
            return Failure::new(Kind::Access, Text::InPersonAlone).coded("insufficient_scope");
        }
        failure
    }

    fn is_personal(&self) -> bool {
        matches!(self.session.borrow().credentials, Credentials::Session { .. })
    }

    fn renew_early(&self) -> Result<bool, Failure> {
        let near = match &self.session.borrow().credentials {
            Credentials::Session { access_token, expires_at, .. }
                if expires_at - system::now().timestamp() < NEAR_ITS_END =>
            {
                access_token.clone()
            }
            _ => return Ok(false),
        };
        self.renew(&near).map(|()| true)
    }
}

/// Whether the sign-in itself was refused, or the values; a token that may not list tokens may still have its keys.
fn is_refusal(failure: &Failure, path: &str) -> bool {
    const ENDED: [&str; 6] = [
        "unauthenticated",
        "invalid_refresh_token",
        "refresh_token_reused",
        "token_expired",
        "forbidden_ip",
        "mfa_setup_required",
    ];
    const ASKED: [&str; 4] = ["", "reauthentication_required", "wrong_password", "wrong_code"];
    let is_export = path.starts_with("/api/keys/export");
    let code = failure.code.as_str();
    ENDED.contains(&code) || (is_export && failure.kind == Kind::Access && !ASKED.contains(&code))
}

/// An answer's JSON; `null` for an empty one.
pub fn parsed(bytes: &[u8]) -> Result<Value, Failure> {
    if bytes.is_empty() {
        return Ok(Value::Null);
    }
    serde_json::from_slice(bytes).map_err(|_| Failure::new(Kind::Away, Text::NoJson))
}

/// A path with its query; empty values are left out.
pub fn with_query(path: &str, query: &[(&str, &str)]) -> String {
    let given = query.iter().filter(|(_, value)| !value.is_empty());
    let pairs: Vec<_> = given.map(|(name, value)| format!("{name}={}", encoded(value))).collect();
    if pairs.is_empty() { path.to_owned() } else { format!("{path}?{}", pairs.join("&")) }
}
