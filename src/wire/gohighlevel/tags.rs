//! Tags: of one contact, and of many.

use serde::Serialize;

use super::body::Body;
use super::{GoHighLevel, contact_id};
use crate::contact::{Change, ContactId, FieldsPatch};
use crate::engine::TransactionContacts;
use crate::error::Error;
use crate::resolve::Update;
use crate::wire::fault::Fault;
use crate::wire::reply::Reply;
use crate::wire::says_nothing_of_the_person;

/// `{tags}`, in a request and in the answer.
#[derive(Clone, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = gohighlevel::Tags))]
pub struct TagsRequest {
    /// The tags.
    pub tags: Vec<String>,
}

says_nothing_of_the_person!(TagsRequest, BulkTagsRequest, BulkTagsAnswer);

impl TagsRequest {
    /// Reads a body.
    ///
    /// # Errors
    ///
    /// [`Fault::Malformed`], and [`Fault::Field`] without a list of texts.
    pub fn from_json(json: &str) -> Result<Self, Fault> {
        let tags = Body::read(json)?.needed_texts("tags")?;
        Ok(Self { tags })
    }
}

/// What is done with tags: `add` or `remove` in the path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(
    feature = "openapi",
    derive(utoipa::ToSchema),
    schema(as = gohighlevel::TagsChange, rename_all = "lowercase")
)]
pub enum TagsChange {
    /// They are added.
    Add,
    /// They are removed.
    Remove,
}

impl std::str::FromStr for TagsChange {
    type Err = Fault;

    fn from_str(name: &str) -> Result<Self, Fault> {
        match name {
            "add" => Ok(Self::Add),
            "remove" => Ok(Self::Remove),
            _ => Err(Fault::field("type", "must be one of add, remove")),
        }
    }
}

/// `{contacts,tags,locationId,removeAllTags}`.
#[derive(Clone, Default, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names are those of the document")]
pub struct BulkTagsRequest {
    pub contacts: Vec<String>,
    pub tags: Vec<String>,
    pub location_id: Option<String>,
    /// Whether the tags that a contact has go first.
    pub remove_all_tags: bool,
}

impl BulkTagsRequest {
    /// Reads a body.
    ///
    /// # Errors
    ///
    /// [`Fault::Malformed`], and [`Fault::Field`] for a member that is missing or of another
    /// type.
    pub fn from_json(json: &str) -> Result<Self, Fault> {
        let body = Body::read(json)?;
        let remove_all_tags = body.is_set("removeAllTags")?;
        let tags = match body.texts("tags")? {
            Change::Set(tags) => tags,
            _ if remove_all_tags => Vec::new(),
            _ => body.needed_texts("tags")?,
        };
        Ok(Self {
            contacts: body.needed_texts("contacts")?,
            tags,
            location_id: body.maybe_text("locationId")?,
            remove_all_tags,
        })
    }
}

/// What became of one of many contacts.
#[derive(Clone, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = gohighlevel::BulkTagsAnswer))]
#[allow(missing_docs, reason = "the names are those of the document")]
pub struct BulkTagsAnswer {
    pub contact_id: String,
    pub message: &'static str,
    #[serde(rename = "type")]
    pub kind: &'static str,
    pub old_tags: Vec<String>,
    pub tags_added: Vec<String>,
    pub tags_removed: Vec<String>,
}

/// `{succeded,errorCount,responses}`.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = gohighlevel::BulkTagsAnswers))]
#[allow(missing_docs, reason = "the names are those of the document")]
pub struct BulkTagsAnswers {
    pub succeded: bool,
    pub error_count: usize,
    pub responses: Vec<BulkTagsAnswer>,
}

