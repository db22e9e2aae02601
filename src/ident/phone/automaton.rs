//! Patterns on digits, compiled to automata.

use super::Unsure;
use regex_automata::dfa::{Automaton as _, StartKind, dense};
use regex_automata::util::syntax;
use regex_automata::{Anchored, Input, MatchKind};
use std::sync::OnceLock;

/// Patterns that are asked together, in one pass. Compiled when first asked: most stores see
/// numbers of few countries.
pub(super) struct Automaton {
    patterns: Vec<String>,
    match_kind: MatchKind,
    compiled: OnceLock<Option<dense::DFA<Vec<u32>>>>,
}

impl Automaton {
    /// For [`Self::all_that_match`].
    pub(super) const fn of_whole_numbers(patterns: Vec<String>) -> Self {
        Self::new(patterns, MatchKind::All)
    }

    /// For [`Self::prefix_of`].
    pub(super) fn of_prefix(pattern: String) -> Self {
        Self::new(vec![pattern], MatchKind::LeftmostFirst)
    }

    const fn new(patterns: Vec<String>, match_kind: MatchKind) -> Self {
        Self {
            patterns,
            match_kind,
            compiled: OnceLock::new(),
        }
    }

    /// Which patterns match these digits from the first to the last: a bit for each.
    pub(super) fn all_that_match(&self, digits: &[u8]) -> Result<u32, Unsure> {
        let automaton = self.compiled()?;
        let mut state = automaton
            .universal_start_state(Anchored::Yes)
            .ok_or(Unsure)?;
        for digit in digits {
            state = automaton.next_state(state, *digit);
            if automaton.is_dead_state(state) {
                return Ok(0);
            }
        }
        state = automaton.next_eoi_state(state);
        if !automaton.is_match_state(state) {
            return Ok(0);
        }
        let matches = 0..automaton.match_len(state);
        Ok(matches.fold(0, |bits, index| {
            bits | 1 << automaton.match_pattern(state, index).as_u32()
        }))
    }

    /// How many digits at the start the pattern takes, if it matches there.
    pub(super) fn prefix_of(&self, digits: &[u8]) -> Result<Option<usize>, Unsure> {
        let input = Input::new(digits).anchored(Anchored::Yes);
        let found = self.compiled()?.try_search_fwd(&input);
        Ok(found.map_err(|_| Unsure)?.map(|prefix| prefix.offset()))
    }

    fn compiled(&self) -> Result<&dense::DFA<Vec<u32>>, Unsure> {
        let compile = || {
            let ascii = syntax::Config::new().unicode(false).utf8(false);
            let anchored = dense::Config::new()
                .start_kind(StartKind::Anchored)
                .match_kind(self.match_kind);
            dense::Builder::new()
                .syntax(ascii)
                .configure(anchored)
                .build_many(&self.patterns)
                .ok()
        };
        self.compiled.get_or_init(compile).as_ref().ok_or(Unsure)
    }
}
