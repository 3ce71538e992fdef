//! The known providers: who issues a key, what its keys look like, which of its settings are secret.
//!
//! - [`Provider`], [`Shape`], [`Charset`], [`ConfigField`]: the types of the catalogue.
//! - [`all`], [`find`], [`custom`]: reading the catalogue.
//! - [`recognise`]: whose key a value is, judged by its published prefix.
//! - [`prefix_of`]: the public start of a key, which may be shown beside the mask.
//!
//! The table itself is in `provider_catalogue.rs` (a to h, and the list) and
//! `provider_catalogue_i_z.rs`.

#[path = "provider_catalogue.rs"]
mod catalogue;

/// The most characters of a value that [`prefix_of`] gives away.
const PREFIX_CHARS: usize = 10;

/// The characters that must follow a shown prefix: the last 4, shown too, and 8 that stay hidden.
const REST_CHARS: usize = 12;

/// A service whose keys the vault knows how to name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Provider {
    /// The stable identifier, as stored and as spoken by the API.
    pub id: &'static str,
    /// The name a person reads.
    pub name: &'static str,
    /// The page where a person manages these keys; empty when there is none.
    pub website: &'static str,
    /// What the provider's keys look like.
    pub shapes: &'static [Shape],
    /// The known fields of the provider's `provider_config` object.
    pub fields: &'static [ConfigField],
}

impl Provider {
    /// Whether a `provider_config` field must be kept secret: any field not declared public is.
    #[must_use]
    pub fn is_secret_field(&self, name: &str) -> bool {
        !self.fields.iter().any(|field| field.name == name && !field.secret)
    }
}

/// One published form of a key: a fixed prefix, then `min..=max` characters of one alphabet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shape {
    /// The fixed start; an empty one only documents the form and never decides recognition.
    pub prefix: &'static str,
    /// The alphabet of what follows the prefix.
    pub charset: Charset,
    /// The fewest characters after the prefix.
    pub min: usize,
    /// The most characters after the prefix.
    pub max: usize,
}

impl Shape {
    /// Whether a whole value has this shape.
    #[must_use]
    pub fn fits(&self, value: &str) -> bool {
        // Every alphabet is ASCII, so bytes count characters, and a long value is refused unread.
        value.strip_prefix(self.prefix).is_some_and(|rest| {
            (self.min..=self.max).contains(&rest.len()) && rest.chars().all(|c| self.charset.holds(c))
        })
    }
}

/// The alphabet of the random part of a key; each one is ASCII.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Charset {
    /// `0-9 a-f`.
    HexLower,
    /// `0-9 A-Z`.
    Base62Upper,
    /// `0-9 A-Z a-z`.
    Base62,
    /// Base62 and `_`.
    Word,
    /// Base62 and `-` `_`.
    UrlSafe,
    /// Base62 and `-` `_` `.`.
    Dotted,
    /// Base62 and `+` `/` `=`.
    Base64,
    /// Every ASCII character that leaves a mark: for webhook addresses and connection strings.
    Visible,
}

impl Charset {
    /// Whether a character belongs to the alphabet.
    #[must_use]
    pub fn holds(self, c: char) -> bool {
        match self {
            Self::HexLower => matches!(c, '0'..='9' | 'a'..='f'),
            Self::Base62Upper => c.is_ascii_digit() || c.is_ascii_uppercase(),
            Self::Base62 => c.is_ascii_alphanumeric(),
            Self::Word => c.is_ascii_alphanumeric() || c == '_',
            Self::UrlSafe => c.is_ascii_alphanumeric() || matches!(c, '-' | '_'),
            Self::Dotted => c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.'),
            Self::Base64 => c.is_ascii_alphanumeric() || matches!(c, '+' | '/' | '='),
            Self::Visible => c.is_ascii_graphic(),
        }
    }
}

/// A known field of a provider's `provider_config` object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ConfigField {
    /// The field's name in the object.
    pub name: &'static str,
    /// Whether the field's value must be encrypted and masked.
    pub secret: bool,
}

