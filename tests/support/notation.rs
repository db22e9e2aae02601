//! The notation of the case table, read: `A{P1,(E1)}` is a contact that holds P1 and lists
//! E1 without holding it. P are phones, E emails, X external ids of one source and Y of
//! another. Nothing here knows the crate: the store and the pure plan are both held
//! against what is read here.

use std::collections::BTreeMap;
use std::fmt;

/// A contact by the letter it has in its row of the table.
pub type Letter = char;

/// A key by its name in the table: `P1`.
pub type Symbol = String;

/// Contacts, and for each key they list whether they hold it. Tombstones and contacts
/// that lead to others are not in it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct State(pub BTreeMap<Letter, Standing>);

/// What one contact lists.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Standing {
    /// The organisation; 1 where the table names none.
    pub org: u8,
    /// In the order of the table.
    pub keys: Vec<(Symbol, bool)>,
}

/// One thing that happened before the request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// These contacts came, in their order.
    Came(Vec<(Letter, Standing)>),
    Deleted(Letter),
    /// What the restore reported: keys, and who holds them meanwhile.
    Restored(Letter, Vec<(Symbol, Letter)>),
    Blocked(Symbol),
    Reassigned(Symbol, Letter),
    Absorbed(Letter, Letter),
    Distinct(Letter, Letter),
}

/// The column "before": what happened, and what stands then.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Before {
    pub steps: Vec<Step>,
    pub stands: State,
}

/// The column "request".
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    pub org: u8,
    pub keys: Vec<Symbol>,
}

/// The column "after". What it does not name is not there.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct After {
    /// The error's name.
    pub refused: Option<String>,
    /// None where the row says "unchanged".
    pub stands: Option<State>,
    pub answer: Option<Letter>,
    /// Keys and who holds them: the conflicts, or what the error names.
    pub conflicts: Vec<(Symbol, Letter)>,
    /// Pairs that newly are on the review queue.
    pub review: Vec<(Letter, Letter)>,
    /// Who newly leads to whom, in the order of the merges.
    pub leads: Vec<(Letter, Letter)>,
    pub tombstones: Vec<Letter>,
    /// Pairs that newly are marked distinct.
    pub distinct: Vec<(Letter, Letter)>,
    pub rejected: Vec<Symbol>,
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_empty() {
            return f.write_str("nothing");
        }
        let mut gap = "";
        for (letter, standing) in &self.0 {
            write!(f, "{gap}")?;
            if standing.org != 1 {
                write!(f, "org {}: ", standing.org)?;
            }
            let keys = standing.keys.iter().map(|(key, holds)| match holds {
                true => key.clone(),
                false => format!("({key})"),
            });
            write!(f, "{letter}{{{}}}", keys.collect::<Vec<_>>().join(","))?;
            gap = " ";
        }
        Ok(())
    }
}

impl State {
    /// The same with every contact's keys in one order, to be compared.
    pub fn in_order(mut self) -> Self {
        for standing in self.0.values_mut() {
            standing.keys.sort();
        }
        self
    }

    fn read(text: &str) -> Self {
        Self(contacts(text).into_iter().collect())
    }
}

/// Reads `A{P1} B{E1}; A deleted ⇒ B{E1}`. Without a `⇒` what stands is what came.
pub fn before(text: &str) -> Before {
    let (steps, stands) = match text.split_once('⇒') {
        Some((steps, stands)) => (steps, Some(stands)),
        None => (text, None),
    };
    let steps: Vec<Step> = clauses(steps).map(step).collect();
    let came = steps.iter().filter_map(|step| match step {
        Step::Came(contacts) => Some(contacts.clone()),
        _ => None,
    });
    let stands = match stands {
        Some(stands) => State::read(stands),
        None => State(came.flatten().collect()),
    };
    Before { steps, stands }
}

/// Reads `P1 E1`, or `org 2: P1`.
pub fn asked(text: &str) -> Asked {
    let (org, keys) = organisation(text);
    Asked {
        org,
        keys: keys.split_whitespace().map(str::to_owned).collect(),
    }
}

