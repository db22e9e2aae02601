//! The arguments of a call, read one by one: whoever gives a wrong one is told which.

use std::ops::RangeInclusive;
use std::str::FromStr;

use kinfold::{ContactId, Error};
use rmcp::model::JsonObject;
use serde_json::Value;

/// What a call was given. A null is as good as nothing.
pub(super) struct Given(JsonObject);

impl Given {
    /// Takes the arguments of a call, if each is one that its schema knows or the schema lets
    /// others through.
    pub(super) fn new(arguments: JsonObject, schema: &JsonObject) -> Result<Self, Error> {
        let is_closed = schema.get("additionalProperties") == Some(&Value::Bool(false));
        let known = schema.get("properties").and_then(Value::as_object);
        let is_known = |name: &str| known.is_some_and(|known| known.contains_key(name));
        if is_closed && let Some(name) = arguments.keys().find(|name| !is_known(name)) {
            let reason = "it is not an argument of this tool";
            return Err(Error::invalid_request(name, "", reason));
        }
        Ok(Self(arguments))
    }

    pub(super) fn text(&mut self, name: &str) -> Result<Option<String>, Error> {
        match self.take(name) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text)),
            Some(other) => Err(refused(name, &other, "it must be a text")),
        }
    }

    /// A text that is read as something.
    pub(super) fn read<T: FromStr>(&mut self, name: &str) -> Result<Option<T>, Error>
    where
        T::Err: std::fmt::Display,
    {
        let Some(text) = self.text(name)? else {
            return Ok(None);
        };
        let read = text.parse();
        read.map(Some)
            .map_err(|reason| Error::invalid_request(name, &text, reason))
    }

    pub(super) fn id(&mut self, name: &str) -> Result<ContactId, Error> {
        self.read(name)?.ok_or_else(|| missing(name))
    }

    pub(super) fn texts(&mut self, name: &str) -> Result<Vec<String>, Error> {
        let reason = "it must be a list of texts";
        let texts = match self.take(name) {
            None => return Ok(Vec::new()),
            Some(Value::Array(texts)) => texts,
            Some(other) => return Err(refused(name, &other, reason)),
        };
        let text = |value| match value {
            Value::String(text) => Ok(text),
            other => Err(refused(name, &other, reason)),
        };
        texts.into_iter().map(text).collect()
    }

    pub(super) fn flag(&mut self, name: &str) -> Result<bool, Error> {
        match self.take(name) {
            None => Ok(false),
            Some(Value::Bool(flag)) => Ok(flag),
            Some(other) => Err(refused(name, &other, "it must be true or false")),
        }
    }

    /// How many there may be, if it says so.
    pub(super) fn limit(
        &mut self,
        otherwise: usize,
        bounds: RangeInclusive<usize>,
    ) -> Result<usize, Error> {
        let Some(value) = self.take("limit") else {
            return Ok(otherwise);
        };
        let limit = value.as_u64().and_then(|limit| limit.try_into().ok());
        limit.filter(|limit| bounds.contains(limit)).ok_or_else(|| {
            let (least, most) = (bounds.start(), bounds.end());
            let reason = format!("it must be a whole number from {least} to {most}");
            refused("limit", &value, &reason)
        })
    }

    /// The object under a name.
    pub(super) fn object(&mut self, name: &str) -> Result<Option<Self>, Error> {
        match self.take(name) {
            None => Ok(None),
            Some(Value::Object(members)) => Ok(Some(Self(members))),
            Some(other) => Err(refused(name, &other, "it must be an object")),
        }
    }

    /// What was not taken yet.
    pub(super) fn rest(self) -> JsonObject {
        self.0
    }

    fn take(&mut self, name: &str) -> Option<Value> {
        self.0.remove(name).filter(|value| !value.is_null())
    }
}

fn refused(name: &str, value: &Value, reason: &str) -> Error {
    Error::invalid_request(name, &value.to_string(), reason)
}

/// An argument that must be there is not.
pub(super) fn missing(name: &str) -> Error {
    Error::invalid_request(name, "", "it is missing")
}
