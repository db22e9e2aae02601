//! Which country a text names.

mod names;

use std::collections::HashMap;
use std::sync::LazyLock;

use names::COUNTRIES;

use super::plain::plain;

/// Longer than any country's name, in bytes.
const LONGEST: usize = 200;

/// Codes by the [`plain`] forms of codes and names.
static BY_NAME: LazyLock<HashMap<String, &'static str>> = LazyLock::new(|| {
    COUNTRIES
        .iter()
        .flat_map(|(code, three_letters, names)| {
            let names = names.split('|').chain([*code, *three_letters]);
            names.map(|name| (plain(name), *code))
        })
        .collect()
});

/// The two-letter code (ISO 3166-1) of the country that a text names, by a code or by a
/// name. What names none, or could name two, has none.
pub(super) fn code(typed: &str) -> Option<&'static str> {
    let typed = typed.trim();
    if let [first, second] = typed.as_bytes() {
        let wanted = [first.to_ascii_uppercase(), second.to_ascii_uppercase()];
        let found = COUNTRIES.binary_search_by(|(code, ..)| code.as_bytes().cmp(&wanted));
        if let Some((code, ..)) = found.ok().and_then(|at| COUNTRIES.get(at)) {
            return Some(code);
        }
    }
    if typed.len() > LONGEST {
        return None;
    }
    let plain = plain(typed);
    let without_article = plain.strip_prefix("the").unwrap_or(&plain);
    let by_name = &*BY_NAME;
    by_name
        .get(&plain)
        .or_else(|| by_name.get(without_article))
        .copied()
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::names::COUNTRIES;
    use super::{code, plain};

    #[test]
    fn a_country_has_its_code_however_it_is_named() {
        #[rustfmt::skip]
        let cases = [
            ("MX", Some("MX"), "a code is itself"),
            ("mx", Some("MX"), "in small letters, too"),
            ("MEX", Some("MX"), "the code of three letters"),
            ("Mexico", Some("MX"), "English"),
            ("México", Some("MX"), "Spanish"),
            ("Me\u{301}xico", Some("MX"), "with an accent of its own"),
            (" mÉXICO ", Some("MX"), "case and spaces make no difference"),
            ("UK", Some("GB"), "reserved for it, and what everybody writes"),
            ("Great Britain", Some("GB"), "a common name"),
            ("Scotland", Some("GB"), "a part that is called a country"),
            ("USA", Some("US"), "the code of three letters"),
            ("U.S.A.", Some("US"), "with stops"),
            ("the United States", Some("US"), "with an article"),
            ("EE. UU.", Some("US"), "a Spanish abbreviation"),
            ("Estados Unidos", Some("US"), "Spanish"),
            ("South Korea", Some("KR"), "a common name"),
            ("Korea, Republic of", Some("KR"), "ISO's name"),
            ("Korea", None, "there are two"),
            ("Russia", Some("RU"), "a common name"),
            ("Vietnam", Some("VN"), "in one word"),
            ("Viet Nam", Some("VN"), "in two"),
            ("Ivory Coast", Some("CI"), "English"),
            ("Côte d’Ivoire", Some("CI"), "with a typographic apostrophe"),
            ("Czechia", Some("CZ"), "the new name"),
            ("Czech Republic", Some("CZ"), "the old one"),
            ("Türkiye", Some("TR"), "the new name"),
            ("Turkey", Some("TR"), "the old one"),
            ("Deutschland", Some("DE"), "at home"),
            ("Allemagne", Some("DE"), "French"),
            ("España", Some("ES"), "at home"),
            ("Brasil", Some("BR"), "at home"),
            ("Schweiz", Some("CH"), "German"),
            ("Suisse", Some("CH"), "French"),
            ("Svizzera", Some("CH"), "Italian"),
            ("Österreich", Some("AT"), "with its umlaut"),
            ("Oesterreich", Some("AT"), "and without"),
            ("Weißrussland", Some("BY"), "with its sharp s"),
            ("日本", Some("JP"), "any script"),
            ("Россия", Some("RU"), "any script"),
            ("مصر", Some("EG"), "any script"),
            ("भारत", Some("IN"), "any script"),
            ("Georgia", Some("GE"), "where a country is asked for it is one"),
            ("Guinea", Some("GN"), "and none of the others that are called so"),
            ("Congo", Some("CG"), "ISO's short name"),
            ("DR Congo", Some("CD"), "the other one"),
            ("Kosovo", None, "ISO 3166 has no code for it"),
            ("XK", None, "nor is this one"),
            ("AA", None, "no country's code"),
            ("Atlantis", None, "no country"),
            ("", None, "nothing"),
            (".", None, "no letters"),
            ("the", None, "an article alone"),
        ];
        for (typed, expected, why) in cases {
            assert_eq!(code(typed), expected, "{typed}: {why}");
        }
        assert_eq!(code(&"Mexico".repeat(1_000_000)), None);
    }

    #[test]
    fn every_code_and_every_name_is_its_countrys_alone() {
        let mut seen = HashSet::new();
        for (two, three, names) in COUNTRIES {
            assert_eq!(code(two), Some(two));
            assert_eq!(code(&two.to_lowercase()), Some(two));
            assert_eq!(code(three), Some(two), "{three}");
            assert!(seen.insert(plain(two)), "{two} stands twice");
            for name in names.split('|') {
                assert_eq!(code(name), Some(two), "{name}");
                assert!(seen.insert(plain(name)), "{name} stands twice");
            }
        }
        let codes: Vec<&str> = COUNTRIES.iter().map(|(two, ..)| *two).collect();
        assert!(codes.is_sorted());
    }
}
