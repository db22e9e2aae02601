//! The ids that the outside sees: UUIDs (RFC 9562).

use std::fmt;
use std::str::FromStr;

use serde::{Serialize, Serializer};

/// A text that is not a UUID.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("it is not an id such as 0198c5a2-7b1e-7cc3-98c4-dc0c0c07398f (a UUID)")]
pub struct InvalidId;

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name([u8; 16]);

        impl $name {
            /// No id yet: what the outcome of a dry run holds in place of a new
            /// one. In JSON it is `null`.
            pub const NONE: Self = Self([0; 16]);

            /// The id with these bytes.
            pub const fn from_bytes(bytes: [u8; 16]) -> Self {
                Self(bytes)
            }

            /// The bytes of the id, in the order in which they are written.
            pub const fn as_bytes(&self) -> &[u8; 16] {
                &self.0
            }

            /// Whether this is [`NONE`](Self::NONE).
            pub fn is_none(&self) -> bool {
                *self == Self::NONE
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(&uuid::Uuid::from_bytes(self.0), f)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}({self})", stringify!($name))
            }
        }

        impl FromStr for $name {
            type Err = InvalidId;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                uuid::Uuid::try_parse(text.trim())
                    .map(|uuid| Self(uuid.into_bytes()))
                    .map_err(|_| InvalidId)
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                if self.is_none() {
                    serializer.serialize_none()
                } else {
                    serializer.collect_str(self)
                }
            }
        }
    };
}

id! {
    /// The id of a contact. It goes on answering after a merge: it leads to the survivor.
    ContactId
}
id! {
    /// The id of an entry in the merge ledger.
    MergeId
}
id! {
    /// The id of a note.
    NoteId
}
id! {
    /// The id of a task.
    TaskId
}
id! {
    /// The id of a memory.
    MemoryId
}
id! {
    /// The id of the definition of a custom field.
    CustomFieldId
}
id! {
    /// The random id of an entry in the change log. With its sequence number it
    /// tells whether a store still is the one that a follower has followed.
    ChangeId
}
