//! Which values fit a definition, and which definitions values make.

use super::{FieldDefinition, FieldType};
use crate::clock::Timestamp;
use crate::contact::birthday::Birthday;
use crate::contact::entries::FieldName;
use crate::contact::fields::CustomField;
use crate::contact::json::{Json, OrderedMap};
use crate::contact::patch::Change;
use crate::contact::refused::Refused;
use crate::ident::{Reason, email, phone};

/// A definition that a request's own value makes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct NewDefinition {
    pub(crate) name: String,
    pub(crate) kind: FieldType,
}

impl NewDefinition {
    /// Whether its field is among those that changed: a value that the contact does not take
    /// defines nothing.
    pub(crate) fn is_edited(&self, edited: &[FieldName]) -> bool {
        let own = |field: &FieldName| *field == FieldName::CustomField(self.name.clone());
        edited.iter().any(own)
    }
}

/// What a scope says of the custom fields that a request names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct KnownFields {
    pub(crate) definitions: Vec<FieldDefinition>,
    /// Whether a field that has no definition is defined by its first value.
    pub(crate) defined_as_they_come: bool,
}

impl Default for KnownFields {
    /// What a new scope says.
    fn default() -> Self {
        Self {
            definitions: Vec::new(),
            defined_as_they_come: true,
        }
    }
}

/// What a request says of custom fields.
pub(crate) type NamedFields = Change<OrderedMap<Change<CustomField>>>;

/// The custom fields for which a request has a value.
pub(crate) fn given(named: &NamedFields) -> impl Iterator<Item = (&str, &CustomField)> {
    let entries = named.value().into_iter().flat_map(OrderedMap::iter);
    entries.filter_map(|(name, change)| Some((name, change.value()?)))
}

impl KnownFields {
    /// Holds every value that a request gives against its definition; the definitions that
    /// the values make. A field that is cleared needs none.
    pub(crate) fn check(&self, named: &NamedFields) -> Result<Vec<NewDefinition>, Refused> {
        let mut new = Vec::new();
        for (name, field) in given(named) {
            let refused = |reason: String| {
                Refused::field(
                    format!("custom_fields.{name}"),
                    field.value.as_str(),
                    reason,
                )
            };
            let defined = self.definitions.iter().find(|defined| defined.name == name);
            if let Some(definition) = defined {
                definition.check(field).map_err(refused)?;
            } else if self.defined_as_they_come {
                let kind = FieldType::named(&field.kind);
                fits(&kind, None, &field.value).map_err(refused)?;
                let name = name.to_owned();
                new.push(NewDefinition { name, kind });
            } else {
                return Err(refused(
                    "it is not defined in this scope; define it, or let the scope define \
                     fields as they come"
                        .to_owned(),
                ));
            }
        }
        Ok(new)
    }
}

/// Whether a value is of a type, and why not.
pub(super) fn fits(
    kind: &FieldType,
    options: Option<&[String]>,
    value: &Json,
) -> Result<(), String> {
    let text = || serde_json::from_str::<String>(value.as_str()).ok();
    let is_option = |text: &String| options.is_none_or(|options| options.contains(text));
    let must_be = |is: bool, what: &str| match is {
        true => Ok(()),
        false => Err(format!("it must be {what}")),
    };
    match kind {
        FieldType::Text | FieldType::LargeText => must_be(text().is_some(), "a text"),
        FieldType::SingleSelect | FieldType::Radio => {
            let text = text();
            must_be(text.is_some(), "a text")?;
            let is_one = text.as_ref().is_some_and(is_option);
            must_be(is_one, "one of the field's options")
        }
        FieldType::Checkbox | FieldType::MultiSelect => {
            let list: Option<Vec<String>> = serde_json::from_str(value.as_str()).ok();
            must_be(list.is_some(), "a list of texts")?;
            let all_are = list.is_some_and(|list| list.iter().all(is_option));
            must_be(all_are, "a list of the field's options")
        }
        FieldType::Numeric | FieldType::Monetary | FieldType::Number => {
            let is = is_number(value.as_str()) || text().is_some_and(|text| is_number(text.trim()));
            must_be(is, "a number, or a text that is one, such as \"12.50\"")
        }
        FieldType::File => must_be(value.is_object(), "an object"),
        FieldType::Location => {
            must_be(value.is_object() || text().is_some(), "a text or an object")
        }
        FieldType::Date => must_be(
            text().is_some_and(|text| is_date(text.trim())),
            "a date: YYYY-MM-DD, --MM-DD without a year, or a moment of RFC 3339",
        ),
        FieldType::Phone => must_be(text().is_some_and(|text| is_phone(&text)), "a phone"),
        FieldType::Email => must_be(
            text().is_some_and(|text| email::read(&text).is_ok()),
            "an email",
        ),
        FieldType::Other(_) => Ok(()),
    }
}

