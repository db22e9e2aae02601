use std::borrow::Cow;

use super::{MatchClass, Names, Place, Rank, Searched};
use crate::search::{Query, Scratch};

pub(super) fn named(name: &str) -> Searched<'_> {
    Searched {
        names: Names {
            display: Some(Cow::Borrowed(name)),
            ..Names::default()
        },
        company: None,
        emails: Vec::new(),
        phones: Vec::new(),
    }
}

/// Who is found among names in the order of their last change, best first.
fn found<'a>(query: &str, names: &[&'a str]) -> Vec<&'a str> {
    let query = Query::read(query);
    let mut scratch = Scratch::default();
    let mut hits: Vec<(Rank, usize, &str)> = Vec::new();
    for (change, name) in names.iter().enumerate() {
        if let Some(rank) = query.rank(&named(name), &mut scratch) {
            hits.push((rank, names.len() - change, name));
        }
    }
    hits.sort();
    hits.into_iter().map(|(_, _, name)| name).collect()
}

/// A query; names in the order of their last change; who is found, best first; and why.
pub(crate) type Row = (&'static str, &'static str, &'static str, &'static str);

/// Every row of the tables.
pub(crate) fn rows() -> impl Iterator<Item = &'static Row> {
    [ORDER, LATIN, OTHER_SCRIPTS].into_iter().flatten()
}

