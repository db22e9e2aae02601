//! What a key or token opens.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use super::fault::Fault;
use super::settings::Settings;
use crate::contact::{ContactId, MemoryId};
use crate::engine::{Contacts, Kinfold};
use crate::error::Error;
use crate::ident::Region;
use crate::scope::Scope;

/// Which locations of its organisation an access opens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Locations {
    /// None: the organisation's own contacts, and those alone.
    None,
    /// This one.
    One(String),
    /// Whichever a request names; the organisation's own contacts where it names none.
    All,
}

/// What stands for all locations where keys are given out.
const EVERY: &str = "*";

/// The organisation and the locations that a request names, in its body, address or headers.
#[derive(Clone, Copy, Debug, Default)]
pub struct Named<'a> {
    /// `org_id`, with the field's name.
    pub org: Option<(&'a str, &'a str)>,
    /// `locationId`, `location_id` or the header `Location-Id`, with the field's name. They may be
    /// given more than once, and must agree.
    pub locations: &'a [(&'a str, &'a str)],
}

/// What a key or token opens: the contacts of an organisation, or of locations of it.
///
/// ```
/// use kinfold::Kinfold;
/// use kinfold::wire::{Access, Locations, Named};
///
/// let access = Access::new(Kinfold::open_in_memory()?, "acme", Locations::One("lisbon".to_owned()))?;
/// let contacts = access.contacts(&Named::default()).unwrap();
/// assert_eq!(contacts.scope().location(), Some("lisbon"));
/// let other = Named { locations: &[("locationId", "porto")], ..Named::default() };
/// assert!(access.contacts(&other).is_err());
/// # Ok::<(), kinfold::Error>(())
/// ```
#[derive(Clone)]
pub struct Access {
    kinfold: Kinfold,
    org: Arc<str>,
    locations: Locations,
    region: Option<Region>,
    is_read_only: bool,
    settings: Arc<BTreeMap<Option<String>, Settings>>,
}

impl Access {
    /// Access to an organisation's contacts, for reading and writing.
    ///
    /// # Errors
    ///
    /// [`Error::InvalidRequest`] for a name that no scope can have.
    pub fn new(kinfold: Kinfold, org: &str, locations: Locations) -> Result<Self, Error> {
        let location = match &locations {
            Locations::One(location) => Some(location.as_str()),
            Locations::None | Locations::All => None,
        };
        Scope::new(org, location)?;
        Ok(Self {
            kinfold,
            org: org.into(),
            locations,
            region: None,
            is_read_only: false,
            settings: Arc::default(),
        })
    }

    /// The region of phones without a country code.
    #[must_use]
    pub fn default_region(mut self, region: Region) -> Self {
        self.region = Some(region);
        self
    }

    /// For reading alone, or for writing as well.
    #[must_use]
    pub fn read_only(mut self, read_only: bool) -> Self {
        self.is_read_only = read_only;
        self
    }

    /// The settings of its locations; those of the organisation's own contacts stand under
    /// none. A location that is not named has the usual ones.
    #[must_use]
    pub fn settings(
        mut self,
        settings: impl IntoIterator<Item = (Option<String>, Settings)>,
    ) -> Self {
        self.settings = Arc::new(settings.into_iter().collect());
        self
    }

    /// The settings of a scope's location.
    pub fn settings_of(&self, scope: &Scope) -> Settings {
        let location = scope.location().map(str::to_owned);
        self.settings.get(&location).copied().unwrap_or_default()
    }

    /// The same access for one of its locations alone, which `field` named.
    ///
    /// # Errors
    ///
    /// [`Fault::OtherScope`] if this access does not open it, or it is `*`.
    pub fn for_location(mut self, field: &str, location: &str) -> Result<Self, Fault> {
        let is_open = match &self.locations {
            _ if location == EVERY => false,
            Locations::All => true,
            Locations::One(own) => own == location,
            Locations::None => false,
        };
        if !is_open {
            return Err(Fault::other_scope(field, location));
        }
        self.locations = Locations::One(location.to_owned());
        Ok(self)
    }

