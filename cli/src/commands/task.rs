//! `task`: what is to be done for a contact.

use kinfold::{ContactId, Contacts, Task, TaskDraft, TaskPatch};
use serde_json::json;

use crate::arguments::TaskCommand;
use crate::failure::Failure;
use crate::output::{Output, on_one_line};

pub(crate) fn run(
    contacts: &Contacts,
    contact: ContactId,
    what: &TaskCommand,
    output: &Output,
) -> Result<(), Failure> {
    let task = match what {
        TaskCommand::Add {
            title,
            body,
            due,
            assigned_to,
        } => {
            let mut draft = TaskDraft::new(title);
            draft.body.clone_from(body);
            draft.due_at = *due;
            draft.assigned_to.clone_from(assigned_to);
            contacts.add_task(contact, &draft)?
        }
        TaskCommand::List => {
            let mut lines = output.lines();
            for task in contacts.tasks(contact)? {
                lines.write(&task)?;
            }
            return lines.finish();
        }
        TaskCommand::Get { task } => contacts.task(contact, *task)?,
        TaskCommand::Update { task, json_patch } => {
            contacts.update_task(contact, *task, &TaskPatch::from_json(json_patch)?)?
        }
        TaskCommand::Complete { task, undo } => contacts.complete_task(contact, *task, !undo)?,
        TaskCommand::Delete { task } => {
            contacts.delete_task(contact, *task)?;
            return output.result(&json!({ "deleted": task }), || format!("Deleted {task}"));
        }
    };
    output.result(&task, || in_words(&task))
}

fn in_words(task: &Task) -> String {
    let done = if task.completed { "x" } else { " " };
    let mut lines = vec![format!("[{done}] {}", on_one_line(&task.title))];
    if let Some(body) = &task.body {
        lines.push(format!("  {}", on_one_line(body)));
    }
    if let Some(due) = task.due_at {
        lines.push(format!("  due     {due}"));
    }
    if let Some(user) = &task.assigned_to {
        lines.push(format!("  for     {}", on_one_line(user)));
    }
    lines.push(format!("  id      {}", task.id));
    lines.join("\n")
}
