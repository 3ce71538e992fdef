//! The data key of an account, and the secret fields that it encrypts.
//!
//! A field is bound to account, record, field and record version: a ciphertext that is moved to another
//! row, another account or an older version does not open.

use uuid::Uuid;
use zeroize::Zeroizing;

use super::{
    aead::{DoesNotOpen, SealingKey, key_version},
    keyring::Keyring,
};
use crate::core::{
    error::{Error, Result},
    random,
    secret::Secret,
};

/// A new data key, wrapped by the root key, as the database keeps it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WrappedAccountKey {
    /// Counted from 1 for each account.
    pub version: i64,
    /// The root key that wraps it.
    pub root_version: i64,
    /// The sealed key.
    pub sealed: Vec<u8>,
}

/// The open data key of one account.
pub struct AccountKey {
    account: Uuid,
    key: SealingKey,
}

/// Where a secret field stands.
#[derive(Clone, Copy, Debug)]
pub struct Place<'a> {
    /// The record's identifier.
    pub record: Uuid,
    /// The field's name.
    pub field: &'a str,
    /// The record's version, counted from 1.
    pub version: i64,
}

/// Makes the first data key of `account`.
///
/// # Errors
/// `Internal` where there is no randomness.
pub fn create(keyring: &Keyring, account: Uuid) -> Result<WrappedAccountKey> {
    let bytes = Secret::new(random::bytes::<32>()?);
    let sealed = keyring.root().seal(&wrapping_place(account, 1), bytes.expose())?;
    Ok(WrappedAccountKey { version: 1, root_version: 1, sealed })
}

/// Opens the data key of `account`.
///
/// # Errors
/// `Internal` where the row was changed or belongs to another account.
pub fn open(keyring: &Keyring, account: Uuid, wrapped: &WrappedAccountKey) -> Result<AccountKey> {
    let plain =
        keyring.root().open(&wrapping_place(account, wrapped.version), &wrapped.sealed).map_err(Error::internal)?;
    let bytes: [u8; 32] = plain.as_slice().try_into().map_err(Error::internal)?;
    let version = u32::try_from(wrapped.version).map_err(Error::internal)?;
    Ok(AccountKey { account, key: SealingKey::new(&Secret::new(bytes), version)? })
}

impl AccountKey {
    /// Encrypts a field for its place.
    ///
    /// # Errors
    /// `Internal` where there is no randomness.
    pub fn seal(&self, place: Place<'_>, plain: &[u8]) -> Result<Vec<u8>> {
        self.key.seal(&self.bind(place), plain)
    }

    /// Decrypts a field at its place; the bytes are wiped when dropped.
    ///
    /// # Errors
    /// `DoesNotOpen` where it was moved or changed.
    pub fn open(&self, place: Place<'_>, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, DoesNotOpen> {
        self.key.open(&self.bind(place), sealed)
    }

    fn bind(&self, place: Place<'_>) -> Vec<u8> {
        let version = place.version.to_be_bytes();
        let parts =
            [&b"va1/field/"[..], self.account.as_bytes(), place.record.as_bytes(), &version, place.field.as_bytes()];
        parts.concat()
    }
}

/// The version of the account key that sealed this field.
#[must_use]
pub fn sealed_with(sealed: &[u8]) -> Option<i64> {
    key_version(sealed).map(i64::from)
}

fn wrapping_place(account: Uuid, version: i64) -> Vec<u8> {
    [&b"va1/account/"[..], account.as_bytes(), &version.to_be_bytes(), &1_i64.to_be_bytes()].concat()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::crypto::keyring;

    fn keyring() -> Keyring {
        let master = Secret::new([9; 32]);
        let rows = keyring::create(&master, b"d").expect("rows");
        keyring::open(&master, b"d", &rows).expect("keyring")
    }

    #[test]
    fn a_field_opens_at_its_own_place_alone() {
        let (keyring, alice, bob) = (keyring(), Uuid::from_u128(1), Uuid::from_u128(2));
        let of_alice = open(&keyring, alice, &create(&keyring, alice).expect("made")).expect("opens");
        let of_bob = open(&keyring, bob, &create(&keyring, bob).expect("made")).expect("opens");
        let place = Place { record: Uuid::from_u128(3), field: "value", version: 1 };
        let sealed = of_alice.seal(place, b"sk-secret").expect("sealed");

        assert_eq!(of_alice.open(place, &sealed).expect("opens").as_slice(), b"sk-secret");
        assert!(of_bob.open(place, &sealed).is_err());
        assert!(of_alice.open(Place { record: Uuid::from_u128(4), ..place }, &sealed).is_err());
        assert!(of_alice.open(Place { field: "note", ..place }, &sealed).is_err());
        assert!(of_alice.open(Place { version: 2, ..place }, &sealed).is_err());
    }

    #[test]
    fn the_key_of_one_account_does_not_open_for_another() {
        let (keyring, alice, bob) = (keyring(), Uuid::from_u128(1), Uuid::from_u128(2));
        let wrapped = create(&keyring, alice).expect("made");

        assert!(open(&keyring, alice, &wrapped).is_ok());
        assert!(open(&keyring, bob, &wrapped).is_err());
    }
}
