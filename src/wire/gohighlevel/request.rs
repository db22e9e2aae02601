//! What a request says of a contact, as GoHighLevel writes it.

use super::body::Body;
use super::values::{CustomValue, patch_of_values};
use crate::contact::{
    AddressPatch, Change, Channel, ChannelSetting, DoNotDisturbPatch, Draft, FieldDefinition,
    FieldsPatch, InboundSetting, NamePatch, TextField,
};
use crate::resolve::Update;
use crate::wire::fault::Fault;
use crate::wire::says_nothing_of_the_person;
use std::collections::BTreeMap;

/// The body of a create, an update or an upsert. A text that is empty is not given.
///
/// ```
/// use kinfold::Change;
/// use kinfold::wire::gohighlevel::ContactRequest;
///
/// let request = ContactRequest::from_json(
///     r#"{"locationId":"lisbon","firstName":"Ana","phone":"","website":null,"unknown":1}"#,
/// ).unwrap();
/// assert_eq!(request.first_name, Change::Set("Ana".to_owned()));
/// assert_eq!(request.phone, Change::Keep);
/// assert_eq!(request.website, Change::Clear);
/// ```
#[derive(Clone, Default)]
#[allow(missing_docs, reason = "the names are those of the document")]
pub struct ContactRequest {
    pub location_id: Option<String>,
    pub first_name: Change<String>,
    pub last_name: Change<String>,
    pub name: Change<String>,
    pub email: Change<String>,
    pub phone: Change<String>,
    pub gender: Change<String>,
    pub address1: Change<String>,
    pub city: Change<String>,
    pub state: Change<String>,
    pub postal_code: Change<String>,
    pub country: Change<String>,
    pub website: Change<String>,
    pub timezone: Change<String>,
    /// A day, or a moment whose day counts.
    pub date_of_birth: Change<String>,
    pub source: Change<String>,
    pub company_name: Change<String>,
    pub assigned_to: Change<String>,
    pub dnd: Change<bool>,
    pub dnd_settings: BTreeMap<Channel, Change<ChannelSetting>>,
    /// The member `all` of `inboundDndSettings`.
    pub inbound_dnd_settings: Change<InboundSetting>,
    pub tags: Change<Vec<String>>,
    pub custom_fields: Change<Vec<CustomValue>>,
    /// Only an upsert looks at it.
    pub create_new_if_duplicate_allowed: bool,
}

/// What a null says.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Nulls {
    /// Nothing: a new contact has nothing to clear.
    SayNothing,
    /// That the field is to be cleared.
    Clear,
}

says_nothing_of_the_person!(ContactRequest);

impl Nulls {
    pub(super) fn of<T: Clone>(self, change: &Change<T>) -> Change<T> {
        match change {
            Change::Clear if self == Self::SayNothing => Change::Keep,
            change => change.clone(),
        }
    }
}

impl ContactRequest {
    /// Reads a body. Members that the document does not name are ignored.
    ///
    /// # Errors
    ///
    /// [`Fault::Malformed`] for what is not a JSON object, [`Fault::Field`] for a member of
    /// another type than the document says.
    pub fn from_json(json: &str) -> Result<Self, Fault> {
        let body = Body::read(json)?;
        Ok(Self {
            location_id: body.maybe_text("locationId")?,
            first_name: body.text("firstName")?,
            last_name: body.text("lastName")?,
            name: body.text("name")?,
            email: body.text("email")?,
            phone: body.text("phone")?,
            gender: body.text("gender")?,
            address1: body.text("address1")?,
            city: body.text("city")?,
            state: body.text("state")?,
            postal_code: body.text("postalCode")?,
            country: body.text("country")?,
            website: body.text("website")?,
            timezone: body.text("timezone")?,
            date_of_birth: body.day("dateOfBirth")?,
            source: body.text("source")?,
            company_name: body.text("companyName")?,
            assigned_to: body.text("assignedTo")?,
            dnd: body.flag("dnd")?,
            dnd_settings: body.channels("dndSettings")?,
            inbound_dnd_settings: body.inbound("inboundDndSettings")?,
            tags: body.texts("tags")?,
            custom_fields: match body.list("customFields")? {
                Change::Set(values) => Change::Set(CustomValue::read_all(&values)?),
                Change::Clear => Change::Clear,
                Change::Keep => Change::Keep,
            },
            create_new_if_duplicate_allowed: body.is_set("createNewIfDuplicateAllowed")?,
        })
    }

