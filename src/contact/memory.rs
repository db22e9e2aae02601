//! What an agent remembers of a contact.

use std::fmt;

use serde::ser::{Serialize, SerializeStruct, Serializer};

use super::beside::{Beside, json_object};
use super::draft::{nullable, object, parse, text, unknown};
use super::id::{ContactId, MemoryId};
use super::json::{Json, OrderedMap};
use super::limits::{self, Limits};
use super::patch::{Change, entry_value, read_entries};
use super::refused::Refused;
use crate::clock::Timestamp;
use crate::ident::{Region, phone};

/// Whose memory of a contact it is: that of a persona, or of the agent behind a number.
#[derive(Clone, PartialEq, Eq, Hash)]
pub enum MemoryScope {
    /// The id of a persona.
    Persona(String),
    /// The phone number of an agent.
    AgentNumber(String),
}

impl fmt::Debug for MemoryScope {
    /// Says neither who nor which number.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Persona(_) => "Persona(..)",
            Self::AgentNumber(_) => "AgentNumber(..)",
        })
    }
}

impl MemoryScope {
    /// The scope as it is compared: a number that can be read is its key, so that all
    /// spellings of it are one; anything else is trimmed.
    pub(crate) fn read(&self, region: Option<Region>) -> Result<Self, Refused> {
        let named = |field: &str, name: &str| {
            limits::line(field, name, Limits::LINE)?
                .ok_or_else(|| Refused::field(field, name, "it is empty; name one"))
        };
        Ok(match self {
            Self::Persona(id) => Self::Persona(named("persona_id", id)?),
            Self::AgentNumber(number) => {
                let number = named("agent_number", number)?;
                Self::AgentNumber(match phone::read(&number, region) {
                    Ok(reading) => reading.key.as_str().to_owned(),
                    Err(_) => number,
                })
            }
        })
    }

    /// The id of the persona, if it is one's.
    pub fn persona_id(&self) -> Option<&str> {
        match self {
            Self::Persona(id) => Some(id),
            Self::AgentNumber(_) => None,
        }
    }

    /// The number of the agent, if it is one's.
    pub fn agent_number(&self) -> Option<&str> {
        match self {
            Self::AgentNumber(number) => Some(number),
            Self::Persona(_) => None,
        }
    }
}

/// What one persona, or the agent behind one number, remembers of a contact.
///
/// Like a [`Note`](super::Note) it belongs to whomever the contact leads to for which it was
/// made. Serialised it is the JSON that the program prints.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Memory {
    /// The id by which the outside knows it.
    pub id: MemoryId,
    /// The contact that it belongs to now.
    pub contact: ContactId,
    /// Whose memory it is. A number that could be read is in its E.164 form.
    pub of: MemoryScope,
    /// What was spoken of so far; may have several lines.
    pub summary: Option<String>,
    /// What is known, by name.
    pub facts: OrderedMap<Json>,
    /// What is still to be done.
    pub open_items: Vec<Json>,
    /// The last messages, the oldest first.
    pub recent_messages: Vec<Json>,
    /// What was spoken of: orders, appointments, …
    pub entities: Vec<Json>,
    /// What the memory was before, as its writer keeps it.
    pub history: Vec<Json>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
}

impl Memory {
    /// A memory of which nothing is known yet, still without id, contact and time.
    pub(crate) fn blank(of: MemoryScope) -> Self {
        Self {
            id: MemoryId::NONE,
            contact: ContactId::NONE,
            of,
            summary: None,
            facts: OrderedMap::new(),
            open_items: Vec::new(),
            recent_messages: Vec::new(),
            entities: Vec::new(),
            history: Vec::new(),
            created_at: Timestamp::default(),
            updated_at: Timestamp::default(),
        }
    }
}

impl fmt::Debug for Memory {
    /// Says nothing of the person.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Memory")
            .field("id", &self.id)
            .field("contact", &self.contact)
            .field("of", &self.of)
            .finish_non_exhaustive()
    }
}

