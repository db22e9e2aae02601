//! The bodies of the answers to what was not done, each API's own.

use serde::Serialize;

use crate::contact::ContactId;

/// What Bland answers.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = bland::Failure))]
pub struct BlandFailure {
    /// Null.
    pub(super) data: (),
    /// What went wrong.
    pub(super) errors: Vec<BlandError>,
}

/// One thing that went wrong.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = bland::Error))]
pub struct BlandError {
    /// `BAD_REQUEST`, `UNAUTHORIZED`, `NOT_FOUND`, …
    pub(super) error: String,
    /// The same in words.
    pub(super) message: String,
}

/// What Ravan answers.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = ravan::Failure))]
pub struct RavanFailure {
    /// False.
    pub(super) success: bool,
    /// What went wrong.
    pub(super) message: String,
    /// Null.
    pub(super) data: (),
}

/// What Contactship answers.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = contactship::Failure))]
pub struct ContactshipFailure {
    /// The status.
    #[serde(rename = "statusCode")]
    pub(super) status_code: u16,
    /// What went wrong.
    pub(super) message: String,
    /// The status in words.
    pub(super) error: &'static str,
}

/// What GoHighLevel answers, but for 422.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = gohighlevel::Failure))]
pub struct GoHighLevelFailure {
    /// The status.
    #[serde(rename = "statusCode")]
    pub(super) status_code: u16,
    /// What went wrong.
    pub(super) message: String,
    /// The status in words; not with 400.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) error: Option<&'static str>,
    /// Who is there already, where that is why.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) meta: Option<Present>,
}

/// The contact that is there already.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = gohighlevel::Present))]
pub struct Present {
    /// Its id.
    #[serde(rename = "contactId")]
    pub(super) contact_id: ContactId,
    /// By what it is the same: `email` or `phone`.
    #[serde(rename = "matchingField")]
    pub(super) matching_field: &'static str,
}

/// What GoHighLevel answers to what it could read and not use: 422.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = gohighlevel::Unprocessable))]
pub struct GoHighLevelUnprocessable {
    /// The status.
    #[serde(rename = "statusCode")]
    pub(super) status_code: u16,
    /// What went wrong.
    pub(super) message: Vec<String>,
    /// The status in words.
    pub(super) error: &'static str,
}
