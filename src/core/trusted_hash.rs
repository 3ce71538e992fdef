//! A quick hash for keys that no stranger can choose: our own identifiers, keyed hashes, names of routes. What comes from
//! outside (addresses, mailboxes) is hashed by the standard library's keyed hash, which nobody can aim at.

use std::{
    collections::HashMap,
    hash::{BuildHasherDefault, Hasher},
};

/// A map from such keys.
pub type TrustedMap<K, V> = HashMap<K, V, BuildHasherDefault<TrustedHash>>;

/// Folds eight bytes at a time by multiplying.
#[derive(Clone, Copy, Default)]
pub struct TrustedHash(u64);

/// The golden ratio in 64 bits, made odd.
const SPREAD: u64 = 0x9e37_79b9_7f4a_7c15;

impl Hasher for TrustedHash {
    fn write(&mut self, bytes: &[u8]) {
        let (words, rest) = bytes.as_chunks::<8>();
        for word in words {
            self.write_u64(u64::from_le_bytes(*word));
        }
        if !rest.is_empty() {
            self.write_u64(rest.iter().fold(0, |sum, byte| sum << 8 | u64::from(*byte)));
        }
    }

    fn write_u64(&mut self, word: u64) {
        self.0 = (self.0.rotate_left(29) ^ word).wrapping_mul(SPREAD);
    }

    fn write_u8(&mut self, byte: u8) {
        self.write_u64(byte.into());
    }

    fn write_u16(&mut self, word: u16) {
        self.write_u64(word.into());
    }

    fn write_usize(&mut self, length: usize) {
        self.write_u64(u64::try_from(length).unwrap_or(u64::MAX));
    }

    fn finish(&self) -> u64 {
        // a table looks at both ends, and multiplying spreads upwards alone: so what is above comes down before and after
        let folded = (self.0 ^ self.0 >> 32).wrapping_mul(SPREAD);
        folded ^ folded >> 32
    }
}

#[cfg(test)]
mod tests {
    use std::hash::{BuildHasher as _, BuildHasherDefault};

    use uuid::Uuid;

    use super::*;

    #[test]
    fn identifiers_that_differ_a_little_are_spread_over_both_ends() {
        let hashes: Vec<u64> = (0..4096_u128)
            .map(|number| BuildHasherDefault::<TrustedHash>::default().hash_one(Uuid::from_u128(7 << 100 | number)))
            .collect();

        for part in [|hash: &u64| hash & 0xfff, |hash: &u64| hash >> 52] {
            let mut seen: Vec<u64> = hashes.iter().map(part).collect();
            seen.sort_unstable();
            seen.dedup();
            // of 4096 places, chance alone would fill 2589
            assert!(seen.len() > 2000, "{}", seen.len());
        }
    }
}
