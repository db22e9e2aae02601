//! Who may use whom, as ARCHITECTURE.md draws it. The sources are read as text, so the
//! rules hold for every feature and system, whatever this build compiles.

#[path = "layering/rust_text.rs"]
mod rust_text;

use std::fmt;
use std::fs;
use std::io;
use std::path::Path;

use rust_text::SourceText;

/// Every room, and the rooms it may use besides itself. A room only uses rooms above
/// its own line, so the arrows can't run in a circle.
const ROOMS: &[(&str, &str)] = &[
    ("ident", ""),
    ("scope", ""),
    ("clock", ""),
    ("contact", "ident scope clock"),
    ("error", "ident contact scope clock"),
    ("resolve", "ident contact scope clock error"),
    ("book", "ident contact scope clock error"),
    ("duplicates", "ident contact scope error"),
    ("exchange", "ident contact scope clock resolve error"),
    ("store", BELOW_STORE),
    // The store and the search don't know each other.
    ("search", BELOW_STORE),
    (
        "engine",
        "ident contact scope clock error resolve book duplicates exchange store search",
    ),
    (
        "wire",
        "ident contact scope clock error resolve book duplicates exchange engine",
    ),
];

const BELOW_STORE: &str = "ident contact scope clock error resolve book duplicates";

/// Values in, values out: no file and no clock.
const PURE_ROOMS: &[&str] = &["ident", "contact", "resolve", "book", "duplicates", "scope"];

/// Crates of one room, and the folder they stay in.
const CONFINED_CRATES: &[(&str, &str)] = &[
    ("rusqlite", "src/store"),
    ("rusqlite_migration", "src/store"),
    ("libsqlite3_sys", "src/store"),
    ("tantivy", "src/search"),
    ("tantivy_fst", "src/search"),
    ("levenshtein_automata", "src/search"),
    ("any_ascii", "src/search"),
    ("axum", "cli"),
    ("hyper", "cli"),
    ("hyper_util", "cli"),
    ("tokio", "cli"),
];

/// The rules of a search, which the index and a look at the contacts share: values in, values
/// out, like the pure rooms, and nothing of tantivy.
const SEARCH_RULES: &[&str] = &["fold", "words", "query", "nicknames", "matching"];

const LONGEST_FILE: usize = 600;

#[derive(Debug, PartialEq, Eq)]
struct Finding {
    path: String,
    line: usize,
    message: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.path, self.line, self.message)
    }
}

/// What is wrong with one source file; `path` is relative to the root of the
/// repository and written with `/`.
fn check(path: &str, text: &str) -> Vec<Finding> {
    let source = SourceText::read(text);
    let mut found = Vec::new();
    check_length(text, &mut found);
    check_confined_crates(path, &source, &mut found);
    check_sql(path, &source, &mut found);
    if let Some(below_src) = path.strip_prefix("src/") {
        check_printing(&source, &mut found);
        if below_src != "lib.rs" {
            check_room(&module_path(below_src), &source, &mut found);
        }
    }
    found.sort();
    found.dedup();
    found
        .into_iter()
        .map(|(line, message)| Finding {
            path: path.to_owned(),
            line,
            message,
        })
        .collect()
}

/// The names of the modules that lead to a file: `contact/id.rs` is `contact::id`.
fn module_path(below_src: &str) -> Vec<String> {
    let stem = below_src.strip_suffix(".rs").unwrap_or(below_src);
    let stem = stem.strip_suffix("/mod").unwrap_or(stem);
    stem.split('/').map(str::to_owned).collect()
}

fn allowed_rooms(room: &str) -> Option<&'static str> {
    ROOMS
        .iter()
        .find(|(name, _)| *name == room)
        .map(|(_, allowed)| *allowed)
}

fn check_room(module: &[String], source: &SourceText, found: &mut Vec<(usize, String)>) {
    let Some(room) = module.first() else {
        return;
    };
    let Some(allowed) = allowed_rooms(room) else {
        let message = format!("the table of tests/layering.rs does not say what `{room}` may use");
        found.push((1, message));
        return;
    };
    for (line, name) in source.rooms_named(module) {
        if name != *room && !allowed.split(' ').any(|other| other == name) {
            found.push((line, wrong_arrow(room, &name, allowed)));
        }
    }
    let name = module.get(1).map_or("", String::as_str);
    let is_rule = room == "search" && SEARCH_RULES.contains(&name);
    if is_rule {
        for name in ["tantivy", "tantivy_fst"] {
            for line in source.lines_with_name(name) {
                found.push((line, format!("a rule of `search` may not use `{name}`")));
            }
        }
    }
    if is_rule || PURE_ROOMS.contains(&room.as_str()) {
        let paths = source
            .paths()
            .filter_map(|(line, path)| Some((*line, impure(path)?)));
        let names = ["SystemTime", "Instant", "SystemClock", "now_v7", "new_v4"];
        let names = names.into_iter().flat_map(|name| {
            source
                .lines_with_name(name)
                .map(move |line| (line, name.to_owned()))
        });
        for (line, what) in paths.chain(names) {
            found.push((line, format!("`{room}` is pure and may not use `{what}`")));
        }
    }
}

