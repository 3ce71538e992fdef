//! The shape of every refusal: `application/problem+json` (RFC 9457).

use serde::Serialize;
use utoipa::ToSchema;

use super::import::ReportView;
use crate::core::{
    error::Error,
    language::Language,
    texts::{
        faults::{Fault, FaultKind},
        problems::{Code, own_value},
    },
};

/// A problem, for programs (`code`) and for people (`title`, `detail`, in the language of `Accept-Language`).
#[derive(Serialize, ToSchema)]
pub struct Problem {
    /// Names the kind of problem: the same for the same `code`.
    #[serde(rename = "type")]
    #[schema(example = "/docs#not_found")]
    pub kind: String,
    /// A short name of the kind.
    pub title: &'static str,
    /// The HTTP status.
    #[schema(example = 404)]
    pub status: u16,
    /// What to do next.
    pub detail: &'static str,
    /// The stable word to match on.
    #[schema(example = "not_found")]
    pub code: &'static str,
    /// The same as in the header `X-Request-Id` and in the log.
    pub request_id: String,
    /// Every fault of the request, where `code` is `validation_failed` or `unknown_field`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    pub errors: Vec<FieldProblem>,
    /// How many active keys the plan allows, where `code` is `plan_limit_reached`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit: Option<i64>,
    /// How many there are.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub used: Option<i64>,
    /// What became of the file, where `code` is `import_invalid`: the members of `ImportReport`.
    #[serde(flatten)]
    #[schema(ignore)]
    pub import: Option<ReportView>,
}

/// One fault of one field.
#[derive(Serialize, ToSchema)]
pub struct FieldProblem {
    /// The field, as a path: `email`, `tags[2]`; empty for the body as a whole.
    #[schema(example = "password")]
    pub field: String,
    /// The stable word to match on.
    #[schema(example = "too_short")]
    pub code: &'static str,
    /// What to send instead.
    pub message: String,
}

/// The code that stands for an error.
#[must_use]
pub fn code_of(error: &Error) -> Code {
    match error {
        // a request that is right but for fields nobody knows gets a code of its own
        Error::Invalid(faults) if faults.iter().all(|fault| fault.kind == FaultKind::Unknown) => Code::UnknownField,
        Error::Invalid(_) => Code::ValidationFailed,
        Error::Import(_) => Code::ImportInvalid,
        Error::Refused(code) => *code,
        Error::OwnValue { .. } => Code::DuplicateValue,
        Error::PlanLimit { .. } => Code::PlanLimitReached,
        Error::Busy { .. } => Code::ServerBusy,
        Error::TooMany(_) => Code::TooManyRequests,
        Error::Paused { .. } => Code::TooManyCodes,
        Error::Unavailable { part: "stripe", .. } => Code::BillingUnavailable,
        Error::Unavailable { .. } => Code::Unavailable,
        Error::Internal(_) => Code::InternalError,
    }
}

impl Problem {
    /// The problem that an error is to the caller: no cause, no query, no value.
    #[must_use]
    pub fn of(error: &Error, language: Language, request_id: &str) -> Self {
        let code = code_of(error);
        let faults: &[Fault] = if let Error::Invalid(faults) = error { faults } else { &[] };
        let (limit, used) =
            if let Error::PlanLimit { limit, used } = error { (Some(*limit), Some(*used)) } else { (None, None) };
        Self {
            kind: format!("/docs#{}", code.word()),
            title: code.title(language),
            status: code.status(),
            detail: match error {
                Error::OwnValue { restoring } => own_value(language, *restoring),
                _ => code.detail(language),
            },
            code: code.word(),
            request_id: request_id.to_owned(),
            errors: faults
                .iter()
                .map(|fault| FieldProblem {
                    field: fault.field.clone(),
                    code: fault.code(),
                    message: fault.message(language),
                })
                .collect(),
            limit,
            used,
            import: if let Error::Import(report) = error { Some(ReportView::of(report, language)) } else { None },
        }
    }
}
