//! A key that somebody else holds.

use std::fmt;

use serde::ser::{Serialize, SerializeStruct, Serializer};

use super::id::ContactId;
use crate::ident::Key;

/// A key, and the contact that holds it.
#[derive(Clone, PartialEq, Eq)]
pub struct Conflict {
    /// The key.
    pub key: Key,
    /// Its holder.
    pub holder: ContactId,
}

impl fmt::Debug for Conflict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Conflict({} held by {})", self.key.kind(), self.holder)
    }
}

impl Serialize for Conflict {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut conflict = serializer.serialize_struct("Conflict", 3)?;
        conflict.serialize_field("kind", self.key.kind().as_str())?;
        conflict.serialize_field("key", self.key.as_str())?;
        conflict.serialize_field("holder", &self.holder)?;
        conflict.end()
    }
}
