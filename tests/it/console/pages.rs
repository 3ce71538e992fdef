//! The list of the console's pages. Whatever holds for every page is checked by walking it: a new page is one line here.

/// Who opens a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Who {
    /// Somebody who has not signed in.
    Guest,
    /// Somebody who has.
    Member,
    /// An administrator.
    Staff,
}

/// A page.
#[derive(Clone, Copy, Debug)]
pub struct Page {
    pub who: Who,
    /// Its address; what stands in braces are facts of the vault, as `{key}`.
    pub path: &'static str,
    /// What it answers.
    pub status: u16,
}

const fn page(who: Who, path: &'static str) -> Page {
    Page { who, path, status: 200 }
}

/// All pages that are opened by their address. Those that only a form leads to: `after_forms`.
pub const PAGES: &[Page] = &[
    page(Who::Guest, "/"),
    page(Who::Guest, "/pricing"),
    page(Who::Guest, "/sign-in"),
    page(Who::Guest, "/sign-up"),
    page(Who::Guest, "/forgot-password"),
    Page { who: Who::Guest, path: "/verify?token=x", status: 400 },
    Page { who: Who::Guest, path: "/verify/disown?token=x", status: 400 },
    page(Who::Guest, "/confirm-address?token=x"),
    page(Who::Guest, "/undo-address?token=x"),
    Page { who: Who::Guest, path: "/reset?token=x", status: 400 },
    page(Who::Guest, "/device"),
    page(Who::Guest, "/device?code={code}"),
    page(Who::Member, "/device?code={code}"),
    page(Who::Guest, "/billing/cancelled"),
    Page { who: Who::Guest, path: "/nothing-here", status: 404 },
    Page { who: Who::Member, path: "/keys/00000000-0000-7000-8000-000000000000", status: 404 },
    page(Who::Member, "/dashboard"),
    page(Who::Member, "/keys"),
    page(Who::Member, "/keys?q=bot&environment=production"),
    page(Who::Member, "/keys?state=revoked"),
    page(Who::Member, "/keys/new"),
    page(Who::Member, "/keys/new?way=generate"),
    page(Who::Member, "/keys/{key}"),
    page(Who::Member, "/keys/{stored}"),
    page(Who::Member, "/keys/{key}/edit"),
    page(Who::Member, "/keys/{key}/rotate"),
    page(Who::Member, "/keys/{stored}/rotate"),
    page(Who::Member, "/keys/{key}/end-grace"),
    page(Who::Member, "/keys/{key}/versions/1/restore"),
    page(Who::Member, "/keys/import"),
    page(Who::Member, "/keys/export"),
    page(Who::Member, "/tokens"),
    page(Who::Member, "/tokens/new"),
    page(Who::Member, "/audit"),
    page(Who::Member, "/audit?group=keys"),
    page(Who::Member, "/security"),
    page(Who::Member, "/settings"),
    page(Who::Member, "/settings/delete"),
    page(Who::Member, "/billing"),
    page(Who::Member, "/verify-address"),
    page(Who::Staff, "/admin"),
    page(Who::Staff, "/admin/accounts/{user}"),
    page(Who::Staff, "/admin/accounts/{user}/disable"),
    page(Who::Staff, "/admin/audit"),
];

/// Those that the real program alone has, in development and with simulated payments.
pub const OF_THE_PROGRAM: &[Page] = &[
    page(Who::Guest, "/dev/mail"),
    page(Who::Guest, "/dev/mail/{mail}"),
    page(Who::Guest, "/dev/mail/{mail}?view=plain"),
    page(Who::Guest, "{checkout}"),
    page(Who::Guest, "{invoice}"),
    page(Who::Guest, "{portal}"),
    page(Who::Member, "{back}"),
];

/// What addresses are made of: a name and what stands for it.
pub type Facts = Vec<(&'static str, String)>;

impl Page {
    /// Its address, for a vault of which this is known.
    #[track_caller]
    pub fn address(&self, facts: &[(&'static str, String)]) -> String {
        let mut path = self.path.to_owned();
        for (name, value) in facts {
            path = path.replace(&format!("{{{name}}}"), value);
        }
        assert!(!path.contains('{'), "{path}: nobody knows what this is");
        path
    }

    /// Whether it is about something that a new vault does not hold.
    pub fn needs_data(&self) -> bool {
        ["{key}", "{stored}", "{token}"].iter().any(|part| self.path.contains(part))
    }

    /// A name for a file.
    #[allow(dead_code, reason = "scripts/screenshots names its files so")]
    pub fn slug(&self) -> String {
        let plain: String =
            self.path.chars().map(|letter| if letter.is_ascii_alphanumeric() { letter } else { '-' }).collect();
        let plain = plain.split('-').filter(|part| !part.is_empty()).collect::<Vec<_>>().join("-");
        let plain = if plain.is_empty() { "front" } else { &plain };
        format!("{plain}{}", if self.who == Who::Guest { "" } else { "-in" })
    }
}
