//! What would be built of a checkpoint.

use std::error::Error;

use super::Report;
use crate::checkpoint::Checkpoint;
use crate::network::{Head, build};

/// Says what network the file makes, or why it makes none, and which size its pictures have.
pub(super) fn describe(checkpoint: &Checkpoint, report: &mut Report) {
    report.network = Some(match build(checkpoint) {
        Ok(network) => {
            if let Head::Logits { preprocessing: Some(stated), .. } = &network.head {
                let size = stated.size.iter().filter_map(|&side| i64::try_from(side).ok()).collect();
                report.image_size.insert("transform".to_owned(), size);
            }
            in_words(&network.head)
        }
        Err(error) => format!("none: {}", chain(&error)),
    });
}

fn in_words(head: &Head) -> String {
    match head {
        Head::Yolov5(head) => {
            format!("detector with anchors, {} levels, {} classes", head.strides.len(), head.names.len())
        }
        Head::AnchorFree(head) => {
            let (levels, classes) = (head.strides.len(), head.names.len());
            let selection = if head.end_to_end { "each animal found once" } else { "for suppression" };
            format!("detector without anchors, {levels} levels, {classes} classes, {selection}")
        }
        Head::Logits { classes, input, features, .. } => {
            let axis = |size: &Option<usize>| size.map_or_else(|| "?".to_owned(), |size| size.to_string());
            let axes: Vec<String> = input.iter().map(axis).collect();
            let features = features.map_or_else(String::new, |width| format!(", {width} features"));
            format!("classifier of {classes} classes, input {}{features}", axes.join(" x "))
        }
        Head::OnFeatures { features, classes } => {
            format!("classifier of {classes} classes on {features} features of another")
        }
    }
}

fn chain(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(error) = source {
        text = format!("{text}: {error}");
        source = error.source();
    }
    text
}
