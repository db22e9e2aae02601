//! The usual names of columns: plain ones, Google's, Outlook's and those of contact APIs.
//!
//! A header is compared without case, accents, spaces and punctuation, so `E-mail Address`
//! and `email_address` are one name. `#` stands for a number. What is not here is not
//! imported, and said so: fax and company switchboard numbers, for one, are not a person's.

use super::columns::{AddressColumn, Target, plain};

/// A field, and the headers that mean it.
#[rustfmt::skip]
const ALIASES: &[(&str, &[&str])] = &[
    ("phone", &[
        "Phone", "Phones", "Phone #", "Phone Number", "Phone Numbers", "Phone Number #", "Phone No", "Telephone",
        "Telephone #", "Telephone Number", "Tel", "Tel #", "Mobile", "Mobile #", "Mobile Phone",
        "Mobile Phone #", "Mobile Number", "Mobile Telephone", "Cell", "Cell Phone", "Cellphone",
        "Cell Number", "Cellular", "Home Phone", "Home Phone #", "Home Telephone", "Work Phone",
        "Work Phone #", "Work Telephone", "Business Phone", "Business Phone #", "Primary Phone",
        "Other Phone", "Other Phone #", "Secondary Phone", "Alternate Phone", "Additional Phones",
        "Phone # - Value", "Phone - Value", "WhatsApp", "WhatsApp Number",
    ]),
    ("email", &[
        "Email", "Emails", "Email #", "E-mail", "Mail", "Email Address", "Email Addresses",
        "Email Address #", "Email # Address", "E-mail # - Value", "E-mail - Value",
        "Primary Email", "Secondary Email", "Other Email", "Alternate Email", "Additional Emails",
        "Home Email", "Work Email", "Business Email", "Personal Email",
    ]),
    ("external_id", &[
        "External ID", "ID", "Contact ID", "Customer ID", "Customer Number", "Customer No",
        "Client ID", "Client Number", "Member ID", "Member Number", "User ID", "Record ID", "Unique ID",
        "Reference",
    ]),
    ("name", &[
        "Name", "Full Name", "Display Name", "Contact Name", "Contact", "Customer Name",
        "Formatted Name",
    ]),
    ("given", &["Given", "Given Name", "Given Names", "First Name", "First", "Forename", "Christian Name"]),
    ("middle", &["Middle", "Middle Name", "Middle Names", "Additional Name", "Second Name"]),
    ("family", &["Family", "Family Name", "Last Name", "Last", "Surname"]),
    ("company", &[
        "Company", "Company Name", "Organization", "Organisation", "Organization Name",
        "Organisation Name", "Organization # - Name", "Organization - Name", "Employer",
        "Business Name", "Business", "Account Name",
    ]),
    ("website", &[
        "Website", "Website #", "Web Site", "Web Page", "Webpage", "Homepage", "Home Page",
        "Personal Web Page", "Website URL", "URL", "Website # - Value", "Website - Value",
    ]),
    ("gender", &["Gender", "Sex"]),
    ("date_of_birth", &["Date of Birth", "Birthday", "Birth Date", "Birthdate", "DOB", "Born"]),
    ("timezone", &["Timezone", "Time Zone", "TZ"]),
    ("description", &["Description", "Notes", "Note", "Comments", "Comment", "Remarks", "About"]),
    ("source", &["Source", "Lead Source", "Contact Source"]),
    ("assigned_to", &[
        "Assigned To", "Assigned User", "Assignee", "Owner", "Contact Owner", "Lead Owner",
        "Account Manager",
    ]),
    ("tags", &[
        "Tags", "Tag", "Labels", "Label", "Groups", "Group", "Group Membership", "Categories",
        "Category",
    ]),
    ("business_id", &["Business ID"]),
    ("type", &["Type", "Contact Type"]),
    ("visitor_id", &["Visitor ID"]),
    ("followers", &["Followers"]),
    ("offers", &["Offers"]),
    ("products", &["Products"]),
    ("email_bounced", &["Email Bounced", "Bounced"]),
    ("email_unsubscribed", &[
        "Email Unsubscribed", "Unsubscribed", "Unsubscribed From All Email", "Email Opt Out",
        "Email Opted Out",
    ]),
    ("last_session_activity_at", &["Last Session Activity", "Last Session Activity At"]),
    ("region", &["Phone Region", "Default Region"]),
];

