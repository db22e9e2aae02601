//! What of the benchmark is to run.

use std::env;

/// The sizes of store, if `KINFOLD_BENCH_CONTACTS` doesn't say it.
const SIZES: [u64; 2] = [10_000, 1_000_000];

/// What `cargo test` runs once, to see that it works.
const TRIAL: u64 = 1_000;

pub struct Selection {
    pub sizes: Vec<u64>,
    /// What the name of a group or section contains.
    only: Option<String>,
    /// Criterion's own filter, which sections follow as text.
    filter: Option<String>,
    /// Whether this is `cargo bench`, and not a trial or a listing.
    measuring: bool,
}

impl Selection {
    pub fn from_environment() -> Self {
        let arguments: Vec<String> = env::args().skip(1).collect();
        let has = |flag: &str| arguments.iter().any(|argument| argument == flag);
        let measuring = has("--bench") && !has("--test") && !has("--list");
        let sizes = env::var("KINFOLD_BENCH_CONTACTS").map(|sizes| {
            let sizes = sizes.split(',').map(|size| size.trim().parse().unwrap());
            sizes.collect()
        });
        Self {
            sizes: match measuring {
                true => sizes.unwrap_or(SIZES.to_vec()),
                false => vec![TRIAL],
            },
            only: env::var("KINFOLD_BENCH_ONLY").ok(),
            filter: arguments
                .into_iter()
                .find(|argument| !argument.starts_with('-')),
            measuring,
        }
    }

    /// Whether a group of Criterion's is to run; its own filter comes on top.
    pub fn has_group(&self, name: &str) -> bool {
        self.only.as_deref().is_none_or(|only| name.contains(only))
    }

    /// Whether a section of the plain report is to run.
    pub fn has_section(&self, name: &str) -> bool {
        let filtered = self.filter.as_deref();
        self.measuring && self.has_group(name) && filtered.is_none_or(|part| name.contains(part))
    }
}