    /// Whether somebody can be found by it.
    pub(super) fn must_identify(&self) -> Result<(), Fault> {
        match (&self.email, &self.phone) {
            (Change::Set(_), _) | (_, Change::Set(_)) => Ok(()),
            _ => Err(Fault::field("email or phone", "one of them must be given")),
        }
    }

    /// The identifiers alone.
    pub(super) fn identifiers(&self) -> Draft {
        let mut draft = Draft::new();
        if let Change::Set(email) = &self.email {
            draft = draft.email(email);
        }
        if let Change::Set(phone) = &self.phone {
            draft = draft.phone(phone.as_str());
        }
        draft
    }

    /// A contact that is to be made.
    pub(super) fn draft(&self, definitions: &[FieldDefinition]) -> Result<Draft, Fault> {
        let mut draft = self.identifiers();
        draft.fields = self.fields(definitions, Nulls::SayNothing)?;
        Ok(draft)
    }

    /// What is to change of a contact that is there: its identifiers are replaced. A null takes
    /// all of a kind, since this API shows one of them: another would come up in its place.
    pub(super) fn update(&self, definitions: &[FieldDefinition]) -> Result<Update, Fault> {
        let mut update = Update::new().fields(self.fields(definitions, Nulls::Clear)?);
        update = match &self.email {
            Change::Set(email) => update.email(email),
            Change::Clear => update.emails(Vec::<String>::new()),
            Change::Keep => update,
        };
        Ok(match &self.phone {
            Change::Set(phone) => update.phone(phone),
            Change::Clear => update.phones(Vec::<String>::new()),
            Change::Keep => update,
        })
    }

    pub(super) fn fields(
        &self,
        definitions: &[FieldDefinition],
        nulls: Nulls,
    ) -> Result<FieldsPatch, Fault> {
        let text = |change: &Change<String>| nulls.of(change);
        let address = AddressPatch {
            line1: text(&self.address1),
            city: text(&self.city),
            state: text(&self.state),
            postal_code: text(&self.postal_code),
            country: text(&self.country),
        };
        let do_not_disturb = DoNotDisturbPatch {
            all: nulls.of(&self.dnd),
            channels: self
                .dnd_settings
                .iter()
                .map(|(channel, change)| (*channel, nulls.of(change)))
                .collect(),
            inbound: nulls.of(&self.inbound_dnd_settings),
        };
        let texts = [
            (TextField::Company, &self.company_name),
            (TextField::Website, &self.website),
            (TextField::Gender, &self.gender),
            (TextField::Timezone, &self.timezone),
            (TextField::Source, &self.source),
            (TextField::AssignedTo, &self.assigned_to),
        ];
        Ok(FieldsPatch {
            name: NamePatch {
                full: text(&self.name),
                given: text(&self.first_name),
                family: text(&self.last_name),
            },
            address: named(address),
            texts: texts.map(|(field, change)| (field, text(change))).into(),
            date_of_birth: text(&self.date_of_birth),
            tags: nulls.of(&self.tags),
            custom_fields: patch_of_values(&self.custom_fields, definitions, nulls)?,
            do_not_disturb: named(do_not_disturb),
            ..FieldsPatch::default()
        })
    }
}

/// A patch of several parts, if one of them is named.
fn named<T: Default + PartialEq>(patch: T) -> Change<T> {
    match patch == T::default() {
        true => Change::Keep,
        false => Change::Set(patch),
    }
}
