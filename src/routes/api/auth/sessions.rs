//! `/api/auth/sessions`: the member's sign-ins.

use axum::http::StatusCode;

use crate::{
    models::{
        ids::SessionId,
        page::{PageRequest, write_cursor},
    },
    routes::{
        answers::{Answer, Json},
        extractors::{Id, May, Member, Query, may::ManageOwnAccount},
    },
    schemas::{
        auth::SessionView,
        page::{PageParams, PageView},
    },
    services::sessions,
};

/// Your sessions
#[utoipa::path(get, path = "/api/auth/sessions", tag = "Accounts", operation_id = "list_sessions", params(PageParams), security(("bearer" = [])),
    responses((status = 200, description = "A page of open sessions", body = PageView<SessionView>)))]
pub(super) async fn list_sessions(
    May(ctx, _): May<ManageOwnAccount>,
    Query(page): Query<PageRequest>,
) -> Answer<Json<PageView<SessionView>>> {
    let current = ctx.session()?.0;
    let page = sessions::list(&ctx, page).await?;
    Ok(Json(PageView {
        next_cursor: page.next.map(write_cursor),
        data: page.rows.into_iter().map(|session| SessionView::of(session, current)).collect(),
    }))
}

/// End your other sessions
///
/// All but the one of this request, and programs that were let in from a browser and have not come yet.
#[utoipa::path(delete, path = "/api/auth/sessions", tag = "Accounts", operation_id = "delete_other_sessions", security(("bearer" = [])),
    responses((status = 204, description = "The others have ended")))]
pub(super) async fn delete_other_sessions(Member(ctx): Member) -> Answer<StatusCode> {
    sessions::end_others(&ctx).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// End a session
#[utoipa::path(delete, path = "/api/auth/sessions/{id}", tag = "Accounts", operation_id = "delete_session", security(("bearer" = [])),
    params(("id" = uuid::Uuid, Path, description = "The session's identifier")),
    responses((status = 204, description = "The session has ended")))]
pub(super) async fn delete_session(Member(ctx): Member, Id(id): Id<SessionId>) -> Answer<StatusCode> {
    sessions::end(&ctx, id).await?;
    Ok(StatusCode::NO_CONTENT)
}
