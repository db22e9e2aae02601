//! What each command does.

mod batch;
mod book;
mod feed;
mod field;
mod import;
mod life;
mod memory;
mod note;
mod pairs;
mod resolve;
mod search;
mod show;
mod task;
mod transfer;

use std::path::PathBuf;
use std::process::ExitCode;

use etcetera::BaseStrategy;
use kinfold::{Contacts, Durability, Key, Kind, Kinfold, Scope};

use crate::arguments::{self, Arguments, Command, ResolveArguments};
use crate::failure::Failure;
use crate::mcp;
use crate::output::Output;
use crate::serve;

pub(crate) fn run(arguments: &Arguments, output: &Output) -> Result<ExitCode, Failure> {
    let done = |()| ExitCode::SUCCESS;
    match &arguments.command {
        Command::Resolve(how) => requests(arguments, how, resolve::Rule::Fill, output),
        Command::Upsert(how) => requests(arguments, how, resolve::Rule::Replace, output),
        Command::Create(how) => {
            let rule = resolve::Rule::Create {
                allow_duplicates: how.allow_duplicates,
            };
            requests(arguments, &how.request, rule, output)
        }
        Command::Life(command) => life::run(&contacts(arguments)?, command, output).map(done),
        Command::Import(how) => import::run(arguments, how, output),
        Command::Export(how) => {
            let store = folder(arguments)?;
            transfer::export(&contacts(arguments)?, &store, how, output).map(done)
        }
        Command::Get { id } => show::get(&contacts(arguments)?, *id, output).map(done),
        Command::List(how) => book::list(&contacts(arguments)?, how, output).map(done),
        Command::Count(filter) => book::count(&contacts(arguments)?, filter, output).map(done),
        Command::Find(what) => show::find(&contacts(arguments)?, what, output).map(done),
        Command::Search(how) => search::run(&contacts(arguments)?, how, output).map(done),
        Command::Changes(how) => feed::changes(&contacts(arguments)?, how, output).map(done),
        Command::History { id, since, limit } => {
            feed::history(&contacts(arguments)?, *id, *since, *limit, output).map(done)
        }
        Command::Note { contact, what } => {
            note::run(&contacts(arguments)?, *contact, what, output).map(done)
        }
        Command::Task { contact, what } => {
            task::run(&contacts(arguments)?, *contact, what, output).map(done)
        }
        Command::Memory { contact, what } => {
            memory::run(&contacts(arguments)?, *contact, what, output).map(done)
        }
        Command::Field { what } => field::run(&contacts(arguments)?, what, output).map(done),
        Command::Mcp => mcp::run(open(arguments)?, arguments),
        Command::Serve(how) => {
            let home = serve::Home {
                org: &arguments.org,
                location: arguments.location.as_deref(),
                region: arguments.region,
            };
            serve::run(&open(arguments)?, &home, how, output).map(done)
        }
        Command::Stats => show::stats(&contacts(arguments)?, output).map(done),
        Command::Check { repair } => show::check(&open(arguments)?, *repair, output),
        Command::Reindex => search::reindex(&open(arguments)?, output).map(done),
        Command::Backup { file } => transfer::backup(&open(arguments)?, file, output).map(done),
    }
}

/// One request, or a file of them.
fn requests(
    arguments: &Arguments,
    how: &ResolveArguments,
    rule: resolve::Rule,
    output: &Output,
) -> Result<ExitCode, Failure> {
    let contacts = contacts(arguments)?;
    match &how.batch {
        Some(file) => batch::run(&contacts, file, how, rule, output),
        None => resolve::run(&contacts, how, rule, output),
    }
}

fn open(arguments: &Arguments) -> Result<Kinfold, Failure> {
    let durability = match arguments.durability {
        arguments::Durability::Full => Durability::Full,
        arguments::Durability::Normal => Durability::Normal,
    };
    let folder = folder(arguments)?;
    let opened = Kinfold::builder().durability(durability).open(&folder);
    opened.map_err(|error| Failure::Store {
        folder: folder.display().to_string(),
        error,
    })
}

fn folder(arguments: &Arguments) -> Result<PathBuf, Failure> {
    // A variable that is set to nothing is not set.
    let variable = std::env::var_os("KINFOLD_STORE").filter(|folder| !folder.is_empty());
    if let Some(folder) = arguments
        .store
        .clone()
        .or_else(|| variable.map(PathBuf::from))
    {
        if folder.as_os_str().is_empty() {
            return Err(Failure::Usage(
                "the store's folder is empty; name one".to_owned(),
            ));
        }
        return Ok(folder);
    }
    match etcetera::choose_base_strategy() {
        Ok(strategy) => Ok(strategy.data_dir().join("kinfold")),
        Err(_) => Err(Failure::Usage(
            "there is no home folder to keep the store in; name one with --store".to_owned(),
        )),
    }
}

/// The contacts that the command line speaks of.
fn contacts(arguments: &Arguments) -> Result<Contacts, Failure> {
    let scope =
        Scope::new(&arguments.org, arguments.location.as_deref()).map_err(kinfold::Error::from)?;
    let mut contacts = open(arguments)?.contacts(scope);
    if let Some(region) = arguments.region {
        contacts = contacts.default_region(region);
    }
    if let Some(origin) = &arguments.origin {
        contacts = contacts.origin(origin)?;
    }
    Ok(contacts)
}

/// The key that somebody names: `phone` `+1…`, `email` `…@…`, `external_id` `[SOURCE:]ID`.
fn named_key(contacts: &Contacts, kind: Kind, text: &str) -> Result<Key, Failure> {
    let reading = match kind {
        Kind::Phone => contacts.read_phone(text)?,
        Kind::Email => contacts.read_email(text)?,
        Kind::ExternalId => {
            let (source, value) = split_external_id(text);
            contacts.read_external_id(source, value)?
        }
    };
    Ok(reading.key)
}

/// `[SOURCE:]ID`, split at the first `:`; without a source it is `default`.
fn split_external_id(text: &str) -> (&str, &str) {
    text.split_once(':').unwrap_or(("default", text))
}
