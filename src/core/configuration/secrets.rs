//! The two secrets without which nothing runs: read, checked, or generated once in development.

use std::{fs, path::Path};

use base64::{
    Engine as _,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
};

use crate::core::{
    random,
    secret::{Secret, SecretKey, SecretText},
    system,
};

/// A generated secret: the file, and whether this start made it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Made {
    /// The file.
    pub file: String,
    /// Whether it was made just now.
    pub is_new: bool,
}

/// Texts from examples and tutorials: whoever signs with one signs with everybody's secret.
const KNOWN: &[&str] = &[
    "changeme",
    "change-me",
    "change_me",
    "your_super_secret",
    "your-super-secret",
    "your_secret",
    "your-secret",
    "supersecret",
    "secret_key",
    "example",
    "at_least_32_characters",
    "password123",
];

/// A secret to sign tokens with.
pub(super) fn jwt_secret(text: &str) -> Result<SecretText, String> {
    if text.len() < 32 {
        return Err("must have at least 32 bytes; `openssl rand -base64 48` prints a good one".into());
    }
    let lower = text.to_lowercase();
    let mut letters: Vec<u8> = text.bytes().collect();
    letters.sort_unstable();
    letters.dedup();
    if letters.len() < 8 || KNOWN.iter().any(|known| lower.contains(known)) {
        return Err("is a text from an example or too regular; `openssl rand -base64 48` prints a good one".into());
    }
    Ok(text.into())
}

/// A master key: base64 of 32 bytes, in the usual or the URL-safe alphabet, padded or not.
pub(super) fn master_key(text: &str) -> Result<SecretKey, String> {
    let config = GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);
    let standard = GeneralPurpose::new(&base64::alphabet::STANDARD, config);
    let url_safe = GeneralPurpose::new(&base64::alphabet::URL_SAFE, config);
    let text = text.trim();
    let bytes = standard.decode(text).or_else(|_| url_safe.decode(text)).map_err(|_| FORM)?;
    let key: [u8; 32] = bytes.try_into().map_err(|_| FORM)?;
    if key.iter().all(|byte| Some(byte) == key.first()) {
        return Err("is one byte repeated; `vault-api generate-key` prints a good one".into());
    }
    Ok(Secret::new(key))
}

const FORM: &str = "must be base64 of exactly 32 bytes; `vault-api generate-key` prints one";

/// A fresh master key as text.
pub fn generate_master_key() -> Result<String, String> {
    let bytes = random::bytes::<32>().map_err(|error| error.to_string())?;
    Ok(base64::engine::general_purpose::STANDARD.encode(bytes))
}

/// The secret kept in `file`, made by `make` where there is none.
pub(super) fn kept(file: &Path, make: impl FnOnce() -> Result<String, String>) -> Result<(String, Made), String> {
    let shown = file.display();
    let is_new = if file.exists() {
        false
    } else {
        let text = make()? + "\n";
        system::write_private_file(file, text.as_bytes())
            .map_err(|error| format!("{shown} can not be written ({error})"))?
    };
    let text = read_private(file)?;
    Ok((text, Made { file: shown.to_string(), is_new }))
}

/// The content of a secret's file, which others than the owner must not be able to read.
pub(super) fn read_private(file: &Path) -> Result<String, String> {
    let shown = file.display();
    if system::is_open_to_others(file).map_err(|error| format!("the file {shown} can not be read ({error})"))? {
        return Err(format!("others may read the file {shown}; run: chmod 600 {shown}"));
    }
    read_secret_file(file)
}

/// The content of a file, without the line end that editors add.
pub(super) fn read_secret_file(file: &Path) -> Result<String, String> {
    let text =
        fs::read_to_string(file).map_err(|error| format!("the file {} can not be read ({error})", file.display()))?;
    let text = text.trim_end_matches(['\n', '\r']);
    if text.trim().is_empty() {
        return Err(format!("the file {} is empty; write the secret into it", file.display()));
    }
    Ok(text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weak_and_well_known_secrets_are_refused_without_being_repeated() {
        for text in [
            "short",
            "your_super_secret_jwt_key_at_least_32_characters",
            &"a".repeat(64),
            "ChangeMe-ChangeMe-ChangeMe-ChangeMe",
        ] {
            let sentence = jwt_secret(text).expect_err(text);
            assert!(!sentence.contains(text));
        }
        assert!(jwt_secret("tVn3yq8Fz1Lk0cW7rXbD5mHs2aGpUe9J").is_ok());
    }

    #[test]
    fn a_master_key_is_thirty_two_bytes_of_base64() {
        let good = generate_master_key().expect("made");
        assert!(master_key(&good).is_ok());
        assert!(master_key(good.trim_end_matches('=')).is_ok());
        for bad in ["", "AAAA", &"A".repeat(43), "not base64 at all!", &"ab".repeat(32)] {
            assert!(master_key(bad).is_err(), "{bad}");
        }
    }
}
