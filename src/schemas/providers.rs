//! The provider catalogue on the wire.

use serde::Serialize;
use utoipa::ToSchema;

use crate::models::provider::{self, Provider};

/// The catalogue.
#[derive(Serialize, ToSchema)]
pub struct Catalogue {
    /// All providers, `custom` first.
    pub data: Vec<ProviderView>,
}

/// A provider.
#[derive(Serialize, ToSchema)]
#[schema(as = Provider)]
pub struct ProviderView {
    /// The word to send as `provider`.
    #[schema(example = "supabase")]
    pub id: &'static str,
    /// Its name.
    #[schema(example = "Supabase")]
    pub name: &'static str,
    /// Where its keys are managed; empty for `custom`.
    pub website: &'static str,
    /// The beginnings by which its keys are recognised.
    pub prefixes: Vec<&'static str>,
    /// Its known settings.
    pub fields: Vec<SettingView>,
}

/// A known setting of a provider.
#[derive(Serialize, ToSchema)]
#[schema(as = ProviderSetting)]
pub struct SettingView {
    /// Its name in `provider_config`.
    #[schema(example = "service_role_key")]
    pub name: &'static str,
    /// Whether it is encrypted and comes back masked.
    pub secret: bool,
}

impl Catalogue {
    /// The whole catalogue.
    #[must_use]
    pub fn whole() -> Self {
        Self { data: provider::all().iter().map(ProviderView::from).collect() }
    }
}

impl From<&'static Provider> for ProviderView {
    fn from(provider: &'static Provider) -> Self {
        let mut prefixes: Vec<_> =
            provider.shapes.iter().map(|shape| shape.prefix).filter(|prefix| !prefix.is_empty()).collect();
        prefixes.dedup();
        Self {
            id: provider.id,
            name: provider.name,
            website: provider.website,
            prefixes,
            fields: provider
                .fields
                .iter()
                .map(|field| SettingView { name: field.name, secret: field.secret })
                .collect(),
        }
    }
}
