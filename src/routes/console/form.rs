//! A form as a browser sends it: read as the API reads its JSON, by the same rules; and shown again with what was typed and
//! what is wrong with it.

use serde_json::{Map, Value};

use super::{csrf, key::SETTING};
use crate::{
    core::{
        app::App,
        error::{Error, Result},
        language::Language,
        texts::{console::FrameTexts, problems::Code},
    },
    routes::extractors::circumstances,
    schemas::{
        fields::{self, Body},
        problem::Problem,
    },
};

/// The fields that are never shown or carried again: a person types them anew.
const NEVER_SHOWN: [&str; 7] =
    ["password", "current_password", "new_password", "code", "second_factor", "confirm_password", "confirm_code"];

/// The most fields of a form.
const MOST_FIELDS: usize = 1000;
/// The most bytes of a form that is carried through another page, as the form of that page sends them.
const MOST_TRAVELLING: usize = 60 * 1024;
/// The fields that say nothing to a person.
const UNTOLD: [&str; 8] = ["once", "state", "back", "secret", "sure", "line", "rest", "of"];
/// The most characters of a field that a person is told.
const MOST_TOLD: usize = 80;

/// The fields of a form, in their order.
#[derive(Clone, Debug, Default)]
pub(super) struct Form(Vec<(String, String)>);

impl Form {
    /// The form of an encoded body. Lines end as they do everywhere but in forms.
    pub(super) fn read(encoded: &str) -> Self {
        let pairs = url::form_urlencoded::parse(encoded.as_bytes());
        Self(pairs.map(|(name, value)| (name.into_owned(), value.replace("\r\n", "\n"))).collect())
    }

    /// The same, unless it has too many fields: many small ones weigh much more than they came with.
    ///
    /// # Errors
    /// `malformed_request`.
    pub(super) fn read_few(encoded: &str) -> Result<Self> {
        if encoded.bytes().filter(|byte| *byte == b'&').count() >= MOST_FIELDS {
            return Err(Code::MalformedRequest.into());
        }
        Ok(Self::read(encoded))
    }

    /// The first value of this name; empty where there is none.
    pub(super) fn value(&self, name: &str) -> &str {
        self.0.iter().find(|(found, _)| found == name).map_or("", |(_, value)| value)
    }

    /// All values of this name.
    pub(super) fn values<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.0.iter().filter(move |(found, _)| found == name).map(|(_, value)| value.as_str())
    }

    /// Whether there is a field of this name.
    pub(super) fn has(&self, name: &str) -> bool {
        self.0.iter().any(|(found, _)| found == name)
    }

    /// What of the form may be shown again or carried through another form.
    pub(super) fn kept(&self) -> Vec<(String, String)> {
        self.0
            .iter()
            .filter(|(name, _)| name != csrf::FIELD && !NEVER_SHOWN.contains(&name.as_str()))
            .cloned()
            .collect()
    }

    /// The kept fields as one text, for a hidden field.
    pub(super) fn packed(&self) -> String {
        url::form_urlencoded::Serializer::new(String::new()).extend_pairs(self.kept()).finish()
    }

    /// Whether the form is small enough to travel through a page and come back: a file is not. It comes back as one field,
    /// in which what was escaped is escaped once more.
    pub(super) fn may_travel(&self) -> bool {
        let plain = self.0.iter().map(|(name, value)| name.len() + value.len()).sum::<usize>();
        let as_one_field =
            || url::form_urlencoded::byte_serialize(self.packed().as_bytes()).map(str::len).sum::<usize>();
        plain <= MOST_TRAVELLING && as_one_field() <= MOST_TRAVELLING
    }

    /// What a person is told of a form that travelled: a value is not shown, a long text by its beginning.
    pub(super) fn told(&self) -> Vec<(String, String)> {
        let kept =
            self.kept().into_iter().filter(|(name, value)| !value.is_empty() && !UNTOLD.contains(&name.as_str()));
        kept.map(|(name, value)| {
            let is_secret = matches!(name.as_str(), "value" | "text") || name.starts_with(SETTING);
            let told =
                if is_secret { "••••••••".to_owned() } else { value.chars().take(MOST_TOLD).collect() };
            (name, told)
        })
        .collect()
    }

    /// Begins the object that the API would be sent.
    pub(super) fn object(&self) -> Object<'_> {
        Object { form: self, map: Map::new() }
    }
}

