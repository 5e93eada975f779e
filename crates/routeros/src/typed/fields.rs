//! Finds out which attributes a type has fields for: its deserializer says so before it reads anything.

use serde_core::de::{DeserializeOwned, Deserializer, Error, Visitor};
use serde_core::forward_to_deserialize_any;

use super::row_error::RowError;

/// The attribute of the field `name`.
pub(super) fn property(name: &str) -> String {
    if name == "id" { ".id".into() } else { name.replace('_', "-") }
}

/// Whether the field `name` is the attribute `key`.
pub(super) fn is_of(name: &str, key: &str) -> bool {
    let same = |(a, b): (u8, u8)| a == b || (a == b'_' && b == b'-');
    (name == "id" && key == ".id") || (name.len() == key.len() && name.bytes().zip(key.bytes()).all(same))
}

/// The attributes of a struct; `None` for what has no fields of its own, such as a map.
pub(super) fn properties<T: DeserializeOwned>() -> Option<Vec<String>> {
    let mut fields = None;
    // It always fails: there is nothing to read.
    let _ = T::deserialize(Probe(&mut fields));
    fields.filter(|fields| !fields.is_empty()).map(|fields| fields.iter().map(|name| property(name)).collect())
}

struct Probe<'a>(&'a mut Option<&'static [&'static str]>);

impl<'de> Deserializer<'de> for Probe<'_> {
    type Error = RowError;

    fn deserialize_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value, RowError> {
        Err(RowError::custom("nothing to read"))
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, RowError> {
        *self.0 = Some(fields);
        self.deserialize_any(visitor)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value, RowError> {
        visitor.visit_newtype_struct(self)
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit unit_struct seq
        tuple tuple_struct map enum identifier ignored_any
    }
}
