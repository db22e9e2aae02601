//! The crates kinfold is to be built on are asked for in Cargo.toml and used in the
//! sources. Anything else would be a promise that only the manifest keeps.

use std::fs;
use std::io;
use std::path::Path;

/// The crate, the table of Cargo.toml that asks for it, and the folder that uses it.
const PROMISED: &[(&str, &str, &str)] = &[
    ("rusqlite", "dependencies", "src"),
    ("serde", "dependencies", "src"),
    ("phonenumber", "dependencies", "src"),
    ("email_address", "dependencies", "src"),
    ("unicode-normalization", "dependencies", "src"),
    ("tantivy", "dependencies", "src"),
    ("thiserror", "dependencies", "src"),
    ("proptest", "dev-dependencies", "tests"),
    ("criterion", "dev-dependencies", "benches"),
];

/// The crates one table of a manifest asks for, however their lines are written.
fn crates_in<'a>(manifest: &'a str, table: &str) -> Vec<&'a str> {
    let mut names = Vec::new();
    let mut inside = false;
    for line in manifest.lines() {
        if let Some(header) = line.strip_prefix('[') {
            let header = header.split(']').next().unwrap_or(header);
            inside = header == table;
            let below = header
                .strip_prefix(table)
                .and_then(|rest| rest.strip_prefix('.'));
            names.extend(below);
        } else if inside && let Some((key, _)) = line.split_once('=') {
            let name = key.split('.').next().unwrap_or(key).trim();
            // What goes on from the line above starts with a space or a bracket.
            if key.starts_with(|first: char| first.is_alphanumeric()) {
                names.push(name);
            }
        }
    }
    names
}

/// Whether a source names a crate as the start of a path, outside of line comments.
fn uses(source: &str, crate_name: &str) -> bool {
    let name = crate_name.replace('-', "_");
    let path = format!("{name}::");
    source.lines().any(|line| {
        let code = line.split("//").next().unwrap_or(line);
        code.match_indices(&path).any(|(at, _)| {
            let before = code.get(..at).unwrap_or_default();
            !before.ends_with(|last: char| last.is_alphanumeric() || "_:".contains(last))
                || before.ends_with(" ::")
        })
    })
}

fn any_file_uses(folder: &Path, crate_name: &str) -> io::Result<bool> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let found = if path.is_dir() {
            any_file_uses(&path, crate_name)?
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            uses(&fs::read_to_string(&path)?, crate_name)
        } else {
            false
        };
        if found {
            return Ok(true);
        }
    }
    Ok(false)
}

#[test]
fn the_promised_crates_are_asked_for_and_used() -> io::Result<()> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let manifest = fs::read_to_string(root.join("Cargo.toml"))?;
    let mut missing = Vec::new();
    for (name, table, folder) in PROMISED {
        if !crates_in(&manifest, table).contains(name) {
            missing.push(format!("Cargo.toml: [{table}] does not ask for {name}"));
        }
        let folder_path = root.join(folder);
        if !folder_path.is_dir() || !any_file_uses(&folder_path, name)? {
            missing.push(format!("{folder}/: no file uses {name}"));
        }
    }
    assert!(missing.is_empty(), "\n{}\n", missing.join("\n"));
    Ok(())
}

#[test]
fn a_crate_is_found_in_its_table_alone() {
    let manifest = "\
[package]
name = \"serde\"

[dependencies]
rusqlite = { version = \"1\", features = [
    \"bundled\",
] }
# thiserror = \"2\"
jiff.workspace = true

[dependencies.tantivy]
version = \"1\"

[dev-dependencies]
proptest = \"1\"
";
    assert_eq!(
        crates_in(manifest, "dependencies"),
        ["rusqlite", "jiff", "tantivy"]
    );
    assert_eq!(crates_in(manifest, "dev-dependencies"), ["proptest"]);
}

#[test]
fn a_crate_is_used_where_a_path_starts_with_it() {
    for source in [
        "use unicode_normalization::UnicodeNormalization;",
        "fn f() { unicode_normalization::is_nfc(text) }",
        "use ::unicode_normalization::char;",
    ] {
        assert!(uses(source, "unicode-normalization"), "{source}");
    }
    for source in [
        "// unicode_normalization::UnicodeNormalization",
        "/// use unicode_normalization::UnicodeNormalization;",
        "use my_unicode_normalization::A;",
        "use other::unicode_normalization::A;",
        "let unicode_normalization = 1;",
    ] {
        assert!(!uses(source, "unicode-normalization"), "{source}");
    }
}