/// The second line of a street, and what else stands above the city, joins the first.
#[rustfmt::skip]
const ADDRESS_PARTS: &[(&str, &[&str])] = &[
    ("line1", &[
        "Street", "Street #", "Street Address", "Address", "Address Line", "Address Line #",
        "Extended Address", "PO Box", "P.O. Box",
    ]),
    ("city", &["City", "Town", "City/Town", "Suburb", "Locality"]),
    ("state", &["State", "Province", "State/Province", "Region", "State/Region", "County"]),
    ("postal_code", &[
        "Postal Code", "Postcode", "Post Code", "Zip", "Zip Code", "ZIP/Postal Code", "PLZ",
    ]),
    ("country", &["Country", "Country/Region", "Country Name"]),
];

/// Whose address a column is part of. Of several that are not empty, the first of this
/// list is taken; numbered ones come in their order.
#[rustfmt::skip]
const ADDRESSES: &[&str] = &[
    "", "Address #", "Address", "Primary", "Home", "Personal", "Mailing", "Postal", "Work", "Business", "Billing",
    "Shipping", "Other",
];

/// Ranks of one entry of [`ADDRESSES`]; a larger number shares the last.
const RANKS: u32 = 100;

/// The field that a header, already [`plain`], means.
pub(super) fn find(header: &str) -> Option<Target> {
    if header.is_empty() {
        return None;
    }
    // "address1" is the first line of an address and not the first of several.
    if let Some("1" | "2" | "3") = header.strip_prefix("address") {
        return Some(address("line1", 0));
    }
    let field = ALIASES.iter().find_map(|(field, names)| {
        let meant = names.iter().any(|name| number_in(header, name).is_some());
        meant.then_some(*field)
    });
    field
        .and_then(Target::by_name)
        .or_else(|| find_address(header))
}

fn find_address(header: &str) -> Option<Target> {
    for (which, rank) in ADDRESSES.iter().zip(0_u32..) {
        for (part, names) in ADDRESS_PARTS {
            for name in *names {
                let pattern = format!("{which} {name}");
                if let Some(number) = number_in(header, &pattern) {
                    let number = match which.contains('#') {
                        true => number.min(RANKS - 1),
                        false => 0,
                    };
                    return Some(address(part, rank * RANKS + number));
                }
            }
        }
    }
    None
}

fn address(part: &'static str, rank: u32) -> Target {
    Target::Address(AddressColumn { part, rank })
}

/// The number that stands for `#` if a header has this name; 0 where there is none.
fn number_in(header: &str, name: &str) -> Option<u32> {
    let mut rest = header;
    let mut number = 0;
    for (index, piece) in name.split('#').enumerate() {
        if index > 0 {
            let end = rest
                .find(|character: char| !character.is_ascii_digit())
                .unwrap_or(rest.len());
            let (digits, behind) = rest.split_at_checked(end)?;
            if digits.is_empty() {
                return None;
            }
            if index == 1 {
                number = digits.parse().unwrap_or(u32::MAX);
            }
            rest = behind;
        }
        rest = rest.strip_prefix(plain(piece).as_str())?;
    }
    rest.is_empty().then_some(number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_is_found_where_it_stands() {
        for (field, names) in ALIASES {
            for name in *names {
                let header = plain(&name.replace('#', "2"));
                let found = find(&header).map(|target| target.to_string());
                assert_eq!(found.as_deref(), Some(*field), "{name}");
            }
        }
        for which in ADDRESSES {
            for (part, names) in ADDRESS_PARTS {
                for name in *names {
                    let header = format!("{which} {name}").replace('#', "2");
                    let found = find(&plain(&header)).map(|target| target.to_string());
                    assert_eq!(found, Some(format!("address.{part}")), "{header}");
                }
            }
        }
    }
}
