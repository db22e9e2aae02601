//! What a persona, or the agent behind a number, remembers of a contact.

use std::str::FromStr;

use serde::Serialize;

use super::{Answer, ORIGIN};
use crate::clock::Timestamp;
use crate::contact::{ContactId, InvalidId, Json, Memory, MemoryId, MemoryScope};
use crate::wire::JsonObject;
use crate::wire::access::{Access, Named};
use crate::wire::fault::Fault;
use crate::wire::members::Members;
use crate::wire::query;
use crate::wire::says_nothing_of_the_person;

/// The fields of which one says who remembers.
const WHO: &str = "persona_id or agent_number";

/// The body of a memory that is got or made, and the query of a context: a contact, and either
/// a persona or an agent's number. An empty text counts as not given.
#[derive(Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = bland::MemoryRequest))]
#[serde(deny_unknown_fields)]
pub struct MemoryRequest {
    /// Whom is remembered.
    pub contact_id: ContactId,
    /// The persona that remembers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub persona_id: Option<String>,
    /// The number of the agent that remembers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub agent_number: Option<String>,
}

/// The query of a context.
pub type ContextRequest = MemoryRequest;

/// A memory as Bland knows it.
#[derive(Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = bland::MemoryData))]
pub struct MemoryData {
    /// The memory's id.
    pub id: MemoryId,
    /// The organisation that it belongs to.
    pub org_id: String,
    /// Whom is remembered.
    pub contact_id: ContactId,
    /// The persona that remembers.
    pub persona_id: Option<String>,
    /// The number of the agent that remembers.
    pub agent_number: Option<String>,
    /// What was spoken of so far.
    pub summary: Option<String>,
    /// What is known, by name.
    pub facts: JsonObject,
    /// The last messages, the oldest first.
    pub recent_messages: Vec<Json>,
    /// What is still to be done.
    pub open_items: Vec<Json>,
    /// What the memory was before.
    pub memory_history: Vec<Json>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
}

/// A memory that was got or made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = bland::OpenedMemory))]
pub struct OpenedMemory {
    /// The memory.
    pub memory: MemoryData,
    /// Whether it is new.
    pub created: bool,
}

/// What an agent has to know before it speaks.
#[derive(Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = bland::MemoryContext))]
pub struct MemoryContext {
    /// Whom is remembered.
    pub contact_id: ContactId,
    /// What was spoken of so far.
    pub summary: Option<String>,
    /// What is known, by name.
    pub facts: JsonObject,
    /// The last messages, the oldest first.
    #[serde(rename = "recentMessages")]
    pub recent_messages: Vec<Json>,
    /// What was spoken of: orders, appointments, …
    pub entities: Vec<Json>,
    /// What is still to be done.
    #[serde(rename = "openItems")]
    pub open_items: Vec<Json>,
}

says_nothing_of_the_person!(MemoryRequest, MemoryData, MemoryContext);

impl MemoryRequest {
    /// Reads a body.
    ///
    /// # Errors
    ///
    /// [`Fault::Malformed`] for what is not a JSON object, [`Fault::Field`] for a field that is
    /// unknown, missing or of the wrong type.
    pub fn from_json(json: &str) -> Result<Self, Fault> {
        let members = Members::read(json)?;
        members.only(&["contact_id", "persona_id", "agent_number"])?;
        Ok(Self {
            contact_id: id("contact_id", &members.needed_text("contact_id")?)?,
            persona_id: members.text("persona_id")?,
            agent_number: members.text("agent_number")?,
        })
    }

    /// Reads a query; `value` finds what it says under a name.
    ///
    /// # Errors
    ///
    /// [`Fault::Field`] if the contact is missing.
    pub fn from_query<'a>(value: impl Fn(&str) -> Option<&'a str>) -> Result<Self, Fault> {
        let given = |name| value(name).filter(|text| !text.trim().is_empty());
        let contact = given("contact_id");
        let contact = contact.ok_or_else(|| Fault::field("contact_id", "is required"))?;
        Ok(Self {
            contact_id: id("contact_id", contact)?,
            persona_id: given("persona_id").map(str::to_owned),
            agent_number: given("agent_number").map(|number| query::phone(number).into_owned()),
        })
    }

    fn who_remembers(&self) -> Result<MemoryScope, Fault> {
        match (&self.persona_id, &self.agent_number) {
            (Some(persona), None) => Ok(MemoryScope::Persona(persona.clone())),
            (None, Some(number)) => Ok(MemoryScope::AgentNumber(number.clone())),
            (None, None) => Err(Fault::field(WHO, "one of them is required")),
            (Some(_), Some(_)) => Err(Fault::field(
                WHO,
                "they name two memories; give one of them",
            )),
        }
    }
}

