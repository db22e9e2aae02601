//! The business that contacts belong to.

use serde::Serialize;

use super::answer::ContactAnswer;
use super::body::Body;
use super::search::{Selection, answers, given, number_in, number_within};
use super::{GoHighLevel, contact_id};
use crate::contact::{Change, FieldsPatch, TextField};
use crate::resolve::Update;
use crate::wire::fault::Fault;
use crate::wire::reply::Reply;

/// `{locationId,ids,businessId}`.
#[derive(Clone, Debug, Default)]
#[allow(missing_docs, reason = "the names are those of the document")]
pub struct BusinessRequest {
    pub location_id: Option<String>,
    pub ids: Vec<String>,
    /// None takes the contacts out of the business that they belong to.
    pub business_id: Option<String>,
}

impl BusinessRequest {
    /// Reads a body. `businessId` must be there, and may be null.
    ///
    /// # Errors
    ///
    /// [`Fault::Malformed`], and [`Fault::Field`] for a member that is missing or of another
    /// type.
    pub fn from_json(json: &str) -> Result<Self, Fault> {
        let body = Body::read(json)?;
        if body.member("businessId").is_none() {
            return Err(Fault::field("businessId", "must be a string or null"));
        }
        Ok(Self {
            location_id: body.maybe_text("locationId")?,
            ids: body.needed_texts("ids")?,
            business_id: body.maybe_text("businessId")?,
        })
    }
}

/// The query of a list of a business's contacts.
#[derive(Clone, Debug, Default)]
#[allow(missing_docs, reason = "the names are those of the document")]
pub struct BusinessList {
    pub location_id: Option<String>,
    pub limit: Option<String>,
    pub skip: Option<String>,
}

/// `{contacts,count}`.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = gohighlevel::BusinessContacts))]
#[allow(missing_docs, reason = "the names are those of the document")]
pub struct BusinessContacts {
    pub contacts: Vec<ContactAnswer>,
    pub count: usize,
}

/// `{success,ids}`.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = gohighlevel::BusinessAnswer))]
#[allow(missing_docs, reason = "the names are those of the document")]
pub struct BusinessAnswer {
    pub success: bool,
    pub ids: Vec<String>,
}

/// The most contacts of one page, and how many they are unless said otherwise.
const MOST: usize = 100;
const USUAL: usize = 25;

impl GoHighLevel<'_> {
    /// `GET /contacts/business/{businessId}`: its contacts in the order of their creation, and
    /// how many there are.
    ///
    /// # Errors
    ///
    /// [`Fault::Field`] for a limit out of bounds.
    pub fn of_business(&self, business: &str, request: &BusinessList) -> Result<Reply, Fault> {
        let contacts = self.contacts(given(&request.location_id))?;
        let limit = number_in("limit", &request.limit)?;
        let limit = number_within("limit", limit, USUAL, MOST)?;
        let skip = number_in("skip", &request.skip)?.unwrap_or_default();
        let skip =
            usize::try_from(skip).map_err(|_| Fault::field("skip", "must not be less than 0"))?;
        let mut found = Selection::of_a_page(skip, limit);
        contacts.for_each(|contact| {
            if contact.fields.business_id.as_deref() == Some(business) {
                found.offer(contact, Vec::new());
            }
            Ok(())
        })?;
        let definitions = contacts.fields()?;
        let (page, count) = found.page();
        let contacts = answers(&page, &definitions);
        Ok(Reply::new(200, &BusinessContacts { contacts, count }))
    }

    /// `POST /contacts/bulk/business`, in one transaction.
    ///
    /// # Errors
    ///
    /// [`Fault::NotFound`] if one of them is not there; none was changed then.
    pub fn change_business(&self, request: &BusinessRequest) -> Result<Reply, Fault> {
        let contacts = self.contacts_to_write(request.location_id.as_deref())?;
        let change = match &request.business_id {
            Some(business) => Change::Set(business.clone()),
            None => Change::Clear,
        };
        self.write(&contacts, |tx| {
            for id in &request.ids {
                let fields = FieldsPatch {
                    texts: [(TextField::BusinessId, change.clone())].into(),
                    ..FieldsPatch::default()
                };
                tx.update(contact_id(id)?, Update::new().fields(fields))?;
            }
            Ok(())
        })?;
        let (success, ids) = (true, request.ids.clone());
        Ok(Reply::new(200, &BusinessAnswer { success, ids }))
    }
}
