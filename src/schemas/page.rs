//! The shape of lists: `{"data": […], "next_cursor": string or null}`, and the query that asks for a page.

use serde::Serialize;
use utoipa::{IntoParams, ToSchema};

use super::query::{FromQuery, Query};
use crate::models::page::{Page, PageRequest, write_cursor};

/// A page of a list, newest first.
#[derive(Serialize, ToSchema)]
pub struct PageView<T> {
    /// The rows.
    pub data: Vec<T>,
    /// What to send as `cursor` for the next page; `null` on the last one.
    pub next_cursor: Option<String>,
}

impl<T> PageView<T> {
    /// The view of a page.
    pub fn of<R>(page: Page<R>) -> Self
    where
        T: From<R>,
    {
        Self { next_cursor: page.next.map(write_cursor), data: page.rows.into_iter().map(T::from).collect() }
    }
}

/// Which page.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "describes the query in the OpenAPI document; `PageRequest` is what is read")]
pub struct PageParams {
    /// How many rows.
    #[param(minimum = 1, maximum = 100, default = 50)]
    limit: Option<i64>,
    /// The `next_cursor` of the page before.
    cursor: Option<String>,
}

impl FromQuery for PageRequest {
    fn read(query: &mut Query) -> Option<Self> {
        query.page()
    }
}