fn wrong_arrow(room: &str, name: &str, allowed: &str) -> String {
    let problem = if allowed_rooms(name).is_some() {
        format!("`{room}` may not use `{name}`")
    } else {
        format!("`crate::{name}` is not a room, name the room it comes from")
    };
    if allowed.is_empty() {
        format!("{problem}; `{room}` may use no other room")
    } else {
        format!("{problem}; `{room}` may use {}", allowed.replace(' ', ", "))
    }
}

fn impure(path: &[String]) -> Option<String> {
    let names: Vec<&str> = path.iter().map(String::as_str).collect();
    match names.as_slice() {
        [
            "std",
            module @ ("fs" | "time" | "env" | "net" | "process" | "*"),
            ..,
        ] => Some(format!("std::{module}")),
        [_, .., "now"] => Some(names.join("::")),
        _ => None,
    }
}

fn check_confined_crates(path: &str, source: &SourceText, found: &mut Vec<(usize, String)>) {
    for (name, home) in CONFINED_CRATES {
        if path.starts_with(&format!("{home}/")) || path == format!("{home}.rs") {
            continue;
        }
        for line in source.lines_with_name(name) {
            found.push((line, format!("`{name}` is only used under {home}")));
        }
    }
    // `http` alone is also a word one may call a variable.
    if !path.starts_with("cli/") {
        for (line, names) in source.paths() {
            if names.len() > 1 && names.first().is_some_and(|name| name == "http") {
                found.push((*line, "`http` is only used under cli".to_owned()));
            }
        }
    }
}

fn check_sql(path: &str, source: &SourceText, found: &mut Vec<(usize, String)>) {
    if path.starts_with("src/store/") || path == "src/store.rs" {
        return;
    }
    for (line, literal) in source.literals() {
        if let Some(statement) = sql_in(literal) {
            found.push((
                *line,
                format!("SQL (`{statement}`) is only written under src/store"),
            ));
        }
    }
}

/// The statement a text holds, if it holds one. Only capitals count, so that prose about
/// selecting and deleting doesn't.
fn sql_in(literal: &str) -> Option<&'static str> {
    const STATEMENTS: &[&str] = &[
        "SELECT",
        "INSERT INTO",
        "INSERT OR",
        "REPLACE INTO",
        "DELETE FROM",
        "UPDATE",
        "CREATE TABLE",
        "CREATE INDEX",
        "CREATE UNIQUE INDEX",
        "CREATE VIRTUAL TABLE",
        "CREATE TRIGGER",
        "CREATE VIEW",
        "ALTER TABLE",
        "DROP TABLE",
        "DROP INDEX",
        "PRAGMA",
        "BEGIN IMMEDIATE",
        "ROLLBACK TO",
        "SAVEPOINT",
    ];
    let mut words = String::from(" ");
    for character in literal.chars() {
        if character.is_alphanumeric() || character == '_' {
            words.push(character);
        } else if !words.ends_with(' ') {
            words.push(' ');
        }
    }
    // A word that ends the text may be the name of something: a statement goes on.
    STATEMENTS
        .iter()
        .copied()
        .find(|statement| words.contains(&format!(" {statement} ")))
}

fn check_printing(source: &SourceText, found: &mut Vec<(usize, String)>) {
    for name in ["println", "eprintln", "print", "eprint", "dbg"] {
        for line in source.lines_with_macro(name) {
            found.push((line, format!("a library prints nothing: `{name}!`")));
        }
    }
}

fn check_length(text: &str, found: &mut Vec<(usize, String)>) {
    let lines = text.lines().count();
    if lines > LONGEST_FILE {
        found.push((
            LONGEST_FILE + 1,
            format!("{lines} lines, at most {LONGEST_FILE}: split the file by what its parts mean"),
        ));
    }
}

