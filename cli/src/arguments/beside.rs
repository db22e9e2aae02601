//! The command line of what stands beside contacts.

use clap::{ArgGroup, Args, Subcommand, ValueEnum};
use kinfold::{MemoryId, NoteId, TaskId, Timestamp};

fn note_id(text: &str) -> Result<NoteId, String> {
    text.parse()
        .map_err(|error: kinfold::InvalidId| error.to_string())
}

fn task_id(text: &str) -> Result<TaskId, String> {
    text.parse()
        .map_err(|error: kinfold::InvalidId| error.to_string())
}

fn memory_id(text: &str) -> Result<MemoryId, String> {
    text.parse()
        .map_err(|error: kinfold::InvalidId| error.to_string())
}

fn moment(text: &str) -> Result<Timestamp, String> {
    text.parse()
        .map_err(|error: kinfold::InvalidTimestamp| error.to_string())
}

#[derive(Debug, Subcommand)]
pub(crate) enum NoteCommand {
    /// Write a note; prints it
    Add {
        /// What it says
        #[arg(allow_hyphen_values = true)]
        body: String,
        /// A title
        #[arg(long, value_name = "T", allow_hyphen_values = true)]
        title: Option<String>,
        /// A colour
        #[arg(long, value_name = "C", allow_hyphen_values = true)]
        colour: Option<String>,
        /// Let it stand above the others
        #[arg(long)]
        pinned: bool,
        /// Who writes it
        #[arg(long, value_name = "A", allow_hyphen_values = true)]
        author: Option<String>,
    },
    /// List the notes in the order in which they were written
    List,
    /// Show a note
    Get {
        /// The note's id
        #[arg(value_parser = note_id)]
        note: NoteId,
    },
    /// Change a note: named fields replace, null clears, unnamed stay; prints it
    Update {
        /// The note's id
        #[arg(value_parser = note_id)]
        note: NoteId,
        /// title, body, colour, pinned, author
        #[arg(long, value_name = "JSON")]
        json_patch: String,
    },
    /// Delete a note
    Delete {
        /// The note's id
        #[arg(value_parser = note_id)]
        note: NoteId,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum TaskCommand {
    /// Write a task; prints it
    Add {
        /// What is to be done, in a line
        #[arg(allow_hyphen_values = true)]
        title: String,
        /// The same at length
        #[arg(long, value_name = "B", allow_hyphen_values = true)]
        body: Option<String>,
        /// Until when: a moment such as 2026-03-01T09:00:00Z (RFC 3339)
        #[arg(long, value_name = "TIME", value_parser = moment)]
        due: Option<Timestamp>,
        /// Who is to do it
        #[arg(long, value_name = "USER", allow_hyphen_values = true)]
        assigned_to: Option<String>,
    },
    /// List the tasks in the order in which they were written
    List,
    /// Show a task
    Get {
        /// The task's id
        #[arg(value_parser = task_id)]
        task: TaskId,
    },
    /// Change a task: named fields replace, null clears, unnamed stay; prints it
    Update {
        /// The task's id
        #[arg(value_parser = task_id)]
        task: TaskId,
        /// title, body, due_at, completed, assigned_to
        #[arg(long, value_name = "JSON")]
        json_patch: String,
    },
    /// Say that a task is done; prints it
    Complete {
        /// The task's id
        #[arg(value_parser = task_id)]
        task: TaskId,
        /// Say that it is not
        #[arg(long)]
        undo: bool,
    },
    /// Delete a task
    Delete {
        /// The task's id
        #[arg(value_parser = task_id)]
        task: TaskId,
    },
}

/// Whose memory it is.
#[derive(Debug, Args)]
#[command(group(ArgGroup::new("of").required(true).args(["persona", "agent_number"])))]
pub(crate) struct OfArguments {
    /// That of the persona with this id
    #[arg(long, value_name = "ID", allow_hyphen_values = true)]
    pub(crate) persona: Option<String>,
    /// That of the agent behind this number
    #[arg(long, value_name = "P", allow_hyphen_values = true)]
    pub(crate) agent_number: Option<String>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum MemoryCommand {
    /// Get a memory, or make it: `{"memory":{…},"created":true}`
    Of(OfArguments),
    /// List the memories in the order in which they were made
    List,
    /// Show a memory
    Get {
        /// The memory's id
        #[arg(value_parser = memory_id)]
        memory: MemoryId,
    },
    /// Change a memory: named fields replace, null clears, unnamed stay; of facts each for
    /// itself; prints it
    Update {
        /// The memory's id
        #[arg(value_parser = memory_id)]
        memory: MemoryId,
        /// summary, facts, open_items, recent_messages, entities, history, and append
        /// (recent_messages, history) and keep_messages
        #[arg(long, value_name = "JSON")]
        json_patch: String,
    },
    /// Delete a memory
    Delete {
        /// The memory's id
        #[arg(value_parser = memory_id)]
        memory: MemoryId,
    },
}

/// Yes or no.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Switch {
    On,
    Off,
}

#[derive(Debug, Subcommand)]
pub(crate) enum FieldCommand {
    /// Define a custom field; prints the definition
    Define {
        /// The name under which contacts have it
        name: String,
        /// text, large_text, single_select, radio, numeric, monetary, checkbox,
        /// multi_select, file, date, number, location, phone, email, or a name of your own,
        /// of which any value will do
        #[arg(value_name = "TYPE")]
        kind: String,
        /// What a person sees in its place
        #[arg(long, value_name = "L", allow_hyphen_values = true)]
        label: Option<String>,
        /// What can be chosen; several may be given
        #[arg(long, value_name = "O", allow_hyphen_values = true)]
        option: Vec<String>,
        /// What stands in its place while it is empty
        #[arg(long, value_name = "P", allow_hyphen_values = true)]
        placeholder: Option<String>,
        /// Its place among the others [default: behind them]
        #[arg(long, value_name = "N", allow_negative_numbers = true)]
        position: Option<i64>,
    },
    /// List the definitions by their position
    List,
    /// Show a definition
    Get {
        /// The field's name, or its definition's id
        field: String,
    },
    /// Change a definition: named fields replace, null clears, unnamed stay; prints it
    Update {
        /// The field's name, or its definition's id
        field: String,
        /// label, type, options, placeholder, position
        #[arg(long, value_name = "JSON")]
        json_patch: String,
    },
    /// Remove a definition; the values of contacts stay
    Remove {
        /// The field's name, or its definition's id
        field: String,
    },
    /// Show or say whether the first value of a field that is not defined defines it, or is
    /// refused
    AsTheyCome {
        /// Whether it does
        #[arg(value_enum)]
        switch: Option<Switch>,
    },
}
