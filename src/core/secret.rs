//! Values that must not be seen: wiped when dropped, starred when printed.

use std::fmt;

use zeroize::{Zeroize, ZeroizeOnDrop};

/// A text or key that never shows itself: no `Display`, a starred `Debug`, wiped when dropped.
#[derive(Clone, PartialEq, Eq, Zeroize, ZeroizeOnDrop)]
pub struct Secret<T: Zeroize>(T);

/// A secret text: a password, an API key's value, a token.
pub type SecretText = Secret<String>;
/// A 256-bit key.
pub type SecretKey = Secret<[u8; 32]>;

impl<T: Zeroize> Secret<T> {
    /// Wraps a value; from here on it can only be had by asking for it.
    pub fn new(value: T) -> Self {
        Self(value)
    }

    /// The value itself. Each call is a place to look at in a review.
    pub fn expose(&self) -> &T {
        &self.0
    }
}

impl<T: Zeroize> fmt::Debug for Secret<T> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("***")
    }
}

impl From<String> for SecretText {
    fn from(value: String) -> Self {
        Self(value)
    }
}

impl From<&str> for SecretText {
    fn from(value: &str) -> Self {
        Self(value.to_owned())
    }
}
