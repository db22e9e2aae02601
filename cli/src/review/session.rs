//! What is decided on the screen, key by key. Knows no terminal.

use std::collections::BTreeSet;

use kinfold::{ContactId, Contacts, Decision, MergeId, MergeRules, ReviewPair};
use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use super::rows::{Row, rows};
use crate::failure::words_of;

/// A pair that is shown.
pub(super) struct Shown {
    pub(super) pair: ReviewPair,
    pub(super) rows: Vec<Row>,
    /// How many wait, this one included.
    pub(super) waiting: usize,
}

/// What became of the pairs.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Tally {
    pub(super) merges: Vec<MergeId>,
    pub(super) distinct: u64,
    pub(super) later: u64,
    pub(super) skipped: u64,
}

/// One sitting.
pub(super) struct Session<'a> {
    contacts: &'a Contacts,
    rules: MergeRules,
    with_later: bool,
    /// Pairs that are not shown again in this sitting.
    passed: BTreeSet<(ContactId, ContactId)>,
    shown: Option<Shown>,
    /// What the last key did.
    note: String,
    scroll: u16,
    tally: Tally,
}

impl<'a> Session<'a> {
    pub(super) fn begin(
        contacts: &'a Contacts,
        rules: MergeRules,
        with_later: bool,
    ) -> kinfold::Result<Self> {
        let mut session = Self {
            contacts,
            rules,
            with_later,
            passed: BTreeSet::new(),
            shown: None,
            note: String::new(),
            scroll: 0,
            tally: Tally::default(),
        };
        session.show_next()?;
        Ok(session)
    }

    /// The pair to decide about; none if the sitting is over.
    pub(super) fn shown(&self) -> Option<&Shown> {
        self.shown.as_ref()
    }

    pub(super) fn note(&self) -> &str {
        &self.note
    }

    pub(super) fn scroll(&self) -> u16 {
        self.scroll
    }

    pub(super) fn tally(&self) -> &Tally {
        &self.tally
    }

    /// Does what a key stands for; `height` is that of the screen.
    pub(super) fn press(&mut self, key: KeyEvent, height: u16) -> kinfold::Result<()> {
        let Some(shown) = &self.shown else {
            return Ok(());
        };
        let (a, b) = (shown.pair.a, shown.pair.b);
        let page = (height / 2).max(1);
        let with_control = key.modifiers.contains(KeyModifiers::CONTROL);
        let merge = || Decision::Merge(self.rules.clone());
        match key.code {
            KeyCode::Char('c' | 'd') if with_control => self.shown = None,
            KeyCode::Char(_) if with_control => {}
            KeyCode::Char('q') | KeyCode::Esc => self.shown = None,
            KeyCode::Char('m') => self.decide(a, b, &merge())?,
            KeyCode::Char('M') => self.decide(b, a, &merge())?,
            KeyCode::Char('d') => self.decide(a, b, &Decision::Distinct)?,
            KeyCode::Char('l') => self.decide(a, b, &Decision::Later)?,
            KeyCode::Char('s') => {
                self.passed.insert((a, b));
                self.tally.skipped += 1;
                self.note = "Skipped; it still waits.".to_owned();
                self.show_next()?;
            }
            KeyCode::Up | KeyCode::Char('k') => self.scroll = self.scroll.saturating_sub(1),
            KeyCode::Down | KeyCode::Char('j') => self.scroll = self.scroll.saturating_add(1),
            KeyCode::PageUp => self.scroll = self.scroll.saturating_sub(page),
            KeyCode::PageDown | KeyCode::Char(' ') => {
                self.scroll = self.scroll.saturating_add(page);
            }
            KeyCode::Home => self.scroll = 0,
            _ => {}
        }
        Ok(())
    }

    /// Where the rows end, so that nobody scrolls past them.
    pub(super) fn scroll_at_most(&mut self, most: u16) {
        self.scroll = self.scroll.min(most);
    }

    fn decide(&mut self, a: ContactId, b: ContactId, decision: &Decision) -> kinfold::Result<()> {
        self.note = match (self.contacts.decide(a, b, decision), decision) {
            // Somebody else may have decided meanwhile, or the two can't be one.
            (Err(error), _) if !error.is_storage() => words_of(&error),
            (Err(error), _) => return Err(error),
            (Ok(Some(merged)), _) => {
                self.tally.merges.push(merged.merge);
                format!("Merged; to undo it: kinfold unmerge {}", merged.merge)
            }
            (Ok(None), Decision::Later) => {
                // With those that were put off it is still there.
                self.passed.insert((a, b));
                self.tally.later += 1;
                "Put off.".to_owned()
            }
            (Ok(None), _) => {
                self.tally.distinct += 1;
                "They are two people.".to_owned()
            }
        };
        self.show_next()
    }

