//! The command line of the local HTTP service.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

use clap::Args;

use crate::failure::Failure;

/// The variable that has the key where the command line names none.
const TOKEN: &str = "KINFOLD_TOKEN";

#[derive(Debug, Args)]
pub(crate) struct ServeArguments {
    /// Where to listen; port 0 takes one that is free. Keys and contacts travel unencrypted,
    /// so leave it at this machine unless others are to come in
    #[arg(long, value_name = "ADDRESS", default_value_t = SocketAddr::from((Ipv4Addr::LOCALHOST, 8787)))]
    pub(crate) listen: SocketAddr,

    /// A key that opens the contacts of --org: those of --location, or of all its locations.
    /// Without any key one is made up and printed [default: KINFOLD_TOKEN]
    #[arg(long, value_name = "T", value_parser = token)]
    token: Option<Token>,

    /// More keys, and how locations treat duplicates: a JSON file
    #[arg(long, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,

    /// A request whose head, or whose body, is not there within so many seconds is given up, and
    /// so is a client that takes nothing of an answer for so long
    #[arg(long, value_name = "SECONDS", default_value = "30", value_parser = seconds)]
    pub(crate) timeout: Duration,

    /// Don't log requests (method, route, status and time) to stderr
    #[arg(long)]
    pub(crate) no_access_log: bool,
}

/// A key, which is not printed.
#[derive(Clone)]
pub(crate) struct Token(pub(crate) String);

impl std::fmt::Debug for Token {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Token(..)")
    }
}

fn token(text: &str) -> Result<Token, String> {
    crate::serve::readable_key(text).map(|()| Token(text.to_owned()))
}

impl ServeArguments {
    /// The key of the command line, or else of the environment.
    pub(crate) fn token(&self) -> Result<Option<Token>, Failure> {
        // A variable that is set to nothing is not set.
        let variable = std::env::var_os(TOKEN).filter(|key| !key.is_empty());
        match (&self.token, variable) {
            (Some(token), _) => Ok(Some(token.clone())),
            (None, Some(key)) => {
                // What is no text is no key, either.
                let read = token(key.to_str().unwrap_or_default());
                let refused = |reason| Failure::Usage(format!("{TOKEN}: {reason}"));
                read.map(Some).map_err(refused)
            }
            (None, None) => Ok(None),
        }
    }
}

fn seconds(text: &str) -> Result<Duration, String> {
    match text.parse() {
        Ok(seconds @ 1..=3600) => Ok(Duration::from_secs(seconds)),
        _ => Err("it must be a number from 1 to 3600".to_owned()),
    }
}
