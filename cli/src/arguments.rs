//! The command line.

mod beside;
mod life;
mod search;
mod serve;

use std::path::PathBuf;

use clap::{ArgGroup, Args, Parser, Subcommand, ValueEnum};
use kinfold::{BookCursor, ContactId, Language, OnConflict, Region, SortBy, Timestamp};

pub(crate) use beside::{FieldCommand, MemoryCommand, NoteCommand, Switch, TaskCommand};
pub(crate) use life::{
    BlockArguments, Decided, LifeCommand, MergeArguments, ReviewArguments, TagEdit, UpdateArguments,
};
pub(crate) use search::SearchArguments;
pub(crate) use serve::ServeArguments;

/// Above the options that every command has.
const EVERY: &str = "Options of every command";

/// An address book that knows who is who.
///
/// Results go to stdout, as JSON with --json or when a program reads them, else in
/// words; everything else goes to stderr. Exit status: 0 done, 1 refused, 2 usage,
/// 3 the store can't be used.
#[derive(Debug, Parser)]
#[command(
    name = "kinfold",
    version,
    propagate_version = true,
    args_override_self = true
)]
pub(crate) struct Arguments {
    /// The store's folder, made when missing [default: KINFOLD_STORE, else in the
    /// platform's data folder]
    #[arg(long, value_name = "DIR", global = true, help_heading = EVERY)]
    pub(crate) store: Option<PathBuf>,

    /// The organisation whose contacts they are
    #[arg(long, value_name = "ORG", default_value = "default", global = true, help_heading = EVERY)]
    pub(crate) org: String,

    /// The location inside the organisation
    #[arg(long, value_name = "LOC", global = true, help_heading = EVERY)]
    pub(crate) location: Option<String>,

    /// The region of phones without a country code: two letters, such as US
    #[arg(long, value_name = "CC", global = true, help_heading = EVERY, value_parser = region)]
    pub(crate) region: Option<Region>,

    /// Results and errors as JSON on stdout
    #[arg(long, global = true, help_heading = EVERY)]
    pub(crate) json: bool,

    /// Who writes, for those who follow the change log
    #[arg(long, value_name = "NAME", global = true, help_heading = EVERY)]
    pub(crate) origin: Option<String>,

    /// When a commit is safe: full survives a power cut, normal a crash
    #[arg(long, value_enum, default_value_t = Durability::Full, global = true, help_heading = EVERY)]
    pub(crate) durability: Durability,

    #[command(subcommand)]
    pub(crate) command: Command,
}

fn region(text: &str) -> Result<Region, String> {
    text.parse()
        .map_err(|reason: kinfold::ident::Refusal| reason.to_string())
}

fn policy(text: &str) -> Result<OnConflict, String> {
    text.parse()
        .map_err(|error: kinfold::Error| error.to_string())
}

fn id(text: &str) -> Result<ContactId, String> {
    text.parse()
        .map_err(|error: kinfold::InvalidId| error.to_string())
}

fn sort(text: &str) -> Result<SortBy, String> {
    text.parse()
        .map_err(|error: kinfold::Error| error.to_string())
}

fn language(text: &str) -> Result<Language, String> {
    text.parse()
        .map_err(|error: kinfold::InvalidLanguage| error.to_string())
}

fn cursor(text: &str) -> Result<BookCursor, String> {
    text.parse()
        .map_err(|error: kinfold::InvalidCursor| error.to_string())
}

fn time(text: &str) -> Result<Timestamp, String> {
    text.parse()
        .map_err(|error: kinfold::InvalidTimestamp| error.to_string())
}

fn group(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(lines @ 1..=10_000) => Ok(lines),
        _ => Err("it must be a number from 1 to 10000".to_owned()),
    }
}