/// Reads `answer B; A{P1} B{E1,(P1)}; conflict P1→A; review (A,B)`.
pub fn after(text: &str) -> After {
    let mut after = After::default();
    for clause in clauses(text) {
        let words: Vec<&str> = clause.split_whitespace().collect();
        match *words.as_slice() {
            ["unchanged"] => {}
            ["answer", answer] => after.answer = Some(letter(answer)),
            ["conflict", ref held @ ..] => after.conflicts = arrows(held),
            ["rejected", ref keys @ ..] => {
                after.rejected = keys.iter().map(|key| (*key).to_owned()).collect();
            }
            ["review", ref pairs @ ..] => after.review = pairs.iter().map(|p| pair(p)).collect(),
            ["distinct", ref pairs @ ..] => {
                after.distinct = pairs.iter().map(|p| pair(p)).collect();
            }
            [one, "leads", "to", survivor] => {
                after.leads.push((letter(one), letter(survivor)));
            }
            [one, "a", "tombstone"] => after.tombstones.push(letter(one)),
            ["NoIdentifier"] => after.refused = Some(words[0].to_owned()),
            ["IdentityConflict", ref held @ ..] => {
                after.refused = Some(words[0].to_owned());
                after.conflicts = arrows(held);
            }
            _ => {
                let stands = after.stands.get_or_insert_default();
                stands.0.extend(contacts(clause));
            }
        }
    }
    after
}

fn step(clause: &str) -> Step {
    let words: Vec<&str> = clause.split_whitespace().collect();
    match *words.as_slice() {
        [key, "blocked"] => Step::Blocked(key.to_owned()),
        [one, "deleted"] => Step::Deleted(letter(one)),
        [one, "restored", "reports", ref held @ ..] => Step::Restored(letter(one), arrows(held)),
        [one, "restored"] => Step::Restored(letter(one), Vec::new()),
        [one, "absorbed", "by", survivor] => Step::Absorbed(letter(one), letter(survivor)),
        [key, "reassigned", "to", one] => Step::Reassigned(key.to_owned(), letter(one)),
        [one, "and", other, "distinct"] => Step::Distinct(letter(one), letter(other)),
        _ => Step::Came(contacts(clause)),
    }
}

fn clauses(text: &str) -> impl Iterator<Item = &str> {
    text.split(';').map(str::trim)
}

fn contacts(text: &str) -> Vec<(Letter, Standing)> {
    let (org, text) = organisation(text.trim());
    if text.trim() == "nothing" {
        return Vec::new();
    }
    text.split_whitespace()
        .map(|contact| {
            let (name, keys) = contact
                .strip_suffix('}')
                .and_then(|contact| contact.split_once('{'))
                .unwrap_or_else(|| panic!("{contact} in \"{text}\" is no contact"));
            let keys = keys.split(',').filter(|key| !key.is_empty());
            let keys = keys.map(|key| match key.strip_prefix('(') {
                Some(key) => (key.trim_end_matches(')').to_owned(), false),
                None => (key.to_owned(), true),
            });
            let keys = keys.collect();
            (letter(name), Standing { org, keys })
        })
        .collect()
}

fn organisation(text: &str) -> (u8, &str) {
    let named = text
        .strip_prefix("org ")
        .and_then(|rest| rest.split_once(':'));
    match named {
        Some((org, rest)) => (org.parse().expect("a number"), rest.trim()),
        None => (1, text),
    }
}

fn arrows(words: &[&str]) -> Vec<(Symbol, Letter)> {
    let arrow = |word: &&str| {
        let (key, holder) = word.split_once('→').expect("KEY→CONTACT");
        (key.to_owned(), letter(holder))
    };
    words.iter().map(arrow).collect()
}

fn pair(word: &str) -> (Letter, Letter) {
    let inside = word.trim_start_matches('(').trim_end_matches(')');
    let (one, other) = inside.split_once(',').expect("(A,B)");
    (letter(one), letter(other))
}

fn letter(word: &str) -> Letter {
    let mut letters = word.chars();
    match (letters.next(), letters.next()) {
        (Some(letter @ 'A'..='Z'), None) => letter,
        _ => panic!("\"{word}\" is no contact's letter"),
    }
}
