//! Results to stdout, everything else to stderr.

use std::io::{self, BufWriter, IsTerminal, StdoutLock, Write};
use std::process::ExitCode;

use serde::Serialize;

use crate::failure::Failure;

/// Where a command's results go, and in which form.
pub(crate) struct Output {
    /// `--json` was given: errors are JSON on stdout, too.
    json: bool,
    /// Results are JSON: asked for, or read by a program.
    json_results: bool,
}

impl Output {
    pub(crate) fn new(json: bool) -> Self {
        Self {
            json,
            json_results: json || !io::stdout().is_terminal(),
        }
    }

    /// Prints one result: JSON for programs, words for a person.
    pub(crate) fn result<T: Serialize>(
        &self,
        value: &T,
        words: impl FnOnce() -> String,
    ) -> Result<(), Failure> {
        if self.json_results {
            let mut lines = self.lines();
            lines.write(value)?;
            lines.finish()
        } else {
            self.words(&words())
        }
    }

    /// Prints a report: words for a person unless JSON was asked for.
    pub(crate) fn report<T: Serialize>(
        &self,
        value: &T,
        words: impl FnOnce() -> String,
    ) -> Result<(), Failure> {
        if self.json {
            let mut lines = self.lines();
            lines.write(value)?;
            lines.finish()
        } else {
            self.words(&words())
        }
    }

    /// Whether results are JSON.
    pub(crate) fn is_json(&self) -> bool {
        self.json_results
    }

    /// Whether a person sits at the terminal, who can be shown something and asked.
    pub(crate) fn is_for_a_person(&self) -> bool {
        !self.json_results && io::stdin().is_terminal()
    }

    /// Prints words for a person.
    pub(crate) fn words(&self, words: &str) -> Result<(), Failure> {
        let mut stdout = io::stdout().lock();
        writeln!(stdout, "{}", words.trim_end()).map_err(Failure::output)?;
        stdout.flush().map_err(Failure::output)
    }

    /// Prints JSON Lines.
    pub(crate) fn lines(&self) -> Lines {
        Lines {
            out: BufWriter::new(io::stdout().lock()),
        }
    }

    /// Prints why a command failed; the exit status.
    pub(crate) fn failure(&self, failure: &Failure) -> ExitCode {
        if !matches!(failure, Failure::OutputClosed) {
            if self.json {
                let mut lines = self.lines();
                // The reader may be gone; the exit status says it all the same.
                let _ = lines
                    .write(&failure.to_json())
                    .and_then(|()| lines.finish());
            } else {
                note(&format!("kinfold: {}", failure.message()));
            }
        }
        ExitCode::from(failure.exit_code())
    }
}

/// JSON Lines on stdout.
pub(crate) struct Lines {
    out: BufWriter<StdoutLock<'static>>,
}

impl Lines {
    pub(crate) fn write<T: Serialize>(&mut self, value: &T) -> Result<(), Failure> {
        write_line(&mut self.out, value).map_err(Failure::output)
    }

    /// Hands what was written to the reader.
    pub(crate) fn flush(&mut self) -> Result<(), Failure> {
        self.out.flush().map_err(Failure::output)
    }

    pub(crate) fn finish(mut self) -> Result<(), Failure> {
        self.flush()
    }
}

/// Writes one value as a line of JSON.
pub(crate) fn write_line<T: Serialize>(out: &mut impl Write, value: &T) -> io::Result<()> {
    serde_json::to_writer(&mut *out, value)?;
    out.write_all(b"\n")
}

/// So many of something, in words.
pub(crate) fn counted(many: u64, what: &str) -> String {
    match many {
        1 => format!("1 {what}"),
        _ => format!("{many} {what}s"),
    }
}

/// A text on one line of a terminal: what would move the cursor or turn the direction of
/// writing is written out.
pub(crate) fn on_one_line(text: &str) -> String {
    let turns = |character: char| {
        matches!(character, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}'
            | '\u{2028}' | '\u{2029}' | '\u{2066}'..='\u{2069}')
    };
    let mut line = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '\n' => line.push_str(" / "),
            '\r' => {}
            '\t' => line.push(' '),
            other if other.is_control() || turns(other) => line.extend(other.escape_unicode()),
            other => line.push(other),
        }
    }
    line
}

/// Prints a line to stderr.
pub(crate) fn note(line: &str) {
    // A closed stderr is no reason to stop.
    let _ = writeln!(io::stderr().lock(), "{line}");
}

/// From now on only the place of an internal fault is printed, and not what it says of itself,
/// which could tell of a person. For programs that serve: a call that panics is answered.
pub(crate) fn say_where_alone() {
    std::panic::set_hook(Box::new(|fault| {
        let place = fault.location().map(ToString::to_string);
        let place = place.unwrap_or_else(|| "an unknown place".to_owned());
        note(&format!("internal fault at {place}"));
    }));
}
