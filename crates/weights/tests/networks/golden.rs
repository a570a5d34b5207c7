//! Reading goldens and comparing with them.

use std::io::Read;
use std::path::{Path, PathBuf};

use flate2::read::GzDecoder;
use serde_json::Value;

/// Numbers with a shape, row-major.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Tensor {
    pub(crate) shape: Vec<usize>,
    pub(crate) values: Vec<f32>,
}

/// A picture, rows x columns x 3.
pub(crate) struct Picture {
    shape: [usize; 3],
    pixels: Vec<u8>,
}

/// Where the goldens are, or would be.
pub(crate) fn folder() -> PathBuf {
    std::env::var_os("BIOWATCH_GOLDENS")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/goldens"), PathBuf::from)
}

pub(crate) fn json(file: &Path) -> Value {
    serde_json::from_slice(&fs_err::read(file).unwrap()).unwrap()
}

/// The same JSON with every number a float, so that 8 equals 8.0.
pub(crate) fn as_floats(value: &Value) -> Value {
    match value {
        Value::Array(items) => items.iter().map(as_floats).collect(),
        number => Value::from(number.as_f64().unwrap()),
    }
}

/// Files of one extension in a folder.
pub(crate) fn files(folder: &Path, extension: &str) -> Vec<PathBuf> {
    let entries = fs_err::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut files: Vec<_> =
        entries.filter(|path| path.extension().is_some_and(|found| found == extension)).collect();
    files.sort();
    files
}

fn shape(facts: &Value) -> Vec<usize> {
    let sizes = facts["shape"].as_array().unwrap();
    sizes.iter().map(|size| usize::try_from(size.as_u64().unwrap()).unwrap()).collect()
}

fn bytes(folder: &Path, facts: &Value) -> Vec<u8> {
    let name = facts["file"].as_str().unwrap();
    let raw = fs_err::read(folder.join(name)).unwrap();
    if !name.ends_with(".gz") {
        return raw;
    }
    let mut bytes = Vec::new();
    GzDecoder::new(raw.as_slice()).read_to_end(&mut bytes).unwrap();
    bytes
}

pub(crate) fn tensor(folder: &Path, facts: &Value) -> Tensor {
    let bytes = bytes(folder, facts);
    let values: Vec<f32> =
        bytes.as_chunks::<4>().0.iter().map(|&number| f32::from_le_bytes(number)).collect();
    let shape = shape(facts);
    assert_eq!(values.len(), shape.iter().product::<usize>());
    Tensor { shape, values }
}

pub(crate) fn pixels(folder: &Path, facts: &Value) -> Picture {
    Picture { shape: shape(facts).try_into().unwrap(), pixels: bytes(folder, facts) }
}

impl Picture {
    /// `[1, rows, columns, 3]`, 0 to 1.
    pub(crate) fn batch_of_one(&self) -> Tensor {
        let [rows, columns, channels] = self.shape;
        let values = self.pixels.iter().map(|&pixel| f32::from(pixel) / 255.0).collect();
        Tensor { shape: vec![1, rows, columns, channels], values }
    }

    /// `[1, 3, rows, columns]`, 0 to 1.
    pub(crate) fn channels_first(&self) -> Tensor {
        let [rows, columns, channels] = self.shape;
        let planes = (0..channels).flat_map(|channel| self.pixels.iter().skip(channel).step_by(channels));
        let values = planes.map(|&pixel| f32::from(pixel) / 255.0).collect();
        Tensor { shape: vec![1, channels, rows, columns], values }
    }
}

impl Tensor {
    pub(crate) fn flat(values: Vec<f32>) -> Self {
        Self { shape: vec![values.len()], values }
    }

    /// The first `count` columns of rows, and the rest, each flat.
    pub(crate) fn split_columns(&self, count: usize) -> (Self, Self) {
        let rows = || self.values.chunks(*self.shape.last().unwrap());
        let left = rows().flat_map(|row| &row[..count]).copied().collect();
        let right = rows().flat_map(|row| &row[count..]).copied().collect();
        (Self::flat(left), Self::flat(right))
    }
}

/// Fails on the first number further off than `tolerance`; says how many are and by how much at most.
pub(crate) fn assert_close(what: &str, found: &Tensor, expected: &Tensor, tolerance: f32) {
    assert_eq!(found.shape, expected.shape, "{what}");
    let off = |index: usize| (found.values[index] - expected.values[index]).abs();
    let far: Vec<usize> =
        (0..found.values.len()).filter(|&index| off(index).is_nan() || off(index) > tolerance).collect();
    let worst = (0..found.values.len()).map(off).fold(0.0, f32::max);
    if let Some(&first) = far.first() {
        let (found_value, expected_value) = (found.values[first], expected.values[first]);
        panic!(
            "{what}: number {first} is {found_value}, expected {expected_value}; {} of {} further off than \
             {tolerance}, at most {worst}",
            far.len(),
            found.values.len()
        );
    }
}
