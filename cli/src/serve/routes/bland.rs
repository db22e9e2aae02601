//! The calls of Bland.

use super::Route;

pub(super) const ROUTES: &[Route] = &[];
