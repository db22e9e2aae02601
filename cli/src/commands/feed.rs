//! `changes` and `history`: what happened, as JSON Lines.

use std::ops::ControlFlow;

use kinfold::{ContactId, Contacts, Error, FollowEvent};

use crate::arguments::ChangesArguments;
use crate::failure::Failure;
use crate::output::{Lines, Output, note};

/// Changes that are read at a time.
const PAGE: usize = 1_000;

pub(crate) fn changes(
    contacts: &Contacts,
    how: &ChangesArguments,
    output: &Output,
) -> Result<(), Failure> {
    let mut lines = output.lines();
    let mut since = match how.since {
        Some(since) => since,
        None => beginning(contacts)?,
    };
    let mut left = how.limit.unwrap_or(usize::MAX);
    if how.follow {
        return follow(contacts, since, left, &mut lines);
    }
    while left > 0 {
        let page = contacts.changes_since(since, left.min(PAGE))?;
        let Some(last) = page.last() else { break };
        since = last.seq;
        left -= page.len();
        for change in &page {
            lines.write(change)?;
        }
    }
    lines.finish()
}

/// Where the log begins that there is.
fn beginning(contacts: &Contacts) -> Result<u64, Failure> {
    match contacts.changes_since(0, 1) {
        Ok(_) => Ok(0),
        Err(Error::ChangesForgotten { forgotten, .. }) => {
            note(&gone(forgotten));
            Ok(forgotten)
        }
        Err(error) => Err(error.into()),
    }
}

fn gone(forgotten: u64) -> String {
    format!("Changes up to number {forgotten} were deleted.")
}

fn follow(
    contacts: &Contacts,
    since: u64,
    mut left: usize,
    lines: &mut Lines,
) -> Result<(), Failure> {
    if left == 0 {
        return Ok(());
    }
    contacts.follow(since, |event| {
        let (written, done) = match event {
            FollowEvent::Change(change) => {
                left -= 1;
                (lines.write(&change), left == 0)
            }
            // Who reads gets what there is before it is waited for more.
            _ => (lines.flush(), false),
        };
        match (written, done) {
            (Ok(()), false) => ControlFlow::Continue(()),
            (Ok(()), true) => ControlFlow::Break(lines.flush()),
            (failed, _) => ControlFlow::Break(failed),
        }
    })?
}

pub(crate) fn history(
    contacts: &Contacts,
    id: ContactId,
    mut since: u64,
    limit: Option<usize>,
    output: &Output,
) -> Result<(), Failure> {
    let mut lines = output.lines();
    let mut left = limit.unwrap_or(usize::MAX);
    let mut is_first = true;
    while left > 0 || is_first {
        let page = contacts.history(id, since, left.min(PAGE))?;
        if let Some(forgotten) = page.forgotten.filter(|_| is_first) {
            note(&format!(
                "{} Some of this history was among them.",
                gone(forgotten)
            ));
        }
        is_first = false;
        let Some(last) = page.entries.last() else {
            break;
        };
        since = last.seq;
        left -= page.entries.len();
        for change in &page.entries {
            lines.write(change)?;
        }
    }
    lines.finish()
}
