//! A JSON object read part by part: of its lists one item at a time, so that they may be longer than memory.
//!
//! A part that is larger than any honest one ends the reading, before it is held.

use std::fmt;
use std::io::{self, BufReader};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::Value;
use thiserror::Error;

use crate::bounded::Bounded;

/// A part of the object.
#[derive(Debug)]
pub(crate) enum Part {
    /// An item of the list of that name.
    Item(Value),
    /// Anything that is no list.
    Whole(Value),
}

/// Why an object cannot be read.
#[derive(Debug, Error)]
pub enum ReadPartsError {
    /// The file cannot be read.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// It is no JSON object, or not to its end.
    #[error("`{}` is no JSON object", .0.display())]
    Json(PathBuf, #[source] serde_json::Error),
}

/// Reads the object in `file`. `each` is told the key and the part, and may end the reading. An empty list has no parts, so
/// `keys` gets every key once.
pub(crate) fn read(
    file: &Path,
    keys: &mut Vec<String>,
    mut each: impl FnMut(&str, Part) -> ControlFlow<()>,
) -> Result<(), ReadPartsError> {
    let (reader, next) = Bounded::new(BufReader::with_capacity(1 << 16, fs_err::File::open(file)?));
    let mut json = serde_json::Deserializer::from_reader(reader);
    let mut ended = false;
    let mut each = |key: &str, part: Part| {
        next.part();
        let flow = each(key, part);
        ended |= flow.is_break();
        flow
    };
    let object = Object { keys, each: &mut each };
    let result = json.deserialize_map(object).and_then(|()| json.end());
    match result {
        Err(_) if ended => Ok(()),
        result => result.map_err(|error| ReadPartsError::Json(file.to_owned(), error)),
    }
}

/// Reads the object in `file` to its end.
pub(crate) fn read_all(
    file: &Path,
    keys: &mut Vec<String>,
    mut each: impl FnMut(&str, Part),
) -> Result<(), ReadPartsError> {
    read(file, keys, |key, part| {
        each(key, part);
        ControlFlow::Continue(())
    })
}

struct Object<'a, F> {
    keys: &'a mut Vec<String>,
    each: &'a mut F,
}

impl<'de, F: FnMut(&str, Part) -> ControlFlow<()>> Visitor<'de> for Object<'_, F> {
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
            if self.keys.len() > 1000 {
                return Err(A::Error::custom("it has more than 1000 keys"));
            }
        }
        Ok(())
    }
}

struct Field<'a, F> {
    key: &'a str,
    each: &'a mut F,
}

impl<F: FnMut(&str, Part) -> ControlFlow<()>> Field<'_, F> {
    fn tell<E: Error>(&mut self, part: Part) -> Result<(), E> {
        match (self.each)(self.key, part) {
            ControlFlow::Continue(()) => Ok(()),
            ControlFlow::Break(()) => Err(E::custom("ended")),
        }
    }
}

impl<'de, F: FnMut(&str, Part) -> ControlFlow<()>> DeserializeSeed<'de> for Field<'_, F> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de, F: FnMut(&str, Part) -> ControlFlow<()>> Visitor<'de> for Field<'_, F> {
    type Value = ();

    fn expecting(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        to.write_str("a JSON value")
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut list: A) -> Result<(), A::Error> {
        while let Some(item) = list.next_element()? {
            self.tell(Part::Item(item))?;
        }
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(mut self, map: A) -> Result<(), A::Error> {
        let value: serde_json::Map<String, Value> =
            serde::Deserialize::deserialize(serde::de::value::MapAccessDeserializer::new(map))?;
        self.tell(Part::Whole(Value::Object(value)))
    }

    fn visit_str<E: Error>(mut self, text: &str) -> Result<(), E> {
        self.tell(Part::Whole(Value::from(text)))
    }

    fn visit_unit<E: Error>(mut self) -> Result<(), E> {
        self.tell(Part::Whole(Value::Null))
    }

    fn visit_bool<E: Error>(mut self, value: bool) -> Result<(), E> {
        self.tell(Part::Whole(Value::from(value)))
    }

    fn visit_u64<E: Error>(mut self, value: u64) -> Result<(), E> {
        self.tell(Part::Whole(Value::from(value)))
    }

    fn visit_i64<E: Error>(mut self, value: i64) -> Result<(), E> {
        self.tell(Part::Whole(Value::from(value)))
    }

    fn visit_f64<E: Error>(mut self, value: f64) -> Result<(), E> {
        self.tell(Part::Whole(Value::from(value)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(json: &str, stop_at: usize) -> Result<Vec<String>, String> {
        let file = tempfile::NamedTempFile::new().unwrap();
        fs_err::write(file.path(), json).unwrap();
        let mut told = Vec::new();
        let read = read(file.path(), &mut Vec::new(), |key, part| {
            told.push(format!("{key} {part:?}"));
            if told.len() == stop_at { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        });
        read.map(|()| told).map_err(|error| format!("{error:?}"))
    }

    #[test]
    fn lists_come_item_by_item_and_the_rest_whole() {
        let told = parts(r#"{"a": [1, {"b": 2}], "c": {"d": []}, "e": 1, "f": null, "g": [], "h": "i"}"#, 0)
            .unwrap();
        assert_eq!(told.len(), 6, "{told:?}");
        assert_eq!(parts(r#"{"a": [1, 2, nonsense"#, 2).unwrap().len(), 2);
    }

    #[test]
    fn what_is_no_object_or_not_whole_is_told() {
        for json in
            ["", "[]", "3", "{", r#"{"a": [1"#, r#"{"a": 1} {}"#, r#"{"a": NaN}"#, r#"{"a": 1, "a": 2}"#]
        {
            assert!(parts(json, 0).is_err(), "{json}");
        }
    }

    #[test]
    fn a_part_that_never_ends_is_not_held() {
        let mut json = br#"{"a": [1, ""#.to_vec();
        json.resize(json.len() + (65 << 20), b'x');
        let error = parts(&String::from_utf8(json).unwrap(), 0).unwrap_err();
        assert!(error.contains("larger than 64 MiB"), "{error}");
    }
}
