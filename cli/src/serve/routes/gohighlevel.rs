//! The calls of GoHighLevel.

use utoipa::OpenApi;

use super::Route;

pub(super) const ROUTES: &[Route] = &[];

/// What is said of them.
#[derive(OpenApi)]
#[openapi()]
pub(super) struct Document;
