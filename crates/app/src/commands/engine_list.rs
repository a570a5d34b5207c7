//! `biowatch engine list`: the engines there are, and which one a model would get.

use std::path::{Path, PathBuf};

use biowatch_vision::session::{Device, LibraryError, probe};
use serde::{Deserialize, Serialize};

use crate::data_folder::DataFolder;
use crate::engines;
use crate::exit::{Exit, Failure};
use crate::printer::Printer;
use crate::settings::NamedLibrary;

/// One engine.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Listed {
    /// `onnxruntime` or `built-in`.
    pub(crate) name: String,
    /// As the engine says; `None` when it does not work.
    pub(crate) version: Option<String>,
    /// The library; `None` for the engine inside the program.
    pub(crate) path: Option<String>,
    /// What it can compute on. Empty for a library that was not loaded.
    pub(crate) devices: Vec<String>,
    /// Whether it is the one that models get unless told otherwise.
    pub(crate) chosen: bool,
    /// Where it was found, or why it cannot be used.
    pub(crate) why: String,
}

/// Prints the list.
pub(crate) fn run(
    data: &DataFolder,
    named: Option<NamedLibrary>,
    json: bool,
    printer: Printer,
) -> Result<Exit, Failure> {
    let engines = list(data, named.as_ref());
    if json {
        printer.line(&serde_json::to_string_pretty(&engines)?)?;
    } else {
        let lines = engines.iter().map(|engine| {
            let mark = if engine.chosen { '*' } else { ' ' };
            format!("{mark} {}\n", describe(engine))
        });
        printer.data(lines.collect::<String>())?;
    }
    Ok(Exit::Done)
}

/// `onnxruntime 1.32.0: cpu; installed in the data folder; /…/libonnxruntime.so`.
pub(crate) fn describe(engine: &Listed) -> String {
    let version = engine.version.as_deref().unwrap_or("not usable");
    let devices = engine.devices.join(", ");
    let parts = [devices.as_str(), &engine.why, engine.path.as_deref().unwrap_or_default()];
    let parts: Vec<_> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    format!("{} {version}: {}", engine.name, parts.join("; "))
}

/// Every engine, the one that models get first. Of several libraries only one is loaded: a process has room
/// for one.
pub(crate) fn list(data: &DataFolder, named: Option<&NamedLibrary>) -> Vec<Listed> {
    let report = probe(&engines::libraries(named, data));
    let mut listed = Vec::new();
    let mut seen: Vec<PathBuf> = Vec::new();
    match report.onnxruntime {
        Ok(library) => {
            let devices = library.devices.iter().map(Device::to_string).collect();
            let why = engines::origin(&library.path, named, data);
            listed.push(Listed {
                devices,
                chosen: true,
                ..onnxruntime(&library.path, Some(library.version), why)
            });
            seen.push(library.path);
        }
        Err(LibraryError::Refused(refused)) => {
            for library in refused {
                let why = format!("{}, but {}", engines::origin(&library.path, named, data), library.reason);
                listed.push(onnxruntime(&library.path, None, why));
                seen.push(library.path);
            }
        }
        Err(_) => {}
    }
    let others = engines::installed(data).into_iter().filter(|engine| !seen.contains(&engine.library()));
    listed.extend(others.map(|engine| {
        let why = "installed in the data folder; another one comes first".to_owned();
        onnxruntime(&engine.library(), Some(engine.manifest.version.clone()), why)
    }));
    listed.push(Listed {
        name: "built-in".to_owned(),
        version: Some(report.built_in),
        path: None,
        devices: vec!["cpu".to_owned()],
        chosen: named.is_none() && listed.iter().all(|engine| !engine.chosen),
        why: "inside the program; ONNX Runtime needs about three quarters of its time".to_owned(),
    });
    listed
}

fn onnxruntime(path: &Path, version: Option<String>, why: String) -> Listed {
    Listed {
        name: "onnxruntime".to_owned(),
        version,
        path: Some(path.display().to_string()),
        devices: Vec::new(),
        chosen: false,
        why,
    }
}
