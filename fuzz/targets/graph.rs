//! Any bytes as the pickle and the small storages of a checkpoint: a network is built and written.
#![no_main]

use biowatch_fuzz::{checkpoint, limits};
use biowatch_weights::{Checkpoint, build};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let Some(file) = checkpoint(data) else { return };
    let Ok(checkpoint) = Checkpoint::from_bytes(file, &limits()) else { return };
    if let Ok(network) = build(&checkpoint) {
        let _ = network.write_onnx(&mut std::io::sink());
    }
});
