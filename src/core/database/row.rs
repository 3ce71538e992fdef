//! The two macros of the repositories: `on!` runs one statement on whichever engine is open, `row!` says
//! once how a model is read from a row of either.

/// Runs one statement on the open engine; each arm compiles for its own driver.
///
/// `on!(conn, optional(SQL, a, b))`: the row, if there is one. Likewise `one`, `all`, `scalar` (the first
/// column of the one row), `scalar_optional`, and `execute` (how many rows it touched).
macro_rules! on {
    ($conn:expr, optional($sql:expr $(, $arg:expr)* $(,)?)) => { $crate::core::database::on!(@ $conn, query_as, fetch_optional, $sql $(, $arg)*) };
    ($conn:expr, one($sql:expr $(, $arg:expr)* $(,)?)) => { $crate::core::database::on!(@ $conn, query_as, fetch_one, $sql $(, $arg)*) };
    ($conn:expr, all($sql:expr $(, $arg:expr)* $(,)?)) => { $crate::core::database::on!(@ $conn, query_as, fetch_all, $sql $(, $arg)*) };
    ($conn:expr, scalar($sql:expr $(, $arg:expr)* $(,)?)) => { $crate::core::database::on!(@ $conn, query_scalar, fetch_one, $sql $(, $arg)*) };
    ($conn:expr, scalar_optional($sql:expr $(, $arg:expr)* $(,)?)) => { $crate::core::database::on!(@ $conn, query_scalar, fetch_optional, $sql $(, $arg)*) };
    ($conn:expr, execute($sql:expr $(, $arg:expr)* $(,)?)) => {
        match Into::<$crate::core::database::Conn<'_>>::into($conn) {
            $crate::core::database::Conn::Sqlite(conn) => {
                let text = conn.texts.get($sql);
                sqlx::query(text)$(.bind($arg))*.execute(conn.raw).await.map(|done| done.rows_affected())
            }
            $crate::core::database::Conn::Postgres(conn) => {
                let text = conn.texts.get($sql);
                $crate::core::database::within(conn.health, sqlx::query(text).persistent(conn.health.may_name_statements())$(.bind($arg))*.execute(conn.raw))
                    .await.map(|done| done.rows_affected())
            }
        }.map_err($crate::core::database::Failure::from)
    };
    (@ $conn:expr, $build:ident, $run:ident, $sql:expr $(, $arg:expr)*) => {
        match Into::<$crate::core::database::Conn<'_>>::into($conn) {
            $crate::core::database::Conn::Sqlite(conn) => {
                let text = conn.texts.get($sql);
                sqlx::$build(text)$(.bind($arg))*.$run(conn.raw).await
            }
            $crate::core::database::Conn::Postgres(conn) => {
                let text = conn.texts.get($sql);
                $crate::core::database::within(conn.health, sqlx::$build(text).persistent(conn.health.may_name_statements())$(.bind($arg))*.$run(conn.raw)).await
            }
        }.map_err($crate::core::database::Failure::from)
    };
}

/// Says how a model is read from a row: `row!(User { id: Uuid => "id", role: String => "role" })`. The column
/// is read as the type that is named, then turned into the field's own. The statement lists the columns in this order.
/// `row!(Account { ..user: Stored, plan: String => "plan" })` first reads the columns of another such type.
macro_rules! row {
    ($model:ty { $(..$base:ident: $stored:ty,)? $($field:ident: $via:ty => $column:literal),+ $(,)? }) => {
        impl $crate::core::database::Columns for $model {
            const COUNT: usize = [$($column),+].len() $(+ <$stored as $crate::core::database::Columns>::COUNT)?;
        }
        $crate::core::database::row!(@ $model, sqlx::sqlite::SqliteRow, [$($base, $stored)?], $($field, $via, $column),+);
        $crate::core::database::row!(@ $model, sqlx::postgres::PgRow, [$($base, $stored)?], $($field, $via, $column),+);
    };
    (@ $model:ty, $row:ty, [$($base:ident, $stored:ty)?], $($field:ident, $via:ty, $column:literal),+) => {
        impl sqlx::FromRow<'_, $row> for $model {
            fn from_row(row: &$row) -> Result<Self, sqlx::Error> {
                use sqlx::Row as _;
                // by place, which is quicker than by name; in tests the names are compared
                let mut place = 0 $(+ <$stored as $crate::core::database::Columns>::COUNT)?..;
                Ok(Self { $($base: <$stored as sqlx::FromRow<'_, $row>>::from_row(row)?,)? $($field: {
                    let at = place.next().unwrap_or(usize::MAX);
                    debug_assert_eq!(sqlx::Column::name(row.column(at)), $column, "the columns of {}", stringify!($model));
                    row.try_get::<$via, _>(at)?.try_into().map_err(|error| sqlx::Error::ColumnDecode {
                        index: $column.into(),
                        source: Box::from(format!("{error}")),
                    })?
                }),+ })
            }
        }
    };
}

/// How many columns a model is read from.
pub trait Columns {
    /// Their number.
    const COUNT: usize;
}

pub(crate) use {on, row};
