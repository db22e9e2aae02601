//! A request to resolve, as typed and as read.

use std::fmt;
use std::str::FromStr;

use crate::contact::draft::{Typed, parse, unknown};
use crate::contact::limits::Limits;
use crate::contact::patch::ReadFields;
use crate::contact::refused::Refused;
use crate::contact::{Draft, Json, OrderedMap, Rejected};
use crate::error::{Error, Result};
use crate::ident::{self, Key, Kind, Region};

/// What to do when a request's identifiers belong to several contacts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum OnConflict {
    /// The holder of the strongest key is meant; the others stay as they are.
    #[default]
    PreferStrongest,
    /// The others are merged into the holder of the strongest key.
    Merge,
    /// The request is refused.
    Reject,
}

impl OnConflict {
    /// Every policy.
    pub const ALL: [Self; 3] = [Self::PreferStrongest, Self::Merge, Self::Reject];

    /// The name in JSON and on the command line.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::PreferStrongest => "prefer_strongest",
            Self::Merge => "merge",
            Self::Reject => "reject",
        }
    }
}

impl FromStr for OnConflict {
    type Err = Error;

    fn from_str(name: &str) -> Result<Self> {
        Self::ALL
            .into_iter()
            .find(|policy| policy.as_str() == name)
            .ok_or_else(|| {
                Error::invalid_request(
                    "on_conflict",
                    name,
                    "it is not one of prefer_strongest, merge, reject",
                )
            })
    }
}

/// A draft, and how to resolve it. Any [`Draft`] is one, with the defaults.
///
/// ```
/// use kinfold::{Draft, OnConflict, ResolveRequest};
///
/// let request = ResolveRequest::from(Draft::new().phone("(415) 555-0101"))
///     .region("US".parse()?)
///     .on_conflict(OnConflict::Merge);
///
/// // The same from JSON.
/// let same = ResolveRequest::from_json(
///     r#"{"phone":"(415) 555-0101","region":"US","on_conflict":"merge"}"#,
/// )?;
/// assert_eq!(request, same);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Default, PartialEq, Eq)]
pub struct ResolveRequest {
    /// The identifiers and fields.
    pub draft: Draft,
    pub(crate) region: Option<Region>,
    pub(crate) on_conflict: Option<OnConflict>,
    pub(crate) lenient: Option<bool>,
    pub(crate) idempotency_key: Option<String>,
    pub(crate) allow_duplicates: Option<bool>,
}

impl fmt::Debug for ResolveRequest {
    /// Says nothing of the person.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ResolveRequest")
            .field("draft", &self.draft)
            .field("region", &self.region)
            .field("on_conflict", &self.on_conflict)
            .field("lenient", &self.lenient)
            .finish_non_exhaustive()
    }
}

impl From<Draft> for ResolveRequest {
    fn from(draft: Draft) -> Self {
        Self {
            draft,
            ..Self::default()
        }
    }
}

impl ResolveRequest {
    /// Reads phones without a `+` in this region, whatever the default is.
    #[must_use]
    pub fn region(mut self, region: Region) -> Self {
        self.region = Some(region);
        self
    }

    /// Says what to do when the identifiers belong to several contacts.
    #[must_use]
    pub fn on_conflict(mut self, policy: OnConflict) -> Self {
        self.on_conflict = Some(policy);
        self
    }

    /// Says what to do then, unless the request says it already.
    #[must_use]
    pub fn on_conflict_or(mut self, policy: OnConflict) -> Self {
        self.on_conflict.get_or_insert(policy);
        self
    }

    /// Makes the request lenient or not, unless it says so already.
    #[must_use]
    pub fn lenient_or(mut self, lenient: bool) -> Self {
        self.lenient.get_or_insert(lenient);
        self
    }

    /// Leaves out the identifiers that can't be read, lists them as `rejected`, and
    /// goes on if one is left.
    #[must_use]
    pub fn lenient(mut self, lenient: bool) -> Self {
        self.lenient = Some(lenient);
        self
    }

    /// Lets [`Contacts::create`](crate::Contacts::create) make a second contact for phones
    /// and emails that others hold. It joins their lines, and the pairs go on the review queue.
    #[must_use]
    pub fn allow_duplicates(mut self, allow: bool) -> Self {
        self.allow_duplicates = Some(allow);
        self
    }

