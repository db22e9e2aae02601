//! Made-up people: the same ones in every run, with 2.5 identifiers each on average, and
//! the fields that a CRM knows of a contact.
//!
//! Everyone has an email, nine of ten a phone that is valid in its numbering plan, six of
//! ten an id of the system `hubspot`. Keys are typed in their canonical form.

use kinfold::{AddressPatch, Change, Draft, TextField};

/// The system that issued the external ids.
pub const SOURCE: &str = "hubspot";

const GIVEN: [&str; 40] = [
    "ana", "bruno", "carla", "daniel", "elena", "felix", "grace", "hugo", "irene", "jonas",
    "karen", "lukas", "maria", "nadia", "oscar", "paula", "quinn", "rosa", "simon", "tara",
    "ursula", "victor", "wendy", "xavier", "yara", "zoe", "amir", "beatriz", "chen", "divya",
    "emeka", "fatima", "giulia", "hiro", "ines", "jamal", "kofi", "leila", "mateo", "noor",
];

const FAMILY: [&str; 32] = [
    "ruiz", "smith", "mueller", "garcia", "johnson", "rossi", "tanaka", "okafor", "silva",
    "kowalski", "nguyen", "haddad", "larsen", "murphy", "dubois", "ivanova", "mensah", "patel",
    "schmidt", "moreau", "costa", "yilmaz", "horvat", "jensen", "brown", "wilson", "lopez", "kim",
    "singh", "weber", "novak", "fischer",
];

const DOMAINS: [&str; 16] = [
    "gmail.com",
    "outlook.com",
    "yahoo.com",
    "icloud.com",
    "example.com",
    "acme.test.com",
    "initech.com",
    "globex.com",
    "umbrella.org",
    "stark.com",
    "wayne.com",
    "hooli.com",
    "gmx.de",
    "web.de",
    "proton.me",
    "fastmail.com",
];

const CITIES: [(&str, &str); 8] = [
    ("San Francisco", "US"),
    ("Chicago", "US"),
    ("Austin", "US"),
    ("Boston", "US"),
    ("Berlin", "DE"),
    ("Hamburg", "DE"),
    ("Miami", "US"),
    ("Seattle", "US"),
];

const TAGS: [&str; 8] = [
    "lead",
    "customer",
    "newsletter",
    "partner",
    "vip",
    "trial",
    "churned",
    "webinar",
];

const CHANNELS: [&str; 4] = ["web", "phone", "event", "referral"];

const AREAS: [u64; 32] = [
    201, 202, 205, 206, 212, 213, 214, 215, 303, 305, 310, 312, 313, 314, 404, 408, 410, 415, 503,
    510, 512, 602, 612, 617, 619, 646, 702, 713, 718, 773, 818, 917,
];

/// One of them.
#[derive(Clone)]
pub struct Person {
    pub email: String,
    pub phone: Option<String>,
    /// The key, the source before the value.
    pub external_id: Option<String>,
    pub given: String,
    pub family: String,
    pub city: &'static str,
    pub country: &'static str,
    pub company: String,
    pub source: &'static str,
    pub tags: [&'static str; 2],
    pub channel: &'static str,
    pub score: i64,
}

/// The numbers 0, 1, 2, … spread evenly, so that what stands beside each other in one
/// table doesn't in the next.
fn spread(number: u64, salt: u64) -> u64 {
    let mixed = (number ^ salt).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    (mixed ^ (mixed >> 31)).wrapping_mul(0xBF58_476D_1CE4_E5B9) >> 20
}

fn pick<T: Copy>(list: &[T], number: u64, salt: u64) -> T {
    let at = spread(number, salt) % list.len() as u64;
    list[usize::try_from(at).unwrap()]
}

fn capital(name: &str) -> String {
    let mut letters = name.chars();
    letters
        .next()
        .map(|first| first.to_uppercase().chain(letters).collect())
        .unwrap_or_default()
}

/// A number of the United States, of Germany for every tenth. No two are the same.
fn phone(number: u64) -> String {
    if number % 10 == 7 {
        return format!("+4915{}", 100_000_000 + number * 733 % 100_000_000);
    }
    // The factor has no divisor in common with the count of numbers there are.
    let at = number * 7_368_787 % (32 * 320 * 10_000);
    let (area, rest) = (at % 32, at / 32);
    let (exchange, line) = (rest % 320, rest / 320);
    // From 260 on: neither 211, which is a service, nor 555, which is for films.
    let exchange = 260 + exchange / 40 * 100 + exchange % 40;
    format!(
        "+1{}{exchange}{line:04}",
        AREAS[usize::try_from(area).unwrap()]
    )
}

/// The number of the person who is in the place `place` among those with all three kinds
/// of identifier.
pub fn with_all_kinds(place: u64) -> u64 {
    place / 6 * 10 + place % 6
}

/// The number of the person who is in the place `place` among those with an email and a
/// phone only.
pub fn without_external_id(place: u64) -> u64 {
    place / 3 * 10 + 6 + place % 3
}

/// The person with a number.
pub fn person(number: u64) -> Person {
    let (given, family) = (pick(&GIVEN, number, 1), pick(&FAMILY, number, 2));
    let (city, country) = pick(&CITIES, number, 3);
    let tag = spread(number, 4) % 8;
    let tags = [
        TAGS[usize::try_from(tag).unwrap()],
        TAGS[usize::try_from((tag + 3) % 8).unwrap()],
    ];
    Person {
        email: format!("{given}.{family}{number}@{}", pick(&DOMAINS, number, 5)),
        phone: (number % 10 != 9).then(|| phone(number)),
        external_id: (number % 10 < 6).then(|| format!("{SOURCE}:{}", 100_000_000 + 37 * number)),
        given: capital(given),
        family: capital(family),
        city,
        country,
        company: format!(
            "{} & {} Ltd",
            capital(pick(&FAMILY, number, 6)),
            capital(family)
        ),
        source: "import",
        tags,
        channel: pick(&CHANNELS, number, 7),
        score: i64::try_from(spread(number, 8) % 100).unwrap(),
    }
}

impl Person {
    /// A draft that names the person's identifiers and all that is known.
    pub fn draft(&self) -> Draft {
        let mut draft = self.fields().email(&self.email);
        if let Some(phone) = &self.phone {
            draft = draft.phone(phone);
        }
        match self.external_value() {
            Some(value) => draft.external_id(SOURCE, value),
            None => draft,
        }
    }

    /// A draft that names no identifier, but all that is known.
    pub fn fields(&self) -> Draft {
        let mut draft = Draft::new()
            .given(&self.given)
            .family(&self.family)
            .text(TextField::Company, &self.company)
            .text(TextField::Source, self.source)
            .tag(self.tags[0])
            .tag(self.tags[1])
            .metadata("channel", self.channel)
            .metadata("score", self.score);
        draft.fields.address = Change::Set(AddressPatch {
            city: Change::Set(self.city.to_owned()),
            country: Change::Set(self.country.to_owned()),
            ..AddressPatch::default()
        });
        draft
    }

    /// The external id without its source.
    pub fn external_value(&self) -> Option<&str> {
        let key = self.external_id.as_deref()?;
        Some(&key[SOURCE.len() + 1..])
    }
}
