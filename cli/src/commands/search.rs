//! `search` and `reindex`.

use std::time::Instant;

use kinfold::{Contacts, Kinfold, MatchedField, SearchHit, SearchRequest};
use serde_json::json;

use super::book::filter;
use crate::arguments::SearchArguments;
use crate::failure::Failure;
use crate::output::{Output, counted, note, on_one_line};

pub(crate) fn run(
    contacts: &Contacts,
    how: &SearchArguments,
    output: &Output,
) -> Result<(), Failure> {
    let request = SearchRequest::new(&how.query)
        .filter(filter(&how.filter))
        .limit(how.limit)
        .after(how.cursor.clone());
    let page = contacts.search(&request)?;
    output.result(&page, || {
        let lines: Vec<String> = page.hits.iter().map(in_words).collect();
        match lines.is_empty() {
            true => "Nobody is found.".to_owned(),
            false => lines.join("\n"),
        }
    })?;
    if let Some(next) = &page.next
        && !output.is_json()
    {
        note(&format!("there are more; go on with --cursor {next}"));
    }
    Ok(())
}

/// A hit on a line: who it is, what else than the name was met, and the id.
fn in_words(hit: &SearchHit) -> String {
    let name = hit.contact.fields.name.display();
    let mut line = name.unwrap_or_else(|| "(no name)".to_owned());
    let beside = |field: MatchedField| {
        matches!(
            field,
            MatchedField::Company | MatchedField::Email | MatchedField::Phone
        )
    };
    for part in hit.matched.iter().filter(|part| beside(part.field)) {
        line.push_str(", ");
        line.push_str(&part.text);
    }
    format!("{}  {}", hit.contact.id, on_one_line(&line))
}

pub(crate) fn reindex(kinfold: &Kinfold, output: &Output) -> Result<(), Failure> {
    let started = Instant::now();
    let index = kinfold.reindex()?;
    let seconds = (started.elapsed().as_secs_f64() * 1_000.0).round() / 1_000.0;
    let made = json!({ "contacts": index.contacts, "bytes": index.bytes, "seconds": seconds });
    output.result(&made, || {
        let people = counted(index.contacts, "contact");
        format!(
            "{people} in the index, {} bytes, in {seconds} s",
            index.bytes
        )
    })
}
