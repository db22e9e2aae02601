//! The order of names, language by language.

use kinfold::{BookRequest, Draft, Language, SortBy};

use super::{in_memory, named, names, numbered};

/// A language, names as its people expect them in an address book, and why.
const ORDERS: &[(&str, &[&str], &str)] = &[
    (
        "und",
        &["Ángel", "Ñandú", "Nora", "Øystein", "Pia", "Zoé", "zoe z"],
        "no language: letters with accents stand with those without",
    ),
    (
        "und",
        &["anna", "Anna", "ánna", "Ánna", "ANNA B"],
        "small before capital and plain before accent, where nothing else differs",
    ),
    (
        "und",
        &["de Boer", "De Vries", "Dean", "deBoer", "Devries"],
        "a space comes before every letter, and case says nothing",
    ),
    (
        "und",
        &["Adler", "Ægir", "Afra", "Straße A", "Strasse B"],
        "æ is ae and ß is ss",
    ),
    (
        "und",
        &[
            "Anna",
            "Άννα",
            "Анна",
            "Աննա",
            "חנה",
            "آنا",
            "अन्ना",
            "アンナ",
            "安娜",
        ],
        "names in other scripts stand script by script, and none is left out",
    ),
    (
        "und",
        &["(?)", "+1 415", "007", "42", "Anna", "", ""],
        "signs and digits before letters, who has no name last",
    ),
    (
        "und",
        &["Nuñez", "Nun\u{303}ez A", "Nuñez B"],
        "a letter and its accent may be one character or two",
    ),
    (
        "es",
        &["Ángel", "Nora", "Núñez", "Nuria", "Ñandú", "Olga"],
        "in Spanish ñ is a letter after n, and á is none",
    ),
    (
        "de",
        &["Ahrens", "Ärger", "Arnold", "Zöllner", "Zorn"],
        "in German dictionaries ä stands with a",
    ),
    (
        "de-u-co-phonebk",
        &["Adler", "Ärger", "Ahrens", "Arnold", "Zöllner", "Zorn"],
        "in German phone books ä is ae",
    ),
    (
        "sv",
        &["Andersson", "Zetterberg", "Åberg", "Ärlig", "Öberg"],
        "in Swedish å, ä and ö are the last letters",
    ),
    (
        "da",
        &["Andersen", "Zahle", "Ærø", "Østergaard", "Åberg", "Aaen"],
        "in Danish the last ones are æ, ø and å, and aa is å",
    ),
    (
        "cs",
        &["Cyril", "Čeněk", "Dana", "Hynek", "Chalupa", "Ivan"],
        "in Czech č comes after c, and ch after h",
    ),
    (
        "pl",
        &["Lucyna", "Łucja", "Maria", "Zofia", "Żaneta"],
        "in Polish ł and ż are letters of their own",
    ),
    (
        "tr",
        &["Cem", "Çetin", "Deniz", "Ilgaz", "İbrahim", "Jale"],
        "in Turkish ç comes after c, and ı before i",
    ),
    (
        "hu",
        &["Cukor", "Csaba", "Dóra", "Gizi", "Gyula"],
        "in Hungarian cs and gy are letters",
    ),
    (
        "ru",
        &["Анна", "Елена", "Ёлкин", "Юрий", "Anna"],
        "in Russian the own script comes first",
    ),
    (
        "el",
        &["Άννα", "Βασίλης", "Anna", "Анна"],
        "so it does in Greek",
    ),
    (
        "zh",
        &["安娜", "李明", "王芳", "张伟"],
        "in Chinese by the sound: ān, lǐ, wáng, zhāng",
    ),
    (
        "ja",
        &["あべ", "アンナ", "たなか", "安娜"],
        "in Japanese both kinds of kana together, before the characters",
    ),
    (
        "sv-u-kn",
        &["Team 2", "Team 10", "Team Å"],
        "a tag may ask for more: numbers by their value",
    ),
];

#[test]
fn names_stand_as_people_of_a_language_expect() {
    for (tag, expected, why) in ORDERS {
        let language: Language = tag.parse().unwrap();
        let contacts = in_memory();
        // They come in another order than the one they are expected in.
        for (number, name) in expected.iter().enumerate().rev() {
            contacts.resolve(named(number, name)).unwrap();
        }
        let request = BookRequest::new().language(language);
        let page = contacts.address_book(&request).unwrap();
        assert_eq!(names(&page), *expected, "{tag}: {why}");
        assert_eq!((page.total, page.next), (expected.len() as u64, None));

        let page = contacts.address_book(&request.descending(true)).unwrap();
        let (mut reversed, unnamed): (Vec<&str>, Vec<&str>) =
            expected.iter().rev().partition(|name| !name.is_empty());
        reversed.extend(unnamed);
        assert_eq!(names(&page), reversed, "{tag}, the other way round: {why}");
    }
}

