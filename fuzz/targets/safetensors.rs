//! Any bytes as a safetensors file: every tensor is read.
#![no_main]

use biowatch_fuzz::limits;
use biowatch_weights::Safetensors;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let Ok(file) = Safetensors::from_bytes(data.to_vec(), &limits()) else { return };
    let mut bytes = 0;
    for (_, tensor) in file.tensors() {
        bytes += tensor.len() * tensor.dtype().bytes();
        let _ = (file.f32s(tensor), file.i64s(tensor));
    }
    assert!(bytes < data.len());
});
