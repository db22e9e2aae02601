//! Cases of reading identifiers, each with why it is as it is.

use kinfold::ident::{Key, Kind, Reason, Region, email, external_id, key_rules_version, phone};

fn region(name: &str) -> Option<Region> {
    (!name.is_empty()).then(|| name.parse().unwrap())
}

#[test]
fn phones_are_read_to_their_keys() {
    // region, typed, key, verified, why
    #[rustfmt::skip]
    let cases = [
        ("US", "(415) 555-0101", "+14155550101", true, "the national spelling"),
        ("", "+1 415 555 0101", "+14155550101", true, "a + needs no region"),
        ("DE", "+1 (415) 555.0101", "+14155550101", true, "a + wins over the region"),
        ("DE", "001 415 555 0101", "+14155550101", true, "the prefix for abroad of the region"),
        ("US", " 4155550101 ", "+14155550101", true, "white space around it is trimmed"),
        ("FR", "06\u{202f}12\u{202f}34\u{202f}56\u{202f}78", "+33612345678", true, "narrow spaces"),
        ("", "＋１ ４１５ ５５５ ０１０１", "+14155550101", true, "full-width digits"),
        ("EG", "٠١٠ ٠١٢٣ ٤٥٦٧", "+201001234567", true, "Arabic digits"),
        ("IN", "91257 17145", "+919125717145", true, "begins with the country's own code"),
        ("IT", "02 1234 5678", "+390212345678", true, "the zero belongs to the number"),
        ("US", "1-800-FLOWERS", "+18003569377", true, "a vanity number"),
        ("", "+1 415 555 0101 ext. 5", "+14155550101;ext=5", true, "a line with an extension"),
        ("US", "415-555-0101 x05", "+14155550101;ext=05", true, "zeros of an extension count"),
        ("", "+14155550101;ext=٥", "+14155550101;ext=5", true, "digits of any script there too"),
        ("", "+14155550101,,5#", "+14155550101;ext=5", true, "as telephones store it"),
        ("", "tel:+1-415-555-0101", "+14155550101", true, "RFC 3966"),
        ("", "TEL:+1-415-555-0101;EXT=5", "+14155550101;ext=5", true, "names have no case"),
        ("", "tel:+1-415-555-0101;ext=1-2", "+14155550101;ext=12", true, "visual separators"),
        ("", "tel:415-555-0101;phone-context=+1", "+14155550101", true, "a global context"),
        ("", "tel:415-555-0101;phone-context=+1;ext=5", "+14155550101;ext=5", true, "an extension behind the context, where it must not be lost"),
        ("", "415-555-0101;phone-context=+1", "+14155550101", true, "without its scheme"),
        ("US", "tel:415-555-0101;phone-context=x.org", "+14155550101", true, "a domain says nothing"),
        ("", "tel:+14155550101;isub=12;a=b", "+14155550101", true, "other parameters are left out"),
        ("", "tel:+14155550101;phone-context=+44", "+14155550101", true, "global as it is"),
        ("", "+10000000000", "+10000000000", false, "possible, though nobody has it"),
        ("", "+1 123 456 7890", "+11234567890", false, "possible but not valid"),
        ("", "+800 1234 5678", "+80012345678", true, "a number of no country"),
        ("NG", "002342033123456", "+23402342033123456", false, "its own number, with the trunk prefix"),
        ("", "+23402342033123456", "+23402342033123456", false, "and so is its key"),
        ("", "+4402079460018", "+442079460018", true, "a trunk prefix that nobody means"),
    ];
    for (in_region, typed, key, verified, why) in cases {
        let read = phone::read(typed, region(in_region));
        let read = read.unwrap_or_else(|refusal| panic!("{typed}: {refusal} ({why})"));
        assert_eq!(
            (read.key.as_str(), read.verified),
            (key, verified),
            "{typed}: {why}"
        );
    }
}