    /// Says so, unless the request says it already.
    #[must_use]
    pub fn allow_duplicates_or(mut self, allow: bool) -> Self {
        self.allow_duplicates.get_or_insert(allow);
        self
    }

    /// Has the answer kept under a key, so that a retry after a lost answer gets the same
    /// outcome, `created` included.
    ///
    /// The first resolve or upsert of a scope that carries the key and is not refused
    /// has its whole [`Outcome`](crate::Outcome) kept in the transaction of its writes,
    /// also when it changed nothing. From then on, and for
    /// [`Builder::answers_kept_for`](crate::Builder::answers_kept_for), the same request
    /// with the same key is answered with that outcome, whatever became of the contact
    /// since; nothing is written, and no lock is taken. A different request with the same
    /// key is refused with [`Error::IdempotencyKeyReused`]. A refusal is not kept: the
    /// request is judged anew.
    ///
    /// Requests are the same if they say the same, letter by letter, by the same policy and
    /// rule, with phones read in the same region. The order of an object's keys makes no
    /// difference, but for those inside a metadata or custom value.
    ///
    /// The key is a text of one line and at most [`Limits::IDEMPOTENCY_KEY`] characters
    /// that the caller makes up for this one request: a UUID, say.
    ///
    /// ```
    /// use kinfold::{Draft, Kinfold, ResolveRequest, Scope};
    ///
    /// let contacts = Kinfold::open_in_memory()?.contacts(Scope::default());
    /// let request = ResolveRequest::from(Draft::new().email("ana@example.com"))
    ///     .idempotency_key("8e3f5b2a-form-17");
    /// let first = contacts.resolve(request.clone())?;
    /// // The answer was lost on its way, so the request is sent again.
    /// let again = contacts.resolve(request)?;
    /// assert!(again.created);
    /// assert_eq!(again, first);
    /// # Ok::<(), kinfold::Error>(())
    /// ```
    #[must_use]
    pub fn idempotency_key(mut self, key: impl Into<String>) -> Self {
        self.idempotency_key = Some(key.into());
        self
    }

    /// Reads a request in JSON, as the program takes it.
    ///
    /// # Errors
    ///
    /// [`Error::InvalidRequest`] for what is not JSON, an unknown key or a value of
    /// the wrong type.
    pub fn from_json(json: &str) -> Result<Self> {
        let keys = object(json)?;
        let mut request = Self::default();
        for (key, value) in keys.iter() {
            if !request.set_json(key, value)? {
                return Err(unknown(key).into());
            }
        }
        // Whoever asks by an identifier wants to be found by it.
        for typed in &mut request.draft.identifiers {
            typed.only_listed = false;
        }
        Ok(request)
    }

    /// Sets what a request says under one of its keys; false if it has no such key.
    pub(crate) fn set_json(&mut self, key: &str, value: &Json) -> Result<bool, Refused> {
        match key {
            "region" | "on_conflict" | "lenient" | "idempotency_key" | "allow_duplicates"
                if value.is_null() => {}
            "allow_duplicates" => {
                self.allow_duplicates = Some(parse(key, value, "it must be true or false")?);
            }
            "region" => {
                let name: String = parse(key, value, "it must be a text")?;
                let region = name.parse();
                self.region = Some(region.map_err(|reason| Refused::request(key, &name, reason))?);
            }
            "on_conflict" => {
                let name: String = parse(key, value, "it must be a text")?;
                let policy = name.parse();
                self.on_conflict = Some(policy.map_err(|_| {
                    Refused::request(
                        key,
                        &name,
                        "it is not one of prefer_strongest, merge, reject",
                    )
                })?);
            }
            "lenient" => self.lenient = Some(parse(key, value, "it must be true or false")?),
            "idempotency_key" => {
                self.idempotency_key = Some(parse(key, value, "it must be a text")?);
            }
            _ => return self.draft.set_json(key, value),
        }
        Ok(true)
    }
}

/// A request's JSON as its keys and values.
pub(crate) fn object(json: &str) -> Result<OrderedMap<Json>> {
    serde_json::from_str(json).map_err(|error| {
        // Of a value of another type the parser would repeat what was typed.
        let reason = match json.trim_start().starts_with('{') {
            true => format!("it is not a JSON object: {error}"),
            false => "it is not a JSON object: it does not begin with {".to_owned(),
        };
        Error::invalid_request("request", json, reason)
    })
}

