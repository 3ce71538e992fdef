//! Which state of a thing a change expects to find: what `If-Match` says (RFC 9110, section 13.1.1).

/// The state that a change expects.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Expected {
    /// Any: nothing was said, or `*`.
    #[default]
    Any,
    /// One of these, as entity tags with their quotation marks. Where there are none, no state will do.
    OneOf(Vec<String>),
}

impl Expected {
    /// Reads the header's value, of several headers their values with a comma between. Tags are compared strongly, so
    /// weak ones are no state of ours. What is no list of tags expects a state that there is not: better refused
    /// than carried out against somebody's will.
    #[must_use]
    pub fn read(text: &str) -> Self {
        if text.trim() == "*" { Self::Any } else { Self::OneOf(tags(text).unwrap_or_default()) }
    }

    /// Whether a thing with this entity tag is in the state.
    #[must_use]
    pub fn is_met_by(&self, etag: &str) -> bool {
        match self {
            Self::Any => true,
            Self::OneOf(tags) => tags.iter().any(|tag| tag == etag),
        }
    }
}

/// The strong tags of a list; `None` where it is none. A tag may hold commas, so it is not simply split.
fn tags(text: &str) -> Option<Vec<String>> {
    const BLANK: [char; 2] = [' ', '\t'];
    let mut tags = Vec::new();
    let mut rest = text;
    loop {
        rest = rest.trim_start_matches([' ', '\t', ',']);
        if rest.is_empty() {
            return Some(tags);
        }
        let (is_weak, quoted) = rest.strip_prefix("W/").map_or((false, rest), |quoted| (true, quoted));
        let (tag, after) = quoted.strip_prefix('"')?.split_once('"')?;
        if !is_weak {
            tags.push(format!("\"{tag}\""));
        }
        rest = after.trim_start_matches(BLANK);
        if !rest.is_empty() && !rest.starts_with(',') {
            return None;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_is_met_by_each_of_its_strong_tags_alone() {
        for (text, is_met) in [
            ("\"a\"", true),
            (" \"a\" ", true),
            ("\"x\", \"a\"", true),
            ("\"x\",\"a\",\"y\"", true),
            (", ,\"a\"\t,", true),
            ("\"x,y\", \"a\"", true),
            ("W/\"x\", \"a\"", true),
            ("*", true),
            (" * ", true),
            ("W/\"a\"", false),
            ("\"x\"", false),
            ("\"x, \"a\"", false),
            ("\"a", false),
            ("a", false),
            ("\"a\" \"x\"", false),
            ("\"a\", x", false),
            ("*, \"a\"", false),
            ("w/\"a\"", false),
            ("", false),
            (",", false),
        ] {
            assert_eq!(Expected::read(text).is_met_by("\"a\""), is_met, "{text}");
        }
        assert!(Expected::default().is_met_by("\"a\""));
    }
}
