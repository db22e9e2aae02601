//! What is typed: drawn from the people's own names, the same in every run.

use std::collections::BTreeSet;
use std::fmt;

use kinfold::{ContactFilter, SearchRequest};

use super::dice::Dice;
use super::people::{COMPANIES, People, RARE_TAG};

/// So many different ones of a kind, if there are as many.
const MOST: usize = 300;

/// A kind of query.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The beginning of a word of a name.
    Letters(usize),
    /// A given name and the beginning of a family name.
    TwoWords,
    /// A word of a name of five letters or more, and something wrong with it.
    Typo,
    /// A nickname and how a family name begins.
    Nickname,
    /// The beginning of a word of a company.
    Company,
    PhoneEnd,
    /// One to four letters, and the tag that one in a hundred has.
    WithTag,
    /// One to four letters, and an email.
    WithEmail,
    /// One to four letters, and a company of some hundreds.
    WithCompany,
    /// One to four letters, and that it changed in the future.
    WithNobody,
}

impl Kind {
    pub const ALL: [Self; 15] = [
        Self::Letters(1),
        Self::Letters(2),
        Self::Letters(3),
        Self::Letters(4),
        Self::Letters(5),
        Self::Letters(6),
        Self::TwoWords,
        Self::Typo,
        Self::Nickname,
        Self::Company,
        Self::PhoneEnd,
        Self::WithTag,
        Self::WithEmail,
        Self::WithCompany,
        Self::WithNobody,
    ];
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Letters(1) => f.write_str("1 letter"),
            Self::Letters(length) => write!(f, "{length} letters"),
            Self::TwoWords => f.write_str("two words"),
            Self::Typo => f.write_str("typo"),
            Self::Nickname => f.write_str("nickname"),
            Self::Company => f.write_str("company"),
            Self::PhoneEnd => f.write_str("phone's end"),
            Self::WithTag => f.write_str("with a tag of 1 %"),
            Self::WithEmail => f.write_str("with an email"),
            Self::WithCompany => f.write_str("with a company"),
            Self::WithNobody => f.write_str("with nobody left"),
        }
    }
}

/// One query, and the company that it is about, if it is about one.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Typed {
    pub text: String,
    pub company: Option<String>,
}

impl Typed {
    pub fn request(&self, kind: Kind) -> SearchRequest {
        let filter = ContactFilter::new();
        let filter = match kind {
            Kind::WithTag => filter.tag(RARE_TAG),
            Kind::WithEmail => filter.has_email(true),
            Kind::WithNobody => filter.changed_since("2999-01-01T00:00:00Z".parse().unwrap()),
            Kind::WithCompany => filter.company(self.company.as_deref().unwrap()),
            _ => filter,
        };
        SearchRequest::new(&self.text).filter(filter)
    }
}

const NICKNAMES: &str = "
    bob rob bill will liz beth tom dave mike jenny pat jim jimmy dan danny chris steve tony
    alex sam ben nick kate cathy sue maggie josh matt andy joe pepe paco lola juli max basti
    uli hannes";

/// Queries of a kind about the first so many people.
pub fn queries(people: &People, size: u64, kind: Kind) -> Vec<Typed> {
    let mut found = BTreeSet::new();
    let mut dice =
        Dice::of((1 << 41) + Kind::ALL.iter().position(|one| *one == kind).unwrap() as u64);
    for _ in 0..20 * MOST {
        found.extend(query(people, size, kind, &mut dice));
        if found.len() == MOST {
            break;
        }
    }
    // In the order of the alphabet each would find what the one before it has read.
    let mut queries: Vec<_> = found.into_iter().collect();
    for place in (1..queries.len()).rev() {
        queries.swap(place, dice.below(place + 1));
    }
    queries
}

fn query(people: &People, size: u64, kind: Kind, dice: &mut Dice) -> Option<Typed> {
    let number = dice.below(usize::try_from(size).unwrap());
    let person = people.person(number as u64);
    let name = person.name().to_lowercase();
    let words: Vec<&str> = name.split_whitespace().collect();
    let word = words[dice.below(words.len())];
    let mut company = None;
    let text = match kind {
        Kind::Letters(length) => beginning(word, length)?,
        Kind::TwoWords => {
            let family = beginning(words.last()?, 1 + dice.below(4))?;
            format!("{} {family}", words.first()?)
        }
        Kind::Typo => misspelt(word, dice)?,
        Kind::Nickname => {
            let nicknames: Vec<&str> = NICKNAMES.split_whitespace().collect();
            let nickname = nicknames[dice.below(nicknames.len())];
            match dice.below(4) {
                0 => nickname.to_owned(),
                length => format!("{nickname} {}", beginning(words.last()?, length)?),
            }
        }
        Kind::Company => {
            let company = person.company?.to_lowercase();
            let words: Vec<&str> = company.split_whitespace().collect();
            beginning(words[dice.below(2)], 3 + dice.below(4))?
        }
        Kind::PhoneEnd => {
            let phone = person.phone?;
            phone[phone.len() - 3 - dice.below(6)..].to_owned()
        }
        Kind::WithTag | Kind::WithEmail | Kind::WithNobody => beginning(word, 1 + dice.below(4))?,
        Kind::WithCompany => {
            company = Some(people.company(dice.below(COMPANIES)));
            beginning(word, 1 + dice.below(4))?
        }
    };
    Some(Typed { text, company })
}

fn beginning(word: &str, length: usize) -> Option<String> {
    let beginning: String = word.chars().take(length).collect();
    let is_whole = beginning.chars().count() == length;
    (is_whole && beginning.chars().all(char::is_alphabetic)).then_some(beginning)
}

/// With a letter that is another, missing or too many, or with two that changed places.
fn misspelt(word: &str, dice: &mut Dice) -> Option<String> {
    let mut letters: Vec<char> = word.chars().collect();
    if letters.len() < 5 {
        return None;
    }
    let at = 1 + dice.below(letters.len() - 2);
    let letter = char::from(b'a' + u8::try_from(dice.below(26)).unwrap());
    match dice.below(4) {
        0 => letters[at] = letter,
        1 => drop(letters.remove(at)),
        2 => letters.insert(at, letter),
        _ => letters.swap(at, at + 1),
    }
    let misspelt: String = letters.into_iter().collect();
    (misspelt != word).then_some(misspelt)
}
