//! What a whole name says of its parts, each case with why.

#[cfg(feature = "exchange")]
use std::borrow::Cow;

use proptest::prelude::*;

use super::Parts;
#[cfg(feature = "exchange")]
use crate::contact::Name;

#[test]
fn a_whole_name_says_its_parts() {
    #[rustfmt::skip]
    let cases = [
        ("Ana María Ruiz", "Ana María", "Ruiz", "the last word is the family name"),
        ("Ana Ruiz", "Ana", "Ruiz", "so it is of two"),
        ("  Ana\u{a0}\tMaría   Ruiz ", "Ana María", "Ruiz", "however they are spaced"),
        ("Gabriel García Márquez", "Gabriel García", "Márquez", "nothing says that he has two family names"),
        ("García Márquez, Gabriel", "Gabriel", "García Márquez", "but a comma does"),
        ("García Márquez , Gabriel José", "Gabriel José", "García Márquez", "with all given names behind it"),
        ("Ana", "Ana", "", "a single word is the given name"),
        ("Ana-Lena", "Ana-Lena", "", "a hyphen makes one word"),
        ("Ana Ruiz-Gómez", "Ana", "Ruiz-Gómez", "of family names, too"),
        // Particles.
        ("Vincent van Gogh", "Vincent", "van Gogh", "a particle belongs to the family name"),
        ("Jan van der Berg", "Jan", "van der Berg", "two of them, too"),
        ("Jan in 't Veld", "Jan", "in 't Veld", "Dutch ones of all kinds"),
        ("Juan Carlos de la Cruz", "Juan Carlos", "de la Cruz", "Spanish"),
        ("JUAN CARLOS DE LA CRUZ", "JUAN CARLOS", "DE LA CRUZ", "however they are written"),
        ("Robert De Niro", "Robert", "De Niro", "with a capital in America"),
        ("Leonardo di ser Piero da Vinci", "Leonardo di ser Piero", "da Vinci", "only what stands before the last word"),
        ("María de los Ángeles Pérez", "María de los Ángeles", "Pérez", "a given name may have particles"),
        ("Otto von Bismarck", "Otto", "von Bismarck", "German"),
        ("Hans von und zu Liechtenstein", "Hans", "von und zu Liechtenstein", "as much of it as there is"),
        ("João dos Santos", "João", "dos Santos", "Portuguese"),
        ("Osama bin Laden", "Osama", "bin Laden", "Arabic: son of"),
        ("Ahmed bin Ali bin Hassan", "Ahmed", "bin Ali bin Hassan", "son of a son"),
        ("Mohammed bin Salman Al Saud", "Mohammed", "bin Salman Al Saud", "and of a house"),
        ("Bashar al-Assad", "Bashar", "al-Assad", "an article with its hyphen is no word of its own"),
        ("Conan O' Brien", "Conan", "O' Brien", "Irish, with a stray space"),
        ("Seán Ó Briain", "Seán", "Ó Briain", "Irish, as it is at home"),
        ("Jill St. John", "Jill", "St. John", "a saint"),
        ("Charles de Gaulle", "Charles", "de Gaulle", "French"),
        ("Ben Stiller", "Ben", "Stiller", "a given name that is a particle elsewhere"),
        ("Van Morrison", "Van", "Morrison", "so is this"),
        ("van der Berg", "", "van der Berg", "a name that begins small has no given name"),
        ("ben stiller", "ben", "stiller", "unless all of it is small"),
        ("Kim Do Yun", "Kim Do", "Yun", "no particle with a capital"),
        ("José Ortega y Gasset", "José", "Ortega y Gasset", "two family names, joined"),
        ("Maria Costa e Silva", "Maria", "Costa e Silva", "and in Portuguese"),
        ("Beethoven, Ludwig van", "Ludwig", "van Beethoven", "a register leaves the particle behind"),
        ("van Beethoven, Ludwig", "Ludwig", "van Beethoven", "or not"),
        // What tells father from son.
        ("Martin Luther King Jr.", "Martin Luther", "King Jr.", "a suffix stays with the family name"),
        ("Martin Luther King, Jr.", "Martin Luther", "King Jr.", "behind a comma, too"),
        ("King Jr., Martin Luther", "Martin Luther", "King Jr.", "wherever it stands"),
        ("King, Martin Luther, Jr.", "Martin Luther", "King Jr.", "and here"),
        ("King, Martin Luther Jr", "Martin Luther", "King Jr", "and here"),
        ("John Quincy Smith III", "John Quincy", "Smith III", "a number"),
        ("João Silva Filho", "João", "Silva Filho", "behind two names Filho is a suffix"),
        ("João Neto", "João", "Neto", "behind one it is the family name"),
        ("John Jr.", "John Jr.", "", "without a family name it stays where it is"),
        // Titles and degrees.
        ("Dr. Ana Ruiz", "Ana", "Ruiz", "a title is no part of a name"),
        ("Prof. Dr. Ana Ruiz, PhD", "Ana", "Ruiz", "nor are several, or a degree"),
        ("Ana Ruiz M.D.", "Ana", "Ruiz", "a degree without a comma"),
        ("Ruiz, Dr. Ana", "Ana", "Ruiz", "a title behind the comma"),
        ("Ruiz, Dra.", "", "Ruiz", "a title in place of a given name"),
        ("Sra. Ana Ruiz", "Ana", "Ruiz", "Spanish titles, too"),
        ("Mrs. Ruiz", "", "Ruiz", "behind a title a single word is the family name"),
        ("Sir Elton", "Elton", "", "but not behind this one"),
        ("Dr.", "Dr.", "", "who is called so is called so"),
        ("Md Rahman", "Md", "Rahman", "an abbreviated Mohammed and no degree"),
        ("M. Night Shyamalan", "M. Night", "Shyamalan", "an initial and no Monsieur"),
        // What stands beside a name.
        ("Robert \"Bob\" Smith", "Robert \"Bob\"", "Smith", "a nickname stays with the given names"),
        ("Ana Ruiz (from work)", "Ana", "Ruiz", "a remark is no part of a name"),
        ("Ana Ruiz \u{1f31f}", "Ana", "Ruiz", "nor is what has no letters"),
        ("2. Ana Ruiz", "Ana", "Ruiz", "in front, too"),
        ("Ana Ruiz, ", "Ana", "Ruiz", "a comma with nothing behind it"),
        ("Ana & Luis", "Ana & Luis", "", "two people without a family name"),
        ("Ana & Luis Ruiz", "Ana & Luis", "Ruiz", "and with one"),
        // What is not divided.
        ("ana@example.com", "", "", "an address is no name"),
        ("+1 415 555 0101", "", "", "nor is a number"),
        ("Acme, Inc.", "", "", "nor is a company's"),
        ("Acme Inc., Ana Ruiz", "", "", "wherever that is said"),
        ("Acme Widgets GmbH", "", "", "in any land"),
        ("Ruiz, Ana, Madrid", "", "", "two commas could say anything"),
        ("", "", "", "nothing"),
        (" , ", "", "", "nothing with a comma"),
        // Other scripts.
        ("山田太郎", "山田太郎", "", "nobody can tell where it ends"),
        ("山田 太郎", "太郎", "山田", "the family name comes first"),
        ("山田\u{3000}太郎", "太郎", "山田", "with their own space"),
        ("김 민준", "민준", "김", "in Korean, too"),
        ("マイケル ジャクソン", "マイケル", "ジャクソン", "but not of a foreigner's name"),
        ("Пётр Ильич Чайковский", "Пётр Ильич", "Чайковский", "Cyrillic as Latin"),
        ("محمد صلاح", "محمد", "صلاح", "and Arabic"),
    ];
    for (full, given, family, why) in cases {
        let parts = Parts::of(full);
        let said = (
            parts.given.as_deref().unwrap_or_default(),
            parts.family.as_deref().unwrap_or_default(),
        );
        assert_eq!(said, (given, family), "{full}: {why}");
    }
}