impl Serialize for Memory {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut memory = serializer.serialize_struct("Memory", 12)?;
        memory.serialize_field("id", &self.id)?;
        memory.serialize_field("contact", &self.contact)?;
        memory.serialize_field("persona_id", &self.of.persona_id())?;
        memory.serialize_field("agent_number", &self.of.agent_number())?;
        memory.serialize_field("summary", &self.summary)?;
        memory.serialize_field("facts", &self.facts)?;
        memory.serialize_field("open_items", &self.open_items)?;
        memory.serialize_field("recent_messages", &self.recent_messages)?;
        memory.serialize_field("entities", &self.entities)?;
        memory.serialize_field("history", &self.history)?;
        memory.serialize_field("created_at", &self.created_at)?;
        memory.serialize_field("updated_at", &self.updated_at)?;
        memory.end()
    }
}

impl Beside for Memory {
    const NAME: &'static str = "memory";

    fn stamp(&mut self, new_id: Option<[u8; 16]>, now: Timestamp) {
        self.updated_at = now;
        if let Some(id) = new_id {
            self.id = MemoryId::from_bytes(id);
            self.created_at = now;
        }
    }
}

/// What is to change of a memory: what is not named stays.
///
/// Facts are set and cleared one by one. A list that is named takes the place of the whole;
/// then what is to be appended comes to its end, and of the messages the last ones are kept,
/// if so many are named.
///
/// ```
/// use kinfold::{Json, MemoryPatch};
///
/// let said = Json::parse(r#"{"role":"user","content":"Has my order shipped?"}"#)?;
/// let patch = MemoryPatch::new()
///     .summary("Asks about order A-17.")
///     .fact("order", "A-17")
///     .append_message(said)
///     .keep_messages(20);
/// let same = MemoryPatch::from_json(
///     r#"{"summary":"Asks about order A-17.","facts":{"order":"A-17"},"keep_messages":20,
///         "append":{"recent_messages":[{"role":"user","content":"Has my order shipped?"}]}}"#,
/// )?;
/// assert_eq!(patch, same);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MemoryPatch {
    /// What was spoken of so far, of at most [`Limits::TEXT`] characters.
    pub summary: Change<String>,
    /// What is known: an entry that is cleared goes, the others stay.
    pub facts: Change<OrderedMap<Change<Json>>>,
    /// What is still to be done, instead of what was.
    pub open_items: Change<Vec<Json>>,
    /// The last messages, instead of those there.
    pub recent_messages: Change<Vec<Json>>,
    /// What was spoken of, instead of what is there.
    pub entities: Change<Vec<Json>>,
    /// What the memory was before, instead of what is there.
    pub history: Change<Vec<Json>>,
    /// Messages that come behind those there.
    pub appended_messages: Vec<Json>,
    /// Entries that come behind those of the history.
    pub appended_history: Vec<Json>,
    /// How many messages are kept, the last ones; all if it is not said.
    pub keep_messages: Option<usize>,
}

impl MemoryPatch {
    /// A patch that says nothing.
    pub fn new() -> Self {
        Self::default()
    }

    /// Says what was spoken of so far.
    #[must_use]
    pub fn summary(mut self, summary: impl Into<String>) -> Self {
        self.summary = Change::Set(summary.into());
        self
    }

    /// Says what is known under a name.
    #[must_use]
    pub fn fact(mut self, name: impl Into<String>, value: impl Into<Json>) -> Self {
        let facts = self.facts.or_default();
        facts.insert(name, Change::Set(value.into()));
        self
    }

    /// Adds a message behind the others.
    #[must_use]
    pub fn append_message(mut self, message: impl Into<Json>) -> Self {
        self.appended_messages.push(message.into());
        self
    }

    /// Adds an entry to the history.
    #[must_use]
    pub fn append_history(mut self, entry: impl Into<Json>) -> Self {
        self.appended_history.push(entry.into());
        self
    }

    /// Lets the last messages stay, at most so many.
    #[must_use]
    pub fn keep_messages(mut self, most: usize) -> Self {
        self.keep_messages = Some(most);
        self
    }

