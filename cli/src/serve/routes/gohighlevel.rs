//! The calls of GoHighLevel.

use super::Route;

pub(super) const ROUTES: &[Route] = &[];