/// Every provider: `custom` first, the others in the order of their ids.
#[must_use]
pub fn all() -> &'static [Provider] {
    catalogue::PROVIDERS
}

/// The provider with this exact id.
#[must_use]
pub fn find(id: &str) -> Option<&'static Provider> {
    all().iter().find(|provider| provider.id == id)
}

/// The provider of the keys that are nobody's in the catalogue.
#[must_use]
pub fn custom() -> &'static Provider {
    &catalogue::CUSTOM
}

/// The provider whose most specific shape, the one with the longest prefix, the value has.
///
/// A value without a distinguishing prefix, such as bare hexadecimal, is nobody's.
#[must_use]
pub fn recognise(value: &str) -> Option<&'static Provider> {
    let mut best = None;
    let mut longest = 0;
    for provider in all() {
        for shape in provider.shapes {
            if shape.prefix.len() > longest && shape.fits(value) {
                longest = shape.prefix.len();
                best = Some(provider);
            }
        }
    }
    best
}

/// The public start of a value, as far as the provider's shapes tell; empty when there is none.
///
/// At most 10 characters, and empty when fewer than 12 characters would follow it. It is a part of
/// the catalogue, never of the value.
#[must_use]
pub fn prefix_of(provider: &Provider, value: &str) -> &'static str {
    let prefix = provider
        .shapes
        .iter()
        .map(|shape| shape.prefix)
        .filter(|prefix| value.starts_with(prefix))
        .max_by_key(|prefix| prefix.len())
        .unwrap_or_default();
    let shown = prefix.char_indices().nth(PREFIX_CHARS).and_then(|(end, _)| prefix.get(..end)).unwrap_or(prefix);
    let needed = shown.chars().count() + REST_CHARS;
    if value.chars().take(needed).count() < needed {
        return "";
    }
    shown
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    /// Invented characters of an alphabet, the same for the same seed.
    fn random(charset: Charset, length: usize, seed: u64) -> String {
        let alphabet: Vec<char> = (0..=127u8).map(char::from).filter(|c| charset.holds(*c)).collect();
        let mut state = seed.wrapping_mul(2_862_933_555_777_941_757).wrapping_add(3_037_000_493);
        (0..length)
            .filter_map(|_| {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                let index = usize::try_from(state >> 33).ok()? % alphabet.len();
                alphabet.get(index).copied()
            })
            .collect()
    }

    fn key(prefix: &str, charset: Charset, length: usize) -> String {
        format!("{prefix}{}", random(charset, length, 7))
    }

    fn owner(value: &str) -> Option<&'static str> {
        recognise(value).map(|provider| provider.id)
    }

    fn shown(id: &str, value: &str) -> Option<&'static str> {
        find(id).map(|provider| prefix_of(provider, value))
    }

    /// A real-looking key of every provider that has a prefix.
    fn examples() -> Vec<(&'static str, String)> {
        use Charset::{Base62, Base62Upper, HexLower, UrlSafe, Word};
        let join = |parts: &[String], by: &str| parts.join(by);
        let hook = |host: &str| format!("{}://{host}/", "https");
        vec![
            ("airtable", {
                let id = key("pat", Base62, 14);
                join(&[id, random(HexLower, 64, 3)], ".")
            }),
            ("anthropic", key("sk-ant-api03-", UrlSafe, 95)),
            ("anthropic", key("sk-ant-admin01-", UrlSafe, 95)),
            ("anthropic", key("sk-ant-oat01-", UrlSafe, 95)),
            ("aws", key("AKIA", Base62Upper, 16)),
            ("aws", key("ASIA", Base62Upper, 16)),
            ("azure", {
                let account = format!("{}https;", "DefaultEndpointsProtocol=");
                let secret = random(Base62, 86, 4);
                format!("{account}AccountName=shop;AccountKey={secret}==")
            }),
            ("cloudflare", key("cfut_", Base62, 48)),
            ("cloudflare", key("cfat_", Base62, 48)),
            ("cloudflare", key("cfk_", Base62, 48)),
            ("datadog", key("ddpat_", Word, 42)),
            ("deepseek", key("sk-", HexLower, 32)),
            ("digitalocean", key("dop_v1_", HexLower, 64)),
            ("discord", {
                let path = format!("{}api/webhooks/", hook("discord.com"));
                let id = key(&path, Base62Upper, 19);
                join(&[id, random(UrlSafe, 68, 5)], "/")
            }),
            ("docker", key("dckr_pat_", UrlSafe, 27)),
            ("doppler", key("dp.pt.", Base62, 43)),
            ("doppler", key("dp.st.dev.", Base62, 43)),
            ("fly", key("fo1_", UrlSafe, 43)),
            ("fly", key("FlyV1 fm2_", Base62, 300)),
            ("gcp", key("AIza", UrlSafe, 35)),
            ("gcp", key("GOCSPX-", UrlSafe, 28)),
            ("github", key("ghp_", Base62, 36)),
            ("github", key("ghs_", Base62, 36)),
            ("github", {
                let id = key("github_pat_", Base62, 22);
                join(&[id, random(Base62, 59, 6)], "_")
            }),
            ("gitlab", key("glpat-", UrlSafe, 20)),
            ("gitlab", key("glpat-", Base62, 51) + ".01.0a1b2c3d4"),
            ("groq", key("gsk_", Base62, 52)),
            ("hashicorp", key("hvs.", UrlSafe, 95)),
            ("heroku", key("HRKU-AA", UrlSafe, 58)),
            ("huggingface", key("hf_", Base62, 34)),
            ("linear", key("lin_api_", Base62, 40)),
            ("mailgun", key("key-", HexLower, 32)),
            ("netlify", key("nfp_", Base62, 36)),
            ("notion", key("ntn_", Base62, 46)),
            ("notion", key("secret_", Base62, 43)),
            ("npm", key("npm_", Base62, 36)),
            ("openai", key("sk-proj-", UrlSafe, 20)),
            ("openai", key("sk-proj-", UrlSafe, 156)),
            ("openai", key("sk-proj-", UrlSafe, 200)),
            ("openai", key("sk-svcacct-", UrlSafe, 156)),
            ("openai", key("sk-admin-", UrlSafe, 130)),
            ("openai", key("sk-", Base62, 48)),
            ("openrouter", key("sk-or-v1-", HexLower, 64)),
            ("perplexity", key("pplx-", Base62, 48)),
            ("pypi", key("pypi-AgEI", UrlSafe, 160)),
            ("replicate", key("r8_", Base62, 37)),
            ("resend", {
                let id = key("re_", Base62, 8);
                join(&[id, random(Base62, 24, 8)], "_")
            }),
            ("sendgrid", {
                let id = key("SG.", UrlSafe, 22);
                join(&[id, random(UrlSafe, 43, 9)], ".")
            }),
            ("sentry", key("sntryu_", HexLower, 64)),
            ("shopify", key("shpat_", HexLower, 32)),
            ("slack", key("xapp-1-A", UrlSafe, 90)),
            ("slack", {
                let ids = key("xoxb-", Base62Upper, 12);
                join(&[ids, random(Base62Upper, 13, 1), random(Base62, 24, 2)], "-")
            }),
            ("slack", {
                let path = format!("{}services/", hook("hooks.slack.com"));
                let ids = key(&path, Base62Upper, 9);
                join(&[ids, random(Base62Upper, 11, 1), random(Base62, 24, 2)], "/")
            }),
            ("stripe", key("sk_live_", Base62, 24)),
            ("stripe", key("sk_test_", Base62, 99)),
            ("stripe", key("rk_live_", Base62, 99)),
            ("stripe", key("rk_test_", Base62, 24)),
            ("stripe", key("pk_live_", Base62, 99)),
            ("stripe", key("pk_test_", Base62, 24)),
            ("stripe", key("whsec_", Base62, 32)),
            ("supabase", key("sbp_", HexLower, 40)),
            ("supabase", key("sb_secret_", UrlSafe, 31)),
            ("supabase", key("sb_publishable_", UrlSafe, 31)),
            ("twilio", key("SK", HexLower, 32)),
            ("vercel", key("vcp_", Base62, 56)),
            ("xai", key("xai-", Base62, 80)),
        ]
    }

    #[test]
    fn every_id_is_unique_lowercase_and_well_formed() {
        let mut seen = HashSet::new();
        for provider in all() {
            let id = provider.id;
            assert!(seen.insert(id), "{id} appears twice");
            assert!((2..=32).contains(&id.len()), "{id}");
            assert!(id.starts_with(|c: char| c.is_ascii_lowercase()), "{id}");
            let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
            assert!(id.chars().all(plain), "{id}");
            assert_eq!(find(id), Some(provider));
        }
    }

    #[test]
    fn custom_comes_first_and_the_others_follow_by_id() {
        assert_eq!(all().first(), Some(custom()));
        let ids: Vec<_> = all().iter().skip(1).map(|provider| provider.id).collect();
        assert!(ids.is_sorted());
    }

    #[test]
    fn every_entry_is_complete() {
        for provider in all() {
            let id = provider.id;
            assert!(!provider.name.is_empty(), "{id}");
            let website = provider.website.starts_with("https://");
            assert_eq!(website, provider != custom(), "{id}");
            for shape in provider.shapes {
                assert!(shape.prefix.is_ascii(), "{id} {}", shape.prefix);
                assert!(shape.min <= shape.max, "{id} {}", shape.prefix);
                assert!(shape.min + shape.prefix.len() >= 16, "{id} {}", shape.prefix);
            }
            let names: HashSet<_> = provider.fields.iter().map(|field| field.name).collect();
            assert_eq!(names.len(), provider.fields.len(), "{id}");
        }
    }

    #[test]
    fn an_unknown_id_is_not_found() {
        for id in ["", "OpenAI", "openai ", "google", "🔑"] {
            assert_eq!(find(id), None, "{id}");
        }
    }

    #[test]
    fn a_real_looking_key_is_recognised_as_its_provider() {
        for (id, value) in examples() {
            assert_eq!(owner(&value), Some(id), "{value}");
        }
    }

    #[test]
    fn every_provider_with_a_prefix_has_an_example() {
        let examples = examples();
        for provider in all() {
            let prefixed = provider.shapes.iter().any(|shape| !shape.prefix.is_empty());
            let shown = examples.iter().any(|(id, _)| *id == provider.id);
            assert_eq!(prefixed, shown, "{}", provider.id);
        }
    }

    #[test]
    fn no_provider_shadows_a_shape_of_another() {
        for provider in all() {
            let prefixed = |shape: &&Shape| !shape.prefix.is_empty();
            for shape in provider.shapes.iter().filter(prefixed) {
                for seed in 0..20 {
                    for length in [shape.min, shape.min.midpoint(shape.max), shape.max] {
                        let rest = random(shape.charset, length, seed);
                        let value = format!("{}{rest}", shape.prefix);
                        assert_eq!(owner(&value), Some(provider.id), "{value}");
                    }
                }
            }
        }
    }

    #[test]
    fn a_value_outside_the_shape_is_not_recognised() {
        let short = key("ghp_", Charset::Base62, 12);
        let long = key("sk-", Charset::HexLower, 60_000);
        let spaced = key("ghp_", Charset::Base62, 36) + "\n";
        let foreign = key("AKIA", Charset::Base62Upper, 15) + "é";
        for value in [short, long, spaced, foreign] {
            assert_eq!(owner(&value), None);
        }
    }

    #[test]
    fn hexadecimal_uuids_and_plain_words_are_nobodys() {
        for seed in 0..200 {
            for length in [16, 24, 32, 40, 48, 64, 128] {
                let hex = random(Charset::HexLower, length, seed);
                assert_eq!(owner(&hex), None, "{hex}");
                assert_eq!(owner(&hex.to_uppercase()), None, "{hex}");
            }
            let parts = [8, 4, 4, 4, 12].map(|length| random(Charset::HexLower, length, seed));
            assert_eq!(owner(&parts.join("-")), None);
        }
        let words = [
            "password",
            "keyboard-shortcuts",
            "secret_santa_list",
            "sk-",
            "a-plain-sentence-without-any-key-in-it",
            "https://example.com/services/and/nothing/else",
            "correct horse battery staple",
        ];
        for word in words {
            assert_eq!(owner(word), None, "{word}");
        }
    }

    #[test]
    fn the_prefix_is_the_longest_the_provider_publishes() {
        let modern = key("sk-proj-", Charset::UrlSafe, 60);
        let legacy = key("sk-", Charset::Base62, 48);
        let claude = key("sk-ant-api03-", Charset::UrlSafe, 95);
        assert_eq!(shown("openai", &modern), Some("sk-proj-"));
        assert_eq!(shown("openai", &legacy), Some("sk-"));
        assert_eq!(shown("anthropic", &claude), Some("sk-ant-api"));
        assert_eq!(shown("stripe", &legacy), Some(""));
        assert_eq!(prefix_of(custom(), &legacy), "");
    }

    #[test]
    fn a_prefix_has_at_most_ten_characters_and_leaves_twelve() {
        for provider in all() {
            for shape in provider.shapes {
                for length in 0..40 {
                    let value = key(shape.prefix, shape.charset, length);
                    let prefix = prefix_of(provider, &value);
                    assert!(prefix.chars().count() <= 10, "{value}");
                    assert!(value.starts_with(prefix), "{value}");
                    let rest = value.chars().count() - prefix.chars().count();
                    assert!(prefix.is_empty() || rest >= 12, "{value}");
                }
            }
        }
        let eleven = key("ghp_", Charset::Base62, 11);
        let twelve = key("ghp_", Charset::Base62, 12);
        assert_eq!(shown("github", &eleven), Some(""));
        assert_eq!(shown("github", &twelve), Some("ghp_"));
    }

    #[test]
    fn empty_and_non_ascii_values_are_safe() {
        let values = [
            String::new(),
            "🔑".to_owned(),
            "sk-🔑".to_owned(),
            format!("{}{}", "sk-proj-", "🔑".repeat(11)),
            format!("{}{}", "ghp_", "é".repeat(36)),
            "🔑".repeat(16_384),
            "\u{0}\u{301}\u{202e}".to_owned(),
        ];
        for value in values {
            assert_eq!(owner(&value), None);
            for provider in all() {
                assert!(value.starts_with(prefix_of(provider, &value)));
            }
        }
        // Eleven characters are too few to show a prefix, however many bytes they take.
        let emoji = format!("{}{}", "sk-proj-", "🔑".repeat(11));
        assert_eq!(shown("openai", &emoji), Some(""));
    }

    #[test]
    fn a_field_is_secret_unless_the_catalogue_says_otherwise() {
        let secret = |id, name| find(id).map(|provider| provider.is_secret_field(name));
        for name in ["url", "anon_key"] {
            assert_eq!(secret("supabase", name), Some(false), "{name}");
        }
        for name in ["service_role_key", "URL", "unheard_of", ""] {
            assert_eq!(secret("supabase", name), Some(true), "{name}");
        }
        for name in ["access_key_id", "region"] {
            assert_eq!(secret("aws", name), Some(false), "{name}");
        }
        for name in ["secret_access_key", "session_token"] {
            assert_eq!(secret("aws", name), Some(true), "{name}");
        }
        assert!(custom().is_secret_field("url"));
    }
}
