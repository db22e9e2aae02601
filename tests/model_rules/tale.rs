//! A history in words, and what stands at its end.
//!
//! `A{P1,E1,n1,t2}` is a contact that comes with a phone, an email, a name and a tag. P are phones, E emails,
//! X external ids of one source and Y of another; n is a name, c a company (the greater number is the longer
//! text), t a tag and k12 the metadata key 1 with the value 2. At the end a key in brackets is listed and not held,
//! a contact with a dagger is deleted, and `B→A` leads to A.

use std::collections::BTreeMap;

use super::model::{
    Company, Decision, Id, Identifiers, K, MergeNumber, Policy, Refused, Request, Scope, State,
    Update,
};

type Letter = char;

#[derive(Clone, Debug, Default)]
pub struct Tale {
    pub scope: Scope,
    letters: Vec<Letter>,
    /// By who absorbed whom; the last one, if it happened twice.
    merges: BTreeMap<String, MergeNumber>,
}

impl Tale {
    /// Everything that happened, step by step.
    pub fn of(steps: &str) -> Self {
        let mut tale = Tale::default();
        tale.goes_on(steps);
        tale
    }

    pub fn goes_on(&mut self, steps: &str) {
        for step in steps.split("; ") {
            let words: Vec<&str> = step.split(' ').collect();
            self.step(&words);
            self.scope.invariants();
        }
    }

    fn step(&mut self, words: &[&str]) {
        match words {
            [contact, ..] if contact.contains('{') => {
                words.iter().for_each(|contact| self.come(contact));
            }
            [one, "absorbs", other] => self.merge(one, other, Company::Survivors),
            [one, "absorbs", other, "by", "length"] => self.merge(one, other, Company::Longest),
            ["undo", merge, "refused"] => {
                let refused = self.scope.unmerge(self.merges[*merge]);
                assert!(refused.is_err(), "undo {merge} was not refused");
            }
            ["undo", merge, reported @ ..] => {
                let done = self.scope.unmerge(self.merges[*merge]);
                let conflicts = done.expect(merge).conflicts;
                self.reports(&conflicts, reported);
            }
            [one, "restored", reported @ ..] => {
                let conflicts = self.scope.restore(self.id(one)).expect(one);
                self.reports(&conflicts, reported);
            }
            [one, "deleted"] => self.scope.delete(self.id(one)).expect(one),
            [one, "erased"] => self.scope.erase(self.id(one)).expect(one),
            [one, "lists", one_key] => self.identifiers(one, Identifiers::Add(key(one_key))),
            [one, "drops", one_key] => self.identifiers(one, Identifiers::Remove(key(one_key))),
            [one, "prefers", one_key] => {
                self.identifiers(one, Identifiers::Primary(key(one_key)));
            }
            [one, "is", field] => {
                let said = fields(&[*field]);
                let update = Update {
                    name: said.name,
                    company: said.company,
                    metadata: said.metadata,
                    add_tags: said.tags.flatten().unwrap_or_default(),
                    ..Update::default()
                };
                self.update(one, &update);
            }
            [one, "is", "not", tag] => {
                let update = Update {
                    remove_tags: vec![number(tag)],
                    ..Update::default()
                };
                self.update(one, &update);
            }
            [one_key, "goes", "to", one] => {
                let done = self.scope.reassign(key(one_key), self.id(one));
                assert_eq!(done, Ok(true), "{one_key} goes to {one}");
            }
            [one_key, "blocked"] => assert!(self.scope.block(key(one_key))),
            [one_key, "unblocked"] => assert!(self.scope.unblock(key(one_key))),
            [one, other, "distinct"] => {
                let done = self.scope.mark_distinct(self.id(one), self.id(other));
                assert_eq!(done, Ok(true), "{one} and {other} are distinct");
            }
            [one, other, "lifted"] => {
                let done = self.scope.lift_distinct(self.id(one), self.id(other));
                assert_eq!(done, Ok(true), "{one} and {other} are distinct no more");
            }
            [one, other, "later"] => {
                let (one, other) = (self.id(one), self.id(other));
                let done = self.scope.decide(one, other, Decision::Later);
                assert_eq!(done, Ok(None));
            }
            ["resolve", keys @ ..] => self.resolve(keys, Policy::PreferStrongest),
            ["join", keys @ ..] => self.resolve(keys, Policy::Merge),
            _ => panic!("{words:?} is no step"),
        }
    }

    pub fn id(&self, letter: &str) -> Id {
        let found = self.letters.iter().position(|own| letter.starts_with(*own));
        found.unwrap_or_else(|| panic!("{letter} has not come yet"))
    }

    pub fn undo(&mut self, merge: &str) -> Result<(), Refused> {
        self.scope.unmerge(self.merges[merge]).map(|_| ())
    }

    fn come(&mut self, contact: &str) {
        let (letter, what) = contact.split_once('{').expect("A{…}");
        let what = what.trim_end_matches('}').split(',');
        let what: Vec<&str> = what.filter(|what| !what.is_empty()).collect();
        let request = fields(&what);
        let outcome = self.scope.create(&request, true).expect(contact);
        assert_eq!(outcome.contact, Some(self.letters.len()));
        self.letters.push(letter.chars().next().expect("a letter"));
    }

