//! Putting text into HTML, for pages and mails.

/// The text with every sign that HTML gives a meaning written as an entity; safe in content and in quoted attributes.
#[must_use]
pub fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            other => out.push(other),
        }
    }
    out
}

/// The template with each `{{name}}` replaced by its value; what a value holds is never taken for a name.
#[must_use]
pub fn fill(template: &str, values: &[(&str, &str)]) -> String {
    let mut out = String::with_capacity(template.len());
    let mut rest = template;
    while let Some((before, inner)) = rest.split_once("{{") {
        out.push_str(before);
        let (name, after) = inner.split_once("}}").unwrap_or((inner, ""));
        let value = values.iter().find(|(known, _)| *known == name).map_or("", |(_, value)| value);
        out.push_str(value);
        rest = after;
    }
    out + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_breaks_out() {
        assert_eq!(escape("<a href=\"x\" id='y'>&"), "&lt;a href=&quot;x&quot; id=&#39;y&#39;&gt;&amp;");
    }

    #[test]
    fn a_value_is_never_taken_for_a_name() {
        let filled = fill("<i>{{a}}</i> {{b}}{{unknown}}.", &[("a", "{{b}}"), ("b", "2")]);

        assert_eq!(filled, "<i>{{b}}</i> 2.");
    }
}