/// Given and family name as they come, and the order by family name.
#[test]
fn families_stand_together() {
    let orders: &[(&[(&str, &str)], &str)] = &[
        (
            &[
                ("Zoe", "Li"),
                ("Ana", "Lia"),
                ("Bea", "Lia"),
                ("Ana", "Liang"),
            ],
            "a short family name comes before a longer one, whatever the given name",
        ),
        (
            &[
                ("Ana", "Díaz"),
                ("Bea", "Diaz"),
                ("Carla", "Díaz"),
                ("Dora", "DIAZ"),
            ],
            "accents and case do not tear a family apart",
        ),
        (
            &[("Bea", "Diaz"), ("Béa", "Diaz"), ("Bea", "Díaz")],
            "they only decide where nothing else does, those of the family first",
        ),
        (
            &[
                ("Cher", ""),
                ("Ana", "Ruiz"),
                ("", "Ruiz A"),
                ("Bea", "Zorn"),
            ],
            "who has no family name stands under the given name",
        ),
    ];
    for (expected, why) in orders {
        let contacts = in_memory();
        for (number, (given, family)) in expected.iter().enumerate().rev() {
            let with = |draft: Draft, part: fn(Draft, &str) -> Draft, text: &str| match text {
                "" => draft,
                text => part(draft, text),
            };
            let draft = with(numbered(number), |draft, text| draft.given(text), given);
            let draft = with(draft, |draft, text| draft.family(text), family);
            contacts.resolve(draft).unwrap();
        }
        let request = BookRequest::new().sort_by(SortBy::Family);
        let page = contacts.address_book(&request).unwrap();
        let found: Vec<(&str, &str)> = page
            .contacts
            .iter()
            .map(|contact| {
                let name = &contact.fields.name;
                (
                    name.given.as_deref().unwrap_or_default(),
                    name.family.as_deref().unwrap_or_default(),
                )
            })
            .collect();
        assert_eq!(found, *expected, "{why}");
    }
}

/// One person's two names: by the one as it is displayed, by the other with the family.
#[test]
fn a_name_has_a_place_in_each_order() {
    let contacts = in_memory();
    for (number, (full, given, family)) in [
        ("Dr. Ana Ruiz", "Ana", "Ruiz"),
        ("Bea Zorn", "Bea", "Zorn"),
        ("Cem Acar", "Cem", "Acar"),
    ]
    .into_iter()
    .enumerate()
    {
        let draft = numbered(number).name(full).given(given).family(family);
        contacts.resolve(draft).unwrap();
    }
    // Only the whole name is known: its parts are worked out.
    contacts
        .resolve(numbered(3).name("Abel van der Beek"))
        .unwrap();
    let abel = "Abel van der Beek";
    for (sort, expected) in [
        (SortBy::Name, [abel, "Bea Zorn", "Cem Acar", "Dr. Ana Ruiz"]),
        (
            SortBy::Family,
            ["Cem Acar", "Dr. Ana Ruiz", abel, "Bea Zorn"],
        ),
    ] {
        let page = contacts
            .address_book(&BookRequest::new().sort_by(sort))
            .unwrap();
        assert_eq!(names(&page), expected, "{sort:?}");
        assert_eq!(sort.as_str().parse::<SortBy>().unwrap(), sort);
    }
    assert_eq!(
        "random".parse::<SortBy>().unwrap_err().field(),
        Some("sort")
    );
}

#[test]
fn what_is_no_language_is_refused() {
    let long = format!("x-{}", "abcdefgh-".repeat(100));
    for tag in [
        "",
        " ",
        "e",
        "not a tag",
        "english language",
        "de_DE.UTF-8",
        "de--AT",
        "ñ",
        &long,
    ] {
        let refused = tag.parse::<Language>();
        assert!(refused.is_err(), "{tag:.20}");
    }
    // One that nobody speaks is in the order of no language; so is what asks for an order
    // that there is none of.
    for tag in ["qaa", "xx-YY", "de-u-co-nonsense", "en-u-co-search"] {
        let Ok(language) = tag.parse::<Language>() else {
            panic!("{tag}")
        };
        let contacts = in_memory();
        for (number, name) in ["Zoé", "Ärger", "Adler"].into_iter().enumerate() {
            contacts.resolve(named(number, name)).unwrap();
        }
        let page = contacts
            .address_book(&BookRequest::new().language(language))
            .unwrap();
        assert_eq!(names(&page), ["Adler", "Ärger", "Zoé"], "{tag}");
    }
}
