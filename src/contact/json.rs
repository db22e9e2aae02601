//! JSON values as they were written, and maps that keep their order.

use std::fmt;

use serde::de::{self, Deserialize, Deserializer, MapAccess, Visitor};
use serde::ser::{Serialize, SerializeMap, Serializer};
use serde_json::value::RawValue;

/// A JSON value, kept as it was written but for white space between its tokens: a
/// number never loses a digit.
///
/// ```
/// use kinfold::Json;
///
/// let value = Json::parse("[1, 12345678901234567890.000]")?;
/// assert_eq!(value.as_str(), "[1,12345678901234567890.000]");
/// assert_eq!(Json::from("hello").text().as_deref(), Some("hello"));
/// assert!(Json::parse("{").is_err());
/// # Ok::<(), kinfold::InvalidJson>(())
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct Json(Box<str>);

/// A text that is not JSON, or JSON that other readers would refuse.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("it is not JSON: {0}")]
pub struct InvalidJson(String);

impl Json {
    /// Reads one JSON value, nested at most 128 deep.
    ///
    /// # Errors
    ///
    /// [`InvalidJson`] says where the text stops being JSON (RFC 8259).
    pub fn parse(text: &str) -> Result<Self, InvalidJson> {
        serde_json::from_str::<Self>(text).map_err(|error| InvalidJson(error.to_string()))
    }

    /// The value as JSON text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The text inside, if the value is a string.
    pub fn text(&self) -> Option<String> {
        serde_json::from_str(&self.0).ok()
    }

    /// Whether the value is `null`.
    pub fn is_null(&self) -> bool {
        &*self.0 == "null"
    }

    /// Whether the value is an object.
    pub fn is_object(&self) -> bool {
        self.0.starts_with('{')
    }

    /// Whether the value is an array.
    pub fn is_array(&self) -> bool {
        self.0.starts_with('[')
    }

    /// What a value of our own looks like in JSON.
    pub(crate) fn of<T: Serialize + ?Sized>(value: &T) -> Self {
        // Serialising our own plain types can't fail: no map has keys other than text.
        Self(
            serde_json::to_string(value)
                .unwrap_or_else(|_| "null".to_owned())
                .into(),
        )
    }

    /// A text that the store wrote as JSON.
    pub(crate) fn from_stored(text: impl Into<Box<str>>) -> Self {
        Self(text.into())
    }
}

/// JSON without the white space between its tokens: one value is one line.
fn compact(json: &str) -> String {
    let mut text = String::with_capacity(json.len());
    let (mut quoted, mut escaped) = (false, false);
    for character in json.chars() {
        if quoted {
            quoted = escaped || character != '"';
            escaped = !escaped && character == '\\';
        } else if matches!(character, ' ' | '\t' | '\n' | '\r') {
            continue;
        } else {
            quoted = character == '"';
        }
        text.push(character);
    }
    text
}

impl fmt::Debug for Json {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Json({} bytes)", self.0.len())
    }
}

impl From<&str> for Json {
    fn from(text: &str) -> Self {
        Self::of(text)
    }
}

impl From<i64> for Json {
    fn from(number: i64) -> Self {
        Self::of(&number)
    }
}

impl From<bool> for Json {
    fn from(value: bool) -> Self {
        Self::of(&value)
    }
}

impl Serialize for Json {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serde_json::from_str::<&RawValue>(&self.0)
            .map_err(serde::ser::Error::custom)?
            .serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Json {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = Box::<RawValue>::deserialize(deserializer)?;
        // Plain texts, numbers, true, false and null are all they seem to be.
        if !raw.get().contains(['\\', '[', '{']) {
            return Ok(Self(raw.into()));
        }
        // A raw value is not looked into: deep nesting and broken escapes show here,
        // and not in a reader years later.
        let _: serde_json::Value = serde_json::from_str(raw.get()).map_err(de::Error::custom)?;
        Ok(Self(compact(raw.get()).into()))
    }
}

