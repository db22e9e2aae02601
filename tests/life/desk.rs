//! A store with a clock that moves, and the notation in which its tests speak: `P1 (E1)` is
//! a contact that holds the first phone and lists the first email without holding it.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use kinfold::{
    Builder, ChangeEntry, Clock, Contact, ContactId, Contacts, Draft, Durability, Error, Key, Kind,
    Kinfold, Outcome, ResolveRequest, Scope, Timestamp,
};
use rusqlite::Connection;
use rusqlite::types::Value as Cell;
use serde_json::Value;
use tempfile::TempDir;

/// Each look at it is a second later than the one before.
#[derive(Default)]
struct Seconds(AtomicI64);

impl Clock for Seconds {
    fn now(&self) -> Timestamp {
        let seconds = self.0.fetch_add(1, Ordering::Relaxed);
        Timestamp::from_milliseconds(1_767_225_600_000 + seconds * 1_000)
    }

    fn new_id(&self) -> [u8; 16] {
        let mut id = [0x1d; 16];
        id[..8].copy_from_slice(&self.0.fetch_add(1, Ordering::Relaxed).to_be_bytes());
        id
    }
}

pub struct Desk {
    folder: TempDir,
    pub kinfold: Kinfold,
    pub contacts: Contacts,
}

impl Drop for Desk {
    /// What must always hold does hold at the end of every test.
    fn drop(&mut self) {
        if !std::thread::panicking() {
            let report = self.kinfold.check().unwrap();
            assert_eq!(report.problems, []);
        }
    }
}

impl Desk {
    pub fn new() -> Self {
        Self::with(Kinfold::builder())
    }

    pub fn with(builder: Builder) -> Self {
        let folder = tempfile::tempdir().unwrap();
        // No test pulls the plug.
        let builder = builder.durability(Durability::Normal);
        let builder = builder.clock(Arc::new(Seconds::default()));
        let kinfold = builder.open(folder.path().join("store")).unwrap();
        let contacts = kinfold.contacts(Scope::default());
        Self {
            folder,
            kinfold,
            contacts,
        }
    }

    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    /// A contact with these identifiers, though others may hold some.
    pub fn person(&self, keys: &str) -> ContactId {
        self.make(keys, "{}").contact.id
    }

    /// The same, with fields in JSON.
    pub fn make(&self, keys: &str, fields: &str) -> Outcome {
        let request = request(keys, fields).allow_duplicates(true);
        self.contacts.create(request).unwrap()
    }

    /// What a resolve of these identifiers answers.
    pub fn resolve(&self, keys: &str) -> Outcome {
        self.contacts.resolve(draft(keys)).unwrap()
    }

    pub fn get(&self, id: ContactId) -> Contact {
        self.contacts.get(id).unwrap()
    }

    /// What a contact lists, in its order.
    pub fn lists(&self, id: ContactId) -> String {
        lists(&self.get(id))
    }

    /// Who holds a key.
    pub fn holder(&self, key_: &str) -> Option<ContactId> {
        let found = self.contacts.find(&key(key_)).unwrap();
        found.map(|contact| contact.id)
    }

    /// Does something that must be one entry of the log, of this kind.
    pub fn once<T>(&self, op: &str, job: impl FnOnce(&Contacts) -> kinfold::Result<T>) -> T {
        let before = self.log();
        let done = job(&self.contacts).unwrap_or_else(|error| panic!("{op}: {error}"));
        let after = self.log();
        let new: Vec<&String> = after[before.len()..].iter().collect();
        assert_eq!(new, [op], "entries of the log");
        done
    }

    /// Does something that must write nothing at all.
    pub fn unchanged<T>(&self, job: impl FnOnce(&Contacts) -> T) -> T {
        let before = self.rows();
        let done = job(&self.contacts);
        let after = self.rows();
        let written: Vec<_> = after.iter().filter(|row| !before.contains(row)).collect();
        assert!(before == after, "something was written: {written:?}");
        done
    }

    /// Does something that must be refused and write nothing.
    pub fn refused<T>(&self, job: impl FnOnce(&Contacts) -> kinfold::Result<T>) -> Error {
        self.unchanged(|contacts| match job(contacts) {
            Ok(_) => panic!("it was not refused"),
            Err(error) => error,
        })
    }

    /// The log of the scope.
    pub fn changes(&self) -> Vec<ChangeEntry> {
        self.contacts.changes_since(0, 1_000).unwrap()
    }

    /// What the entries of the log are, of all scopes.
    fn log(&self) -> Vec<String> {
        let raw = self.raw();
        let mut select = raw.prepare("SELECT op FROM change ORDER BY seq").unwrap();
        let ops = select.query_map([], |row| row.get(0)).unwrap();
        ops.collect::<Result<_, _>>().unwrap()
    }

