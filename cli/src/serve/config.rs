//! The file of `--config`: keys, and how locations treat duplicates.

use std::collections::HashSet;
use std::fs;
use std::path::Path;

use kinfold::wire::{Access, DecidesFirst, Locations, Settings};
use kinfold::{Error, Kinfold, Region, Scope};
use serde::Deserialize;

use super::keys::{Key, Keys, readable};
use super::limits::Rate;
use crate::failure::Failure;

#[derive(Default, Deserialize)]
#[serde(
    deny_unknown_fields,
    default,
    expecting = "an object with keys and locations"
)]
pub(super) struct Config {
    keys: Vec<KeyEntry>,
    locations: Vec<LocationEntry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, expecting = "an object with key and org")]
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
#[serde(deny_unknown_fields, expecting = "an object with org and location")]
struct LocationEntry {
    org: String,
    location: Option<String>,
    #[serde(default)]
    allow_duplicates: bool,
    #[serde(default)]
    decides_first: DecidesFirst,
}

impl Config {
    pub(super) fn read(file: &Path) -> Result<Self, Failure> {
        let name = file.display().to_string();
        let text = fs::read_to_string(file).map_err(|error| Failure::file(&name, error))?;
        let read: Result<Self, _> = serde_json::from_str(&text);
        let config =
            read.map_err(|error| Error::invalid_request("config", &name, reason(&error)))?;
        config.check()?;
        Ok(config)
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
            access = access
                .read_only(entry.read_only)
                .settings(self.settings(&entry.org));
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

    /// The settings of an organisation's locations.
    pub(super) fn settings(&self, org: &str) -> impl Iterator<Item = (Option<String>, Settings)> {
        let own = self.locations.iter().filter(move |entry| entry.org == org);
        own.map(|entry| {
            let settings = Settings {
                allow_duplicates: entry.allow_duplicates,
                decides_first: entry.decides_first,
            };
            (entry.location.clone(), settings)
        })
    }

    /// Refuses locations that can't be, and settings that would be anybody's guess.
    fn check(&self) -> kinfold::Result<()> {
        let mut seen = HashSet::new();
        for entry in &self.locations {
            let scope = Scope::new(&entry.org, entry.location.as_deref())?;
            if !seen.insert(scope) {
                let location = entry.location.as_deref().unwrap_or_default();
                let reason = "it is given twice";
                return Err(Error::invalid_request("locations", location, reason));
            }
        }
        Ok(())
    }
}

/// What is wrong with the file. Serde repeats what stands there, which may be a key; what should
/// stand there, and where that is, says no more than the file's form.
fn reason(error: &serde_json::Error) -> String {
    let said = error.to_string();
    let is_of_the_form = ["missing field ", "duplicate field "]
        .iter()
        .any(|words| said.starts_with(words));
    match said.rsplit_once(", expected ") {
        _ if !error.is_data() || is_of_the_form => said,
        Some((_, expected)) => format!("expected {expected}"),
        None => format!("line {} column {}", error.line(), error.column()),
    }
}
