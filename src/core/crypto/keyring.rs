//! The keyring: one random root key, wrapped by the master key, and the random purpose keys that it wraps.
//!
//! No purpose key is derived from the master key: who has it without the database has nothing. Changing the
//! master key re-wraps one row.

use zeroize::Zeroizing;

use super::{aead::SealingKey, mac::MacKey, password::Pepper};
use crate::core::{
    error::Result,
    random,
    secret::{Secret, SecretKey},
};

/// A key as the database keeps it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WrappedKey {
    /// `root`, or one of the purposes.
    pub purpose: String,
    /// Counted from 1 for each purpose.
    pub version: i64,
    /// The fingerprint of the master key for the root key, else `root`.
    pub wrapped_by: String,
    /// The sealed key.
    pub sealed: Vec<u8>,
}

/// The open keyring: what the server works with as long as it runs.
pub struct Keyring {
    root: SealingKey,
    index: MacKey,
    pepper: Pepper,
    token: MacKey,
    audit: MacKey,
}

/// Why a keyring does not open.
#[derive(Debug, thiserror::Error)]
pub enum KeyringFault {
    /// The master key is another one; the text names the fingerprints that the database knows.
    #[error("the database wants the master key with fingerprint {wanted}, CRYPTO_MASTER_KEY has {given}")]
    OtherMasterKey {
        /// The fingerprints in the database.
        wanted: String,
        /// The fingerprint of the key that was given.
        given: String,
    },
    /// The fingerprint fits but the rows do not open: they were changed.
    #[error("the keyring in the database was changed: {0} does not open")]
    Changed(String),
}

const ROOT: &str = "root";
const ROOT_VERSION: u32 = 1;
const PURPOSES: [&str; 4] = ["index", "pepper", "token", "audit"];

/// The public name of a master key: eight bytes in hexadecimal, of no use for finding the key.
#[must_use]
pub fn fingerprint(master: &SecretKey) -> String {
    let code = MacKey::new(master).sign(&[b"kek-id"]);
    hex::encode(code.get(..8).unwrap_or_default())
}

/// Makes a new keyring for `deployment`, wrapped by `master`: the rows to keep.
///
/// # Errors
/// `Internal` where there is no randomness.
pub fn create(master: &SecretKey, deployment: &[u8]) -> Result<Vec<WrappedKey>> {
    let root_bytes = Secret::new(random::bytes::<32>()?);
    let kek_id = fingerprint(master);
    let kek = SealingKey::new(master, ROOT_VERSION)?;
    let mut rows = vec![WrappedKey {
        purpose: ROOT.into(),
        version: i64::from(ROOT_VERSION),
        sealed: kek.seal(&place(deployment, ROOT, &kek_id), root_bytes.expose())?,
        wrapped_by: kek_id,
    }];
    let root = SealingKey::new(&root_bytes, ROOT_VERSION)?;
    for purpose in PURPOSES {
        let key = Secret::new(random::bytes::<32>()?);
        rows.push(WrappedKey {
            purpose: purpose.into(),
            version: 1,
            wrapped_by: ROOT.into(),
            sealed: root.seal(&place(deployment, purpose, ROOT), key.expose())?,
        });
    }
    Ok(rows)
}

/// Opens the keyring of `deployment` with the master key.
///
/// # Errors
/// `KeyringFault` where the master key is another or the rows were changed.
pub fn open(master: &SecretKey, deployment: &[u8], rows: &[WrappedKey]) -> Result<Keyring, KeyringFault> {
    let kek_id = fingerprint(master);
    let changed = |what: &str| KeyringFault::Changed(what.into());
    let wrapped_root = rows.iter().find(|row| row.purpose == ROOT && row.wrapped_by == kek_id).ok_or_else(|| {
        let wanted: Vec<_> = rows.iter().filter(|row| row.purpose == ROOT).map(|row| row.wrapped_by.as_str()).collect();
        KeyringFault::OtherMasterKey { wanted: wanted.join(", "), given: kek_id.clone() }
    })?;
    let kek = SealingKey::new(master, ROOT_VERSION).map_err(|_| changed(ROOT))?;
    let root = unwrap(&kek, &place(deployment, ROOT, &kek_id), &wrapped_root.sealed).ok_or_else(|| changed(ROOT))?;
    let root = SealingKey::new(&root, ROOT_VERSION).map_err(|_| changed(ROOT))?;
    let purpose_key = |purpose: &str| {
        rows.iter()
            .find(|row| row.purpose == purpose && row.version == 1)
            .and_then(|row| unwrap(&root, &place(deployment, purpose, ROOT), &row.sealed))
            .ok_or_else(|| changed(purpose))
    };
    Ok(Keyring {
        index: MacKey::new(&purpose_key("index")?),
        pepper: Pepper::new(&purpose_key("pepper")?),
        token: MacKey::new(&purpose_key("token")?),
        audit: MacKey::new(&purpose_key("audit")?),
        root,
    })
}

impl Keyring {
    /// Wraps the account keys.
    pub(super) fn root(&self) -> &SealingKey {
        &self.root
    }

    /// Finds equal values within one account.
    #[must_use]
    pub fn index(&self) -> &MacKey {
        &self.index
    }

    /// Is mixed into every password before it is hashed.
    #[must_use]
    pub fn pepper(&self) -> &Pepper {
        &self.pepper
    }

    /// Looks up tokens and idempotency keys.
    #[must_use]
    pub fn token(&self) -> &MacKey {
        &self.token
    }

    /// Chains the audit trail.
    #[must_use]
    pub fn audit(&self) -> &MacKey {
        &self.audit
    }
}

fn unwrap(key: &SealingKey, place: &[u8], sealed: &[u8]) -> Option<SecretKey> {
    let plain: Zeroizing<Vec<u8>> = key.open(place, sealed).ok()?;
    plain.as_slice().try_into().ok().map(Secret::new)
}

/// What a wrapped key is bound to.
fn place(deployment: &[u8], purpose: &str, wrapped_by: &str) -> Vec<u8> {
    [b"va1/keyring/", deployment, b"/", purpose.as_bytes(), b"/", wrapped_by.as_bytes()].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn master(byte: u8) -> SecretKey {
        Secret::new([byte; 32])
    }

    #[test]
    fn the_keyring_opens_with_its_master_key_and_deployment_alone() {
        let rows = create(&master(1), b"one").expect("rows");

        let first = open(&master(1), b"one", &rows).expect("opens").audit().sign(&[b"x"]);
        assert_eq!(first, open(&master(1), b"one", &rows).expect("opens").audit().sign(&[b"x"]));
        assert!(matches!(open(&master(1), b"two", &rows), Err(KeyringFault::Changed(_))));
        match open(&master(2), b"one", &rows) {
            Err(KeyringFault::OtherMasterKey { wanted, given }) => {
                assert_eq!((wanted, given), (fingerprint(&master(1)), fingerprint(&master(2))));
            }
            _ => panic!("another master key must be named"),
        }
    }

    #[test]
    fn swapped_purpose_keys_do_not_open() {
        let mut rows = create(&master(1), b"one").expect("rows");
        let index = rows.iter().position(|row| row.purpose == "index").expect("index");
        let audit = rows.iter().position(|row| row.purpose == "audit").expect("audit");
        let sealed = rows[index].sealed.clone();
        rows[index].sealed = std::mem::replace(&mut rows[audit].sealed, sealed);

        assert!(matches!(open(&master(1), b"one", &rows), Err(KeyringFault::Changed(_))));
    }
}
