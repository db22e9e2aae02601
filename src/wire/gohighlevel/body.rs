//! The members of a body as this API's documents describe them.

use std::collections::BTreeMap;

use crate::contact::{
    Change, Channel, ChannelSetting, InboundSetting, InboundStatus, Json, Status,
};
use crate::wire::fault::Fault;
use crate::wire::members::{Members, parsed};

/// A JSON object. Members that nobody asks for are ignored; null is something else than not
/// given.
pub(super) struct Body(Members);

impl Body {
    pub(super) fn read(json: &str) -> Result<Self, Fault> {
        Members::read(json).map(Self)
    }

    /// An object inside a body, under the name that is told of it.
    pub(super) fn inside(name: &str, value: &Json) -> Result<Self, Fault> {
        Members::inside(name, value).map(Self)
    }

    /// The member, also if it is null.
    pub(super) fn member(&self, name: &str) -> Option<&Json> {
        self.0.member(name)
    }

    fn change<T>(
        &self,
        name: &str,
        read: impl FnOnce(&Json) -> Result<Change<T>, Fault>,
    ) -> Result<Change<T>, Fault> {
        match self.member(name) {
            None => Ok(Change::Keep),
            Some(value) if value.is_null() => Ok(Change::Clear),
            Some(value) => read(value),
        }
    }

    /// A text. An empty one says nothing.
    pub(super) fn text(&self, name: &str) -> Result<Change<String>, Fault> {
        self.change(name, |value| {
            let text: String = parsed(value, name, "must be a string")?;
            Ok(match text.trim().is_empty() {
                true => Change::Keep,
                false => Change::Set(text),
            })
        })
    }

    /// A text, if it is given.
    pub(super) fn maybe_text(&self, name: &str) -> Result<Option<String>, Fault> {
        Ok(self.text(name)?.value().cloned())
    }

    /// A text that must be there.
    pub(super) fn needed_text(&self, name: &str) -> Result<String, Fault> {
        let text = self.maybe_text(name)?;
        text.ok_or_else(|| Fault::field(name, "should not be empty"))
    }

    pub(super) fn flag(&self, name: &str) -> Result<Change<bool>, Fault> {
        self.change(name, |value| {
            parsed(value, name, "must be a boolean value").map(Change::Set)
        })
    }

    /// A flag that is false where it is not given.
    pub(super) fn is_set(&self, name: &str) -> Result<bool, Fault> {
        Ok(self.flag(name)? == Change::Set(true))
    }

    pub(super) fn texts(&self, name: &str) -> Result<Change<Vec<String>>, Fault> {
        self.change(name, |value| {
            parsed(value, name, "must be an array of strings").map(Change::Set)
        })
    }

    /// A list of texts that must be there.
    pub(super) fn needed_texts(&self, name: &str) -> Result<Vec<String>, Fault> {
        match self.texts(name)? {
            Change::Set(texts) => Ok(texts),
            Change::Keep | Change::Clear => Err(Fault::field(name, "must be an array of strings")),
        }
    }

    pub(super) fn list(&self, name: &str) -> Result<Change<Vec<Json>>, Fault> {
        self.change(name, |value| {
            parsed(value, name, "must be an array").map(Change::Set)
        })
    }

    /// A whole number, which may be written as a text.
    pub(super) fn number(&self, name: &str) -> Result<Option<i64>, Fault> {
        let Some(value) = self.0.given(name) else {
            return Ok(None);
        };
        let number = match value.text() {
            Some(text) => text.trim().parse().ok(),
            None => value.as_str().parse().ok(),
        };
        match number {
            Some(number) => Ok(Some(number)),
            None => Err(Fault::field(name, "must be an integer number")),
        }
    }

    /// A day of birth: a text, or milliseconds since 1970.
    pub(super) fn day(&self, name: &str) -> Result<Change<String>, Fault> {
        let is_number = |value: &Json| value.as_str().parse::<i64>().is_ok();
        if let Some(value) = self.0.given(name).filter(|value| is_number(value)) {
            let moment = value.as_str().parse().unwrap_or_default();
            let moment = crate::clock::Timestamp::from_milliseconds(moment).to_string();
            return Ok(Change::Set(day_of(&moment)));
        }
        Ok(match self.text(name)? {
            Change::Set(text) => Change::Set(day_of(&text)),
            change => change,
        })
    }

    /// `dndSettings`: channel by channel; null, as a whole, is null for each.
    pub(super) fn channels(
        &self,
        name: &str,
    ) -> Result<BTreeMap<Channel, Change<ChannelSetting>>, Fault> {
        let mut channels = BTreeMap::new();
        let Some(value) = self.member(name) else {
            return Ok(channels);
        };
        if value.is_null() {
            return Ok(Channel::ALL.map(|channel| (channel, Change::Clear)).into());
        }
        let settings = Self::inside(name, value)?;
        for channel in Channel::ALL {
            let at = format!("{name}.{}", channel.as_str());
            let change = settings.change(channel.as_str(), |value| {
                let setting = Self::inside(&at, value)?;
                let status = match setting.maybe_text("status")?.as_deref() {
                    Some("active") => Status::Active,
                    Some("inactive") => Status::Inactive,
                    Some("permanent") => Status::Permanent,
                    _ => {
                        let reason = "status must be one of active, inactive, permanent";
                        return Err(Fault::field(&at, reason));
                    }
                };
                Ok(Change::Set(ChannelSetting {
                    status,
                    message: setting.maybe_text("message")?,
                    code: setting.maybe_text("code")?,
                }))
            })?;
            if change.is_named() {
                channels.insert(channel, change);
            }
        }
        Ok(channels)
    }

    /// `inboundDndSettings`, of which there is one: `all`.
    pub(super) fn inbound(&self, name: &str) -> Result<Change<InboundSetting>, Fault> {
        self.change(name, |value| {
            let settings = Self::inside(name, value)?;
            let at = format!("{name}.all");
            settings.change("all", |value| {
                let setting = Self::inside(&at, value)?;
                let status = match setting.maybe_text("status")?.as_deref() {
                    Some("active") => InboundStatus::Active,
                    Some("inactive") => InboundStatus::Inactive,
                    _ => {
                        let reason = "status must be one of active, inactive";
                        return Err(Fault::field(&at, reason));
                    }
                };
                let message = setting.maybe_text("message")?;
                Ok(Change::Set(InboundSetting { status, message }))
            })
        })
    }
}

/// The day of a moment: `1990-09-25` of `1990-09-25T00:00:00.000Z`.
fn day_of(text: &str) -> String {
    let day = text.split_once(['T', ' ']).map_or(text, |(day, _)| day);
    day.to_owned()
}