/// The object that the API would be sent, being put together.
pub(super) struct Object<'a> {
    form: &'a Form,
    map: Map<String, Value>,
}

impl Object<'_> {
    /// A text; left out where it is empty.
    pub(super) fn text(mut self, name: &str) -> Self {
        let value = self.form.value(name);
        if !value.is_empty() {
            self.map.insert(name.into(), value.into());
        }
        self
    }

    /// A text; `null` where it is empty, which empties the field.
    pub(super) fn text_or_null(mut self, name: &str) -> Self {
        let value = self.form.value(name).trim();
        self.map.insert(name.into(), if value.is_empty() { Value::Null } else { value.into() });
        self
    }

    /// A list, written with commas or one on a line.
    pub(super) fn list(mut self, name: &str) -> Self {
        let items = self.form.values(name).flat_map(|text| text.split([',', '\n'])).map(str::trim);
        let items: Vec<Value> = items.filter(|item| !item.is_empty()).map(Value::from).collect();
        self.map.insert(name.into(), items.into());
        self
    }

    /// A box that is ticked or not.
    pub(super) fn flag(mut self, name: &str) -> Self {
        self.map.insert(name.into(), self.form.has(name).into());
        self
    }

    /// A whole number; left out where it is empty, as it was typed where it is none.
    pub(super) fn number(mut self, name: &str) -> Self {
        let value = self.form.value(name).trim();
        if !value.is_empty() {
            self.map.insert(name.into(), value.parse::<i64>().map_or_else(|_| value.into(), Value::from));
        }
        self
    }

    /// A day, as a date field gives it: the end of that day in UTC. Left out where it is empty.
    pub(super) fn day(self, name: &str) -> Self {
        let value = self.form.value(name).trim().to_owned();
        if value.is_empty() {
            return self;
        }
        let moment = if value.len() == 10 { format!("{value}T23:59:59Z") } else { value };
        self.with(name, moment.into())
    }

    /// A value of the handler's own.
    pub(super) fn with(mut self, name: &str, value: Value) -> Self {
        self.map.insert(name.into(), value);
        self
    }

    /// The body, read and checked as the API does.
    ///
    /// # Errors
    /// `Invalid` with every fault.
    pub(super) fn read<T: Body>(self, app: &App) -> Result<T> {
        fields::read(Value::Object(self.map), circumstances(app))
    }
}

/// What a form shows: what was typed, and what is wrong with it.
#[derive(Clone, Debug, Default)]
pub(super) struct Shown {
    pairs: Vec<(String, String)>,
    faults: Vec<(String, String)>,
    /// What is wrong with the form as a whole.
    pub(super) sentence: Option<String>,
}