    fn resolve(&mut self, keys: &[&str], policy: Policy) {
        let request = Request {
            policy,
            ..fields(keys)
        };
        let next = self.scope.merges().len();
        let outcome = self.scope.resolve(&request).expect("an outcome");
        let contact = outcome.contact.expect("no dry run");
        if outcome.created {
            let next = ('A'..='Z').find(|letter| !self.letters.contains(letter));
            self.letters.push(next.expect("a letter"));
        }
        for (at, absorbed) in outcome.merged.into_iter().enumerate() {
            let name = [contact, absorbed].map(|id| self.letters[id]);
            self.merges.insert(name.iter().collect(), next + at);
        }
    }

    fn merge(&mut self, one: &str, other: &str, company: Company) {
        let (survivor, absorbed) = (self.id(one), self.id(other));
        let number = self.scope.merge(survivor, absorbed, company);
        self.merges
            .insert(format!("{one}{other}"), number.expect("a merge"));
    }

    fn identifiers(&mut self, one: &str, identifiers: Identifiers) {
        let update = Update {
            identifiers: vec![identifiers],
            ..Update::default()
        };
        self.update(one, &update);
    }

    fn update(&mut self, one: &str, update: &Update) {
        self.scope.update(self.id(one), update).expect(one);
    }

    fn reports(&self, conflicts: &[(K, Id)], expected: &[&str]) {
        let reported: Vec<String> = (conflicts.iter())
            .map(|&(key, holder)| format!("{}→{}", symbol(key), self.letters[holder]))
            .collect();
        let (_, expected) = expected.split_first().unwrap_or((&"", &[]));
        assert_eq!(reported, expected, "what is reported");
    }

    /// What stands.
    pub fn stands(&self) -> String {
        let mut parts: Vec<String> = (0..self.letters.len())
            .filter_map(|id| self.contact(id))
            .collect();
        for (what, pairs) in [
            ("distinct", self.scope.distinct()),
            ("review", self.scope.queue()),
        ] {
            for (at, (one, other)) in pairs.into_iter().enumerate() {
                let mut pair = [self.letters[one], self.letters[other]];
                pair.sort_unstable();
                parts.extend((at == 0).then(|| what.to_owned()));
                parts.push(pair.map(String::from).join("-"));
            }
        }
        parts.join(" ")
    }

    /// One contact.
    pub fn contact(&self, id: Id) -> Option<String> {
        let letter = self.letters[id];
        let contact = self.scope.contact(id)?;
        let dagger = match contact.state {
            State::Live => "",
            State::Deleted => "†",
            State::Absorbed(survivor) => {
                return Some(format!("{letter}→{}", self.letters[survivor]));
            }
            State::Erased => return None,
        };
        let mut what: Vec<String> = (contact.keys().into_iter())
            .map(|key| match self.scope.holder(key) == Some(id) {
                true => symbol(key),
                false => format!("({})", symbol(key)),
            })
            .collect();
        what.extend(contact.name.map(|name| format!("n{name}")));
        what.extend(contact.company.map(|company| format!("c{company}")));
        what.extend(contact.tags.iter().map(|tag| format!("t{tag}")));
        let entries = contact.metadata.iter();
        what.extend(entries.map(|(key, value)| format!("k{key}{value}")));
        Some(format!("{dagger}{letter}{{{}}}", what.join(",")))
    }

    /// The letters of those who stand in the line of a key.
    pub fn line(&self, symbol: &str) -> String {
        let line = self.scope.line(key(symbol));
        line.into_iter().map(|id| self.letters[id]).collect()
    }
}

pub fn key(symbol: &str) -> K {
    let external = |source| K::External {
        source,
        value: number(symbol),
    };
    match symbol.chars().next() {
        Some('P') => K::Phone(number(symbol)),
        Some('E') => K::Email(number(symbol)),
        Some('X') => external(0),
        Some('Y') => external(1),
        _ => panic!("{symbol} is no key"),
    }
}

fn symbol(key: K) -> String {
    match key {
        K::Phone(number) => format!("P{number}"),
        K::Email(number) => format!("E{number}"),
        K::External { source: 0, value } => format!("X{value}"),
        K::External { value, .. } => format!("Y{value}"),
    }
}

fn number(symbol: &str) -> u8 {
    symbol[1..].parse().expect("a number")
}

/// Keys and fields as a request names them.
fn fields(what: &[&str]) -> Request {
    let mut request = Request::default();
    for what in what {
        let cleared = what.ends_with('-');
        let value = || (!cleared).then(|| number(what));
        match what.chars().next() {
            Some('n') => request.name = Some(value()),
            Some('c') => request.company = Some(value()),
            Some('t') => {
                let tags = request.tags.get_or_insert_default();
                tags.get_or_insert_default().push(number(what));
            }
            Some('k') => {
                let key = what[1..2].parse().expect("a number");
                let value = (!cleared).then(|| what[2..].parse().expect("a number"));
                let metadata = request.metadata.get_or_insert_default();
                metadata.get_or_insert_default().insert(key, value);
            }
            _ => request.keys.push(key(what)),
        }
    }
    request
}