/// By the grammar of JSON: `12.50`, `-1e3`; neither `012` nor `1,000`.
fn is_number(text: &str) -> bool {
    let begins = text.starts_with(|first: char| first == '-' || first.is_ascii_digit());
    begins && Json::parse(text).is_ok_and(|read| read.as_str() == text)
}

fn is_date(text: &str) -> bool {
    text.parse::<Birthday>().is_ok() || text.parse::<Timestamp>().is_ok()
}

/// A number without country code is one, too: a custom field has no region.
fn is_phone(text: &str) -> bool {
    match phone::read(text, None) {
        Ok(_) => true,
        Err(refusal) => refusal.reason() == Reason::RegionNeeded,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contact::CustomFieldId;

    fn definition(kind: &str, options: Option<&[&str]>) -> FieldDefinition {
        let owned = |options: &[&str]| options.iter().map(|&option| option.to_owned()).collect();
        FieldDefinition {
            id: CustomFieldId::NONE,
            name: "field".to_owned(),
            label: None,
            kind: FieldType::named(kind),
            options: options.map(owned),
            placeholder: None,
            position: 1,
            created_at: Timestamp::default(),
        }
    }

    fn named(kind: &str, value: &str) -> NamedFields {
        let kind = kind.to_owned();
        let value = Json::parse(value).unwrap();
        let field = Change::Set(CustomField { kind, value });
        Change::Set([("field", field)].into_iter().collect())
    }

    const PLANS: Option<&[&str]> = Some(&["silver", "gold"]);

    /// A type, its options, a value, and whether it fits.
    const CASES: &[(&str, Option<&[&str]>, &str, bool)] = &[
        ("text", None, r#""gold""#, true),
        // Nothing is gained by refusing several lines, and a text would be lost.
        ("text", None, r#""one\ntwo""#, true),
        ("text", None, r#""""#, true),
        ("text", None, "12", false),
        // Null in place of the whole field clears it; a value is never null.
        ("text", None, "null", false),
        ("large_text", None, r#""one\ntwo""#, true),
        ("large_text", None, r#"["one"]"#, false),
        ("single_select", PLANS, r#""gold""#, true),
        ("single_select", PLANS, r#""Gold""#, false),
        ("single_select", PLANS, r#"["gold"]"#, false),
        // Defined by its first value: nobody has said what can be chosen.
        ("single_select", None, r#""anything""#, true),
        ("radio", PLANS, r#""silver""#, true),
        ("radio", PLANS, r#""bronze""#, false),
        ("checkbox", PLANS, r#"["gold","silver"]"#, true),
        ("checkbox", PLANS, "[]", true),
        ("checkbox", PLANS, r#"["gold","bronze"]"#, false),
        ("checkbox", PLANS, r#""gold""#, false),
        ("multi_select", PLANS, r#"["silver"]"#, true),
        ("multi_select", None, r#"["anything"]"#, true),
        ("multi_select", None, "[1]", false),
        ("numeric", None, "12.50", true),
        // To the digit: no float is made of it.
        ("numeric", None, "123456789012345678901234567890.5", true),
        ("numeric", None, r#""12.50""#, true),
        ("numeric", None, r#"" -1e3 ""#, true),
        ("numeric", None, r#""1,000""#, false),
        ("numeric", None, r#""012""#, false),
        ("numeric", None, r#""NaN""#, false),
        ("numeric", None, r#""""#, false),
        ("numeric", None, "true", false),
        ("monetary", None, "9.99", true),
        ("monetary", None, r#""9.99 EUR""#, false),
        ("number", None, "7", true),
        ("number", None, r#""seven""#, false),
        ("file", None, r#"{"url":"https://example.com/a.pdf"}"#, true),
        ("file", None, r#""a.pdf""#, false),
        ("date", None, r#""2026-03-01""#, true),
        ("date", None, r#""--03-01""#, true),
        ("date", None, r#""2026-03-01T09:00:00+01:00""#, true),
        ("date", None, r#""2026-02-30""#, false),
        ("date", None, r#""01/03/2026""#, false),
        ("date", None, "1772323200000", false),
        ("location", None, r#""Av. Insurgentes 123""#, true),
        ("location", None, r#"{"lat":38.7,"lon":-9.1}"#, true),
        ("location", None, "[38.7,-9.1]", false),
        ("phone", None, r#""+1 415 555 0101""#, true),
        // There is no region to read it in, but it may well be a phone.
        ("phone", None, r#""(415) 555-0101""#, true),
        ("phone", None, r#""call me""#, false),
        ("phone", None, "4155550101", false),
        ("email", None, r#""Ana@Example.com""#, true),
        ("email", None, r#""ana""#, false),
        ("email", None, r#"["ana@example.com"]"#, false),
        // Whatever an application makes of it.
        ("colour", None, "[1,null]", true),
    ];

    #[test]
    fn values_are_held_against_their_definition() {
        for (kind, options, value, fits) in CASES {
            let known = KnownFields {
                definitions: vec![definition(kind, *options)],
                defined_as_they_come: false,
            };
            let checked = known.check(&named(kind, value));
            assert_eq!(checked.is_ok(), *fits, "{kind} {options:?} {value}");
            if let Err(refused) = checked {
                assert_eq!(refused.what.field, "custom_fields.field");
                assert_eq!(refused.what.value, *value);
                assert!(refused.what.reason.starts_with("it "), "{refused:?}");
            }
        }
    }

    /// The type that is named with a value is that of the definition.
    #[test]
    fn a_value_of_another_type_is_refused() {
        let known = |kind| KnownFields {
            definitions: vec![definition(kind, None)],
            defined_as_they_come: true,
        };
        assert!(known("number").check(&named("text", r#""7""#)).is_err());
        assert!(known("colour").check(&named("Colour", r#""red""#)).is_err());
        assert!(
            known("text").check(&named("Text", r#""7""#)).is_ok(),
            "our own in any case"
        );
    }

    /// Without a definition the scope's setting decides.
    #[test]
    fn a_first_value_defines_its_field_where_the_scope_says_so() {
        let mut known = KnownFields::default();
        let defined = NewDefinition {
            name: "field".to_owned(),
            kind: FieldType::Number,
        };
        assert_eq!(known.check(&named("number", "7")), Ok(vec![defined]));
        let refused = known.check(&named("number", r#""seven""#));
        assert!(refused.is_err(), "a first value fits its own type");

        known.defined_as_they_come = false;
        let refused = known.check(&named("number", "7")).unwrap_err();
        assert!(
            refused
                .what
                .reason
                .starts_with("it is not defined in this scope")
        );
        let cleared: NamedFields = Change::Set([("field", Change::Clear)].into_iter().collect());
        for nothing in [cleared, Change::Clear, Change::Keep] {
            assert_eq!(known.check(&nothing), Ok(Vec::new()), "nothing is given");
        }
    }
}
