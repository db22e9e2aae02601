//! The rules against a slow reading of them: what the index would hold of a contact, and
//! which of it each pattern meets.

use levenshtein_automata::Distance;
use proptest::prelude::*;

use super::{MatchClass, Names, Place, Searched, phone_digits};
use crate::search::query::{Pattern, Query};
use crate::search::words::{Scratch, chunks, each_email_form, each_form};

fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        "[aábAñns' -]{0,12}",
        "(Ana|Anna|Robert|Bob|O'Brien|Rodriguez|山田|太郎|Юлия|Саша|김민준|Groß|J\\.R\\.)( |-|)(ana|bob|roberto|rodrigues|山|ю|준|\\+1 415|0101)?",
        "\\PC{0,20}",
        "(.{0,3}[aé山ю'\u{301}\u{200d}ﬁß \u{3000}]){0,6}",
    ]
}

fn phone() -> impl Strategy<Value = String> {
    "\\+[1-9][0-1]{2,8}(;ext=1)?"
}

#[derive(Debug, Clone)]
struct Given {
    display: Option<String>,
    given: Option<String>,
    family: Option<String>,
    company: Option<String>,
    emails: Vec<String>,
    phones: Vec<String>,
}

impl Given {
    fn searched(&self) -> Searched<'_> {
        Searched {
            names: Names {
                display: self.display.as_deref().map(Into::into),
                given: self.given.as_deref(),
                family: self.family.as_deref(),
            },
            company: self.company.as_deref(),
            emails: self.emails.iter().map(String::as_str).collect(),
            phones: self.phones.iter().map(String::as_str).collect(),
        }
    }
}

prop_compose! {
    fn given()(
        display in prop::option::weighted(0.9, text()),
        given in prop::option::weighted(0.2, text()),
        family in prop::option::weighted(0.2, text()),
        company in prop::option::weighted(0.3, text()),
        emails in prop::collection::vec(text(), 0..2),
        phones in prop::collection::vec(phone(), 0..2),
    ) -> Given {
        Given { display, given, family, company, emails, phones }
    }
}

fn query() -> impl Strategy<Value = String> {
    prop_oneof![
        text(),
        (text(), text()).prop_map(|(one, other)| format!("{one} {other}")),
        "[01 ()-]{1,8}"
    ]
}

/// All that the index holds of a contact: forms of names, of other texts, and phones.
struct Held {
    name: Vec<String>,
    other: Vec<String>,
    phones: Vec<String>,
}

impl Held {
    fn of(given: &Given) -> Self {
        let scratch = &mut Scratch::default();
        let (mut name, mut other) = (Vec::new(), Vec::new());
        for text in [&given.display, &given.given, &given.family]
            .into_iter()
            .flatten()
        {
            each_form(text, scratch, &mut |form| name.push(form.to_owned()));
        }
        if let Some(text) = &given.company {
            each_form(text, scratch, &mut |form| other.push(form.to_owned()));
        }
        for text in &given.emails {
            each_email_form(text, scratch, &mut |form| other.push(form.to_owned()));
        }
        let phones = given
            .phones
            .iter()
            .map(|phone| phone_digits(phone).to_owned());
        Self {
            name,
            other,
            phones: phones.collect(),
        }
    }

    fn meets(&self, pattern: &Pattern, class: MatchClass, in_name: bool) -> bool {
        let pattern = match pattern {
            Pattern::PhoneEnd(end) => {
                return !in_name
                    && self.phones.iter().any(|phone| match class {
                        MatchClass::Exact => phone == end,
                        MatchClass::Prefix => phone.ends_with(end),
                        _ => false,
                    });
            }
            Pattern::Text(pattern) => pattern,
        };
        let forms = if in_name { &self.name } else { &self.other };
        forms.iter().any(|form| match class {
            MatchClass::Exact => form == pattern.text(),
            MatchClass::Prefix => {
                form.starts_with(pattern.text()) && (in_name || pattern.text().chars().count() > 1)
            }
            MatchClass::Nickname => in_name && pattern.nicknames().any(|name| name == form),
            MatchClass::Typo => {
                in_name
                    && pattern.typo().is_some_and(|typo| {
                        matches!(typo.eval(form), Distance::Exact(errors) if errors <= pattern.distance())
                    })
            }
        })
    }

