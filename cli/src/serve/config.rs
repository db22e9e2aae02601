//! The file of `--config`: keys, and how locations treat duplicates.

use std::collections::HashMap;
use std::fs;
use std::path::Path;

use kinfold::wire::{Access, Locations};
use kinfold::{Error, Kinfold, Region, Scope};
use serde::Deserialize;

use super::keys::{Key, Keys, readable};
use super::limits::Rate;
use crate::failure::Failure;

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Config {
    keys: Vec<KeyEntry>,
    locations: Vec<LocationEntry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct KeyEntry {
    key: String,
    org: String,
    /// None: the organisation's own contacts; `*`: those of whichever location is named.
    location: Option<String>,
    #[serde(default)]
    read_only: bool,
    region: Option<String>,
    rate: Option<Rate>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct LocationEntry {
    org: String,
    location: Option<String>,
    #[serde(default)]
    allow_duplicates: bool,
    #[serde(default)]
    decides_first: DecidesFirst,
}

/// Which identifier decides when both are given and belong to two.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum DecidesFirst {
    #[default]
    Email,
    Phone,
}

/// How a location treats duplicates.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct LocationSetting {
    /// A contact may be created whose email or phone another one holds.
    pub(crate) allow_duplicates: bool,
    pub(crate) decides_first: DecidesFirst,
}

/// The settings of the locations that have some.
pub(crate) struct LocationSettings(HashMap<Scope, LocationSetting>);

impl LocationSettings {
    /// The settings of a location, or those that hold where nothing is said.
    pub(crate) fn of(&self, scope: &Scope) -> LocationSetting {
        self.0.get(scope).copied().unwrap_or_default()
    }
}

impl Config {
    pub(super) fn read(file: &Path) -> Result<Self, Failure> {
        let name = file.display().to_string();
        let text = fs::read_to_string(file).map_err(|error| Failure::file(&name, error))?;
        let read = serde_json::from_str(&text);
        read.map_err(|error| Error::invalid_request("config", &name, error).into())
    }

    /// The keys; `region` is that of those who name none.
    pub(super) fn keys(&self, kinfold: &Kinfold, region: Option<Region>) -> kinfold::Result<Keys> {
        let mut keys = Keys::default();
        for entry in &self.keys {
            // A key is not repeated in what is printed.
            let refused = |field, value, reason: &dyn std::fmt::Display| {
                Error::invalid_request(field, value, reason)
            };
            readable(&entry.key).map_err(|reason| refused("keys.key", "", &reason))?;
            let locations = match &entry.location {
                None => Locations::None,
                Some(any) if any == "*" => Locations::All,
                Some(one) => Locations::One(one.clone()),
            };
            let mut access = Access::new(kinfold.clone(), &entry.org, locations)?;
            access = access.read_only(entry.read_only);
            let own = match &entry.region {
                Some(region) => {
                    Some(region.parse().map_err(|reason: kinfold::ident::Refusal| {
                        refused("keys.region", region, &reason)
                    })?)
                }
                None => None,
            };
            if let Some(region) = own.or(region) {
                access = access.default_region(region);
            }
            if let Some(reason) = entry.rate.as_ref().and_then(Rate::refusal) {
                return Err(refused("keys.rate", "", &reason));
            }
            keys.add(Key::new(&entry.key, access, entry.rate))?;
        }
        Ok(keys)
    }

    pub(super) fn locations(&self) -> kinfold::Result<LocationSettings> {
        let mut settings = HashMap::new();
        for entry in &self.locations {
            let scope = Scope::new(&entry.org, entry.location.as_deref()).map_err(Error::from)?;
            let setting = LocationSetting {
                allow_duplicates: entry.allow_duplicates,
                decides_first: entry.decides_first,
            };
            if settings.insert(scope, setting).is_some() {
                let location = entry.location.as_deref().unwrap_or_default();
                let reason = "it is given twice";
                return Err(Error::invalid_request("locations", location, reason));
            }
        }
        Ok(LocationSettings(settings))
    }
}