    /// Looks again at who waits: a merge leads pairs elsewhere, and others decide, too.
    fn show_next(&mut self) -> kinfold::Result<()> {
        let mut queue = self.contacts.review(self.with_later)?;
        queue.retain(|pair| !self.passed.contains(&(pair.a, pair.b)));
        let waiting = queue.len();
        let before = self.shown.take().map(|shown| (shown.pair.a, shown.pair.b));
        for pair in queue {
            let both = (self.contacts.get(pair.a), self.contacts.get(pair.b));
            match both {
                (Ok(left), Ok(right)) => {
                    if before != Some((pair.a, pair.b)) {
                        self.scroll = 0;
                    }
                    self.shown = Some(Shown {
                        rows: rows(&left, &right),
                        pair,
                        waiting,
                    });
                    return Ok(());
                }
                // Gone since the queue was read.
                (Err(kinfold::Error::NotFound(_)), _) | (_, Err(kinfold::Error::NotFound(_))) => {}
                (Err(error), _) | (_, Err(error)) => return Err(error),
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::{Session, Tally};
    use kinfold::{ContactId, Contacts, Draft, Kinfold, MergeRules, Scope};
    use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

    /// Three pairs of conflicts, and whom they are of.
    fn waiting() -> (Contacts, Vec<(ContactId, ContactId)>) {
        let contacts = Kinfold::open_in_memory()
            .unwrap()
            .contacts(Scope::default());
        let mut pairs = Vec::new();
        for n in 1..=3 {
            let phone = format!("+1415555010{n}");
            let email = format!("e{n}@example.com");
            let a = contacts
                .resolve(Draft::new().phone(&phone))
                .unwrap()
                .contact
                .id;
            let b = contacts
                .resolve(Draft::new().email(&email))
                .unwrap()
                .contact
                .id;
            contacts
                .resolve(Draft::new().phone(&phone).email(&email))
                .unwrap();
            pairs.push((a, b));
        }
        (contacts, pairs)
    }

    fn press(session: &mut Session<'_>, keys: &str) {
        for key in keys.chars() {
            session
                .press(KeyEvent::from(KeyCode::Char(key)), 24)
                .unwrap();
        }
    }

    fn shown(session: &Session<'_>) -> Option<(ContactId, ContactId)> {
        session.shown().map(|shown| (shown.pair.a, shown.pair.b))
    }

    #[test]
    fn pair_after_pair_is_decided() {
        let (contacts, pairs) = waiting();
        let mut session = Session::begin(&contacts, MergeRules::default(), false).unwrap();
        assert_eq!(
            (shown(&session), session.shown().unwrap().waiting),
            (Some(pairs[0]), 3)
        );
        press(&mut session, "m");
        assert_eq!(
            contacts.get(pairs[0].1).unwrap().id,
            pairs[0].0,
            "into the left one"
        );
        assert!(session.note().contains("kinfold unmerge"));
        assert_eq!(
            (shown(&session), session.shown().unwrap().waiting),
            (Some(pairs[1]), 2)
        );
        press(&mut session, "M");
        assert_eq!(
            contacts.get(pairs[1].0).unwrap().id,
            pairs[1].1,
            "into the right one"
        );
        press(&mut session, "d");
        assert!(!contacts.mark_distinct(pairs[2].0, pairs[2].1).unwrap());
        assert_eq!(shown(&session), None);
        assert_eq!(
            (session.tally().merges.len(), session.tally().distinct),
            (2, 1)
        );
        press(&mut session, "mMdls");
        assert_eq!(contacts.count().unwrap(), 4);
    }

    #[test]
    fn what_is_put_off_or_skipped_is_not_shown_twice() {
        for with_later in [false, true] {
            let (contacts, pairs) = waiting();
            let mut session = Session::begin(&contacts, MergeRules::default(), with_later).unwrap();
            press(&mut session, "l");
            assert_eq!(shown(&session), Some(pairs[1]));
            press(&mut session, "s");
            assert_eq!(shown(&session), Some(pairs[2]));
            press(&mut session, "l");
            assert_eq!(shown(&session), None);
            let tally = Tally {
                later: 2,
                skipped: 1,
                ..Tally::default()
            };
            assert_eq!(*session.tally(), tally);
            assert_eq!(contacts.review(false).unwrap().len(), 1);
            assert_eq!(contacts.review(true).unwrap().len(), 3);
        }
    }

    #[test]
    fn what_can_not_be_done_is_said_and_the_pair_stays() {
        let contacts = Kinfold::open_in_memory()
            .unwrap()
            .contacts(Scope::default());
        let person = |phone: &str, id: &str| {
            let draft = Draft::new().phone(phone).external_id("crm", id);
            contacts.resolve(draft).unwrap().contact.id
        };
        let pair = (person("+14155550101", "1"), person("+14155550101", "2"));
        let mut session = Session::begin(&contacts, MergeRules::default(), false).unwrap();
        assert_eq!(shown(&session), Some(pair));
        press(&mut session, "m");
        assert!(
            session.note().contains("external source"),
            "{}",
            session.note()
        );
        assert_eq!(shown(&session), Some(pair));
        // Somebody else decides while it is shown.
        contacts.mark_distinct(pair.0, pair.1).unwrap();
        press(&mut session, "l");
        assert_eq!(shown(&session), None);
    }

    #[test]
    fn keys_that_end_it_and_keys_that_scroll() {
        let (contacts, pairs) = waiting();
        let before = contacts.count().unwrap();
        let control = |key| KeyEvent::new(KeyCode::Char(key), KeyModifiers::CONTROL);
        for end in [
            KeyEvent::from(KeyCode::Char('q')),
            KeyEvent::from(KeyCode::Esc),
            control('c'),
            control('d'),
        ] {
            let mut session = Session::begin(&contacts, MergeRules::default(), false).unwrap();
            session.press(control('m'), 24).unwrap();
            press(&mut session, "x?1");
            assert_eq!(shown(&session), Some(pairs[0]), "no key that decides");
            session.press(end, 24).unwrap();
            assert_eq!(shown(&session), None);
        }
        assert_eq!(contacts.count().unwrap(), before);
        let mut session = Session::begin(&contacts, MergeRules::default(), false).unwrap();
        press(&mut session, "jjjk");
        assert_eq!(session.scroll(), 2);
        session
            .press(KeyEvent::from(KeyCode::PageDown), 10)
            .unwrap();
        assert_eq!(session.scroll(), 7);
        session.scroll_at_most(4);
        session.press(KeyEvent::from(KeyCode::PageUp), 4).unwrap();
        assert_eq!(session.scroll(), 2);
        press(&mut session, "s");
        assert_eq!(session.scroll(), 0, "another pair begins above");
    }
}