    /// Whether every word is met in this class or a better one.
    fn answers(&self, query: &Query, class: MatchClass, only_name: bool) -> bool {
        let better = |pattern: &Pattern| {
            CLASSES
                .iter()
                .filter(|other| **other <= class)
                .any(|class| {
                    self.meets(pattern, *class, true)
                        || (!only_name && self.meets(pattern, *class, false))
                })
        };
        !query.words.is_empty()
            && query
                .words
                .iter()
                .all(|word| word.ways.iter().any(|way| way.iter().all(better)))
    }
}

const CLASSES: [MatchClass; 4] = [
    MatchClass::Exact,
    MatchClass::Prefix,
    MatchClass::Nickname,
    MatchClass::Typo,
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn a_rank_is_what_the_index_holds(given in given(), query in query()) {
        let query = Query::read(&query);
        let held = Held::of(&given);
        let rank = query.rank(&given.searched(), &mut Scratch::default());
        let class = CLASSES.into_iter().find(|class| held.answers(&query, *class, false));
        prop_assert_eq!(rank.map(|rank| rank.class), class);
        if let Some(rank) = rank {
            let by_name = held.answers(&query, rank.class, true);
            let whole = chunks(given.display.as_deref().unwrap_or_default()) == query.chunks();
            let place = match (by_name, whole) {
                (false, _) => Place::Elsewhere,
                (true, true) => Place::WholeName,
                (true, false) => Place::PartOfName,
            };
            prop_assert_eq!(rank.place, place);
        }
    }

    #[test]
    fn what_is_shown_can_be_shown(given in given(), query in query()) {
        let query = Query::read(&query);
        let searched = given.searched();
        let scratch = &mut Scratch::default();
        let rank = query.rank(&searched, scratch);
        let matched = query.matches(&searched, scratch);
        prop_assert_eq!(matched.as_ref().map(|matched| matched.rank), rank);
        let Some(matched) = matched else { return Ok(()); };
        prop_assert!(!matched.parts.is_empty());
        for part in matched.parts {
            prop_assert!(!part.ranges.is_empty());
            let mut before = None;
            for range in part.ranges {
                prop_assert!(before.is_none_or(|before| before < range.start));
                prop_assert!(part.text.get(range.clone()).is_some_and(|shown| !shown.is_empty()));
                before = Some(range.end);
            }
        }
    }

    /// A name is found by itself, exactly and as a whole.
    #[test]
    fn a_name_is_found_by_itself(name in "[a-zñé'山김ю.-]{1,8}( [a-zñé'山김ю.-]{1,8}){0,3}") {
        prop_assume!(!Query::read(&name).words.is_empty());
        let given = Given {
            display: Some(name.clone()), given: None, family: None, company: None, emails: vec![], phones: vec![],
        };
        let rank = Query::read(&name).rank(&given.searched(), &mut Scratch::default());
        prop_assert_eq!(rank.map(|rank| rank.class), Some(MatchClass::Exact));
    }
}

#[test]
fn no_text_is_too_long() {
    let great = [
        "ana ".repeat(2_000),
        "o'".repeat(20_000),
        "山".repeat(10_000),
        "a\u{301}".repeat(20_000),
        "\u{301}".repeat(20_000),
    ];
    let scratch = &mut Scratch::default();
    for name in &great {
        for query in great.iter().map(String::as_str).chain(["ana", "o", "山"]) {
            let given = Given {
                display: Some(name.clone()),
                given: None,
                family: None,
                company: None,
                emails: vec![],
                phones: vec![],
            };
            let _ = Query::read(query).matches(&given.searched(), scratch);
        }
    }
}