#[test]
fn phones_are_refused_with_their_reason() {
    let long = "1".repeat(251);
    #[rustfmt::skip]
    let cases = [
        ("", "", Reason::Empty, "nothing"),
        ("US", " \u{3000} ", Reason::Empty, "only white space"),
        ("", "415 555 0101", Reason::RegionNeeded, "no country code and no region"),
        ("", "tel:415-555-0101;phone-context=x.org", Reason::RegionNeeded, "a domain is none"),
        ("", "+999 123 456", Reason::UnknownCountryCode, "a code that is not given out"),
        ("US", "555-0101", Reason::PhoneLocalOnly, "only within its own area"),
        ("US", "55501", Reason::PhoneTooShort, "too few digits"),
        ("US", "415 555 0101 0101 0101", Reason::PhoneTooLong, "two numbers in one field"),
        ("US", "hello", Reason::NotAPhone, "no digits"),
        ("US", "ana1234567890@example.org", Reason::NotAPhone, "an email"),
        ("US", "+1 415 555 0101 / +1 415 555 0102", Reason::NotAPhone, "two numbers"),
        ("US", "415\t5550101", Reason::ControlCharacter, "a tab"),
        ("US", "4155550101\n", Reason::ControlCharacter, "at the end too: refused before trimmed"),
        ("US", "415555\u{0}0101", Reason::ControlCharacter, "NUL"),
        ("US", "\u{202a}4155550101\u{202c}", Reason::BidirectionalControl, "pasted from a list"),
        ("US", "415\u{200b}5550101", Reason::InvisibleCharacter, "a zero-width space"),
        ("US", "415\u{ad}5550101", Reason::InvisibleCharacter, "a soft hyphen"),
        ("US", "415\u{2028}5550101", Reason::LineSeparator, "a line separator"),
        ("US", &long, Reason::PhoneTextTooLong, "over the limit"),
        ("", "tel:+14155550101;ext=5;ext=6", Reason::NotAPhone, "which of them? RFC 3966"),
        ("", "tel:+14155550101;ext=", Reason::NotAPhone, "an extension of nothing"),
        ("", "tel:5550101;phone-context=+1a", Reason::NotAPhone, "no such context"),
        ("", "tel:5550101;phone-context=", Reason::NotAPhone, "no context"),
        ("", "123;phone-context=a;tel:5", Reason::RegionNeeded, "the authority would panic"),
        ("", "tel:", Reason::NotAPhone, "no number"),
    ];
    for (in_region, typed, reason, why) in cases {
        let refused = phone::read(typed, region(in_region)).map(|read| read.key.to_string());
        assert_eq!(
            refused.map_err(|r| r.reason()),
            Err(reason),
            "{typed}: {why}"
        );
    }
}

#[test]
fn emails_are_read_to_their_keys() {
    let long_local = "a".repeat(64);
    #[rustfmt::skip]
    let cases = [
        ("Ana@Example.ORG", "ana@example.org", "the whole address is lower-cased"),
        (" ana@x.org ", "ana@x.org", "white space around it is trimmed"),
        ("a.b+x@gmail.com", "a.b+x@gmail.com", "dots and tags are part of the identity"),
        ("ana@Bücher.example", "ana@xn--bcher-kva.example", "the domain in ASCII"),
        ("ana@xn--BCHER-kva.example", "ana@xn--bcher-kva.example", "and so if typed so"),
        ("ana@bu\u{308}cher.example", "ana@xn--bcher-kva.example", "composed first"),
        ("ana@ｅｘａｍｐｌｅ。org", "ana@example.org", "UTS 46 maps widths and dots"),
        ("Jose\u{301}@x.org", "josé@x.org", "NFC"),
        ("ÀÉ@x.org", "àé@x.org", "lower case beyond ASCII"),
        ("नमस्ते@x.org", "नमस्ते@x.org", "combining marks are letters to RFC 6531"),
        ("test@io", "test@io", "a domain of one label"),
        ("a@ab--cd.org", "a@ab--cd.org", "names like this exist"),
        ("\"a b\"@x.org", "\"a b\"@x.org", "quotes are part of the identity"),
        ("\"a@b\"@x.org", "\"a@b\"@x.org", "the last @ divides"),
        (&format!("{long_local}@x.org"), &format!("{long_local}@x.org"), "64 bytes are allowed"),
    ];
    for (typed, key, why) in cases {
        let read = email::read(typed);
        let read = read.unwrap_or_else(|refusal| panic!("{typed}: {refusal} ({why})"));
        assert_eq!(read.as_str(), key, "{typed}: {why}");
        assert_eq!(email::read(key), Ok(read), "{key} is a fixed point");
    }
}