impl GoHighLevel<'_> {
    /// `POST` and `DELETE /contacts/{contactId}/tags`: all that the contact has then.
    ///
    /// # Errors
    ///
    /// [`Fault::NotFound`], and [`Fault::Field`] for tags that can't be kept.
    pub fn change_tags(
        &self,
        contact: &str,
        change: TagsChange,
        request: &TagsRequest,
    ) -> Result<Reply, Fault> {
        let (contacts, id) = self.one_to_write(contact, None)?;
        let tags = self.write(&contacts, |tx| {
            let changed = tx.update(id, change.update(&request.tags))?;
            Ok(changed.contact.fields.tags)
        })?;
        let status = match change {
            TagsChange::Add => 201,
            TagsChange::Remove => 200,
        };
        Ok(Reply::new(status, &TagsRequest { tags }))
    }

    /// `POST /contacts/bulk/tags/update/{type}`, in one transaction. A contact that is not
    /// there is counted as an error, and the others are changed all the same.
    ///
    /// # Errors
    ///
    /// [`Fault::Field`] for tags that can't be kept; nothing was changed then.
    pub fn change_many_tags(
        &self,
        change: TagsChange,
        request: &BulkTagsRequest,
    ) -> Result<Reply, Fault> {
        let contacts = self.contacts_to_write(request.location_id.as_deref())?;
        let responses = self.write(&contacts, |tx| {
            let each = request.contacts.iter();
            each.map(|contact| one_of_many(tx, contact, change, request))
                .collect::<Result<Vec<_>, Fault>>()
        })?;
        let is_error = |answer: &&BulkTagsAnswer| answer.kind == "error";
        let error_count = responses.iter().filter(is_error).count();
        Ok(Reply::new(
            201,
            &BulkTagsAnswers {
                succeded: error_count == 0,
                error_count,
                responses,
            },
        ))
    }
}

impl TagsChange {
    fn update(self, tags: &[String]) -> Update {
        tags.iter().fold(Update::new(), |update, tag| match self {
            Self::Add => update.add_tag(tag),
            Self::Remove => update.remove_tag(tag),
        })
    }
}

fn one_of_many(
    tx: &TransactionContacts<'_>,
    contact: &str,
    change: TagsChange,
    request: &BulkTagsRequest,
) -> Result<BulkTagsAnswer, Fault> {
    let changed = contact_id(contact).and_then(|id| retagged(tx, id, change, request));
    let (before, after) = match changed {
        Ok(changed) => changed,
        Err(Fault::NotFound(_) | Fault::Library(Error::NotFound(_))) => {
            return Ok(BulkTagsAnswer {
                contact_id: contact.to_owned(),
                message: "Contact not found",
                kind: "error",
                old_tags: Vec::new(),
                tags_added: Vec::new(),
                tags_removed: Vec::new(),
            });
        }
        Err(fault) => return Err(fault),
    };
    let without = |one: &[String], other: &[String]| -> Vec<String> {
        let lacks = |tag: &&String| !other.contains(tag);
        one.iter().filter(lacks).cloned().collect()
    };
    Ok(BulkTagsAnswer {
        contact_id: contact.to_owned(),
        message: "Tags updated",
        kind: "success",
        tags_added: without(&after, &before),
        tags_removed: without(&before, &after),
        old_tags: before,
    })
}

/// The tags of a contact before and after.
fn retagged(
    tx: &TransactionContacts<'_>,
    id: ContactId,
    change: TagsChange,
    request: &BulkTagsRequest,
) -> Result<(Vec<String>, Vec<String>), Fault> {
    let before = tx.get(id)?.fields.tags;
    let update = match (request.remove_all_tags, change) {
        (false, change) => change.update(&request.tags),
        (true, change) => {
            let tags = match change {
                TagsChange::Add => request.tags.clone(),
                TagsChange::Remove => Vec::new(),
            };
            Update::new().fields(FieldsPatch {
                tags: Change::Set(tags),
                ..FieldsPatch::default()
            })
        }
    };
    let after = tx.update(id, update)?.contact.fields.tags;
    Ok((before, after))
}
