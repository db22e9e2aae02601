//! The calls of Contactship.

use super::Route;

pub(super) const ROUTES: &[Route] = &[];
