//! The frame around every page, and how pages are written.

use askama::Template;
use axum::{
    http::{HeaderValue, StatusCode, header},
    response::IntoResponse as _,
};
use url::form_urlencoded;

use super::{
    Theme, assets,
    cookies::Who,
    csrf::{self, Binding},
    refusal::{Answered, Refusal},
    visit::Visit,
};
use crate::{
    core::{
        app::App,
        error::Error,
        language::Language,
        texts::console::{FrameTexts, Notice},
    },
    models::user::{Role, User},
    routes::html::value_of,
};

/// What a page of the console may do in a browser: nothing but what this server gives it.
const POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; img-src 'self' data:; connect-src 'self'; \
     base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
);
/// Our own forms must say where they come from: with `no-referrer` a browser writes `Origin: null`.
const TO_US_ALONE: HeaderValue = HeaderValue::from_static("same-origin");
/// The parameter that names a notice.
pub(super) const NOTICE: &str = "notice";
/// The one that tells to how many it was done.
pub(super) const COUNT: &str = "count";

/// Where in the console a page stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Section {
    Public,
    Dashboard,
    Keys,
    Tokens,
    Audit,
    Billing,
    Security,
    Settings,
    Administration,
    /// None of them: a refusal.
    Nowhere,
}

impl Section {
    /// The word by which the layout asks for it.
    fn word(self) -> &'static str {
        match self {
            Self::Public => "public",
            Self::Dashboard => "dashboard",
            Self::Keys => "keys",
            Self::Tokens => "tokens",
            Self::Audit => "audit",
            Self::Billing => "billing",
            Self::Security => "security",
            Self::Settings => "settings",
            Self::Administration => "administration",
            Self::Nowhere => "nowhere",
        }
    }
}

/// The frame of a page.
#[derive(Clone)]
pub(in crate::routes) struct Frame {
    pub(super) t: &'static FrameTexts,
    pub(super) language: Language,
    /// The way to `/`: a proxy may serve us under a path of its own.
    pub(super) root: String,
    /// The code of the page's forms.
    pub(super) csrf: String,
    /// Who has signed in.
    pub(super) user: Option<User>,
    /// `light` or `dark`; empty where the system decides.
    pub(super) theme: String,
    /// What was just done, and to how many.
    pub(super) notice: Option<(Notice, i64)>,
    /// The content's name in the addresses of assets.
    pub(super) version: u64,
    /// How the person writes dates, as a tag for the script.
    pub(super) dates: String,
    section: Section,
    path: String,
    /// Where a reload and the way back lead to, below the root, in place of an answer that is not to be asked for again; else empty.
    pub(super) instead: String,
    /// Where the way back leads once this page was left, in place of an answer that carries a form on; else empty.
    pub(super) left_for: String,
    /// Whether the page can be asked for again, in another language or theme.
    pub(super) may_turn: bool,
    /// Whether nobody knows who asks for the page: it offers no sign-in and keeps no preference.
    pub(super) is_bare: bool,
}

impl Frame {
    pub(super) fn new(visit: &Visit, section: Section, csrf: String) -> Self {
        let language = visit.ctx.client().language;
        Self {
            t: FrameTexts::of(language),
            language,
            root: visit.ctx.app().root(),
            csrf,
            user: visit.ctx.user().ok().cloned(),
            theme: visit.theme.clone().unwrap_or_default(),
            notice: Notice::read(&value_of(&visit.query, NOTICE))
                .map(|notice| (notice, number(&visit.query, COUNT).unwrap_or(1))),
            version: assets::VERSION,
            section,
            dates: visit.dates.clone(),
            path: visit.path.clone(),
            instead: String::new(),
            left_for: String::new(),
            may_turn: !visit.is_answer,
            is_bare: false,
        }
    }

    /// The frame of a page about which nothing is known but its language.
    pub(super) fn bare(root: String, language: Language) -> Self {
        Self {
            t: FrameTexts::of(language),
            language,
            root,
            csrf: String::new(),
            user: None,
            theme: String::new(),
            notice: None,
            version: assets::VERSION,
            section: Section::Public,
            dates: language.tag().to_owned(),
            path: String::new(),
            instead: String::new(),
            left_for: String::new(),
            may_turn: true,
            is_bare: true,
        }
    }

    /// The frame of a refusal, with as much of the person as was found out. `path` is where it is asked for again, below
    /// the root.
    pub(super) fn of_refusal(app: &App, language: Language, theme: Option<&Theme>, path: String, who: Who) -> Self {
        let theme = theme.map(|theme| theme.0.clone()).unwrap_or_default();
        let bare = Self { theme, path, ..Self::bare(app.root(), language) };
        match who {
            Who::Unknown => bare,
            Who::Visitor => Self { is_bare: false, ..bare },
            Who::Member(member) => match csrf::issue(app, &Binding::from(&member)) {
                Ok(csrf) => {
                    Self { csrf, user: Some((*member.user).clone()), section: Section::Nowhere, is_bare: false, ..bare }
                }
                Err(_) => bare,
            },
        }
    }

