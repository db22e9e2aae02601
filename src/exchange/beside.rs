//! What can't stand in its field is kept beside it: as metadata, under the name it came with.

use crate::contact::{Change, FieldsPatch, Json, Limits};

/// Keeps a text under a name, or under the first numbered one that nothing else has.
pub(super) fn keep(fields: &mut FieldsPatch, name: &str, text: &str) {
    let metadata = fields.metadata.or_default();
    let name = entry_name(name);
    let mut key = name.clone();
    let mut number = 1_u32;
    while metadata.get(&key).is_some() {
        number += 1;
        key = format!("{name} {number}");
    }
    metadata.insert(key, Change::Set(Json::from(text)));
}

/// A header as the name of a metadata entry, with room for a number behind it.
fn entry_name(header: &str) -> String {
    let words: Vec<&str> = header.split_whitespace().collect();
    words
        .join(" ")
        .chars()
        .filter(|character| !character.is_control())
        .take(Limits::ENTRY_NAME - 10)
        .collect()
}
