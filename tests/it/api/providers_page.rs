//! `docs/providers.md` is the catalogue in words: it says what the program does.

use std::{fmt::Write as _, path::Path};

use vault_api::models::provider::{self, Charset, Provider, Shape};

const HEAD: &str = "# Providers

Whose key a value is, as far as its published form tells: what `src/models/provider_catalogue.rs` knows. A test keeps this page like it and
writes the new one to `target/providers.md` where they differ. A form in brackets is a note: without a beginning of its own it is recognised by
nobody. Settings in **bold** are encrypted and masked, and so is every setting that is not named here.

| provider | forms of its keys | settings |
|---|---|---|
";

fn alphabet(charset: Charset) -> &'static str {
    match charset {
        Charset::HexLower => "0-9 a-f",
        Charset::Base62Upper => "0-9 A-Z",
        Charset::Base62 => "0-9 A-Z a-z",
        Charset::Word => "0-9 A-Z a-z _",
        Charset::UrlSafe => "0-9 A-Z a-z - _",
        Charset::Dotted => "0-9 A-Z a-z - _ .",
        Charset::Base64 => "0-9 A-Z a-z + / =",
        Charset::Visible => "visible ASCII",
    }
}

fn form(shape: &Shape) -> String {
    let length = if shape.min == shape.max { shape.min.to_string() } else { format!("{} to {}", shape.min, shape.max) };
    match shape.prefix {
        "" => format!("({length} of {})", alphabet(shape.charset)),
        prefix => format!("`{prefix}` + {length} of {}", alphabet(shape.charset)),
    }
}

fn row(provider: &Provider) -> String {
    let forms: Vec<_> = provider.shapes.iter().map(form).collect();
    let setting = |field: &provider::ConfigField| {
        if field.secret { format!("**{}**", field.name) } else { field.name.to_owned() }
    };
    let settings: Vec<_> = provider.fields.iter().map(setting).collect();
    format!("| `{}` {} | {} | {} |", provider.id, provider.name, forms.join("<br>"), settings.join(", "))
}

#[test]
fn the_page_of_providers_says_what_the_catalogue_knows() {
    let mut page = HEAD.to_owned();
    for provider in provider::all() {
        writeln!(page, "{}", row(provider)).unwrap();
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));

    let written = std::fs::read_to_string(root.join("docs/providers.md")).unwrap_or_default();

    if written != page {
        std::fs::write(root.join("target/providers.md"), page).unwrap();
        panic!("docs/providers.md is not the catalogue any more; copy target/providers.md over it");
    }
}

#[test]
fn twenty_five_well_known_providers_are_recognised_by_a_form_of_their_own() {
    let recognised =
        provider::all().iter().filter(|provider| provider.shapes.iter().any(|shape| !shape.prefix.is_empty()));
    assert!(recognised.count() >= 25);

    for id in [
        "openai",
        "anthropic",
        "mistral",
        "deepseek",
        "stripe",
        "github",
        "gitlab",
        "aws",
        "gcp",
        "azure",
        "supabase",
        "sendgrid",
        "slack",
        "twilio",
        "discord",
        "telegram",
        "npm",
        "pypi",
        "docker",
        "vercel",
        "netlify",
        "cloudflare",
        "heroku",
        "shopify",
        "notion",
    ] {
        let known = provider::find(id).unwrap_or_else(|| panic!("{id} is not in the catalogue"));
        assert!(!known.shapes.is_empty(), "{id} has no form");
    }
}