/// Every Rust file below a folder, by its path from the root, in order.
fn rust_files(root: &Path, folder: &str) -> io::Result<Vec<String>> {
    let mut files = Vec::new();
    let mut entries = fs::read_dir(root.join(folder))?.collect::<Result<Vec<_>, _>>()?;
    entries.sort_by_key(fs::DirEntry::file_name);
    for entry in entries {
        let path = format!("{folder}/{}", entry.file_name().to_string_lossy());
        if entry.file_type()?.is_dir() {
            files.extend(rust_files(root, &path)?);
        } else if path.ends_with(".rs") {
            files.push(path);
        }
    }
    Ok(files)
}

#[test]
fn the_sources_keep_to_the_layers() -> io::Result<()> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files = rust_files(root, "src")?;
    assert!(files.iter().any(|path| path == "src/lib.rs"), "{files:?}");
    // A published package has the library alone.
    if root.join("cli/src").is_dir() {
        files.extend(rust_files(root, "cli/src")?);
    }
    let mut findings = Vec::new();
    for path in &files {
        let text = fs::read_to_string(root.join(path))?;
        findings.extend(check(path, &text).iter().map(Finding::to_string));
    }
    assert!(findings.is_empty(), "\n{}\n", findings.join("\n"));
    Ok(())
}

#[test]
fn the_table_has_no_circle() {
    let mut above: Vec<&str> = Vec::new();
    for (room, allowed) in ROOMS {
        for name in allowed.split_whitespace() {
            assert!(above.contains(&name), "{room} uses {name}, which is below");
        }
        above.push(room);
    }
    for room in PURE_ROOMS {
        assert!(above.contains(room), "{room} is not in the table");
    }
}

/// The lines that are found wrong in a text.
fn wrong_lines(path: &str, text: &str) -> Vec<usize> {
    check(path, text)
        .iter()
        .map(|finding| finding.line)
        .collect()
}

#[test]
fn a_wrong_arrow_is_found_however_it_is_written() {
    for text in [
        "use crate::store::Store;",
        "pub(crate) use crate::store;",
        "use crate::{ident::Key, store::{self, Store}};",
        "use crate::{\n    ident::Key,\n    store::Store,\n};",
        "fn f() { crate::store::open(); }",
        "fn f(x: &crate :: store :: Store) {}",
        "use super::super::store::Store;",
        "use super::super::{clock::Timestamp, store::Store};",
        "use super::{super::store::Store, json};",
        "use self::super::super::store;",
        "mod tests { use super::super::super::store::Store; }",
        "#[cfg(test)]\nmod tests { mod inner {} use crate::store::Store; }",
        "macro_rules! m { () => { $crate::store::open() } }",
        "use kinfold::store::Store;",
        "use crate::Store;",
        "use crate::*;",
        "use super::super::*;",
    ] {
        let findings = check("src/contact/id.rs", text);
        assert_eq!(findings.len(), 1, "{text}: {findings:?}");
    }
    let findings = check("src/contact/id.rs", "\n\nuse crate::store::Store;\n");
    assert_eq!(
        findings.first().map(Finding::to_string).as_deref(),
        Some(
            "src/contact/id.rs:3: `contact` may not use `store`; \
             `contact` may use ident, scope, clock"
        )
    );
    assert_eq!(
        wrong_lines(
            "src/scope.rs",
            "use super::ident;\nuse super::{clock, scope};"
        ),
        [1, 2]
    );
    assert_eq!(
        wrong_lines("src/contact/mod.rs", "use super::store;\nuse super::ident;"),
        [1]
    );
    assert_eq!(wrong_lines("src/store/x.rs", "use crate::search::A;"), [1]);
    assert_eq!(wrong_lines("src/search/x.rs", "use crate::store::A;"), [1]);
    assert_eq!(wrong_lines("src/wire/x.rs", "use crate::store::A;"), [1]);
    assert_eq!(wrong_lines("src/engine/x.rs", "use crate::wire::A;"), [1]);
    assert_eq!(wrong_lines("src/cellar/mod.rs", ""), [1]);
}