impl MemoryData {
    fn new(org: &str, memory: Memory) -> Self {
        Self {
            id: memory.id,
            org_id: org.to_owned(),
            contact_id: memory.contact,
            persona_id: memory.of.persona_id().map(str::to_owned),
            agent_number: memory.of.agent_number().map(str::to_owned),
            summary: memory.summary,
            facts: memory.facts,
            recent_messages: memory.recent_messages,
            open_items: memory.open_items,
            memory_history: memory.history,
            created_at: memory.created_at,
            updated_at: memory.updated_at,
        }
    }
}

impl From<Memory> for MemoryContext {
    fn from(memory: Memory) -> Self {
        Self {
            contact_id: memory.contact,
            summary: memory.summary,
            facts: memory.facts,
            recent_messages: memory.recent_messages,
            entities: memory.entities,
            open_items: memory.open_items,
        }
    }
}

/// Reads an id that a field of a request names.
pub(super) fn id<T: FromStr<Err = InvalidId>>(field: &str, text: &str) -> Result<T, Fault> {
    text.parse()
        .map_err(|invalid: InvalidId| Fault::field(field, invalid.to_string()))
}

/// Gets the memory that a persona or an agent's number has of a contact, or makes it: a
/// [memory](crate::Contacts::memory).
///
/// # Errors
///
/// Those of a memory.
///
/// ```
/// use kinfold::wire::bland::{MemoryRequest, context, memory, open_memory};
/// use kinfold::wire::{Access, Locations};
/// use kinfold::{Draft, Kinfold, MemoryPatch, Scope};
///
/// let kinfold = Kinfold::open_in_memory()?;
/// let contacts = kinfold.contacts(Scope::new("acme", None)?);
/// let contact_id = contacts.resolve(Draft::new().email("john@example.com"))?.contact.id;
/// let access = Access::new(kinfold, "acme", Locations::None)?;
///
/// let request = MemoryRequest { contact_id, persona_id: Some("ann".into()), agent_number: None };
/// let opened = open_memory(&access, &request).unwrap().data;
/// assert!(opened.created);
/// assert_eq!(opened.memory.summary, None);
/// assert_eq!(memory(&access, opened.memory.id).unwrap().data, opened.memory);
///
/// contacts.update_memory(opened.memory.id, &MemoryPatch::new().summary("Wants a call."))?;
/// let context = context(&access, &request).unwrap().data;
/// assert_eq!(context.summary.as_deref(), Some("Wants a call."));
/// # Ok::<(), kinfold::Error>(())
/// ```
pub fn open_memory(
    access: &Access,
    request: &MemoryRequest,
) -> Result<Answer<OpenedMemory>, Fault> {
    let of = request.who_remembers()?;
    let named = Named::default();
    let contacts = access.contacts_with_to_write(&named, request.contact_id, ORIGIN)?;
    let (memory, created) = contacts.memory(request.contact_id, &of)?;
    Ok(Answer::new(OpenedMemory {
        memory: MemoryData::new(access.org(), memory),
        created,
    }))
}

/// The memory with an id.
///
/// # Errors
///
/// [`Error::NoSuch`](crate::Error::NoSuch), and those of a store.
pub fn memory(access: &Access, id: MemoryId) -> Result<Answer<MemoryData>, Fault> {
    let contacts = access.contacts_with_memory(id)?;
    let memory = contacts.memory_by_id(id)?;
    Ok(Answer::new(MemoryData::new(access.org(), memory)))
}

/// What a persona or an agent's number remembers of a contact, if it does.
///
/// # Errors
///
/// [`Fault::NotFound`] if it remembers nothing of it, and those of a
/// [memory](crate::Contacts::find_memory).
pub fn context(access: &Access, request: &ContextRequest) -> Result<Answer<MemoryContext>, Fault> {
    let of = request.who_remembers()?;
    let contacts = access.contacts_with(&Named::default(), request.contact_id)?;
    let memory = contacts.find_memory(request.contact_id, &of)?;
    let memory = memory.ok_or(Fault::NotFound("memory"))?;
    Ok(Answer::new(MemoryContext::from(memory)))
}
