//! One SQL text, written once with `auth.` before each table; each engine's own form of it, made once.

use std::{
    collections::HashMap,
    sync::{PoisonError, RwLock},
};

/// The forms of the statements for one engine.
pub struct Texts {
    /// What stands for `auth.`: empty on SQLite, the quoted schema and a dot on PostgreSQL.
    qualifier: String,
    forms: RwLock<HashMap<usize, &'static str>>,
}

impl Texts {
    /// The texts for an engine that writes `qualifier` before a table.
    pub(super) fn new(qualifier: String) -> Self {
        Self { qualifier, forms: RwLock::default() }
    }

    /// This engine's form of a statement.
    ///
    /// The form is leaked, once for each statement of the program: the drivers keep prepared statements by
    /// text and want it to live for ever.
    pub fn get(&self, sql: &'static str) -> &'static str {
        let address = sql.as_ptr().addr();
        if let Some(form) = self.forms.read().unwrap_or_else(PoisonError::into_inner).get(&address) {
            return form;
        }
        let mut forms = self.forms.write().unwrap_or_else(PoisonError::into_inner);
        forms.entry(address).or_insert_with(|| Box::leak(self.qualify(sql).into_boxed_str()))
    }

    /// The schema's name, without quotes; empty on SQLite.
    pub(super) fn schema(&self) -> &str {
        self.qualifier.trim_end_matches('.').trim_matches('"')
    }

    /// `sql` with this engine's qualifier.
    pub(super) fn qualify(&self, sql: &str) -> String {
        sql.replace("auth.", &self.qualifier)
    }
}