/// An identifier of a request, read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Requested {
    pub(crate) key: Key,
    pub(crate) raw: String,
    pub(crate) region: Option<Region>,
    pub(crate) verified: bool,
    /// The name under which it was given.
    pub(crate) field: &'static str,
    /// Whether the contact is to list it, but not to be found by it.
    pub(crate) only_listed: bool,
}

/// A request whose identifiers are keys and whose fields are within the limits.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct ReadRequest {
    /// Phones, then emails, then external ids, each in the order of the request;
    /// equal keys are one.
    pub(crate) keys: Vec<Requested>,
    pub(crate) fields: ReadFields,
    pub(crate) on_conflict: OnConflict,
    pub(crate) rejected: Vec<Rejected>,
    pub(crate) allow_duplicates: bool,
}

/// How fields of a request meet those of the contact.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FieldRule {
    /// Resolve: what is empty is filled, nothing is overwritten.
    Fill,
    /// Upsert: what is named replaces what is there.
    Replace,
    /// Create: nobody is found, so there is nothing to meet.
    Create,
}

/// Reads a request: step 1 of the rules.
pub(crate) fn read(
    request: &ResolveRequest,
    rule: FieldRule,
    default_region: Option<Region>,
) -> Result<ReadRequest> {
    let draft = &request.draft;
    if let (FieldRule::Replace, Some(field)) = (rule, draft.null_identifiers.first()) {
        let reason = "it is null; an upsert only adds identifiers, so leave it out";
        return Err(Refused::identifier(*field, "null", reason).into());
    }
    if draft.identifiers.len() > Limits::REQUEST_IDENTIFIERS {
        let reason = format!("they are more than {}", Limits::REQUEST_IDENTIFIERS);
        return Err(Error::invalid_request("identifiers", "", reason));
    }
    let region = request.region.or(default_region);
    let mut keys: Vec<Requested> = Vec::with_capacity(draft.identifiers.len());
    let mut rejected = Vec::new();
    // The singular comes first, wherever it stands in the JSON.
    let mut in_order: Vec<&Typed> = draft.identifiers.iter().collect();
    in_order.sort_by_key(|typed| (typed.kind, typed.field.ends_with('s')));
    for typed in in_order {
        match read_identifier(typed, region) {
            Ok(read) => match keys.iter_mut().find(|other| other.key == read.key) {
                Some(present) => present.only_listed &= read.only_listed,
                None => keys.push(read),
            },
            Err(refused) if request.lenient.unwrap_or(false) => rejected.push(refused.what),
            Err(refused) => return Err(refused.into()),
        }
    }
    two_values_for_one_source(&keys)?;
    Ok(ReadRequest {
        keys,
        fields: draft.fields.read()?,
        on_conflict: request.on_conflict.unwrap_or_default(),
        rejected,
        allow_duplicates: request.allow_duplicates.unwrap_or(false),
    })
}

pub(super) fn read_identifier(typed: &Typed, region: Option<Region>) -> Result<Requested, Refused> {
    let refused = |reason: ident::Refusal| Refused::identifier(typed.field, &typed.value, reason);
    let region = typed.region.or(region);
    let (key, verified) = match typed.kind {
        Kind::Phone => {
            let reading = ident::phone::read(&typed.value, region).map_err(refused)?;
            (reading.key, reading.verified)
        }
        Kind::Email => (ident::email::read(&typed.value).map_err(refused)?, true),
        Kind::ExternalId => {
            let source = typed.source.as_deref().filter(|source| !source.is_empty());
            (
                ident::external_id::read(source, &typed.value).map_err(refused)?,
                true,
            )
        }
    };
    Ok(Requested {
        region: region.filter(|_| typed.kind == Kind::Phone),
        raw: match typed.kind {
            Kind::ExternalId => key.value().to_owned(),
            _ => typed.value.trim().to_owned(),
        },
        key,
        verified,
        field: typed.field,
        only_listed: typed.only_listed,
    })
}

fn two_values_for_one_source(keys: &[Requested]) -> Result<(), Refused> {
    for (index, one) in keys.iter().enumerate() {
        let Some(source) = one.key.source() else {
            continue;
        };
        let other = keys
            .iter()
            .skip(index + 1)
            .find(|other| other.key.source() == Some(source));
        if let Some(other) = other {
            let reason = "it is a second value for one source in one request";
            return Err(Refused::request(other.field, other.key.value(), reason));
        }
    }
    Ok(())
}
