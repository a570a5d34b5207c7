//! A JSON object read part by part: of its lists one item at a time, so that they may be longer than memory.

use std::fmt;
use std::io::BufReader;
use std::path::Path;

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::Value;

use super::CheckError;

/// A part of the object.
#[derive(Debug)]
pub(super) enum Part {
    /// An item of the list of that name.
    Item(Value),
    /// Anything that is no list.
    Whole(Value),
}

/// Reads the object in `file`. `each` is told the key and the part. An empty list has no parts, so every key is told once
/// to `keys` first.
pub(super) fn read(
    file: &Path,
    keys: &mut Vec<String>,
    mut each: impl FnMut(&str, Part),
) -> Result<(), CheckError> {
    let reader = BufReader::new(fs_err::File::open(file)?);
    let mut json = serde_json::Deserializer::from_reader(reader);
    let object = Object { keys, each: &mut each };
    let read = json.deserialize_map(object).and_then(|()| json.end());
    read.map_err(|error| CheckError::Json(file.to_owned(), error))
}

struct Object<'a, F> {
    keys: &'a mut Vec<String>,
    each: &'a mut F,
}

impl<'de, F: FnMut(&str, Part)> Visitor<'de> for Object<'_, F> {
    type Value = ();

    fn expecting(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        to.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(key) = map.next_key::<String>()? {
            if self.keys.contains(&key) {
                return Err(A::Error::custom(format!("`{key}` is there twice")));
            }
            map.next_value_seed(Field { key: &key, each: self.each })?;
            self.keys.push(key);
        }
        Ok(())
    }
}

struct Field<'a, F> {
    key: &'a str,
    each: &'a mut F,
}

impl<'de, F: FnMut(&str, Part)> DeserializeSeed<'de> for Field<'_, F> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de, F: FnMut(&str, Part)> Visitor<'de> for Field<'_, F> {
    type Value = ();

    fn expecting(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        to.write_str("a list, an object or a text")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        while let Some(item) = list.next_element()? {
            (self.each)(self.key, Part::Item(item));
        }
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<(), A::Error> {
        let value: serde_json::Map<String, Value> =
            serde::Deserialize::deserialize(serde::de::value::MapAccessDeserializer::new(map))?;
        (self.each)(self.key, Part::Whole(Value::Object(value)));
        Ok(())
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<(), E> {
        (self.each)(self.key, Part::Whole(Value::String(text.to_owned())));
        Ok(())
    }

    fn visit_unit<E: Error>(self) -> Result<(), E> {
        (self.each)(self.key, Part::Whole(Value::Null));
        Ok(())
    }
}
