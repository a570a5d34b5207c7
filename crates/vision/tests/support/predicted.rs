//! Rows of a pipeline, and names in lines of the reference.

use std::ops::ControlFlow;

use biowatch_contract::{Instance, Prediction};
use biowatch_vision::cancel::Cancel;
use biowatch_vision::pipeline::Pipeline;
use serde_json::Value;

/// Every row for these files.
pub(crate) fn predict(
    pipeline: &mut Pipeline,
    filepaths: impl Iterator<Item = String> + Send,
) -> Vec<Prediction> {
    let mut rows = Vec::new();
    pipeline.predict(filepaths.map(Instance::new), &Cancel::default(), &mut |row| {
        rows.push(row);
        ControlFlow::Continue(())
    });
    rows
}

/// The file that a line of the reference is about.
pub(crate) fn filepath(line: &str) -> String {
    let value: Value = serde_json::from_str(line).unwrap();
    value["output"]["predictions"][0]["filepath"].as_str().unwrap().to_owned()
}
