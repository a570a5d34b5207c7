//! Opens every checkpoint of the goldens. Without them, the trials show as ignored.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a failed expectation fails its trial"
)]
use std::path::{Path, PathBuf};

use biowatch_weights::checkpoint::Format;
use biowatch_weights::{Checkpoint, Kind, Limits, Pickle, TensorView, View, inspect};
use libtest_mimic::{Arguments, Failed, Trial};

/// `*.pt` files under the goldens' folders.
const CHECKPOINTS: usize = 30;
/// TorchScript archives among them.
const SCRIPTS: usize = 8;
/// `*.pickle` files.
const PICKLES: usize = 7;
/// Ways in which small files are cut.
const CUTS: usize = 990;
/// Ways in which pickles are cut or changed.
const CHANGES: usize = 5_940;

fn main() {
    let arguments = Arguments::from_args();
    let goldens = std::env::var_os("BIOWATCH_GOLDENS")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/goldens"), PathBuf::from);
    let present = goldens.is_dir();
    let trial = |name: &str, run: fn(&Path) -> Result<(), Failed>| {
        let folder = goldens.clone();
        let name = if present { name.to_owned() } else { format!("{name} (the goldens are not here)") };
        Trial::test(name, move || run(&folder)).with_ignored_flag(!present)
    };
    let trials = vec![
        trial("every checkpoint opens and its tensors read", checkpoints),
        trial("every class pickle opens", class_pickles),
        trial("a detector says what it is", detector),
        trial("a graph module keeps its code", graph_module),
        trial("reports say what a file is", reports),
        trial("files cut short are refused", cut_files),
        trial("pickles cut short or changed never panic", cut_pickles),
    ];
    libtest_mimic::run(&arguments, trials).exit();
}