/// The names of a row.
pub(crate) fn listed(names: &'static str) -> Vec<&'static str> {
    let names = names.split('|').map(str::trim);
    names.filter(|name| !name.is_empty()).collect()
}

#[test]
fn who_is_found_and_in_which_order() {
    let mut wrong = Vec::new();
    for (query, names, expected, why) in rows() {
        let found = found(query, &listed(names));
        if found != listed(expected) {
            wrong.push(format!("{query}: {why}: found {found:?}"));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[rustfmt::skip]
const ORDER: &[Row] = &[
    ("ana", "Ana | Anabel | Ana Ruiz", "Ana | Ana Ruiz | Anabel", "exact before prefix, the whole name before a part"),
    ("a", "Ana Ruiz | Ruiz Bea | Bob Alba", "Bob Alba | Ana Ruiz", "one letter begins a word; ties by the last change"),
    ("ruiz ana", "Ana Ruiz | Ruiz Ana | Ana", "Ruiz Ana | Ana Ruiz", "in any order, but all of the words"),
    ("an ru", "Ana Ruiz | Ana | Rut Andersen", "Rut Andersen | Ana Ruiz", "every word is a beginning"),
    ("ana r", "Ana Ruiz | Ana Rosa Gil | Ana", "Ana Ruiz | Ana Rosa Gil", "the last word may be a letter; whole names first"),
    ("ana", "ANA | ána | Änä", "Änä | ána | ANA", "case and accents make no difference"),
    ("bob", "Robert Bar | Bobby | Bob Foo", "Bob Foo | Bobby | Robert Bar", "a nickname below the beginning of a word"),
    ("robert", "Bob | Roberta | Robert | Bobby", "Robert | Roberta | Bobby | Bob", "nicknames are found by the name"),
    ("rob", "Bob | Robin", "Robin", "two nicknames of one name are two names"),
    ("jhon", "Jon | John | Johnson | Joan", "Johnson | John | Jon", "letters that changed places are one error, so is one too many; not both"),
    ("jon", "John | Jan", "John", "three letters bear no error, but are a nickname"),
    ("smith", "Smyth | Smithers | Smith | Schmidt", "Smith | Smithers | Smyth", "one error in five letters, not two"),
    ("rodriguex", "Rodriguez | Rodrigues | Rodrigo", "Rodrigues | Rodriguez", "from eight letters on two errors, not three"),
    ("rodrgiuex", "Rodriguez | Rodriges", "Rodriguez", "two errors, one of them two letters that changed places"),
    ("margret thatcher", "Margaret Thatcher | Margaret", "Margaret Thatcher", "errors are counted for each word"),
    ("ana ana", "Ana | Ana Ana", "Ana | Ana Ana", "a word is asked for once"),
    ("the", "Theo | Ana", "Theo", "no word is left out for being common"),
    ("", "Ana", "", "nothing finds nothing"),
    ("' OR 1=1 --", "Ana | Or 1", "Or 1", "a query is text; = separates, and the rest is words"),
    ("ana AND ruiz", "Ana Ruiz | Andrea Ana Ruiz", "Andrea Ana Ruiz", "AND is a word"),
    ("ana*", "Ana | Anabel", "Ana | Anabel", "a star is punctuation"),
    ("\"ana ruiz\"", "Ana Ruiz", "Ana Ruiz", "quotes are punctuation"),
    ("ana zzz", "Ana", "", "a word that nobody has finds nobody"),
];

#[rustfmt::skip]
const LATIN: &[Row] = &[
    ("garcia marquez", "Gabriel García Márquez | García Ruiz | Marquez Garcia", "Marquez Garcia | Gabriel García Márquez", "two Spanish surnames"),
    ("marquez gabriel", "Gabriel García Márquez | Gabriel García", "Gabriel García Márquez", "the second one alone"),
    ("ortega y gasset", "José Ortega y Gasset | Gasset Ortega", "José Ortega y Gasset", "joined by y"),
    ("nunez", "Núñez | Nuñes", "Núñez | Nuñes", "ñ is found by n; another spelling below"),
    ("munoz", "María José Muñoz", "María José Muñoz", "a part of a long name"),
    ("pepe", "José Gil | Pepa | Pepe", "Pepe | José Gil | Pepa", "a Spanish nickname; another name by a letter is an error"),
    ("obrien", "Conan O'Brien | Brien O | Obrienov", "Conan O'Brien | Obrienov | Brien O", "an apostrophe is left out; a letter that is missing is an error"),
    ("o'brien", "OBrien | Conan O’Brien | Brien Odd | O Brien", "OBrien | O Brien | Conan O’Brien | Brien Odd", "or separates; one word is the whole of one"),
    ("brien", "Conan O'Brien", "Conan O'Brien", "each part is found"),
    ("o brien", "O'Brien", "O'Brien", "written apart"),
    ("dangelo", "Beverly D'Angelo | D’Angelo", "D’Angelo | Beverly D'Angelo", "Italian"),
    ("berg", "van der Berg | Bergman | Vandenberg", "van der Berg | Bergman", "without what stands before it"),
    ("van der berg", "Jan van der Berg | Van Berg | van der Berg", "van der Berg | Jan van der Berg", "with it"),
    ("v d berg", "Jan van der Berg", "Jan van der Berg", "abbreviated"),
    ("jean-luc", "Jean-Luc Picard | Jean Luc | Jeanluc | Luc Jean", "Jeanluc | Luc Jean | Jean Luc | Jean-Luc Picard", "a hyphen joins or separates"),
    ("jean luc", "Jean-Luc | Jean Luc", "Jean Luc | Jean-Luc", "and may be left out; two words are the whole of two"),
    ("luc", "Jean-Luc Picard", "Jean-Luc Picard", "the second half"),
    ("jrr tolkien", "J.R.R. Tolkien | John Tolkien", "J.R.R. Tolkien", "initials together"),
    ("j. r. tolkien", "J.R.R. Tolkien | John Ronald Tolkien", "J.R.R. Tolkien | John Ronald Tolkien", "initials apart, and for names"),
    ("j tolkien", "John Tolkien", "John Tolkien", "an initial for a name"),
    ("isik", "Işık | IŞIK | Ismet", "IŞIK | Işık", "the Turkish dotless i"),
    ("ışık", "Isik", "Isik", "and the other way round"),
    ("inan", "İnan", "İnan", "the dotted capital"),
    ("strasse", "Straße | Strasser", "Straße | Strasser", "ß is ss"),
    ("groß", "Gross | GROSS | Großmann", "GROSS | Gross | Großmann", "and the other way round"),
    ("muller", "Müller | Mueller", "Müller | Mueller", "an umlaut without its dots; spelt with e it is an error away"),
    ("nguyen", "Nguyễn Thị Ánh | NGUYEN", "NGUYEN | Nguyễn Thị Ánh", "Vietnamese without its marks"),
    ("nguyễn ánh", "Nguyen Thi Anh", "Nguyen Thi Anh", "and typed with them"),
    ("nguye\u{302}\u{303}n", "Nguyễn", "Nguyễn", "decomposed as some systems type it"),
    ("dang", "Đặng Văn", "Đặng Văn", "đ has no decomposition"),
    ("orsted", "Ørsted", "Ørsted", "neither has ø"),
    ("lodz", "Łódź", "Łódź", "nor ł"),
    ("aegir", "Ægir", "Ægir", "æ is two letters"),
    ("thor", "Þór", "Þór", "so is þ"),
    ("dvorak", "Antonín Dvořák", "Antonín Dvořák", "Czech"),
    ("stefan", "Ștefan | Ştefan", "Ştefan | Ștefan", "Romanian with comma or cedilla"),
    ("ana", "Ａｎａ", "Ａｎａ", "full width"),
    ("ａｎａ", "Ana", "Ana", "typed in full width"),
    ("fischer", "ﬁscher | Fischer", "Fischer | ﬁscher", "a ligature"),
    ("x ae a-xii", "X Æ A-Xii", "X Æ A-Xii", "an unusual name"),
    ("jr", "Martin Luther King Jr.", "Martin Luther King Jr.", "a full stop"),
    ("macdonald", "MacDonald | Mac Donald", "MacDonald", "what is written apart is two words"),
    ("3", "Louis 3 | Louis III", "Louis 3", "a number is a word"),
];

#[rustfmt::skip]
const OTHER_SCRIPTS: &[Row] = &[
    ("yuliya", "Юлия | Юлий", "Юлия | Юлий", "Cyrillic by its transliteration"),
    ("юлия", "ЮЛИЯ | Yuliya", "ЮЛИЯ", "and by itself"),
    ("юл", "Юлия Петрова", "Юлия Петрова", "by its beginning"),
    ("федор", "Фёдор", "Фёдор", "ё is found by е"),
    ("саша", "Александр | Саша", "Саша | Александр", "a Russian nickname"),
    ("sasha", "Александр | Саша", "Саша | Александр", "the same, transliterated"),
    ("sokratis", "Σωκράτης", "Σωκράτης", "Greek by its transliteration"),
    ("σωκρατης", "ΣΩΚΡΑΤΗΣ | Σωκράτης", "Σωκράτης | ΣΩΚΡΑΤΗΣ", "a last sigma is a sigma"),
    ("محمد", "مُحَمَّد | محمد علي | محمود", "مُحَمَّد | محمد علي | محمود", "Arabic without its vowels; another name of four letters is an error away"),
    ("أحمد", "احمد", "احمد", "with or without the hamza"),
    ("احمد", "أحمد علي", "أحمد علي", "and the other way round"),
    ("שלום", "שָׁלוֹם", "שָׁלוֹם", "Hebrew without its points"),
    ("山田", "山田太郎 | 山田 花子 | 小山田", "小山田 | 山田 花子 | 山田太郎", "a family name that ends a name of one word, stands alone, or begins"),
    ("太郎", "山田太郎", "山田太郎", "a given name behind the family name"),
    ("山田太郎", "山田 太郎 | 山田太郎", "山田太郎 | 山田 太郎", "a space that was not typed"),
    ("山田 太郎", "山田太郎", "山田太郎", "a space that was"),
    ("王小明", "王小明 | 王 小明 | 小明 王", "王小明 | 王 小明", "Chinese, the family name first"),
    ("wang", "王小明", "王小明", "by its transliteration"),
    ("xiaoming", "王小明", "王小明", "so is the given name"),
    ("wangxiaoming", "王小明", "王小明", "and the whole"),
    ("さくら", "佐藤さくら", "佐藤さくら", "Hiragana behind Han"),
    ("ヤマダ", "ﾔﾏﾀﾞ ﾀﾛｳ", "ﾔﾏﾀﾞ ﾀﾛｳ", "half-width katakana"),
    ("ルイス", "マリア・ルイス", "マリア・ルイス", "the middle dot of foreign names"),
    ("toyota", "トヨタ", "トヨタ", "Katakana by its transliteration"),
    ("김", "김민준 | 이김", "이김 | 김민준", "a Korean family name"),
    ("민준", "김민준", "김민준", "a Korean given name"),
    ("\u{1100}\u{1175}\u{11b7}", "김민준", "김민준", "in decomposed letters"),
    ("김민준", "\u{1100}\u{1175}\u{11b7}민준", "\u{1100}\u{1175}\u{11b7}민준", "whichever is decomposed"),
    ("सुरेश", "सुरेश कुमार", "सुरेश कुमार", "Devanagari"),
    ("suresh", "सुरेश", "सुरेश", "by its transliteration"),
    ("สมชาย", "สมชาย ใจดี", "สมชาย ใจดี", "Thai"),
    ("สม", "สมชาย", "สมชาย", "by its beginning"),
    ("გიორგი", "გიორგი", "გიორგი", "Georgian"),
    ("giorgi", "გიორგი", "გიორგი", "by its transliteration"),
    ("արամ", "Արամ", "Արամ", "Armenian"),
    ("аna", "Ana", "", "a Cyrillic a is not a Latin one"),
];

fn rank(query: &str, searched: &Searched<'_>) -> Option<(MatchClass, Place)> {
    let rank = Query::read(query).rank(searched, &mut Scratch::default())?;
    Some((rank.class, rank.place))
}

pub(super) fn ana() -> Searched<'static> {
    Searched {
        names: Names {
            display: Some("Ana María Ruiz".into()),
            given: Some("Anita"),
            family: Some("Ruiz Gil"),
        },
        company: Some("Müller & Söhne, Köln"),
        emails: vec!["ana.ruiz@example.com", "o'hara@mail.example"],
        phones: vec!["+14155550101;ext=77", "+491712345678"],
    }
}

#[test]
fn what_is_found_besides_the_name() {
    use MatchClass::{Exact, Nickname, Prefix, Typo};
    use Place::{Elsewhere, PartOfName, WholeName};
    let mut wrong = Vec::new();
    for (query, expected, why) in [
        ("ana maria ruiz", Some((Exact, WholeName)), "the whole name"),
        ("ana", Some((Exact, PartOfName)), "a part"),
        (
            "ana ruiz gil",
            Some((Exact, WholeName)),
            "as many words as the name has, some of the family name",
        ),
        (
            "anita",
            Some((Exact, PartOfName)),
            "the given name that was given beside",
        ),
        ("mueller", None, "no typing errors in a company"),
        ("sohne", Some((Exact, Elsewhere)), "the company"),
        ("so", Some((Prefix, Elsewhere)), "from two letters on"),
        ("k", None, "not from one"),
        (
            "ana köln",
            Some((Exact, Elsewhere)),
            "a word of the name and one of the company",
        ),
        (
            "ana köl",
            Some((Prefix, Elsewhere)),
            "as well as the worst word",
        ),
        (
            "example.com",
            Some((Exact, Elsewhere)),
            "an email by its parts",
        ),
        (
            "ana.ruiz@example.com",
            Some((Exact, Elsewhere)),
            "and as a whole",
        ),
        (
            "ana.ruiz@exam",
            Some((Prefix, Elsewhere)),
            "while it is typed",
        ),
        ("ohara", None, "an email is not joined"),
        (
            "0101",
            Some((Prefix, Elsewhere)),
            "a phone by its last digits",
        ),
        ("415 555-0101", Some((Prefix, Elsewhere)), "in pieces"),
        ("+1 (415) 555-0101", Some((Exact, Elsewhere)), "all of it"),
        (
            "0171 2345678",
            Some((Prefix, Elsewhere)),
            "as it is dialled at home",
        ),
        ("0049 171 2345678", Some((Exact, Elsewhere)), "and abroad"),
        ("01", None, "two digits are too few"),
        ("415", None, "digits in the middle"),
        ("ana 5678", Some((Prefix, Elsewhere)), "beside a name"),
        ("ana 999", None, "every word is needed"),
        ("annita", Some((Typo, PartOfName)), "one error from Anita"),
        ("annie", None, "three errors from it"),
        ("marie", Some((Nickname, PartOfName)), "the name elsewhere"),
        (
            "maruja",
            Some((Nickname, PartOfName)),
            "a nickname in the name",
        ),
    ] {
        let rank = rank(query, &ana());
        if rank != expected {
            wrong.push(format!("{query}: {why}: {rank:?}"));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    let company = Searched {
        names: Names::default(),
        company: Some("Robert Ltd"),
        emails: vec!["robert@example.com"],
        phones: Vec::new(),
    };
    assert_eq!(rank("bob", &company), None, "nicknames are of names alone");
    assert_eq!(rank("", &company), None);
}