    /// The organisation.
    pub fn org(&self) -> &str {
        &self.org
    }

    /// Which of its locations it opens.
    pub fn locations(&self) -> &Locations {
        &self.locations
    }

    /// The store.
    pub fn kinfold(&self) -> &Kinfold {
        &self.kinfold
    }

    /// The contacts that a request is about, for reading.
    ///
    /// # Errors
    ///
    /// [`Fault::OtherScope`] if the request names what this access does not open, or the
    /// location `*`, which no key of one location could be given.
    pub fn contacts(&self, named: &Named<'_>) -> Result<Contacts, Fault> {
        if let Some((field, org)) = named.org
            && org != &*self.org
        {
            return Err(Fault::other_scope(field, org));
        }
        let mut location = match &self.locations {
            Locations::One(location) => Some(location.as_str()),
            Locations::None | Locations::All => None,
        };
        for (place, &(field, asked)) in named.locations.iter().enumerate() {
            let is_open = match self.locations {
                _ if asked == EVERY => false,
                Locations::All if place == 0 => true,
                _ => location == Some(asked),
            };
            if !is_open {
                return Err(Fault::other_scope(field, asked));
            }
            location = Some(asked);
        }
        let scope = Scope::new(&self.org, location).map_err(Error::from)?;
        Ok(self.contacts_of(scope))
    }

    /// The contacts among which a contact is that is known by its id alone: those of its own
    /// location, if this opens all of them and the request names none.
    ///
    /// # Errors
    ///
    /// [`Fault::Library`] if the organisation has no such contact, and as
    /// [`contacts`](Self::contacts).
    pub fn contacts_with(&self, named: &Named<'_>, id: ContactId) -> Result<Contacts, Fault> {
        let contacts = self.contacts(named)?;
        match self.locations {
            Locations::All if named.locations.is_empty() => {
                Ok(self.contacts_of(self.kinfold.scope_of(&self.org, id)?))
            }
            _ => Ok(contacts),
        }
    }

    /// The same of a memory that is known by its id alone.
    ///
    /// # Errors
    ///
    /// [`Fault::Library`] if the organisation has no such memory, and as
    /// [`contacts`](Self::contacts).
    pub fn contacts_with_memory(&self, id: MemoryId) -> Result<Contacts, Fault> {
        match self.locations {
            Locations::All => Ok(self.contacts_of(self.kinfold.scope_of_memory(&self.org, id)?)),
            _ => self.contacts(&Named::default()),
        }
    }

    fn contacts_of(&self, scope: Scope) -> Contacts {
        let contacts = self.kinfold.contacts(scope);
        match self.region {
            Some(region) => contacts.default_region(region),
            None => contacts,
        }
    }

    /// The contacts that a request is about, to be written to under an origin that the change log
    /// keeps.
    ///
    /// # Errors
    ///
    /// [`Fault::ReadOnly`], and as [`contacts`](Self::contacts).
    pub fn contacts_to_write(&self, named: &Named<'_>, origin: &str) -> Result<Contacts, Fault> {
        self.may_write()?;
        Ok(self.contacts(named)?.origin(origin)?)
    }

    /// The same of a contact that is known by its id alone.
    ///
    /// # Errors
    ///
    /// [`Fault::ReadOnly`], and as [`contacts_with`](Self::contacts_with).
    pub fn contacts_with_to_write(
        &self,
        named: &Named<'_>,
        id: ContactId,
        origin: &str,
    ) -> Result<Contacts, Fault> {
        self.may_write()?;
        Ok(self.contacts_with(named, id)?.origin(origin)?)
    }

    /// Whether something may be written.
    ///
    /// # Errors
    ///
    /// [`Fault::ReadOnly`].
    pub fn may_write(&self) -> Result<(), Fault> {
        match self.is_read_only {
            true => Err(Fault::ReadOnly),
            false => Ok(()),
        }
    }
}

impl fmt::Debug for Access {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Access")
            .field("org", &self.org)
            .field("locations", &self.locations)
            .field("is_read_only", &self.is_read_only)
            .finish_non_exhaustive()
    }
}