    /// Reads a patch in JSON: a value replaces, null clears.
    pub(crate) fn read_json(json: &str) -> Result<Self, Refused> {
        let mut patch = Self::default();
        for (key, value) in json_object(json)?.iter() {
            let list = || nullable(value, |value| list(key, value));
            match key {
                "summary" => patch.summary = text(key, value)?,
                "facts" => {
                    patch.facts = nullable(value, |value| {
                        let facts = object(key, value)?.into_iter();
                        Ok(facts
                            .map(|(name, value)| match value.is_null() {
                                true => (name, Change::Clear),
                                false => (name, Change::Set(value)),
                            })
                            .collect())
                    })?;
                }
                "open_items" => patch.open_items = list()?,
                "recent_messages" => patch.recent_messages = list()?,
                "entities" => patch.entities = list()?,
                "history" => patch.history = list()?,
                "append" => {
                    for (key, value) in object(key, value)?.iter() {
                        let field = format!("append.{key}");
                        match key {
                            "recent_messages" => {
                                patch.appended_messages = self::list(&field, value)?
                            }
                            "history" => patch.appended_history = self::list(&field, value)?,
                            _ => return Err(unknown(&field)),
                        }
                    }
                }
                "keep_messages" => {
                    let reason = "it must be a number of messages";
                    patch.keep_messages = parse(key, value, reason)?;
                }
                _ => return Err(unknown(key)),
            }
        }
        Ok(patch)
    }

    /// The patch, held against the limits of single values.
    pub(crate) fn read(&self) -> Result<Self, Refused> {
        let summary = self.summary.as_ref();
        let facts = self.facts.as_ref();
        Ok(Self {
            summary: summary.try_map(|text| limits::lines("summary", text, Limits::TEXT))?,
            facts: facts.try_map(|facts| {
                read_entries("facts", facts, |name, value| {
                    entry_value(&format!("facts.{name}"), value)
                })
            })?,
            ..self.clone()
        })
    }

    /// The memory with what a read patch says.
    pub(crate) fn applied(&self, memory: &Memory) -> Result<Memory, Refused> {
        let mut memory = memory.clone();
        self.summary.apply_to(&mut memory.summary);
        let facts_before = memory.facts.len();
        match &self.facts {
            Change::Keep => {}
            Change::Clear => memory.facts = OrderedMap::new(),
            Change::Set(facts) => {
                for (name, change) in facts.iter() {
                    match change {
                        Change::Keep => {}
                        Change::Clear => {
                            memory.facts.remove(name);
                        }
                        Change::Set(value) => {
                            memory.facts.insert(name, value.clone());
                        }
                    }
                }
            }
        }
        let facts = memory.facts.len();
        if facts > Limits::ENTRIES && facts > facts_before {
            let most = Limits::ENTRIES;
            let reason = format!("the memory would have {facts} of them; {most} is the most");
            return Err(Refused::field("facts", "", reason));
        }
        for (field, named, appended, list) in [
            (
                "open_items",
                &self.open_items,
                &[][..],
                &mut memory.open_items,
            ),
            (
                "recent_messages",
                &self.recent_messages,
                &self.appended_messages,
                &mut memory.recent_messages,
            ),
            ("entities", &self.entities, &[], &mut memory.entities),
            (
                "history",
                &self.history,
                &self.appended_history,
                &mut memory.history,
            ),
        ] {
            *list = named.over(std::mem::take(list));
            list.extend_from_slice(appended);
            if field == "recent_messages"
                && let Some(most) = self.keep_messages
            {
                list.drain(..list.len().saturating_sub(most));
            }
            if named.is_named() || !appended.is_empty() {
                within_limits(field, list)?;
            }
        }
        Ok(memory)
    }
}

fn list(key: &str, value: &Json) -> Result<Vec<Json>, Refused> {
    parse(key, value, "it must be a list")
}

fn within_limits(field: &str, list: &[Json]) -> Result<(), Refused> {
    if list.len() > Limits::MEMORY_ENTRIES {
        let most = Limits::MEMORY_ENTRIES;
        let reason = format!("it would have {} entries; {most} is the most", list.len());
        return Err(Refused::field(field, "", reason));
    }
    let bytes: usize = list.iter().map(|entry| entry.as_str().len()).sum();
    if bytes > Limits::MEMORY_LIST {
        let most = Limits::MEMORY_LIST;
        let reason = format!("it would be {bytes} bytes of JSON; {most} is the most");
        return Err(Refused::field(field, "", reason));
    }
    Ok(())
}