fn name() -> impl Strategy<Value = String> {
    let known: Vec<&str> = [
        super::TITLES,
        super::PARTICLES,
        super::DEGREES,
        super::JOINING,
    ]
    .concat();
    let word = prop_oneof![
        "\\PC{0,6}",
        proptest::sample::select(known).prop_map(str::to_owned),
        proptest::sample::select(vec![",", "Jr.", "III", "Ana", "Ruiz", "山", "(x)", "&"])
            .prop_map(str::to_owned),
    ];
    proptest::collection::vec(word, 0..6).prop_map(|words| words.join(" "))
}

proptest! {
    /// Nothing is in the parts that is not in the name, and nothing twice.
    #[test]
    fn parts_are_made_of_the_name(full in name()) {
        let parts = Parts::of(&full);
        let mut rest: Vec<&str> = full.split(|c: char| c.is_whitespace() || ",，،".contains(c)).collect();
        for part in [parts.given, parts.family].into_iter().flatten() {
            prop_assert!(!part.trim().is_empty());
            for word in part.split(' ') {
                let at = rest.iter().position(|other| *other == word);
                prop_assert!(at.is_some(), "{} in {}", word, full);
                rest.remove(at.unwrap());
            }
        }
    }

    /// What was printed and read back prints the same again.
    #[cfg(feature = "exchange")]
    #[test]
    fn a_printed_name_goes_back(
        full in proptest::option::of(name()),
        given in proptest::option::of(name()),
        family in proptest::option::of(name()),
    ) {
        let own = |text: Cow<'_, str>| text.into_owned();
        let of = |name: &Name| Name {
            full: name.display(),
            given: name.display_given().map(own),
            family: name.display_family().map(own),
        };
        for typed in [
            Name { full: full.clone(), given: given.clone(), family: family.clone() },
            Name { full: full.clone(), ..Name::default() },
            Name { full: None, given, family },
        ] {
            let printed = of(&typed);
            let back = printed.clone().without_derived();
            prop_assert!(of(&back) == printed, "{:?}", full);
            if typed.given.is_none() && typed.family.is_none() {
                prop_assert!(back == typed, "what was derived is not kept: {:?}", full);
            }
        }
    }
}

