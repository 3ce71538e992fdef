//! Looking into the database behind the app's back, in the words of either engine.

use std::collections::BTreeSet;

use super::{Engine, TestApp};

impl TestApp {
    /// An identifier as a literal of the engine: `x'…'` or `'…'`.
    pub fn sql_id(&self, id: &str) -> String {
        match self.engine {
            Engine::Sqlite => format!("x'{}'", id.replace('-', "")),
            Engine::Postgres => format!("'{id}'"),
        }
    }

    /// Bytes, given in hexadecimal, as a literal of the engine.
    pub fn sql_bytes(&self, hex: &str) -> String {
        match self.engine {
            Engine::Sqlite => format!("x'{hex}'"),
            Engine::Postgres => format!("'\\x{hex}'"),
        }
    }

    /// The one value of bytes that this query finds, in hexadecimal; `column` is the query's first.
    pub async fn sql_hex(&self, column: &str, rest: &str) -> String {
        match self.engine {
            Engine::Sqlite => self.sql(&format!("select lower(hex({column})) {rest}")).await,
            Engine::Postgres => self.sql(&format!("select encode({column}, 'hex') {rest}")).await,
        }
    }

    /// All identifiers in a table, as 32 hexadecimal digits.
    pub async fn sql_ids(&self, table: &str) -> BTreeSet<String> {
        let ids = match self.engine {
            Engine::Sqlite => self.sql(&format!("select lower(hex(id)) from auth.{table}")).await,
            Engine::Postgres => self.sql(&format!("select replace(id::text, '-', '') from auth.{table}")).await,
        };
        ids.lines().map(str::to_owned).collect()
    }

    /// The names of our tables, in their order.
    pub async fn sql_tables(&self) -> Vec<String> {
        let tables = match self.engine {
            Engine::Sqlite => {
                self.sql(
                    "select name from sqlite_master where type = 'table' and name not like 'sqlite_%' order by name",
                )
                .await
            }
            Engine::Postgres => {
                self.sql("select tablename from pg_tables where schemaname = 'auth' order by tablename collate \"C\"")
                    .await
            }
        };
        tables.lines().map(str::to_owned).collect()
    }

    /// Every row of every table as text; bytes in hexadecimal.
    pub async fn sql_dump(&self) -> String {
        if self.engine == Engine::Sqlite {
            return self.sql(".dump").await;
        }
        let mut dump = String::new();
        for table in self.sql_tables().await {
            let rows = self.sql(&format!("select * from auth.\"{table}\" as every_row order by every_row::text")).await;
            dump += &format!("{table}\n{rows}\n");
        }
        dump
    }
}
