//! The members of a JSON body, and what must be right about them.

use serde::de::DeserializeOwned;

use super::fault::Fault;
use crate::contact::{Json, OrderedMap};
use crate::resolve::request::object;

/// A JSON object. A member that is null is not given.
pub(super) struct Members(OrderedMap<Json>);

impl Members {
    pub(super) fn read(json: &str) -> Result<Self, Fault> {
        object(json)
            .map(Self)
            .map_err(|error| Fault::Malformed(error.to_string()))
    }

    /// The members of an object inside a body; `name` is what is said of it.
    pub(super) fn inside(name: &str, value: &Json) -> Result<Self, Fault> {
        if !value.is_object() {
            return Err(Fault::field(name, "must be an object"));
        }
        serde_json::from_str(value.as_str())
            .map(Self)
            .map_err(|_| Fault::field(name, "has a key that stands twice"))
    }

    /// Refuses what nobody asks for.
    pub(super) fn only(&self, known: &[&str]) -> Result<(), Fault> {
        match self.0.iter().find(|(name, _)| !known.contains(name)) {
            None => Ok(()),
            Some((name, _)) => {
                let name: String = name.chars().take(200).collect();
                let reason = format!("is not a field of this call; it has {}", known.join(", "));
                Err(Fault::field(&name, reason))
            }
        }
    }

    /// The member, also if it is null.
    pub(super) fn member(&self, name: &str) -> Option<&Json> {
        self.0.get(name)
    }

    pub(super) fn given(&self, name: &str) -> Option<&Json> {
        self.0.get(name).filter(|value| !value.is_null())
    }

    /// A text. Forms send an empty one for what was not filled in: it is not given.
    pub(super) fn text(&self, name: &str) -> Result<Option<String>, Fault> {
        let text = self.text_or_empty(name)?;
        Ok(text.filter(|text| !text.trim().is_empty()))
    }

    /// A text that may be empty.
    pub(super) fn text_or_empty(&self, name: &str) -> Result<Option<String>, Fault> {
        let read = |value| parsed(value, name, "must be a string");
        self.given(name).map(read).transpose()
    }

    /// A text that must be there and say something.
    pub(super) fn needed_text(&self, name: &str) -> Result<String, Fault> {
        let text = self.text(name)?;
        text.ok_or_else(|| Fault::field(name, "is required"))
    }

    /// An object, whose own members are anything.
    pub(super) fn object(&self, name: &str) -> Result<Option<OrderedMap<Json>>, Fault> {
        let read = |value| Self::inside(name, value).map(|members| members.0);
        self.given(name).map(read).transpose()
    }

    pub(super) fn list(&self, name: &str) -> Result<Option<Vec<Json>>, Fault> {
        let read = |value| parsed(value, name, "must be an array");
        self.given(name).map(read).transpose()
    }
}

/// A value of a certain type. What was typed is not repeated.
pub(super) fn parsed<T: DeserializeOwned>(
    value: &Json,
    name: &str,
    reason: &str,
) -> Result<T, Fault> {
    serde_json::from_str(value.as_str()).map_err(|_| Fault::field(name, reason))
}