/// When a commit is safe.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum Durability {
    Full,
    Normal,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Find whose record it is, or create one; fills what is empty
    Resolve(ResolveArguments),
    /// The same, but what is given replaces what is there
    Upsert(ResolveArguments),
    /// Make a contact, and refuse if somebody has its identifiers
    Create(CreateArguments),
    #[command(flatten)]
    Life(LifeCommand),
    /// Import a file; each record is resolved leniently
    Import(ImportArguments),
    /// Write every contact to a file
    Export(ExportArguments),
    /// Show a contact
    Get {
        /// The contact's id; that of a merged contact leads to its survivor
        #[arg(value_parser = id)]
        id: ContactId,
    },
    /// List contacts in the order of their creation, or as an address book
    List(ListArguments),
    /// Count the contacts
    Count(FilterArguments),
    /// Show the holder of a phone, an email or an external id
    Find(FindArguments),
    /// Find contacts by name, company, email or the end of a phone, best first
    Search(SearchArguments),
    /// List what changed, oldest first
    Changes(ChangesArguments),
    /// List what happened to a contact and to those merged into it, oldest first
    History {
        /// The contact's id; that of a merged contact leads to its survivor
        #[arg(value_parser = id)]
        id: ContactId,
        /// Only what came after the change with this number
        #[arg(long, value_name = "SEQ", default_value_t = 0)]
        since: u64,
        /// At most so many
        #[arg(long, value_name = "N")]
        limit: Option<usize>,
    },
    /// The notes of a contact
    Note {
        /// The contact's id; that of a merged contact leads to its survivor
        #[arg(value_parser = id)]
        contact: ContactId,
        #[command(subcommand)]
        what: NoteCommand,
    },
    /// What is to be done for a contact
    Task {
        /// The contact's id; that of a merged contact leads to its survivor
        #[arg(value_parser = id)]
        contact: ContactId,
        #[command(subcommand)]
        what: TaskCommand,
    },
    /// What personas and agents remember of a contact
    Memory {
        /// The contact's id; that of a merged contact leads to its survivor
        #[arg(value_parser = id)]
        contact: ContactId,
        #[command(subcommand)]
        what: MemoryCommand,
    },
    /// The definitions of custom fields
    Field {
        #[command(subcommand)]
        what: FieldCommand,
    },
    /// Serve the contacts to an assistant: a server of the Model Context Protocol on
    /// standard input and output
    Mcp,
    /// Serve the contact APIs of Bland, Contactship, GoHighLevel and Ravan over HTTP
    Serve(ServeArguments),
    /// What the store holds, in numbers
    Stats,
    /// Hold the store against itself and against the rules
    Check {
        /// Put right what can be: who holds which key, and the search index
        #[arg(long)]
        repair: bool,
    },
    /// Make the search index anew from the database
    Reindex,
    /// Copy the store to a file while it is in use
    Backup {
        /// The file, which must not be there yet
        file: PathBuf,
    },
}

#[derive(Debug, Args)]
pub(crate) struct ResolveArguments {
    /// A phone, as it is written; several may be given
    #[arg(long, value_name = "P", allow_hyphen_values = true)]
    pub(crate) phone: Vec<String>,

    /// An email; several may be given
    #[arg(long, value_name = "E", allow_hyphen_values = true)]
    pub(crate) email: Vec<String>,

    /// An id that another system issued, split at the first `:`
    #[arg(long, value_name = "[SOURCE:]ID", allow_hyphen_values = true)]
    pub(crate) external_id: Vec<String>,

    /// The whole name
    #[arg(long, value_name = "N", allow_hyphen_values = true)]
    pub(crate) name: Option<String>,

    /// The given name
    #[arg(long, value_name = "N", allow_hyphen_values = true)]
    pub(crate) given: Option<String>,

    /// The family name
    #[arg(long, value_name = "N", allow_hyphen_values = true)]
    pub(crate) family: Option<String>,

    /// The company
    #[arg(long, value_name = "C", allow_hyphen_values = true)]
    pub(crate) company: Option<String>,

    /// A tag; several may be given
    #[arg(long, value_name = "T", allow_hyphen_values = true)]
    pub(crate) tag: Vec<String>,

    /// Metadata, a JSON object
    #[arg(long, value_name = "JSON", allow_hyphen_values = true)]
    pub(crate) metadata: Option<String>,

    /// When identifiers belong to several contacts: prefer_strongest, merge or reject
    #[arg(long, value_name = "POLICY", value_parser = policy)]
    pub(crate) on_conflict: Option<OnConflict>,

    /// Leave out identifiers that can't be read
    #[arg(long)]
    pub(crate) lenient: bool,

    /// Print the same outcome and write nothing
    #[arg(long)]
    pub(crate) dry_run: bool,

    /// Have the answer kept under this key: the same request with the same key gets the
    /// same outcome again, and writes nothing
    #[arg(long, value_name = "KEY", allow_hyphen_values = true)]
    pub(crate) idempotency_key: Option<String>,

    /// JSON Lines of requests in (`-`: stdin), JSON Lines of outcomes or errors out.
    /// The options above hold for the lines that don't say it themselves
    #[arg(long, value_name = "FILE", conflicts_with_all = [
        "phone", "email", "external_id", "name", "given", "family", "company", "tag", "metadata",
        "idempotency_key",
    ])]
    pub(crate) batch: Option<PathBuf>,

    /// With --batch: up to so many lines share one commit and are answered together,
    /// which is faster
    #[arg(long, value_name = "N", default_value_t = 1, requires = "batch", value_parser = group)]
    pub(crate) group: usize,
}

#[derive(Debug, Args)]
pub(crate) struct CreateArguments {
    #[command(flatten)]
    pub(crate) request: ResolveArguments,

    /// Make it also if others hold its phones and emails: it joins their lines, and the
    /// pairs go on the review queue
    #[arg(long)]
    pub(crate) allow_duplicates: bool,
}

#[derive(Debug, Args)]
pub(crate) struct ListArguments {
    /// At most so many
    #[arg(long, value_name = "N")]
    pub(crate) limit: Option<usize>,

    /// Only those created after this one
    #[arg(long, value_name = "ID", value_parser = id, conflicts_with_all = BOOK_OPTIONS)]
    pub(crate) after: Option<ContactId>,

    /// By name (as displayed), family (family name first), created or updated [default:
    /// created]
    #[arg(long, value_name = "ORDER", value_parser = sort)]
    pub(crate) sort: Option<SortBy>,

