//! The screen on which a person decides about pairs, both contacts side by side.

mod draw;
mod rows;
mod session;

use std::io;

use kinfold::{Contacts, MergeRules};
use ratatui::crossterm::event::{self, Event, KeyEventKind};

use crate::failure::Failure;
use crate::output::{Output, counted};
use session::{Session, Tally};

/// Shows pair after pair until none is left or somebody has enough.
pub(crate) fn run(
    contacts: &Contacts,
    rules: MergeRules,
    with_later: bool,
    output: &Output,
) -> Result<(), Failure> {
    let mut session = Session::begin(contacts, rules, with_later)?;
    if session.shown().is_none() {
        return output.words("No pair waits for a decision.");
    }
    let decided = on_the_terminal(&mut session);
    // What was decided is said, whatever ended it.
    output.words(&in_words(session.tally()))?;
    decided
}

fn on_the_terminal(session: &mut Session<'_>) -> Result<(), Failure> {
    let failure = |error: io::Error| Failure::file("the terminal", error);
    // From here on the terminal is the screen's, also for a panic's message: ratatui's hook
    // gives it back first.
    let mut terminal = ratatui::try_init().map_err(failure)?;
    let _given_back = GivenBack;
    while session.shown().is_some() {
        let drawn = terminal.draw(|frame| draw::screen(frame, session));
        let height = drawn.map_err(failure)?.area.height;
        if let Event::Key(key) = event::read().map_err(failure)?
            && key.kind != KeyEventKind::Release
        {
            session.press(key, height)?;
        }
    }
    Ok(())
}

/// Gives the terminal back, however the screen ends.
struct GivenBack;

impl Drop for GivenBack {
    fn drop(&mut self) {
        // Nothing is left to do if the terminal is gone.
        let _ = ratatui::try_restore();
    }
}

fn in_words(tally: &Tally) -> String {
    let mut words = format!(
        "{} merged, {} are different people, {} put off, {} skipped.",
        counted(tally.merges.len() as u64, "pair"),
        tally.distinct,
        tally.later,
        tally.skipped
    );
    for merge in &tally.merges {
        words.push_str(&format!("\nto undo a merge: kinfold unmerge {merge}"));
    }
    words
}
