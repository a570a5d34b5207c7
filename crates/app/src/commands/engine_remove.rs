//! `biowatch engine remove VERSION`.

use crate::commands::engine_install;
use crate::data_folder::DataFolder;
use crate::engines;
use crate::exit::{Exit, Failure};
use crate::printer::Printer;

/// Removes an installed engine.
pub(crate) fn run(version: &str, data: &DataFolder, printer: Printer) -> Result<Exit, Failure> {
    let _lock = engine_install::lock(data)?;
    let installed = engines::installed(data);
    let wanted = version.strip_prefix("onnxruntime-").unwrap_or(version);
    let Some(engine) = installed.iter().find(|engine| engine.manifest.version == wanted) else {
        let versions: Vec<_> = installed.iter().map(|engine| engine.manifest.version.as_str()).collect();
        let known = if versions.is_empty() {
            "none is".to_owned()
        } else {
            format!("installed: {}", versions.join(", "))
        };
        return Err(Failure::message(
            Exit::EngineNotAvailable,
            format!("onnxruntime {wanted} is not installed"),
        )
        .hint(known));
    };
    engine_install::retire(&engine.folder, data)?;
    printer.say(&format!("removed onnxruntime {wanted}"));
    Ok(Exit::Done)
}
