//! The values of a world file that are not plain JSON: durations, the text of a property, and objects in the order of
//! the file.

use std::fmt;
use std::marker::PhantomData;
use std::time::Duration;

use serde::Deserialize;
use serde::de::{Deserializer, Error as _, MapAccess, Visitor};

use crate::command;

/// A duration as RouterOS writes it: `500ms`, `1m30s`.
pub(super) struct Time(pub(super) Duration);

impl<'de> Deserialize<'de> for Time {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = String::deserialize(from)?;
        let time = command::parse_duration(text.as_bytes());
        time.map(Self).ok_or_else(|| D::Error::custom(format!("{text:?} is no duration such as 500ms or 1m30s")))
    }
}

/// The value of a property: text, a number or a boolean, as a router would write it.
#[derive(Deserialize)]
#[serde(from = "Scalar")]
pub(super) struct Text(pub(super) String);

#[derive(Deserialize)]
#[serde(untagged, expecting = "not a text, a number or a boolean")]
enum Scalar {
    Text(String),
    Bool(bool),
    Number(serde_json::Number),
}

impl From<Scalar> for Text {
    fn from(scalar: Scalar) -> Self {
        Self(match scalar {
            Scalar::Text(text) => text,
            Scalar::Bool(flag) => flag.to_string(),
            Scalar::Number(number) => number.to_string(),
        })
    }
}

/// The members of an object in the order of the file, which a map would lose.
pub(super) struct Pairs<T>(pub(super) Vec<(String, T)>);

impl<T> Default for Pairs<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Pairs<T> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Members<T>(PhantomData<T>);
        impl<'de, T: Deserialize<'de>> Visitor<'de> for Members<T> {
            type Value = Pairs<T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut members = Vec::new();
                while let Some(member) = map.next_entry()? {
                    members.push(member);
                }
                Ok(Pairs(members))
            }
        }
        from.deserialize_map(Members(PhantomData))
    }
}
