//! Randomness from the operating system: nonces, keys, tokens.
//!
//! No thread-local generator stands between, so a cloned virtual machine or a forked process can
//! not repeat one (`docs/decisions/0003-cryptography.md`).

use uuid::Uuid;
use zeroize::Zeroizing;

use crate::core::error::Error;

const BASE62: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// `N` random bytes.
///
/// # Errors
/// `Internal` where the operating system gives none.
pub fn bytes<const N: usize>() -> Result<[u8; N], Error> {
    let mut out = [0_u8; N];
    getrandom::fill(&mut out).map_err(Error::internal)?;
    Ok(out)
}

/// A random identifier (UUID version 4): 122 random bits.
///
/// # Errors
/// `Internal` where the operating system gives no randomness.
pub fn uuid() -> Result<Uuid, Error> {
    Ok(uuid::Builder::from_random_bytes(bytes()?).into_uuid())
}

/// `length` random characters of `0-9A-Za-z`, each equally likely.
///
/// # Errors
/// `Internal` where the operating system gives no randomness.
pub fn base62(length: usize) -> Result<String, Error> {
    let mut out = String::with_capacity(length);
    while out.len() < length {
        // 248 is the largest multiple of 62 in a byte: above it the first characters would come more often
        for byte in bytes::<32>()?.into_iter().filter(|byte| *byte < 248) {
            if out.len() < length {
                out.push(base62_digit(u32::from(byte) % 62));
            }
        }
    }
    Ok(out)
}

/// `number` in base 62, most significant digit first, padded with `0` to `width` characters.
#[must_use]
pub fn to_base62(mut number: u32, width: usize) -> String {
    let mut digits = Vec::with_capacity(width);
    while digits.len() < width || number > 0 {
        digits.push(base62_digit(number % 62));
        number /= 62;
    }
    digits.iter().rev().collect()
}

/// The last `width` digits in base 62 of the number that `bytes` are, most significant digit first.
#[must_use]
pub fn bytes_to_base62(bytes: &[u8], width: usize) -> String {
    let mut number = Zeroizing::new(bytes.to_vec());
    let mut digits = Vec::with_capacity(width);
    for _ in 0..width {
        let mut rest = 0_u32;
        for byte in number.iter_mut() {
            let part = rest * 256 + u32::from(*byte);
            *byte = u8::try_from(part / 62).unwrap_or(u8::MAX);
            rest = part % 62;
        }
        digits.push(base62_digit(rest));
    }
    digits.iter().rev().collect()
}

fn base62_digit(value: u32) -> char {
    let index = usize::try_from(value % 62).unwrap_or_default();
    BASE62.get(index).map_or('0', |byte| char::from(*byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base62_is_big_endian_and_padded() {
        assert_eq!(to_base62(0, 6), "000000");
        assert_eq!(to_base62(61, 2), "0z");
        assert_eq!(to_base62(62, 6), "000010");
        assert_eq!(to_base62(u32::MAX, 6), "4gfFC3");
        assert_eq!(bytes_to_base62(&u32::MAX.to_be_bytes(), 6), "4gfFC3");
        assert_eq!(bytes_to_base62(&[0, 0, 62], 3), "010");
        assert_eq!(bytes_to_base62(&[255; 32], 44).len(), 44);
    }

    #[test]
    fn random_text_has_the_length_and_never_repeats() {
        let mut seen = std::collections::HashSet::new();
        for _ in 0..1000 {
            let text = base62(36).expect("randomness");
            assert_eq!(text.len(), 36);
            assert!(text.bytes().all(|byte| byte.is_ascii_alphanumeric()));
            assert!(seen.insert(text));
        }
    }
}