/// One part was given beside the whole name: the other one is what that leaves.
#[cfg(feature = "wire")]
#[test]
fn the_other_part_of_a_whole_name() {
    for (full, given, family) in [
        ("Jane Doe", "Jane", Some("Doe")),
        // As the rules divide it, titles left out.
        ("Dr. Ana Ruiz", "Ana", Some("Ruiz")),
        // Another given name than the rules say: the rest is the family's.
        ("Ana María Ruiz", "Ana", Some("María Ruiz")),
        ("Ruiz, Ana", "Ana", Some("Ruiz")),
        ("山田 花子", "花子", Some("山田")),
        // Nothing is left, or the part is not one of this name.
        ("Madonna", "Madonna", None),
        ("Jane Doe", "Janet", None),
        ("Janet Doe", "Jane", None),
    ] {
        let parts = Parts::beside_given(full, given);
        assert_eq!(parts.family.as_deref(), family, "{full}, {given}");
        assert_eq!(parts.given.as_deref(), Some(given));
    }
    for (full, family, given) in [
        ("Jane Roe", "Roe", Some("Jane")),
        ("Juan García Márquez", "García Márquez", Some("Juan")),
        ("García Márquez, Juan", "García Márquez", Some("Juan")),
        ("Roe", "Roe", None),
        ("Jane Munroe", "Roe", None),
    ] {
        let parts = Parts::beside_family(full, family);
        assert_eq!(parts.given.as_deref(), given, "{full}, {family}");
        assert_eq!(parts.family.as_deref(), Some(family));
    }
}