    /// The other way round; who has no name stays last
    #[arg(long)]
    pub(crate) descending: bool,

    /// The language in whose order names stand: es, de-AT, … [default: no language in
    /// particular]
    #[arg(long, value_name = "TAG", requires = "sort", value_parser = language)]
    pub(crate) language: Option<Language>,

    /// Go on where a list ended that had a limit
    #[arg(long, value_name = "CURSOR", value_parser = cursor)]
    pub(crate) cursor: Option<BookCursor>,

    /// One JSON value with a page of the contacts (100, or as --limit says), how many they
    /// are in all, and the cursor of the next page
    #[arg(long)]
    pub(crate) page: bool,

    #[command(flatten)]
    pub(crate) filter: FilterArguments,
}

/// What makes a list one of the address book.
const BOOK_OPTIONS: [&str; 13] = [
    "sort",
    "descending",
    "language",
    "cursor",
    "page",
    "tag",
    "any_tag",
    "company",
    "source",
    "assigned_to",
    "changed_since",
    "has_email",
    "has_phone",
];

#[derive(Debug, Args)]
pub(crate) struct FilterArguments {
    /// Only those with this tag; several may be given, and all of them are meant
    #[arg(long, value_name = "T", allow_hyphen_values = true)]
    pub(crate) tag: Vec<String>,

    /// Only those with this tag or another one that is given so
    #[arg(long, value_name = "T", allow_hyphen_values = true)]
    pub(crate) any_tag: Vec<String>,

    /// Only those of this company
    #[arg(long, value_name = "C", allow_hyphen_values = true)]
    pub(crate) company: Option<String>,

    /// Only those in this city
    #[arg(long, value_name = "C", allow_hyphen_values = true)]
    pub(crate) city: Option<String>,

    /// Only those who came from here
    #[arg(long, value_name = "S", allow_hyphen_values = true)]
    pub(crate) source: Option<String>,

    /// Only those whom this user looks after
    #[arg(long, value_name = "USER", allow_hyphen_values = true)]
    pub(crate) assigned_to: Option<String>,

    /// Only those that changed then or later: 2026-01-02T03:04:05Z
    #[arg(long, value_name = "TIME", value_parser = time)]
    pub(crate) changed_since: Option<Timestamp>,

    /// Only those that list an email
    #[arg(long)]
    pub(crate) has_email: bool,

    /// Only those that list a phone
    #[arg(long)]
    pub(crate) has_phone: bool,
}

#[derive(Debug, Args)]
pub(crate) struct ChangesArguments {
    /// Only what came after the change with this number [default: all there is]
    #[arg(long, value_name = "SEQ")]
    pub(crate) since: Option<u64>,

    /// At most so many
    #[arg(long, value_name = "N")]
    pub(crate) limit: Option<usize>,

    /// Go on with the changes to come, whoever makes them
    #[arg(long)]
    pub(crate) follow: bool,
}

#[derive(Debug, Args)]
pub(crate) struct ImportArguments {
    /// The file; `-` is stdin
    pub(crate) file: PathBuf,

    /// csv or jsonl [default: by the file's name]
    #[arg(long, value_name = "FORMAT")]
    pub(crate) format: Option<String>,

    /// A CSV column and the field it goes to; `-` leaves the column out
    #[arg(long, value_name = "COLUMN=FIELD")]
    pub(crate) map: Vec<String>,

    /// Where the file comes from: the source of its external ids and of its contacts
    #[arg(long, value_name = "NAME")]
    pub(crate) source: Option<String>,

    /// When identifiers belong to several contacts: prefer_strongest, merge or reject
    #[arg(long, value_name = "POLICY", value_parser = policy)]
    pub(crate) on_conflict: Option<OnConflict>,

    /// Exit with status 1 if a record was rejected
    #[arg(long)]
    pub(crate) strict: bool,

    /// Write what was not imported to this file, as JSON Lines
    #[arg(long, value_name = "FILE")]
    pub(crate) rejects: Option<PathBuf>,

    /// Count what would be done and write nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
}

#[derive(Debug, Args)]
pub(crate) struct ExportArguments {
    /// The file; `-` is stdout
    pub(crate) file: PathBuf,

    /// jsonl
    #[arg(long, value_name = "FORMAT")]
    pub(crate) format: Option<String>,
}

#[derive(Debug, Args)]
#[command(group(ArgGroup::new("key").required(true).args(["phone", "email", "external_id"])))]
pub(crate) struct FindArguments {
    /// A phone
    #[arg(long, value_name = "P", allow_hyphen_values = true)]
    pub(crate) phone: Option<String>,

    /// An email
    #[arg(long, value_name = "E", allow_hyphen_values = true)]
    pub(crate) email: Option<String>,

    /// An id that another system issued, split at the first `:`
    #[arg(long, value_name = "[SOURCE:]ID", allow_hyphen_values = true)]
    pub(crate) external_id: Option<String>,

    /// Show how the key was read
    #[arg(long)]
    pub(crate) explain: bool,
}
