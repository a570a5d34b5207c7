//! The few things every reader of a checkpoint wants to know first.

use std::collections::BTreeMap;

use super::{EntryReport, Report, class_or_kind};
use crate::checkpoint::Checkpoint;
use crate::megadetector;
use crate::pickle::{Kind, View};
use crate::tensor::DType;

/// Class names, strides and facts of a report are no longer than this.
const MOST: usize = 10_000;
/// Characters of a fact.
const FACT: usize = 200;
/// Elements of a stride tensor; real ones have three or four.
const STRIDES: usize = 64;
/// Entries that PyTorch writes besides the pickle and the storages.
const MARKS: [&str; 5] =
    ["byteorder", "version", ".format_version", ".storage_alignment", ".data/serialization_id"];

pub(super) fn of_model(checkpoint: &Checkpoint, report: &mut Report) {
    let root = checkpoint.root();
    report.facts = facts(root, "");
    if let Some(args) = root.attr("args") {
        report.facts.extend(facts(args, "args."));
    }
    let part = |name| root.attr(name).filter(|view| !view.is_none());
    let model = part("ema").or_else(|| part("model")).unwrap_or(root);
    report.model = Some(class_or_kind(model));
    report.names = model.attr("names").or_else(|| root.attr("names")).map(names).unwrap_or_default();
    report.strides = model.attr("stride").map(|view| strides(checkpoint, view)).unwrap_or_default();
    for (part, view) in [("train_args", root.attr("train_args")), ("args", model.attr("args"))] {
        let size = view.and_then(|view| view.attr("imgsz")).map(integers).unwrap_or_default();
        if !size.is_empty() {
            report.image_size.insert(part.to_owned(), size);
        }
    }
}

pub(super) fn of_archive(checkpoint: &Checkpoint, report: &mut Report) {
    let archive = checkpoint.archive();
    let prefix = format!("{}/", checkpoint.folder());
    let used: std::collections::HashSet<&str> = checkpoint.pickle().storages().map(|(_, key)| key).collect();
    for entry in archive.entries() {
        let inside = entry.name().strip_prefix(&prefix);
        match inside.and_then(|name| name.strip_prefix("data/")) {
            Some(key) => report.unused_storages += usize::from(!used.contains(key)),
            None if inside.is_some_and(|name| name == "data.pkl" || MARKS.contains(&name)) => {}
            None => {
                report.other_entries.push(EntryReport { name: entry.name().to_owned(), bytes: entry.size() })
            }
        }
    }
    let Some(info) = checkpoint.megadetector_info().ok().flatten() else { return };
    let size = info.image_size.and_then(|size| i64::try_from(size).ok());
    report.image_size.extend(size.map(|size| (megadetector::ENTRY.to_owned(), vec![size])));
    let texts = [("model_version_string", info.model_version_string), ("model_type", info.model_type)];
    for (key, text) in texts {
        let fact = text.map(|text| text.chars().take(FACT).collect());
        report.facts.extend(fact.map(|fact| (format!("{}.{key}", megadetector::ENTRY), fact)));
    }
}

/// Short values of a dict, as text; keys with `prefix`.
fn facts(root: View<'_>, prefix: &str) -> BTreeMap<String, String> {
    let short = |text: &str| text.chars().take(FACT).collect::<String>();
    let fact = |(key, value): (View<'_>, View<'_>)| {
        let value = match value.kind() {
            Kind::Text(text) if text.len() <= FACT => text.to_owned(),
            Kind::Int(number) => number.to_string(),
            Kind::Float(number) => number.to_string(),
            Kind::Bool(truth) => truth.to_string(),
            _ => return None,
        };
        Some((format!("{prefix}{}", short(key.text()?)), value))
    };
    match root.kind() {
        Kind::Dict => root.entries().filter_map(fact).take(MOST).collect(),
        _ => BTreeMap::new(),
    }
}

/// A list of names, or a dict from numbers to names. Anything else gives none.
pub(super) fn names(view: View<'_>) -> BTreeMap<i64, String> {
    match view.kind() {
        Kind::Dict => {
            let named = view.entries().take(MOST);
            named.filter_map(|(key, name)| Some((key.int()?, name.text()?.to_owned()))).collect()
        }
        Kind::List | Kind::Tuple => {
            let named = (0..).zip(view.items().take(MOST));
            named.filter_map(|(index, name)| Some((index, name.text()?.to_owned()))).collect()
        }
        _ => BTreeMap::new(),
    }
}

fn strides(checkpoint: &Checkpoint, view: View<'_>) -> Vec<f64> {
    match view.tensor() {
        Some(tensor) if tensor.len() > STRIDES => Vec::new(),
        Some(tensor) if tensor.dtype() == DType::I64 => {
            checkpoint.i64s(tensor).unwrap_or_default().into_iter().map(|stride| stride as f64).collect()
        }
        Some(tensor) => checkpoint.f32s(tensor).unwrap_or_default().into_iter().map(f64::from).collect(),
        None => view.items().take(STRIDES).filter_map(View::float).collect(),
    }
}

/// An integer, or a list of them.
fn integers(view: View<'_>) -> Vec<i64> {
    match view.int() {
        Some(value) => vec![value],
        None => view.items().take(STRIDES).filter_map(View::int).collect(),
    }
}
