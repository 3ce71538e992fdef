//! Putting text into HTML: what the pages take from `core::html`.

pub(super) use crate::core::html::escape;
