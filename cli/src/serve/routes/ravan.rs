//! The calls of Ravan.

use super::Route;

pub(super) const ROUTES: &[Route] = &[];
