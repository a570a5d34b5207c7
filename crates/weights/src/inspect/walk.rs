//! Visits every value once and counts what it meets.

use std::collections::{BTreeMap, HashSet};

use super::Report;
use crate::pickle::{Global, Kind, View};

/// Steps from the outermost value; real models need about 30.
const DEPTH: usize = 100;
/// Characters of one step of a path.
const LABEL: usize = 120;
const TENSORS: usize = 100_000;
/// Distinct names in one of the report's tables.
const NAMES: usize = 10_000;
/// Names that stand between a module and its children and say nothing.
const SILENT: [&str; 3] = ["_modules", "_parameters", "_buffers"];

/// A value to visit and how it was reached.
struct Step<'a> {
    view: View<'a>,
    label: String,
    /// Index of the step it was reached from.
    from: Option<usize>,
    depth: usize,
}

/// Fills in classes, calls, opaque values, tensors, and the outermost keys.
pub(super) fn describe(root: View<'_>, report: &mut Report) {
    report.root = Some(root.describe());
    report.keys = root.entries().filter_map(|(key, _)| key.text()).take(NAMES).map(short).collect();
    let mut steps: Vec<Step<'_>> = Vec::new();
    let mut waiting = vec![Step { view: root, label: String::new(), from: None, depth: 0 }];
    let mut seen = HashSet::from([root.id()]);
    let mut too_deep = 0_usize;
    while let Some(step) = waiting.pop() {
        if step.depth > DEPTH {
            too_deep += 1;
            continue;
        }
        count(step.view, report);
        waiting.extend(children(&step, steps.len(), &mut seen).into_iter().rev());
        steps.push(step);
        add_tensor(&steps, report);
    }
    if too_deep > 0 {
        report.left_out.push(format!("{too_deep} values more than {DEPTH} steps deep"));
    }
}

/// What a step leads to. A value waits at most once, however many others refer to it.
fn children<'a>(step: &Step<'a>, index: usize, seen: &mut HashSet<u32>) -> Vec<Step<'a>> {
    let (from, depth) = (Some(index), step.depth + 1);
    let mut children = Vec::new();
    for (index, view) in step.view.items().enumerate() {
        if seen.insert(view.id()) {
            children.push(Step { view, label: index.to_string(), from, depth });
        }
    }
    for (key, view) in step.view.entries() {
        if seen.insert(view.id()) {
            children.push(Step { view, label: label(key), from, depth });
        }
    }
    children
}

fn count(view: View<'_>, report: &mut Report) {
    let add = |table: &mut BTreeMap<String, usize>, name: String| {
        if table.len() < NAMES || table.contains_key(&name) {
            *table.entry(name).or_default() += 1;
        }
    };
    match view.kind() {
        Kind::Object(class) => add(&mut report.classes, plain(class)),
        Kind::Call(function) => add(&mut report.calls, plain(function)),
        Kind::Global(global) => add(&mut report.mentions, plain(global)),
        Kind::Opaque => add(&mut report.opaque, view.describe()),
        _ => {}
    }
}

/// Adds the tensor of the last step, if it is one.
fn add_tensor(steps: &[Step<'_>], report: &mut Report) {
    let Some(step) = steps.last() else { return };
    let Some(tensor) = step.view.tensor() else { return };
    if report.tensors.len() < TENSORS {
        return report.add_tensor(path(steps, step), tensor);
    }
    let note = format!("tensors beyond {TENSORS}");
    if !report.left_out.contains(&note) {
        report.left_out.push(note);
    }
}

fn path(steps: &[Step<'_>], step: &Step<'_>) -> String {
    let mut labels = vec![step.label.as_str()];
    let mut from = step.from;
    while let Some(step) = from.and_then(|index| steps.get(index)) {
        labels.push(&step.label);
        from = step.from;
    }
    labels.retain(|label| !label.is_empty() && !SILENT.contains(label));
    labels.reverse();
    labels.join(".")
}

fn label(key: View<'_>) -> String {
    match key.kind() {
        Kind::Text(text) => short(text),
        Kind::Int(number) => number.to_string(),
        _ => "?".to_owned(),
    }
}

fn short(text: &str) -> String {
    text.chars().take(LABEL).collect()
}

/// A name without the numbers TorchScript puts in to tell modules apart.
fn plain(global: Global<'_>) -> String {
    let full = global.to_string();
    let parts = full.split('.').filter(|part| !part.starts_with("___torch_mangle_"));
    parts.collect::<Vec<_>>().join(".").chars().take(4 * LABEL).collect()
}
