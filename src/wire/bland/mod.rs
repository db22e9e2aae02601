//! Bland: resolving and merging contacts, and what personas and agents remember of them.
//!
//! ```
//! use kinfold::Kinfold;
//! use kinfold::wire::bland::{ResolveContact, resolve};
//! use kinfold::wire::{Access, Api, Fault, Locations};
//!
//! let access = Access::new(Kinfold::open_in_memory()?, "acme", Locations::None)?;
//! let request = ResolveContact::from_json(
//!     r#"{"email":"john@example.com","name":"John Doe","metadata":{"source":"api"}}"#,
//! ).unwrap();
//! let answer = resolve(&access, &request).unwrap();
//! assert!(answer.data.created);
//! assert_eq!(answer.data.contact.org_id, "acme");
//! assert!(answer.reply().body.ends_with(r#""created":true},"errors":null}"#));
//!
//! let nobody = ResolveContact::from_json(r#"{"name":"John Doe"}"#).unwrap();
//! let refused = resolve(&access, &nobody).unwrap_err().reply(Api::Bland);
//! assert_eq!(refused.status, 400);
//! # Ok::<(), kinfold::Error>(())
//! ```

mod contacts;
mod memories;

use serde::Serialize;

pub use contacts::{ContactData, MergeContacts, ResolveContact, Resolved, merge, resolve};
pub use memories::{
    ContextRequest, MemoryContext, MemoryData, MemoryRequest, OpenedMemory, context, memory,
    open_memory,
};

use super::reply::Reply;

/// Who writes, in the change log.
const ORIGIN: &str = "bland";

/// What is answered when all went well.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = bland::Answer))]
pub struct Answer<T> {
    /// What was asked for.
    pub data: T,
    /// Null.
    pub errors: (),
}

impl<T: Serialize> Answer<T> {
    fn new(data: T) -> Self {
        Self { data, errors: () }
    }

    /// The same as it is sent.
    pub fn reply(&self) -> Reply {
        Reply::new(200, self)
    }
}
