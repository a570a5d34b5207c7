//! Writes the network of a checkpoint as ONNX and says what its outputs mean.
//!
//! `cargo run --release -p biowatch-weights --example to_onnx -- FILE.pt FILE.onnx [SIDE]`

#![expect(clippy::print_stdout, reason = "its output is what it is for")]

use std::error::Error;
use std::io::BufWriter;
use std::path::Path;

use biowatch_weights::{BuildOptions, Checkpoint, Limits, build_with};

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let (file, out, side) = match arguments.as_slice() {
        [file, out] => (file, out, None),
        [file, out, side] => (file, out, Some(side.parse()?)),
        _ => return Err("expected FILE.pt FILE.onnx [SIDE]".into()),
    };
    let checkpoint = Checkpoint::open(Path::new(file), &Limits::default())?;
    let options = BuildOptions { image_size: side, ..BuildOptions::default() };
    let network = match build_with(&checkpoint, &options) {
        Ok(network) => network,
        Err(error) => return Err(chain(&error).into()),
    };
    println!("{:#?}", network.head);
    network.write_onnx(&mut BufWriter::new(fs_err::File::create(out)?))?;
    Ok(())
}

fn chain(error: &dyn Error) -> String {
    let source = error.source().map(|source| format!(": {}", chain(source))).unwrap_or_default();
    format!("{error}{source}")
}
