//! The keys that are let in, and what each opens.

use axum::http::header::AUTHORIZATION;
use axum::http::{HeaderMap, HeaderName};
use kinfold::wire::{Access, Api};
use subtle::ConstantTimeEq;

use super::limits::{Limiter, Rate};

/// A key, what it opens and how often.
pub(super) struct Key {
    secret: Vec<u8>,
    pub(super) access: Access,
    pub(super) limiter: Option<Limiter>,
}

/// All of them.
#[derive(Default)]
pub(super) struct Keys(Vec<Key>);

impl Key {
    pub(super) fn new(secret: &str, access: Access, rate: Option<Rate>) -> Self {
        Self {
            secret: secret.as_bytes().to_vec(),
            access,
            limiter: rate.map(Limiter::new),
        }
    }

    /// Whether it is this one, in a time that does not tell how much of it is.
    fn is(&self, presented: &[u8]) -> bool {
        self.secret.ct_eq(presented).into()
    }
}

impl Keys {
    /// # Errors
    ///
    /// If the key is there already, for what it opens would be anybody's guess.
    pub(super) fn add(&mut self, key: Key) -> kinfold::Result<()> {
        if self.0.iter().any(|other| other.is(&key.secret)) {
            let reason = "it is given twice";
            return Err(kinfold::Error::invalid_request("keys.key", "", reason));
        }
        self.0.push(key);
        Ok(())
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The key that a request to an API carries. All of them are looked at, so that the time
    /// does not tell which it is, either.
    pub(super) fn of(&self, api: Api, headers: &HeaderMap) -> Option<&Key> {
        let presented = presented(api, headers)?;
        let mut found = None;
        for key in &self.0 {
            if key.is(presented) {
                found = Some(key);
            }
        }
        found
    }
}

/// What stands in the header of the API. Two that differ are none: which of them counts would be
/// anybody's guess.
fn presented(api: Api, headers: &HeaderMap) -> Option<&[u8]> {
    let name = match api {
        Api::Bland | Api::GoHighLevel => AUTHORIZATION,
        Api::Ravan | Api::Contactship => X_API_KEY,
    };
    let mut all = headers.get_all(name).iter();
    let first = key_in(all.next()?.as_bytes());
    let agree = all.all(|other| key_in(other.as_bytes()) == first);
    agree.then_some(first)
}

/// A key as it stands in a header: as it is, or as a bearer's token.
fn key_in(value: &[u8]) -> &[u8] {
    let value = value.trim_ascii();
    match value.split_at_checked(BEARER.len()) {
        Some((scheme, key)) if scheme.eq_ignore_ascii_case(BEARER) => key.trim_ascii(),
        _ => value,
    }
}

const X_API_KEY: HeaderName = HeaderName::from_static("x-api-key");

const BEARER: &[u8] = b"Bearer ";

/// What a key must be to come in a header as it is.
pub(crate) fn readable(key: &str) -> Result<(), String> {
    let is_readable = !key.is_empty() && key.bytes().all(|byte| byte.is_ascii_graphic());
    match is_readable {
        true => Ok(()),
        false => Err("a key is made of ASCII letters, digits and signs, without spaces".to_owned()),
    }
}