/// A map from names to values that keeps the order in which they were added.
#[derive(Clone, PartialEq, Eq)]
pub struct OrderedMap<V> {
    entries: Vec<(String, V)>,
}

impl<V> OrderedMap<V> {
    /// An empty map.
    pub const fn new() -> Self {
        Self {
            entries: Vec::new(),
        }
    }

    /// The value under a name.
    pub fn get(&self, name: &str) -> Option<&V> {
        self.iter()
            .find(|(key, _)| *key == name)
            .map(|(_, value)| value)
    }

    /// Sets the value under a name, at its place or at the end; the value before.
    pub fn insert(&mut self, name: impl Into<String>, value: V) -> Option<V> {
        let name = name.into();
        match self.entries.iter_mut().find(|(key, _)| *key == name) {
            Some((_, present)) => Some(std::mem::replace(present, value)),
            None => {
                self.entries.push((name, value));
                None
            }
        }
    }

    /// Takes the value under a name out.
    pub fn remove(&mut self, name: &str) -> Option<V> {
        let at = self.entries.iter().position(|(key, _)| key == name)?;
        Some(self.entries.remove(at).1)
    }

    /// Whether there is nothing in it.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// How many names there are.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Names and values in their order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &V)> {
        self.entries
            .iter()
            .map(|(name, value)| (name.as_str(), value))
    }
}

impl OrderedMap<Json> {
    /// The map as a JSON object. Its values are JSON already, and are not read again.
    pub(crate) fn to_json(&self) -> Json {
        let mut text = String::from("{");
        for (name, value) in self.iter() {
            if text.len() > 1 {
                text.push(',');
            }
            let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
            if name.bytes().all(is_plain) {
                text.push('"');
                text.push_str(name);
                text.push('"');
            } else {
                text.push_str(Json::of(name).as_str());
            }
            text.push(':');
            text.push_str(value.as_str());
        }
        text.push('}');
        Json(text.into())
    }
}

impl<V> Default for OrderedMap<V> {
    fn default() -> Self {
        Self::new()
    }
}

impl<V> fmt::Debug for OrderedMap<V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "OrderedMap({} entries)", self.entries.len())
    }
}

impl<V> IntoIterator for OrderedMap<V> {
    type Item = (String, V);
    type IntoIter = std::vec::IntoIter<(String, V)>;

    fn into_iter(self) -> Self::IntoIter {
        self.entries.into_iter()
    }
}

impl<N: Into<String>, V> FromIterator<(N, V)> for OrderedMap<V> {
    fn from_iter<I: IntoIterator<Item = (N, V)>>(entries: I) -> Self {
        let mut map = Self::new();
        for (name, value) in entries {
            map.insert(name, value);
        }
        map
    }
}

impl<V: Serialize> Serialize for OrderedMap<V> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.entries.len()))?;
        for (name, value) in &self.entries {
            map.serialize_entry(name, value)?;
        }
        map.end()
    }
}

impl<'de, V: Deserialize<'de>> Deserialize<'de> for OrderedMap<V> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Entries<V>(std::marker::PhantomData<V>);

        impl<'de, V: Deserialize<'de>> Visitor<'de> for Entries<V> {
            type Value = OrderedMap<V>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut entries = Vec::new();
                while let Some(entry) = map.next_entry::<String, V>()? {
                    entries.push(entry);
                }
                let mut names: Vec<&str> = entries.iter().map(|(name, _)| name.as_str()).collect();
                names.sort_unstable();
                let twice = |pair: &[&str]| matches!(pair, [a, b] if a == b);
                if names.windows(2).any(twice) {
                    return Err(de::Error::custom("a key stands twice in one object"));
                }
                Ok(OrderedMap { entries })
            }
        }

        deserializer.deserialize_map(Entries(std::marker::PhantomData))
    }
}
