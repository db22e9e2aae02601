//! The users who follow a contact.

use serde::Serialize;

use super::GoHighLevel;
use super::body::Body;
use crate::contact::{Change, ContactId, FieldsPatch, ListField};
use crate::engine::TransactionContacts;
use crate::resolve::Update;
use crate::wire::fault::Fault;
use crate::wire::reply::Reply;

/// `{followers}`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FollowersRequest {
    /// The ids of users.
    pub followers: Vec<String>,
}

impl FollowersRequest {
    /// Reads a body.
    ///
    /// # Errors
    ///
    /// [`Fault::Malformed`], and [`Fault::Field`] without a list of texts.
    pub fn from_json(json: &str) -> Result<Self, Fault> {
        let followers = Body::read(json)?.needed_texts("followers")?;
        Ok(Self { followers })
    }
}

/// `{followers,followersAdded}` or `{followers,followersRemoved}`.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = gohighlevel::FollowersAnswer))]
#[allow(missing_docs, reason = "the names are those of the document")]
pub struct FollowersAnswer {
    pub followers: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub followers_added: Option<Vec<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub followers_removed: Option<Vec<String>>,
}

impl GoHighLevel<'_> {
    /// `POST /contacts/{contactId}/followers`.
    ///
    /// # Errors
    ///
    /// [`Fault::NotFound`], and [`Fault::Field`] for ids that can't be kept.
    pub fn add_followers(&self, contact: &str, request: &FollowersRequest) -> Result<Reply, Fault> {
        let (contacts, id) = self.one_to_write(contact, None)?;
        let answer = self.write(&contacts, |tx| {
            let before = tx.get(id)?.fields.followers;
            let wanted = [before.as_slice(), &request.followers].concat();
            let followers = followed(tx, id, wanted)?;
            let added = lacking(&followers, &before);
            Ok(FollowersAnswer {
                followers,
                followers_added: Some(added),
                followers_removed: None,
            })
        })?;
        Ok(Reply::new(201, &answer))
    }

    /// `DELETE /contacts/{contactId}/followers`.
    ///
    /// # Errors
    ///
    /// [`Fault::NotFound`].
    pub fn remove_followers(
        &self,
        contact: &str,
        request: &FollowersRequest,
    ) -> Result<Reply, Fault> {
        let (contacts, id) = self.one_to_write(contact, None)?;
        let answer = self.write(&contacts, |tx| {
            let before = tx.get(id)?.fields.followers;
            let wanted = lacking(&before, &request.followers);
            let followers = followed(tx, id, wanted)?;
            let removed = lacking(&before, &followers);
            Ok(FollowersAnswer {
                followers,
                followers_added: None,
                followers_removed: Some(removed),
            })
        })?;
        Ok(Reply::new(200, &answer))
    }
}

fn followed(
    tx: &TransactionContacts<'_>,
    id: ContactId,
    followers: Vec<String>,
) -> Result<Vec<String>, Fault> {
    let lists = [(ListField::Followers, Change::Set(followers))].into();
    let update = Update::new().fields(FieldsPatch {
        lists,
        ..FieldsPatch::default()
    });
    Ok(tx.update(id, update)?.contact.fields.followers)
}

/// What of one list is not in the other.
fn lacking(one: &[String], other: &[String]) -> Vec<String> {
    let lacks = |item: &&String| !other.contains(item);
    one.iter().filter(lacks).cloned().collect()
}