#[test]
fn emails_are_refused_with_their_reason() {
    let long_local = format!("{}@x.org", "a".repeat(65));
    let long_local_wide = format!("{}@x.org", "é".repeat(33));
    let label = "a".repeat(62);
    let long = format!("{}@{label}.{label}.{label}.org", "a".repeat(64));
    let huge = format!("a@{}", "é.".repeat(50_000));
    #[rustfmt::skip]
    let cases = [
        ("", Reason::Empty, "nothing"),
        ("ana", Reason::EmailWithoutAt, "no @"),
        ("ana＠x.org", Reason::EmailWithoutAt, "a full-width @ is none"),
        ("Ana <ana@x.org>", Reason::EmailDisplayName, "a name"),
        ("<ana@x.org>", Reason::EmailDisplayName, "and without one"),
        ("ana@[192.0.2.1]", Reason::EmailDomainLiteral, "an address literal"),
        ("@x.org", Reason::EmailLocalPart, "nothing before the @"),
        ("a b@x.org", Reason::EmailLocalPart, "a space"),
        ("a\u{a0}b@x.org", Reason::EmailLocalPart, "any space"),
        (".ana@x.org", Reason::EmailLocalPart, "a dot at the start"),
        ("ana.@x.org", Reason::EmailLocalPart, "a dot at the end"),
        ("a..b@x.org", Reason::EmailLocalPart, "two dots"),
        ("(home)ana@x.org", Reason::EmailLocalPart, "a comment"),
        ("\"a\\é\"@x.org", Reason::EmailLocalPart, "only ASCII is escaped"),
        ("mailto:ana@x.org", Reason::EmailLocalPart, "a URI"),
        ("a@b@x.org", Reason::EmailLocalPart, "two addresses"),
        ("ana@", Reason::EmailDomain, "nothing behind the @"),
        ("ana@x.org.", Reason::EmailDomain, "a dot at the end"),
        ("ana@x..org", Reason::EmailDomain, "two dots"),
        ("ana@-x.org", Reason::EmailDomain, "a hyphen at the start of a label"),
        ("ana@x-.org", Reason::EmailDomain, "and at its end"),
        ("ana@x_y.org", Reason::EmailDomain, "STD3: no underscore"),
        ("ana@xn--a.org", Reason::EmailDomain, "punycode of nothing"),
        ("ana@(home)x.org", Reason::EmailDomain, "a comment"),
        ("ana@x.org\r\n", Reason::ControlCharacter, "refused before it is trimmed"),
        ("ana\u{200d}@x.org", Reason::InvisibleCharacter, "looks like ana@x.org"),
        ("ana\u{202e}@x.org", Reason::BidirectionalControl, "looks like something else"),
        ("ana\u{2029}@x.org", Reason::LineSeparator, "a paragraph separator"),
        (&long_local, Reason::EmailLocalPartTooLong, "65 bytes"),
        (&long_local_wide, Reason::EmailLocalPartTooLong, "66 bytes in 33 characters"),
        (&long, Reason::EmailTooLong, "257 bytes, though each part is within its limit"),
        (&huge, Reason::EmailTooLong, "given up before it is encoded"),
    ];
    for (typed, reason, why) in cases {
        let refused = email::read(typed).map(|key| key.to_string());
        assert_eq!(refused.map_err(|r| r.reason()), Err(reason), "{why}");
    }
}

#[test]
fn external_ids_are_read_or_refused() {
    let (source, value) = ("s".repeat(100), "é".repeat(1000));
    let (long_source, long_value) = ("s".repeat(101), "v".repeat(1001));
    let decomposed = "e\u{301}".repeat(1000);
    #[rustfmt::skip]
    let cases = [
        (None, "17", Ok("default:17".to_owned()), "the default source"),
        (Some("GHL"), " aB ", Ok("GHL:aB".to_owned()), "trimmed, case kept"),
        (Some("crm"), "a:b:c", Ok("crm:a:b:c".to_owned()), "colons in the value"),
        (Some("crm"), "e\u{301}", Ok("crm:é".to_owned()), "NFC"),
        (Some("crm"), "a b", Ok("crm:a b".to_owned()), "spaces inside"),
        (Some(&*source), &*decomposed, Ok(format!("{source}:{value}")), "limits count NFC"),
        (Some(""), "17", Err(Reason::SourceEmpty), "given but empty"),
        (Some("a:b"), "17", Err(Reason::SourceWithColon), "the first colon divides"),
        (None, " ", Err(Reason::Empty), "no value"),
        (None, "a\n", Err(Reason::ControlCharacter), "refused before it is trimmed"),
        (Some("a\u{feff}"), "17", Err(Reason::InvisibleCharacter), "in the source too"),
        (Some(&*long_source), "17", Err(Reason::SourceTooLong), "101 characters"),
        (None, &*long_value, Err(Reason::ValueTooLong), "1001 characters"),
    ];
    for (source, value, expected, why) in cases {
        let read = external_id::read(source, value)
            .map(|key| key.to_string())
            .map_err(|refusal| refusal.reason());
        assert_eq!(read, expected, "{why}");
    }
}