impl Shown {
    /// A form that begins with these values.
    pub(super) fn filled<'a>(values: impl IntoIterator<Item = (&'a str, String)>) -> Self {
        Self { pairs: values.into_iter().map(|(name, value)| (name.to_owned(), value)).collect(), ..Self::default() }
    }

    /// An empty form with a sentence above it.
    pub(super) fn saying(sentence: &str) -> Self {
        Self { sentence: Some(sentence.to_owned()), ..Self::default() }
    }

    /// The form after a refusal: faults stand at their fields, all else in the sentence.
    pub(super) fn refused(form: &Form, error: &Error, language: Language) -> Self {
        let problem = Problem::of(error, language, "");
        let mut faults: Vec<_> = problem.errors.into_iter().map(|fault| (fault.field, fault.message)).collect();
        let field = match error {
            Error::Refused(Code::EmailTaken) => Some("email"),
            Error::Refused(Code::DuplicateName) => Some("name"),
            Error::Refused(Code::DuplicateValue) | Error::OwnValue { .. } => Some("value"),
            Error::Refused(Code::WrongPassword) => Some("password"),
            Error::Refused(Code::WrongCode) => Some("code"),
            _ => None,
        };
        let sentence = match field {
            Some(field) => {
                faults.push((field.to_owned(), problem.detail.to_owned()));
                None
            }
            None if matches!(error, Error::Invalid(_)) => Some(FrameTexts::of(language).mend.to_owned()),
            None => Some(wait_of(error, language).unwrap_or_else(|| problem.detail.to_owned())),
        };
        Self { pairs: form.kept(), faults, sentence }
    }

    /// The same with the faults of one field at another, which the page calls so.
    pub(super) fn moved(mut self, from: &str, to: &str) -> Self {
        for (field, _) in &mut self.faults {
            if field == from {
                to.clone_into(field);
            }
        }
        self
    }

    /// The same with other words for what is wrong with a field.
    pub(super) fn worded(mut self, name: &str, sentence: &str) -> Self {
        for (field, message) in &mut self.faults {
            if field == name {
                sentence.clone_into(message);
            }
        }
        self
    }

    /// What stands in a field; empty where nothing does.
    pub(super) fn value(&self, name: &str) -> &str {
        self.pairs.iter().find(|(found, _)| found == name).map_or("", |(_, value)| value)
    }

    /// Whether a box or choice of this value is ticked.
    pub(super) fn is_chosen(&self, name: &str, value: &str) -> bool {
        self.pairs.iter().any(|(found, chosen)| found == name && chosen == value)
    }

    /// What is wrong with a field or a part of it (`tags` for `tags[2]`); empty where nothing is.
    pub(super) fn fault(&self, name: &str) -> &str {
        let is_of =
            |field: &str| field.strip_prefix(name).is_some_and(|rest| rest.is_empty() || rest.starts_with(['[', '.']));
        self.faults.iter().find(|(field, _)| is_of(field)).map_or("", |(_, message)| message)
    }

    /// The faults of fields that the page does not show: they must not get lost.
    pub(super) fn others(&self, shown: &[&str]) -> Vec<&str> {
        let is_shown = |field: &str| {
            shown.iter().any(|name| {
                field.strip_prefix(name).is_some_and(|rest| rest.is_empty() || rest.starts_with(['[', '.']))
            })
        };
        self.faults.iter().filter(|(field, _)| !is_shown(field)).map(|(_, message)| message.as_str()).collect()
    }
}

/// What to say where a person has to wait: nobody sees the headers of a page.
pub(super) fn wait_of(error: &Error, language: Language) -> Option<String> {
    let seconds = match error {
        Error::Busy { retry_after } | Error::Paused { retry_after } => u64::from(*retry_after),
        Error::TooMany(limited) => limited.spending.retry?.as_secs() + 1,
        _ => return None,
    };
    Some(FrameTexts::of(language).wait.replace("{seconds}", &seconds.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_is_shown_again_without_its_passwords_and_its_code() {
        let form = Form::read("name=A+b&password=x&csrf=y&tags=a&tags=b&note=1%0D%0A2");

        assert_eq!(form.value("note"), "1\n2");
        assert_eq!(form.packed(), "name=A+b&tags=a&tags=b&note=1%0A2");
        assert_eq!(form.values("tags").collect::<Vec<_>>(), ["a", "b"]);
    }

    #[test]
    fn an_object_has_the_types_of_the_api() {
        let form = Form::read("name=x&tags=a%2C+b&enabled=on&limit=10&window=ten&until=2027-01-31&empty=");
        let object =
            form.object().text("name").text("empty").list("tags").flag("enabled").flag("other").number("limit");
        let object = object.number("window").day("until").text_or_null("empty").map;

        assert_eq!(
            Value::Object(object),
            serde_json::json!({ "name": "x", "tags": ["a", "b"], "enabled": true, "other": false, "limit": 10,
                "window": "ten", "until": "2027-01-31T23:59:59Z", "empty": null })
        );
    }
}
