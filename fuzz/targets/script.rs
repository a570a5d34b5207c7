//! Any bytes as the pickle of a TorchScript archive and the text of its classes: a network is built and written.
#![no_main]

use biowatch_fuzz::{limits, script};
use biowatch_weights::{BuildOptions, Checkpoint, build_with};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let Some(file) = script(data) else { return };
    let Ok(checkpoint) = Checkpoint::from_bytes(file, &limits()) else { return };
    for side in [32, 97] {
        let options = BuildOptions { image_size: Some(side), ..BuildOptions::default() };
        if let Ok(network) = build_with(&checkpoint, &options) {
            let _ = network.write_onnx(&mut std::io::sink());
        }
    }
});
