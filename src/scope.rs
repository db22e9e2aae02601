//! Whose contacts they are: an organisation and, optionally, a location inside it.

use std::fmt;

use serde::Serialize;

/// The longest name of an organisation or location, in characters.
pub const MAX_SCOPE_NAME: usize = 200;

/// An organisation and, optionally, one location (sub-account) of it.
///
/// Nothing is ever matched, merged, found or listed across two scopes, and
/// `(org, none)` and `(org, L)` are two scopes.
///
/// ```
/// use kinfold::Scope;
///
/// let whole = Scope::new("acme", None)?;
/// let branch = Scope::new("acme", Some("lisbon"))?;
/// assert_ne!(whole, branch);
/// assert!(Scope::new("", None).is_err());
/// assert!(Scope::new("acme", Some("")).is_err());
/// # Ok::<(), kinfold::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Scope {
    org: String,
    location: Option<String>,
}

impl Scope {
    /// A scope by the names of its organisation and location.
    ///
    /// # Errors
    ///
    /// [`Error::InvalidRequest`](crate::Error) if a name is empty, longer than
    /// [`MAX_SCOPE_NAME`] characters or holds control characters.
    pub fn new(org: &str, location: Option<&str>) -> Result<Self, InvalidScope> {
        check("org", org)?;
        if let Some(location) = location {
            check("location", location)?;
        }
        Ok(Self {
            org: org.to_owned(),
            location: location.map(str::to_owned),
        })
    }

    /// The organisation.
    pub fn org(&self) -> &str {
        &self.org
    }

    /// The location inside the organisation.
    pub fn location(&self) -> Option<&str> {
        self.location.as_deref()
    }
}

impl Default for Scope {
    /// The organisation `default`, without a location.
    fn default() -> Self {
        Self {
            org: "default".to_owned(),
            location: None,
        }
    }
}

/// Why a name can't be the name of an organisation or location.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvalidScope {
    pub(crate) field: &'static str,
    pub(crate) value: String,
    pub(crate) reason: String,
}

impl fmt::Display for InvalidScope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.field, self.reason)
    }
}

impl std::error::Error for InvalidScope {}

fn check(field: &'static str, name: &str) -> Result<(), InvalidScope> {
    let reason = if name.trim().is_empty() {
        "it is empty; leave it out or give a name".to_owned()
    } else if name.chars().count() > MAX_SCOPE_NAME {
        format!("it is longer than {MAX_SCOPE_NAME} characters")
    } else if name.chars().any(char::is_control) {
        "it holds a control character".to_owned()
    } else {
        return Ok(());
    };
    Err(InvalidScope {
        field,
        value: name.chars().take(MAX_SCOPE_NAME).collect(),
        reason,
    })
}