    /// The same for a page that is asked for again at another address, below the root.
    pub(super) fn standing_at(self, path: &str) -> Self {
        Self { path: path.to_owned(), may_turn: true, ..self }
    }

    /// The same for a page with a form that the answer to it shows again: `path` is where it was opened, and where the way
    /// back leads once the form went through.
    pub(super) fn opened_at(self, path: &str) -> Self {
        if self.may_turn { self } else { self.gone_for(path).standing_at(path) }
    }

    /// The same for an answer that is not to be asked for again: `path` is the page to which a reload and the way back lead.
    pub(super) fn gone_for(self, path: &str) -> Self {
        Self { instead: path.to_owned(), ..self }
    }

    /// The same for an answer that carries a form on: a reload asks for it again, so that nothing typed is lost; once it was
    /// left, the way back leads to this page of ours, on which the form stood.
    pub(super) fn left_for(self, page: &str) -> Self {
        Self { left_for: page.to_owned(), ..self }
    }

    /// The language's tag.
    pub(super) fn lang(&self) -> &'static str {
        self.language.tag()
    }

    /// Whether the page stands in this section.
    pub(super) fn is(&self, section: &str) -> bool {
        self.section.word() == section
    }

    /// What was just done, in words.
    pub(super) fn notice_text(&self) -> Option<String> {
        let (notice, count) = self.notice?;
        Some(notice.text_of(self.language, count))
    }

    /// Whether the notice leads to where recovery codes are made, and stays until it is closed.
    pub(super) fn wants_codes(&self) -> bool {
        self.notice.is_some_and(|(notice, count)| notice.wants_codes(count))
    }

    /// Whether the page has the console's navigation.
    pub(super) fn is_inside(&self) -> bool {
        self.section != Section::Public && self.user.is_some()
    }

    /// Whether the person may see other accounts.
    pub(super) fn is_staff(&self) -> bool {
        self.user.as_ref().is_some_and(|user| matches!(user.role, Role::Support | Role::Admin))
    }

    /// The person's name, or address where there is none.
    pub(super) fn who(&self) -> &str {
        self.user.as_ref().map_or("", |user| if user.name.is_empty() { user.email.as_str() } else { &user.name })
    }

    /// The first letter of the name.
    pub(super) fn initial(&self) -> String {
        self.who().chars().next().map(|letter| letter.to_uppercase().collect()).unwrap_or_default()
    }

    /// This page with another value of one parameter, and no notice.
    fn with(&self, name: &str, value: &str) -> String {
        let (path, query) = self.path.split_once('?').unwrap_or((&self.path, ""));
        let mut pairs = form_urlencoded::Serializer::new(String::new());
        for (found, kept) in form_urlencoded::parse(query.as_bytes()) {
            if found != name && found != NOTICE && found != COUNT {
                pairs.append_pair(&found, &kept);
            }
        }
        pairs.append_pair(name, value);
        format!("{}{path}?{}", self.root, pairs.finish())
    }

    /// This page in the other language.
    pub(super) fn in_other_language(&self) -> String {
        self.with("lang", self.other_language().tag())
    }

    /// The other language.
    pub(super) fn other_language(&self) -> Language {
        match self.language {
            Language::English => Language::French,
            Language::French => Language::English,
        }
    }

    /// The other language's own name.
    pub(super) fn other_language_name(&self) -> &'static str {
        match self.language {
            Language::English => "Français",
            Language::French => "English",
        }
    }

    /// This page in another theme: `light`, `dark` or `auto`.
    pub(super) fn in_theme(&self, theme: &str) -> String {
        self.with("theme", theme)
    }
}

/// A number that the address tells.
fn number(query: &str, name: &str) -> Option<i64> {
    value_of(query, name).parse::<u16>().ok().map(i64::from)
}

/// Whether an answer may be compressed: one with a secret in it is not (BREACH).
#[derive(Clone, Copy)]
pub(super) struct HoldsSecret;

/// A page.
pub(super) fn page(status: StatusCode, template: &impl Template) -> Answered {
    let html = template.render().map_err(|error| Refusal::Failed(Error::internal(error)))?;
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8")),
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::REFERRER_POLICY, TO_US_ALONE),
    ];
    Ok((status, headers, html).into_response())
}

/// A part of a page, for htmx.
pub(super) fn partial(template: &impl Template) -> Answered {
    page(StatusCode::OK, template)
}

/// A page that shows a secret: it is not compressed, and no cache keeps it.
pub(super) fn secret_page(status: StatusCode, template: &impl Template) -> Answered {
    let mut response = page(status, template)?;
    response.extensions_mut().insert(HoldsSecret);
    Ok(response)
}
