//! Whether, and on which channels, a contact may be disturbed.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A way of reaching somebody, as GoHighLevel names them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the names say it")]
pub enum Channel {
    Call,
    Email,
    SMS,
    WhatsApp,
    GMB,
    FB,
}

impl Channel {
    /// Every channel.
    pub const ALL: [Self; 6] = [
        Self::Call,
        Self::Email,
        Self::SMS,
        Self::WhatsApp,
        Self::GMB,
        Self::FB,
    ];

    /// The name in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Call => "Call",
            Self::Email => "Email",
            Self::SMS => "SMS",
            Self::WhatsApp => "WhatsApp",
            Self::GMB => "GMB",
            Self::FB => "FB",
        }
    }
}

impl FromStr for Channel {
    type Err = ();

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|channel| channel.as_str() == name)
            .ok_or(())
    }
}

/// Whether do-not-disturb is on. The later in this order, the stricter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// Off: the contact may be disturbed.
    Inactive,
    /// On.
    Active,
    /// On, and not to be switched off again.
    Permanent,
}

/// What is known of one channel.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChannelSetting {
    /// Whether do-not-disturb is on.
    pub status: Status,
    /// Why, in words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    /// Why, as a code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
}

impl fmt::Debug for ChannelSetting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ChannelSetting({:?})", self.status)
    }
}

/// Whether what comes from the contact is turned away. The later in this order, the stricter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum InboundStatus {
    /// It is let in.
    Inactive,
    /// It is turned away.
    Active,
}

/// What is known of the way from the contact to its owner, on all channels.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InboundSetting {
    /// Whether what comes from the contact is turned away.
    pub status: InboundStatus,
    /// Why, in words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
}

impl fmt::Debug for InboundSetting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "InboundSetting({:?})", self.status)
    }
}

/// Whether, and on which channels, a contact may be disturbed.
///
/// Two of them are joined to the stricter: consent is never widened by a merge.
///
/// ```
/// use kinfold::{Channel, ChannelSetting, DoNotDisturb, Status};
///
/// let mut ana = DoNotDisturb::default();
/// let mut same_ana = DoNotDisturb::default();
/// same_ana.channels.insert(
///     Channel::Email,
///     ChannelSetting { status: Status::Permanent, message: None, code: None },
/// );
/// ana.join(&same_ana);
/// assert_eq!(ana.channels[&Channel::Email].status, Status::Permanent);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DoNotDisturb {
    /// On no channel at all.
    #[serde(default)]
    pub all: bool,
    /// Channel by channel.
    #[serde(default)]
    pub channels: BTreeMap<Channel, ChannelSetting>,
    /// In the other direction; printed only where something was said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub inbound: Option<InboundSetting>,
}

impl DoNotDisturb {
    /// Whether nothing was ever said about it.
    pub fn is_unset(&self) -> bool {
        *self == Self::default()
    }

    /// Takes the stricter of the two, channel by channel and inbound.
    pub fn join(&mut self, other: &Self) {
        self.all |= other.all;
        for (channel, setting) in &other.channels {
            let stricter = self
                .channels
                .get(channel)
                .is_none_or(|present| present.status < setting.status);
            if stricter {
                self.channels.insert(*channel, setting.clone());
            }
        }
        if let Some(setting) = &other.inbound {
            let own = self.inbound.as_ref();
            if own.is_none_or(|own| own.status < setting.status) {
                self.inbound = Some(setting.clone());
            }
        }
    }
}
