//! The command line of finding people by name.

use clap::Args;
use kinfold::SearchCursor;

use super::FilterArguments;

#[derive(Debug, Args)]
pub(crate) struct SearchArguments {
    /// What is looked for: the beginnings of words of the name, in any order, or of the
    /// company and of emails, or the last digits of a phone. It is text and has no syntax
    #[arg(allow_hyphen_values = true)]
    pub(crate) query: String,

    /// At most so many, up to 1000
    #[arg(long, value_name = "N", default_value_t = 10)]
    pub(crate) limit: usize,

    /// Go on behind the hits that came with this `next`
    #[arg(long, value_name = "CURSOR", value_parser = cursor)]
    pub(crate) cursor: Option<SearchCursor>,

    #[command(flatten)]
    pub(crate) filter: FilterArguments,
}

fn cursor(text: &str) -> Result<SearchCursor, String> {
    text.parse()
        .map_err(|error: kinfold::InvalidCursor| error.to_string())
}