/// Files of one extension, at any depth.
fn files(folder: &Path, extension: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs_err::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|found| found == extension) {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

/// All tensors within reach of a value.
fn tensors(root: View<'_>) -> Vec<TensorView<'_>> {
    let mut found = Vec::new();
    let mut seen = std::collections::HashSet::new();
    let mut waiting = vec![root];
    while let Some(view) = waiting.pop() {
        if !seen.insert(view.id()) {
            continue;
        }
        found.extend(view.tensor());
        waiting.extend(view.items());
        waiting.extend(view.entries().map(|(_, value)| value));
    }
    found
}

fn checkpoints(goldens: &Path) -> Result<(), Failed> {
    let files = files(goldens, "pt");
    assert_eq!(files.len(), CHECKPOINTS, "the corpus has changed");
    let mut scripts = 0;
    for file in &files {
        let checkpoint =
            Checkpoint::open(file, &Limits::default()).map_err(|e| format!("{e}: {:?}", e.problem))?;
        scripts += usize::from(checkpoint.format() == Format::TorchScript);
        let tensors = tensors(checkpoint.root());
        assert!(tensors.len() > 15, "{}: {} tensors", file.display(), tensors.len());
        for tensor in tensors {
            let count = match tensor.dtype() {
                biowatch_weights::DType::I64 => checkpoint.i64s(tensor)?.len(),
                _ => checkpoint.f32s(tensor)?.len(),
            };
            assert_eq!(count, tensor.len());
        }
    }
    assert_eq!(scripts, SCRIPTS);
    Ok(())
}

fn class_pickles(goldens: &Path) -> Result<(), Failed> {
    let files = files(goldens, "pickle");
    assert_eq!(files.len(), PICKLES, "the corpus has changed");
    for file in &files {
        let pickle = Pickle::open(file, &Limits::default())?;
        let root = pickle.root();
        let names: Vec<&str> = match root.kind() {
            Kind::List | Kind::Tuple => root.items().filter_map(View::text).collect(),
            Kind::Dict => root.entries().filter_map(|(_, value)| value.text()).collect(),
            kind => {
                assert!(file.to_string_lossy().contains("numpy"), "{}: {kind:?}", file.display());
                continue;
            }
        };
        assert_eq!(names.len(), 11, "{}", file.display());
        assert!(names.contains(&"panthera_uncia"));
    }
    Ok(())
}

fn detector(goldens: &Path) -> Result<(), Failed> {
    let file = goldens.join("speciesnet/model/md_mini_a.0.0.pt");
    let checkpoint = Checkpoint::open(&file, &Limits::default())?;
    let model = checkpoint.root().attr("model").unwrap();
    assert_eq!(model.class().unwrap().to_string(), "models.yolo.Model");
    let layers =
        model.attr("_modules").and_then(|m| m.attr("model")).and_then(|m| m.attr("_modules")).unwrap();
    assert_eq!(layers.entries().count(), 34);
    let first = layers.attr("0").unwrap();
    assert_eq!(first.class().unwrap().last(), "Conv");
    let weight = first
        .attr("_modules")
        .and_then(|m| m.attr("conv")?.attr("_parameters")?.attr("weight")?.tensor())
        .unwrap();
    assert_eq!(weight.shape()[1..], [3, 6, 6]);
    assert!(weight.is_contiguous());
    Ok(())
}

fn graph_module(goldens: &Path) -> Result<(), Failed> {
    let file = goldens.join("speciesnet/model/always_crop_mini_22x8_v12_epoch_00001.pt");
    let checkpoint = Checkpoint::open(&file, &Limits::default())?;
    let root = checkpoint.root();
    assert_eq!(root.class().unwrap().to_string(), "torch.fx.graph_module.reduce_graph_module");
    let body = root.item(0).unwrap();
    assert!(body.attr("_code").and_then(View::text).unwrap().contains("def forward("));
    let operators = body.attr("_modules").unwrap().entries();
    let mut named = operators.filter_map(|(_, module)| module.attr("math_op_function"));
    let Kind::Global(operator) = named.next().unwrap().kind() else { panic!("no name") };
    assert_eq!(operator.module, "torch._C");
    assert!(["mul", "add"].contains(&operator.last()), "{operator}");
    Ok(())
}

fn reports(goldens: &Path) -> Result<(), Failed> {
    let file = goldens.join("architectures/yolov8-unstripped.pt");
    let report = inspect(&file, &Limits::default())?;
    assert_eq!(report.model.as_deref(), Some("ultralytics.nn.tasks.DetectionModel"));
    assert_eq!(
        report.names.values().map(String::as_str).collect::<Vec<_>>(),
        ["animal", "person", "vehicle"]
    );
    assert_eq!(report.image_size["train_args"], [640]);
    assert_eq!(report.strides, [8.0, 16.0, 32.0]);
    assert_eq!(report.classes["torch.nn.modules.conv.Conv2d"], 64);
    assert_eq!(report.calls["ultralytics.utils.IterableSimpleNamespace"], 1);
    assert_eq!(report.tensors[0].name, "ema.model.0.conv.weight");
    assert_eq!(report.tensors[0].shape, [8, 3, 3, 3]);
    assert_eq!(report.tensors.len(), 543);

    let file = goldens.join("megadetector/v1000-yolo11/md_mini_sorrel.pt");
    let report = inspect(&file, &Limits::default())?;
    assert_eq!(report.image_size["megadetector_info.json"], [960]);
    let json = serde_json::to_value(&report)?;
    assert_eq!(json["format"], "torch");
    assert_eq!(json["other_entries"][0]["name"], "md_mini_sorrel/megadetector_info.json");

    assert_eq!(
        report.network.as_deref(),
        Some("detector without anchors, 3 levels, 3 classes, for suppression")
    );
    assert_eq!(report.facts["megadetector_info.json.model_type"], "ultralytics");

    let file = goldens.join("deepfaune/model/deepfaune-vit_large_patch14_dinov2.lvd142m.v3.pt");
    let report = inspect(&file, &Limits::default())?;
    let network = "classifier of 34 classes, input ? x 3 x 182 x 182, 128 features";
    assert_eq!(report.network.as_deref(), Some(network));
    assert_eq!(report.image_size["transform"], [182, 182]);
    assert_eq!(report.facts["args.backbone"], "vit_large_patch14_dinov2.lvd142m");

    let file = goldens.join("manas/model/classifier_timm_traced.pt");
    let report = inspect(&file, &Limits::default())?;
    assert_eq!(report.network.as_deref(), Some("classifier of 11 classes, input ? x 3 x 480 x 480"));

    let file = goldens.join("manas/model/classes_numpy_refused.pickle");
    let text = inspect(&file, &Limits::default())?.to_string();
    assert!(text.contains("1 numpy.core.multiarray._reconstruct"), "{text}");
    Ok(())
}

/// About `count` lengths from 0 to just below `length`, denser at both ends.
fn lengths(length: usize, count: usize) -> Vec<usize> {
    let third = count / 3;
    let spread = (0..third).map(|index| index * length / third);
    let mut lengths: Vec<usize> =
        (0..third).chain(spread).chain(length.saturating_sub(third)..length).collect();
    lengths.retain(|&cut| cut < length);
    lengths
}

fn cut_files(goldens: &Path) -> Result<(), Failed> {
    let mut cuts = 0;
    for file in files(goldens, "pt") {
        let bytes = fs_err::read(&file)?;
        if bytes.len() > 700_000 {
            continue;
        }
        for length in lengths(bytes.len(), 200) {
            let cut = Checkpoint::from_bytes(bytes[..length].to_vec(), &Limits::default());
            assert!(cut.is_err(), "{} opens when cut to {length} bytes", file.display());
            cuts += 1;
        }
    }
    assert_eq!(cuts, CUTS, "the corpus has changed");
    Ok(())
}

fn cut_pickles(goldens: &Path) -> Result<(), Failed> {
    let limits = Limits::default();
    let mut tried = 0;
    for file in files(goldens, "pt") {
        let checkpoint = Checkpoint::open(&file, &limits)?;
        let entry = checkpoint.archive().entry(&format!("{}/data.pkl", checkpoint.folder())).unwrap();
        let mut bytes = checkpoint.archive().unpacked(entry, limits.entry_bytes)?;
        for length in lengths(bytes.len(), 30) {
            assert!(Pickle::with_storages(&bytes[..length], &limits).is_err(), "{length}");
            tried += 1;
        }
        if bytes.len() > 60_000 {
            continue;
        }
        for place in lengths(bytes.len(), 60) {
            let kept = bytes[place];
            for changed in [0, 0xff, kept ^ 1, kept ^ 0x80, b'R', b'(', b'0'] {
                bytes[place] = changed;
                // Most changes are refused; what opens must still be safe to walk.
                if let Ok(pickle) = Pickle::with_storages(&bytes, &limits) {
                    tensors(pickle.root());
                }
                tried += 1;
            }
            bytes[place] = kept;
        }
    }
    assert_eq!(tried, CHANGES, "the corpus has changed");
    Ok(())
}