#[test]
fn what_is_allowed_is_not_found() {
    for (path, text) in [
        (
            "src/lib.rs",
            "pub use store::Store; pub use crate::wire::A;",
        ),
        (
            "src/contact/id.rs",
            "use crate::ident::Key; use super::json::Json; use std::fmt;",
        ),
        (
            "src/contact/id.rs",
            "mod tests { use super::*; use super::super::json; }",
        ),
        (
            "src/contact/id.rs",
            "pub(crate) fn f() {} pub(super) fn g() {} pub(in crate::contact) fn h() {}",
        ),
        (
            "src/contact/mod.rs",
            "mod tests { use super::*; } use self::json::Json;",
        ),
        (
            "src/contact/id.rs",
            "/// [`A`](crate::store::A)\n//! crate::store\n/* crate::store /* */ crate::store */",
        ),
        (
            "src/contact/id.rs",
            "const A: &str = \"crate::store::A // \\\" crate::store\"; const B: char = '\"';",
        ),
        (
            "src/contact/id.rs",
            "const A: &str = r#\"crate::store \" crate::store\"#; fn f<'a>(x: &'a str) {}",
        ),
        (
            "src/engine/mod.rs",
            "use crate::{store::Store, search::Index, error::Error};",
        ),
        (
            "src/store/open.rs",
            "use rusqlite::Connection; const A: &str = \"SELECT 1\";",
        ),
        ("src/search/writer.rs", "use tantivy::Index; use std::fs;"),
        (
            "src/search/query.rs",
            "use levenshtein_automata::DFA; use super::words::Form;",
        ),
        ("src/search/fold.rs", "use any_ascii::any_ascii_char;"),
        (
            "cli/src/serve.rs",
            "use axum::Router; fn f() { println!(\"a\"); } use crate::anything;",
        ),
        ("src/clock.rs", "use std::time::SystemTime;"),
        (
            "src/engine/mod.rs",
            "// a comment about INSERT INTO\nconst A: &str = \"select one, then UPDATE\";",
        ),
        ("src/wire/mod.rs", "fn f(http: bool) -> bool { http }"),
    ] {
        let findings = check(path, text);
        assert!(findings.is_empty(), "{text}: {findings:?}");
    }
}

#[test]
fn crates_sql_clocks_and_printing_are_found_outside_their_rooms() {
    for (path, text) in [
        ("src/engine/mod.rs", "use rusqlite::Connection;"),
        ("src/search/mod.rs", "fn f(x: rusqlite::Connection) {}"),
        ("cli/src/main.rs", "use rusqlite::Connection;"),
        ("src/error.rs", "fn f(x: rusqlite::Error) {}"),
        ("src/store/mod.rs", "use tantivy::Index;"),
        ("src/engine/search/sight.rs", "use tantivy::Index;"),
        ("src/engine/search/sight.rs", "use tantivy_fst::Automaton;"),
        ("src/book/order.rs", "use any_ascii::any_ascii;"),
        ("src/engine/mod.rs", "use levenshtein_automata::DFA;"),
        ("src/search/query.rs", "use tantivy::Index;"),
        ("src/search/matching.rs", "use tantivy_fst::Set;"),
        ("src/search/words.rs", "use std::fs::File;"),
        ("src/search/fold.rs", "fn f(x: Instant) {}"),
        ("src/wire/mod.rs", "use axum::Router;"),
        ("src/wire/mod.rs", "fn f() -> http::StatusCode {}"),
        (
            "src/engine/mod.rs",
            "const A: &str = \"SELECT id FROM contact\";",
        ),
        (
            "src/engine/mod.rs",
            "const A: &str = \"\\n  INSERT INTO contact VALUES (1)\";",
        ),
        (
            "src/search/mod.rs",
            "const A: &str = r\"WITH a AS (SELECT 1) DELETE FROM b\";",
        ),
        (
            "cli/src/main.rs",
            "const A: &str = \"PRAGMA user_version\";",
        ),
        ("src/contact/mod.rs", "use std::fs::File;"),
        ("src/ident/mod.rs", "use std::{fmt, time::Duration};"),
        ("src/scope.rs", "fn f() { let _ = std::fs::read(\"a\"); }"),
        ("src/resolve/plan.rs", "fn f(x: SystemTime) {}"),
        (
            "src/resolve/plan.rs",
            "fn f() { let _ = jiff::Timestamp::now(); }",
        ),
        ("src/resolve/plan.rs", "use crate::clock::SystemClock;"),
        ("src/duplicates/mod.rs", "fn f(x: Instant) {}"),
        ("src/engine/mod.rs", "fn f() { println!(\"a\"); }"),
        (
            "src/engine/mod.rs",
            "#[cfg(test)] mod tests { fn f() { dbg!(1); } }",
        ),
        ("src/lib.rs", "fn f() { eprintln!(\"a\"); }"),
    ] {
        let findings = check(path, text);
        assert_eq!(findings.len(), 1, "{text}: {findings:?}");
    }
}

#[test]
fn a_long_file_is_found() {
    assert!(check("src/store/mod.rs", &"\n".repeat(LONGEST_FILE)).is_empty());
    for path in ["src/store/mod.rs", "cli/src/main.rs"] {
        let text = "\n".repeat(LONGEST_FILE + 1);
        assert_eq!(wrong_lines(path, &text), [LONGEST_FILE + 1]);
    }
}
