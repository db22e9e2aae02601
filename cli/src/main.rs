//! The program `kinfold`: an address book that knows who is who.

#![warn(missing_docs, unreachable_pub)]
#![warn(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice
)]

mod arguments;
mod commands;
mod failure;
mod mcp;
mod output;
mod progress;
mod review;
mod serve;
mod signals;
mod target;

use std::process::ExitCode;

use clap::Parser;

use arguments::{Arguments, Command};
use failure::Failure;
use output::Output;

fn main() -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => return usage(&error),
    };
    // A client reads the protocol on stdout, and nothing else.
    let speaks_a_protocol = matches!(arguments.command, Command::Mcp);
    let output = Output::new(arguments.json && !speaks_a_protocol);
    match commands::run(&arguments, &output) {
        Ok(code) => code,
        Err(failure) => output.failure(&failure),
    }
}

/// Help and version go to stdout with status 0, faults of usage to stderr with status 2;
/// a script that asked for JSON gets the fault as JSON, too.
fn usage(error: &clap::Error) -> ExitCode {
    let wants_json = std::env::args_os().any(|argument| argument == "--json");
    if error.use_stderr() && wants_json {
        let message = error.to_string();
        let output = Output::new(true);
        output.failure(&Failure::Usage(message.trim().to_owned()));
    } else {
        // Nothing is left to do if the terminal is gone.
        let _ = error.print();
    }
    ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(2))
}
