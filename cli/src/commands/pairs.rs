//! Pairs of contacts that are different people or may be one, and keys that nobody holds.

use kinfold::{ContactId, Contacts, Decision, Key, KeyPattern, Kind, Merged};
use serde::Serialize;
use serde_json::json;

use super::life::merged_in_words;
use super::named_key;
use crate::arguments::{BlockArguments, Decided, ReviewArguments, Switch};
use crate::failure::Failure;
use crate::output::Output;

pub(super) fn distinct(
    contacts: &Contacts,
    a: ContactId,
    b: ContactId,
    lift: bool,
    output: &Output,
) -> Result<(), Failure> {
    let changed = match lift {
        true => contacts.lift_distinct(a, b)?,
        false => contacts.mark_distinct(a, b)?,
    };
    let answer = json!({ "a": a, "b": b, "distinct": !lift, "changed": changed });
    output.result(&answer, || {
        match (lift, changed) {
            (false, true) => "They are two people from now on.",
            (false, false) => "They were two people already.",
            (true, true) => "They may be one person again.",
            (true, false) => "Nobody had said that they are two people.",
        }
        .to_owned()
    })
}

/// What became of a pair.
#[derive(Serialize)]
struct DecidedPair {
    a: ContactId,
    b: ContactId,
    decision: &'static str,
    #[serde(flatten)]
    merged: Option<Merged>,
}

pub(super) fn review(
    contacts: &Contacts,
    how: &ReviewArguments,
    output: &Output,
) -> Result<(), Failure> {
    let rules = how.rules.read()?;
    if let (Some(decided), [a, b]) = (how.decide, how.pair.as_slice()) {
        let (decision, name) = match decided {
            Decided::Merge => (Decision::Merge(rules), "merge"),
            Decided::Distinct => (Decision::Distinct, "distinct"),
            Decided::Later => (Decision::Later, "later"),
        };
        let pair = DecidedPair {
            a: *a,
            b: *b,
            decision: name,
            merged: contacts.decide(*a, *b, &decision)?,
        };
        return output.result(&pair, || match &pair.merged {
            Some(merged) => merged_in_words(merged),
            None => match decided {
                Decided::Later => "Put off; `review --later` shows it.".to_owned(),
                Decided::Merge | Decided::Distinct => "They are two people from now on.".to_owned(),
            },
        });
    }
    if output.is_for_a_person() {
        return crate::review::run(contacts, rules, how.later, output);
    }
    let queue = contacts.review(how.later)?;
    let mut lines = output.lines();
    for pair in &queue {
        lines.write(pair)?;
    }
    lines.finish()
}

/// What somebody blocks: one key, or all of a shape.
enum Blockable {
    Key(Key),
    Pattern(KeyPattern),
}

pub(super) fn block(
    contacts: &Contacts,
    what: &BlockArguments,
    output: &Output,
) -> Result<(), Failure> {
    if let Some(switch) = what.notorious {
        let on = switch == Switch::On;
        let changed = contacts.block_notorious(on)?;
        let answer = json!({ "notorious": on, "changed": changed });
        return output.result(&answer, || {
            match (on, changed) {
                (true, true) => "What a new scope blocks is blocked.",
                (false, true) => "What a new scope blocks is blocked no longer.",
                (true, false) => "It was blocked already.",
                (false, false) => "Nothing of it was blocked.",
            }
            .to_owned()
        });
    }
    let (Some(kind), Some(key)) = (what.kind, &what.key) else {
        let usage = "name a KIND and a KEY, or --notorious on|off";
        return Err(Failure::Usage(usage.to_owned()));
    };
    let blockable = match key.contains('*') {
        true => Blockable::Pattern(read_pattern(kind, key)?),
        false => Blockable::Key(named_key(contacts, kind, key)?),
    };
    let changed = match (&blockable, what.lift) {
        (Blockable::Key(key), false) => contacts.block(key)?,
        (Blockable::Key(key), true) => contacts.unblock(key)?,
        (Blockable::Pattern(pattern), false) => contacts.block_pattern(pattern)?,
        (Blockable::Pattern(pattern), true) => contacts.unblock_pattern(pattern)?,
    };
    let name = match &blockable {
        Blockable::Key(key) => key.as_str(),
        Blockable::Pattern(pattern) => pattern.as_str(),
    };
    let by = match (&blockable, what.lift) {
        (Blockable::Key(key), true) => blocking_pattern(contacts, key)?,
        _ => None,
    };
    let blocked = !what.lift || by.is_some();
    let answer = json!({ "kind": kind, "key": name, "blocked": blocked, "changed": changed });
    output.result(&answer, || match (what.lift, by) {
        (true, Some(pattern)) => format!("{kind} {name} is still blocked by {pattern}."),
        (true, None) if changed => format!("{kind} {name} is blocked no longer."),
        (true, None) => format!("{kind} {name} was not blocked."),
        (false, _) if changed => format!("{kind} {name} is blocked."),
        (false, _) => format!("{kind} {name} was blocked already."),
    })
}

fn read_pattern(kind: Kind, text: &str) -> Result<KeyPattern, Failure> {
    // As the name of an external id is completed where one key is named.
    let completed = match kind {
        Kind::ExternalId if !text.contains(':') => format!("default:{text}"),
        _ => text.to_owned(),
    };
    let read = KeyPattern::read(kind, &completed);
    Ok(read.map_err(|reason| kinfold::Error::invalid_request("key", text, reason))?)
}

/// The pattern that blocks a key, if one does.
fn blocking_pattern(contacts: &Contacts, key: &Key) -> Result<Option<String>, Failure> {
    let blocked = contacts.blocked()?.into_iter();
    let mut patterns = blocked.filter(|blocked| blocked.kind == key.kind());
    let found = patterns.find(|blocked| {
        KeyPattern::read(blocked.kind, &blocked.key).is_ok_and(|pattern| pattern.matches(key))
    });
    Ok(found.map(|blocked| blocked.key))
}

pub(super) fn blocked(contacts: &Contacts, output: &Output) -> Result<(), Failure> {
    let mut lines = output.lines();
    for blocked in contacts.blocked()? {
        lines.write(&blocked)?;
    }
    lines.finish()
}
