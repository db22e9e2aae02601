//! `memory`: what personas and agents remember of a contact.

use kinfold::{ContactId, Contacts, Error, Memory, MemoryId, MemoryPatch, MemoryScope};
use serde_json::json;

use crate::arguments::MemoryCommand;
use crate::failure::Failure;
use crate::output::{Output, counted, on_one_line};

pub(crate) fn run(
    contacts: &Contacts,
    contact: ContactId,
    what: &MemoryCommand,
    output: &Output,
) -> Result<(), Failure> {
    let memory = match what {
        MemoryCommand::Of(of) => {
            let of = match (&of.persona, &of.agent_number) {
                (Some(id), _) => MemoryScope::Persona(id.clone()),
                (None, number) => MemoryScope::AgentNumber(number.clone().unwrap_or_default()),
            };
            let (memory, created) = contacts.memory(contact, &of)?;
            let verb = if created { "Made" } else { "Found" };
            return output.result(&json!({ "memory": memory, "created": created }), || {
                format!("{verb}:\n{}", in_words(&memory))
            });
        }
        MemoryCommand::List => {
            let mut lines = output.lines();
            for memory in contacts.memories(contact)? {
                lines.write(&memory)?;
            }
            return lines.finish();
        }
        MemoryCommand::Get { memory } => own(contacts, contact, *memory)?,
        MemoryCommand::Update { memory, json_patch } => {
            let patch = MemoryPatch::from_json(json_patch)?;
            let own = own(contacts, contact, *memory)?;
            contacts.update_memory(own.id, &patch)?
        }
        MemoryCommand::Delete { memory } => {
            let own = own(contacts, contact, *memory)?;
            contacts.delete_memory(own.id)?;
            return output.result(&json!({ "deleted": memory }), || {
                format!("Deleted {memory}")
            });
        }
    };
    output.result(&memory, || in_words(&memory))
}

/// A memory of this very contact.
fn own(contacts: &Contacts, contact: ContactId, id: MemoryId) -> Result<Memory, Error> {
    let memory = contacts.memory_by_id(id)?;
    if contacts.get(contact)?.id != memory.contact {
        let (what, id) = ("memory", id.to_string());
        return Err(Error::NoSuch { what, id });
    }
    Ok(memory)
}

fn in_words(memory: &Memory) -> String {
    let whose = match &memory.of {
        MemoryScope::Persona(id) => format!("Memory of the persona {}", on_one_line(id)),
        MemoryScope::AgentNumber(number) => {
            format!("Memory of the agent behind {}", on_one_line(number))
        }
    };
    let mut lines = vec![whose];
    if let Some(summary) = &memory.summary {
        lines.push(format!("  {}", on_one_line(summary)));
    }
    for (name, fact) in memory.facts.iter() {
        let (name, fact) = (on_one_line(name), on_one_line(fact.as_str()));
        lines.push(format!("  {name}: {fact}"));
    }
    for item in &memory.open_items {
        lines.push(format!("  open: {}", on_one_line(item.as_str())));
    }
    let messages = u64::try_from(memory.recent_messages.len()).unwrap_or(u64::MAX);
    lines.push(format!("  {}", counted(messages, "recent message")));
    lines.push(format!("  id {}", memory.id));
    lines.join("\n")
}
