//! The fields of which there are several of one kind, by their names.

use super::fields::Fields;
use super::json::Json;

macro_rules! fields_of_a_kind {
    ($(#[$about:meta])* $kind:ident: $value:ty {
        $($(#[$of_one:meta])* $field:ident, $name:literal, $member:ident;)+
    }) => {
        $(#[$about])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum $kind {
            $($(#[$of_one])* $field,)+
        }

        impl $kind {
            /// Every one of them, in the order of the record.
            pub const ALL: [Self; [$($name),+].len()] = [$(Self::$field),+];

            /// The name in JSON.
            pub fn as_str(self) -> &'static str {
                match self {
                    $(Self::$field => $name,)+
                }
            }

            /// The field with this name in JSON.
            pub fn by_name(name: &str) -> Option<Self> {
                Self::ALL.into_iter().find(|field| field.as_str() == name)
            }

            pub(super) fn of(self, fields: &Fields) -> &$value {
                match self {
                    $(Self::$field => &fields.$member,)+
                }
            }

            pub(super) fn of_mut(self, fields: &mut Fields) -> &mut $value {
                match self {
                    $(Self::$field => &mut fields.$member,)+
                }
            }
        }
    };
}

fields_of_a_kind! {
    /// The fields that are one text each, and nothing more.
    TextField: Option<String> {
        /// The company somebody works for.
        Company, "company", company;
        /// A web address.
        Website, "website", website;
        /// The gender, as it was given.
        Gender, "gender", gender;
        /// The time zone: a name of the IANA database, such as `Europe/Madrid`.
        Timezone, "timezone", timezone;
        /// Notes about the contact; may have several lines.
        Description, "description", description;
        /// Where the contact came from.
        Source, "source", source;
        /// The user who looks after the contact.
        AssignedTo, "assigned_to", assigned_to;
        /// The id of the business that the contact belongs to.
        BusinessId, "business_id", business_id;
        /// What the contact is to its owner: `lead`, `customer`, …
        ContactType, "type", contact_type;
        /// The id under which a website knows its visitor.
        VisitorId, "visitor_id", visitor_id;
    }
}

fields_of_a_kind! {
    /// The fields that are lists of ids or names, in the order in which they were added.
    /// Unlike tags they are compared letter by letter.
    ListField: Vec<String> {
        /// The users who follow the contact.
        Followers, "followers", followers;
        /// The offers that the contact has or was made.
        Offers, "offers", offers;
        /// The products that the contact has.
        Products, "products", products;
    }
}

fields_of_a_kind! {
    /// The fields that are true, false or not known. True is the careful answer: where one
    /// of two merged contacts says it, it stays said.
    FlagField: Option<bool> {
        /// Whether mail to the contact came back.
        EmailBounced, "email_bounced", email_bounced;
        /// Whether the contact wants no more mail.
        EmailUnsubscribed, "email_unsubscribed", email_unsubscribed;
    }
}

fields_of_a_kind! {
    /// The fields that are a JSON object each, kept as it was written.
    ObjectField: Option<Json> {
        /// What first led the contact here: campaign, medium, referrer, …
        Attribution, "attribution", attribution;
        /// What led the contact here last.
        LastAttribution, "last_attribution", last_attribution;
    }
}
