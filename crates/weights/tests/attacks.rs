//! Opens every hostile file of `attacks/` and expects the words its table promises.

use std::error::Error;
use std::path::Path;

use biowatch_weights::{
    BuildOptions, Checkpoint, Head, Limits, Pickle, Prefer, Safetensors, TensorView, View, build, build_with,
    class_names, inspect,
};

/// Files in the folder, ten of them harmless. A new one is counted here.
const FILES: usize = 242;

#[test]
fn every_attack_meets_its_own_answer() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../attacks");
    let table = fs_err::read_to_string(folder.join("README.md")).unwrap();
    let rows: Vec<[&str; 2]> = table.lines().filter_map(row).collect();
    assert_eq!(rows.len(), FILES, "rows in the table");
    let files = fs_err::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path());
    let hostile = files.filter(|path| !path.ends_with("README.md") && !path.ends_with("make.py"));
    assert_eq!(hostile.count(), FILES, "files in the folder");

    let mut wrong = Vec::new();
    for [file, expected] in rows {
        let answer = answer(&folder.join(file));
        if !answer.contains(expected) {
            wrong.push(format!("{file}: {answer:?} does not say {expected:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn of_two_models_the_caller_has_the_choice() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../attacks/network-both.pt");
    let checkpoint = Checkpoint::open(&file, &Limits::default()).unwrap();
    assert!(matches!(build(&checkpoint).unwrap().head, Head::AnchorFree(_)));
    let options = BuildOptions { prefer: Prefer::Model, ..BuildOptions::default() };
    let refusal = build_with(&checkpoint, &options).unwrap_err();
    assert!(refusal.to_string().contains("no known network"), "{refusal}");
}

/// File and expected words of a row of the table.
fn row(line: &str) -> Option<[&str; 2]> {
    let mut cells = line.strip_prefix("| ")?.strip_suffix(" |")?.split(" | ");
    let (file, _, expected) = (cells.next()?, cells.next()?, cells.next()?);
    file.contains('.').then_some([file, expected])
}

/// What a user would be told: `opens: …` once all tensors were read, or the error with its causes.
fn answer(path: &Path) -> String {
    let limits = Limits::default();
    if path.file_name().is_some_and(|name| name.to_string_lossy().starts_with("network-")) {
        return build_network(path, &limits)
            .map_or_else(|error| chain(error.as_ref()), |()| "builds".to_owned());
    }
    if path.file_name().is_some_and(|name| name.to_string_lossy().starts_with("classes-")) {
        return class_names(path, &limits)
            .map_or_else(|error| chain(&error), |names| format!("{} classes", names.len()));
    }
    let outcome = match path.extension().and_then(|extension| extension.to_str()) {
        Some("pt") => open_checkpoint(path, &limits),
        Some("safetensors") => open_safetensors(path, &limits),
        _ => Pickle::open(path, &limits).map(|pickle| pickle.root().describe()).map_err(Into::into),
    };
    match outcome {
        Ok(root) => match inspect(path, &limits) {
            Ok(report) => format!("opens: {root}; {} tensors", report.tensors.len()),
            Err(error) => chain(&error),
        },
        Err(error) => chain(error.as_ref()),
    }
}

fn open_checkpoint(path: &Path, limits: &Limits) -> Result<String, Box<dyn Error>> {
    let checkpoint = Checkpoint::open(path, limits)?;
    let weight = checkpoint.root().attr("weight").and_then(View::tensor);
    if let Some(weight) = weight {
        checkpoint.f32s(weight)?;
    }
    Ok(checkpoint.root().describe())
}

fn build_network(path: &Path, limits: &Limits) -> Result<(), Box<dyn Error>> {
    let checkpoint = Checkpoint::open(path, limits)?;
    build(&checkpoint)?.write_onnx_and_data(&mut std::io::sink(), &mut std::io::sink(), "a.data")?;
    Ok(())
}

fn open_safetensors(path: &Path, limits: &Limits) -> Result<String, Box<dyn Error>> {
    let file = Safetensors::open(path, limits)?;
    let tensors: Vec<TensorView<'_>> = file.tensors().map(|(_, tensor)| tensor).collect();
    for tensor in &tensors {
        file.f32s(*tensor)?;
    }
    Ok(format!("{} tensors", tensors.len()))
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
