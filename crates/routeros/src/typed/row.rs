//! Presents a row to serde as a map from its keys to its values.

use serde_core::de::{DeserializeSeed, Deserializer, IntoDeserializer, MapAccess, Visitor};
use serde_core::forward_to_deserialize_any;

use super::fields;
use super::row_error::RowError;
use super::value::Reader;
use crate::{CodePage, Sentence, Value};

/// The row to be read.
pub(super) struct Row<'de>(pub(super) &'de Sentence);

impl<'de> Deserializer<'de> for Row<'de> {
    type Error = RowError;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, RowError> {
        visitor.visit_map(Attributes::new(self.0, &[]))
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, RowError> {
        visitor.visit_map(Attributes::new(self.0, fields))
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value, RowError> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, RowError> {
        visitor.visit_some(self)
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit unit_struct seq tuple
        tuple_struct map enum identifier ignored_any
    }
}

struct Attributes<'de> {
    row: &'de Sentence,
    rest: Box<dyn Iterator<Item = (&'de [u8], Value<'de>)> + 'de>,
    fields: &'static [&'static str],
    current: Option<(&'de str, Value<'de>)>,
}

impl<'de> Attributes<'de> {
    fn new(row: &'de Sentence, fields: &'static [&'static str]) -> Self {
        Self { row, rest: Box::new(row.pairs()), fields, current: None }
    }

    /// The name under which the type knows an attribute.
    fn name(&self, key: &'de str) -> &'de str {
        if self.fields.is_empty() || self.fields.contains(&key) {
            return key;
        }
        let field = self.fields.iter().find(|name| fields::is_of(name, key));
        // An attribute that is called just like the field comes first.
        field.copied().filter(|name| self.row.get(name).is_none()).unwrap_or(key)
    }
}

impl<'de> MapAccess<'de> for Attributes<'de> {
    type Error = RowError;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, RowError> {
        loop {
            let Some((key, value)) = self.rest.next() else { return Ok(None) };
            // No field's name is anything but text.
            let Ok(key) = std::str::from_utf8(key) else { continue };
            self.current = Some((key, value));
            return seed.deserialize(self.name(key).into_deserializer()).map(Some);
        }
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, RowError> {
        let (key, value) = self.current.take().unwrap_or(("", Value::new(b"", CodePage::default())));
        seed.deserialize(Reader(value)).map_err(|error| error.at(key, value))
    }
}
