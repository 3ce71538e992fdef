//! What a stored key can not have: limits of its use, since nobody asks the vault before using it.

use crate::{
    core::{
        error::{Error, Result},
        texts::faults::{Fault, FaultKind},
    },
    models::api_key::KeyKind,
};

const GENERATED_ALONE: FaultKind = FaultKind::Conflict(
    "Only a key that the vault makes can have this: a stored value is used without asking the vault. Leave it out.",
    "Seule une clé créée par le coffre peut l’avoir : une valeur enregistrée sert sans que le coffre soit consulté. Retirez ce champ.",
);

/// Refuses limits of use on a stored key.
///
/// # Errors
/// `validation_failed`.
pub(super) fn refuse_limits(kind: KeyKind, has_addresses: bool, has_rate: bool) -> Result<()> {
    if kind == KeyKind::Generated {
        return Ok(());
    }
    let given = [("allowed_ips", has_addresses), ("rate_limit", has_rate)];
    let faults: Vec<_> = given
        .into_iter()
        .filter(|(_, is_given)| *is_given)
        .map(|(field, _)| Fault::new(field, GENERATED_ALONE))
        .collect();
    if faults.is_empty() { Ok(()) } else { Err(Error::Invalid(faults)) }
}