    /// Every row of every table.
    fn rows(&self) -> Vec<(String, Vec<Cell>)> {
        let raw = self.raw();
        let mut tables = raw
            .prepare("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name")
            .unwrap();
        let tables = tables.query_map([], |row| row.get(0)).unwrap();
        let tables: Vec<String> = tables.collect::<Result<_, _>>().unwrap();
        let mut all = Vec::new();
        for table in tables {
            let mut select = raw.prepare(&format!("SELECT * FROM {table}")).unwrap();
            let columns = select.column_count();
            let rows = select
                .query_map([], |row| {
                    (0..columns).map(|column| row.get(column)).collect()
                })
                .unwrap();
            all.extend(rows.map(|row| (table.clone(), row.unwrap())));
        }
        all
    }

    pub fn raw(&self) -> Connection {
        Connection::open(self.path().join("store").join("contacts.db")).unwrap()
    }
}

/// What somebody types for a key: `P1`, `E1`, and `X1` and `Y1` of two sources.
fn typed(symbol: &str) -> (Kind, String) {
    let number: u16 = symbol[1..].parse().expect("a number");
    match &symbol[..1] {
        "P" => (Kind::Phone, format!("+1415555{:04}", 100 + number)),
        "E" => (Kind::Email, format!("e{number}@example.com")),
        "X" => (Kind::ExternalId, format!("x:{number}")),
        "Y" => (Kind::ExternalId, format!("y:{number}")),
        _ => panic!("{symbol} is no key"),
    }
}

pub fn key(symbol: &str) -> Key {
    let (kind, text) = typed(symbol);
    Key::read(kind, &text).unwrap()
}

fn symbol(key: &Key) -> String {
    let digits: String = key.value().chars().filter(char::is_ascii_digit).collect();
    let number: u64 = digits.parse().unwrap();
    match key.kind() {
        Kind::Phone => format!("P{}", number - 14_155_550_100),
        Kind::Email => format!("E{number}"),
        Kind::ExternalId => format!("{}{number}", key.source().unwrap().to_uppercase()),
    }
}

pub fn draft(keys: &str) -> Draft {
    keys.split_whitespace().fold(Draft::new(), |draft, symbol| {
        let (kind, text) = typed(symbol);
        match (kind, text.split_once(':')) {
            (Kind::Phone, _) => draft.phone(text),
            (Kind::ExternalId, Some((source, value))) => draft.external_id(source, value),
            _ => draft.email(text),
        }
    })
}

/// A request for these keys with fields in JSON.
pub fn request(keys: &str, fields: &str) -> ResolveRequest {
    let mut request = ResolveRequest::from_json(fields).unwrap();
    let mut draft = draft(keys);
    draft.fields = request.draft.fields;
    request.draft = draft;
    request
}

pub fn lists(contact: &Contact) -> String {
    let listings = contact.identifiers.iter();
    let each = listings.map(|listing| match listing.holds {
        true => symbol(&listing.key),
        false => format!("({})", symbol(&listing.key)),
    });
    each.collect::<Vec<_>>().join(" ")
}

/// Conflicts, such as `P1→id`, as pairs of a key and its holder.
pub fn held<'a>(
    conflicts: impl IntoIterator<Item = &'a kinfold::Conflict>,
) -> Vec<(String, ContactId)> {
    let each = conflicts.into_iter();
    each.map(|conflict| (symbol(&conflict.key), conflict.holder))
        .collect()
}

pub fn json(contact: &Contact) -> Value {
    serde_json::to_value(contact).unwrap()
}

/// A contact as it is printed, but for what counts changes.
pub fn but_version(contact: &Contact) -> Value {
    let mut printed = json(contact);
    printed.as_object_mut().unwrap().remove("version");
    printed
}

/// Whether everything that is expected is there; more may be, but not in a map of somebody's
/// own making.
pub fn has(actual: &Value, expected: &Value) -> bool {
    let (Value::Object(all), Value::Object(named)) = (actual, expected) else {
        return actual == expected;
    };
    named.iter().all(|(name, value)| {
        let own = all.get(name).unwrap_or(&Value::Null);
        let size = |value: &Value| value.as_object().map(serde_json::Map::len);
        match name.as_str() {
            "metadata" => own == value,
            "custom_fields" => size(own) == size(value) && has(own, value),
            _ => has(own, value),
        }
    })
}

pub fn parsed(json: &str) -> Value {
    serde_json::from_str(json).unwrap_or_else(|error| panic!("{error}: {json}"))
}
