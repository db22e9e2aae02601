//! Why a command did not do what it was asked.

use std::io;

use serde_json::{Map, Value, json};

/// Why a command did not do what it was asked.
#[derive(Debug)]
pub(crate) enum Failure {
    /// The library says why.
    Library(kinfold::Error),
    /// The store in this folder can't be opened.
    Store {
        folder: String,
        error: kinfold::Error,
    },
    /// The command line contradicts itself.
    Usage(String),
    /// A file, or standard input or output.
    File { name: String, error: io::Error },
    /// Whoever read our output has gone.
    OutputClosed,
}

impl From<kinfold::Error> for Failure {
    fn from(error: kinfold::Error) -> Self {
        match error {
            kinfold::Error::File(error) => Self::File {
                name: "input".to_owned(),
                error,
            },
            error => Self::Library(error),
        }
    }
}

impl Failure {
    /// An error of writing our own output.
    pub(crate) fn output(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::BrokenPipe => Self::OutputClosed,
            _ => Self::file("standard output", error),
        }
    }

    pub(crate) fn file(name: &str, error: io::Error) -> Self {
        Self::File {
            name: name.to_owned(),
            error,
        }
    }

    /// 0 done, 1 refused, 2 usage, 3 the store can't be used.
    pub(crate) fn exit_code(&self) -> u8 {
        match self {
            Self::OutputClosed => 0,
            Self::Library(error) | Self::Store { error, .. } if error.is_storage() => 3,
            Self::Library(_) | Self::Store { .. } | Self::File { .. } => 1,
            Self::Usage(_) => 2,
        }
    }

    /// The words for a person.
    pub(crate) fn message(&self) -> String {
        match self {
            Self::Library(error) => words_of(error),
            Self::Store { folder, error } => format!("{folder}: {error}"),
            Self::Usage(message) => message.clone(),
            Self::File { name, error } => format!("{name}: {error}"),
            Self::OutputClosed => String::new(),
        }
    }

    /// `{"error":{…}}`.
    pub(crate) fn to_json(&self) -> Value {
        match self {
            Self::Library(error) => json_of(error),
            Self::Store { error, .. } => json_with(error, &self.message()),
            Self::File { name, error } => json!({ "error": {
                "code": "INVALID_REQUEST",
                "message": error.to_string(),
                "field": "file",
                "value": name,
            } }),
            Self::Usage(_) | Self::OutputClosed => {
                json!({ "error": { "code": "INVALID_REQUEST", "message": self.message() } })
            }
        }
    }
}

/// What the library's error says to a person, with what was given.
pub(crate) fn words_of(error: &kinfold::Error) -> String {
    let mut message = error.to_string();
    if let Some(value) = error.value().filter(|value| !value.is_empty()) {
        message.push_str(&format!(" (given: {value:?})"));
    }
    for conflict in error.holders() {
        let (key, holder) = (&conflict.key, conflict.holder);
        message.push_str(&format!("\n  {} {key} is held by {holder}", key.kind()));
    }
    for rejected in error.rejected() {
        let (field, value, reason) = (&rejected.field, &rejected.value, &rejected.reason);
        message.push_str(&format!("\n  {field} {value:?} was left out: {reason}"));
    }
    message
}

/// The library's error as `{"error":{…}}`.
pub(crate) fn json_of(error: &kinfold::Error) -> Value {
    json_with(error, &error.to_string())
}

fn json_with(error: &kinfold::Error, message: &str) -> Value {
    let mut members = Map::new();
    let mut set = |name: &str, value: Value| members.insert(name.to_owned(), value);
    set("code", error.code().into());
    set("message", message.into());
    if let Some(field) = error.field() {
        set("field", field.into());
    }
    if let Some(value) = error.value() {
        set("value", value.into());
    }
    if !error.holders().is_empty() {
        set("holders", json!(error.holders()));
    }
    if let Some(survivor) = error.survivor() {
        set("survivor", json!(survivor));
    }
    if !error.rejected().is_empty() {
        set("rejected", json!(error.rejected()));
    }
    if let kinfold::Error::ChangesForgotten { forgotten, last } = error {
        set("forgotten", json!(forgotten));
        set("last", json!(last));
    }
    json!({ "error": members })
}