#[test]
fn debug_and_refusals_show_nothing_personal() {
    let read = phone::read("+14155550101", None).unwrap();
    let shown = format!("{read:?} {:?}", email::read("ana@x.org"));
    assert!(!shown.contains("4155") && !shown.contains("ana"), "{shown}");
    let refused = email::read("Ana <ana@x.org>").unwrap_err();
    assert!(
        !format!("{refused} {refused:?}")
            .to_lowercase()
            .contains("ana@")
    );
}

#[test]
fn kinds_and_regions_are_their_names() {
    for kind in [Kind::Phone, Kind::Email, Kind::ExternalId] {
        assert_eq!(kind.as_str().parse(), Ok(kind));
        let json = serde_json::to_string(&kind).unwrap();
        assert_eq!(json, format!("\"{kind}\""));
        assert_eq!(serde_json::from_str::<Kind>(&json).unwrap(), kind);
    }
    assert_eq!(
        "fax".parse::<Kind>().unwrap_err().reason(),
        Reason::UnknownKind
    );
    let region: Region = serde_json::from_str("\"us\"").unwrap();
    assert_eq!(serde_json::to_string(&region).unwrap(), "\"US\"");
    for unknown in ["", "U", "USA", "ZZ", "EU", "001", "É", "1A", "UK"] {
        let refused = unknown.parse::<Region>().unwrap_err();
        assert_eq!(refused.reason(), Reason::UnknownRegion, "{unknown}");
    }
}

#[test]
fn keys_stand_in_the_order_of_their_kinds() {
    let phone = Key::read(Kind::Phone, "+14155550101").unwrap();
    let email = Key::read(Kind::Email, "a@x.org").unwrap();
    let external = Key::read(Kind::ExternalId, "a:b").unwrap();
    assert!(phone < email && email < external);
    assert_eq!((external.source(), external.value()), (Some("a"), "b"));
}

/// The versions that the rules name are those that are built; else stores would not notice a change.
#[test]
fn key_rules_name_the_versions_of_the_lock_file() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.lock");
    let Ok(lock) = std::fs::read_to_string(path) else {
        eprintln!("skipped: there is no lock file");
        return;
    };
    let version = |package: &str| {
        let (_, rest) = lock
            .split_once(&format!("name = \"{package}\"\nversion = \""))
            .unwrap();
        rest.split('"').next().unwrap().to_owned()
    };
    let domain = ["idna", "idna_adapter", "icu_normalizer_data"]
        .map(version)
        .join("/");
    let rules = key_rules_version();
    assert!(
        rules.contains(&format!("phone={} ", version("rlibphonenumber"))),
        "{rules}"
    );
    assert!(rules.ends_with(&format!("idna={domain}")), "{rules}");
}

#[cfg(feature = "phonenumber")]
#[test]
fn the_second_opinion_reads_and_hands_over() {
    use kinfold::ident::second_opinion::{from_phonenumber, read_with_phonenumber};
    #[rustfmt::skip]
    let cases = [
        ("US", "(415) 555-0101", Ok("+14155550101"), "agrees"),
        ("US", "tel:+1-415-555-0101;ext=5", Ok("+14155550101;ext=5"), "the extension is kept"),
        ("IN", "91257 17145", Ok("+9125717145"), "its known mistake, which is why it holds no key"),
        ("", "415 555 0101", Err(Reason::RegionNeeded), "no region"),
        ("", "\u{202a}+14155550101", Err(Reason::BidirectionalControl), "the same characters"),
    ];
    for (in_region, typed, expected, why) in cases {
        let read = read_with_phonenumber(typed, region(in_region));
        let read = read.map_err(|refusal| refusal.reason());
        assert_eq!(
            read.as_deref(),
            expected.as_ref().copied(),
            "{typed}: {why}"
        );
    }
    // As an application may have it from elsewhere: a country code of nowhere, where Display panics.
    let json = r#"{"code":{"value":999,"source":"plus"},"national":{"value":5550101},
        "extension":null,"carrier":null}"#;
    let number: phonenumber::PhoneNumber = serde_json::from_str(json).unwrap();
    let text = from_phonenumber(&number);
    assert_eq!(text, "+9995550101");
    let refused = phone::read(&text, None).unwrap_err();
    assert_eq!(refused.reason(), Reason::UnknownCountryCode);
}
