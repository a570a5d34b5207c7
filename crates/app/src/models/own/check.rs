//! Everything that is wrong with a model of one's own.

use std::io;
use std::path::Path;

use biowatch_contract::manifest::Body;

use super::Opened;
use crate::exit::Failure;
use crate::settings::ModelSettings;

/// Names of classes that are shown.
const SHOWN: usize = 8;

/// Reads the manifest, builds what it describes and tries it on an empty picture. `say` hears what the model is.
pub(crate) fn check(
    folder: &Path,
    settings: &ModelSettings,
    say: &dyn Fn(&str) -> io::Result<()>,
) -> io::Result<Vec<String>> {
    let opened = match Opened::judge(folder, settings) {
        Ok(opened) => opened,
        Err(problems) => return Ok(problems),
    };
    say(&summary(&opened))?;
    if let Some(server) = opened.server() {
        return Ok(super::program::find(server, folder).err().into_iter().collect());
    }
    Ok(opened.build().err().unwrap_or_default().iter().map(sentence).collect())
}

/// A failure on one line.
pub(crate) fn sentence(failure: &Failure) -> String {
    let causes: Vec<_> = failure.error.chain().map(ToString::to_string).collect();
    causes.join(": ")
}

fn summary(opened: &Opened<'_>) -> String {
    let manifest = opened.manifest();
    let name = manifest.name.as_deref().map(|name| format!(" ({name})")).unwrap_or_default();
    let parts = match &manifest.body {
        Body::Server(_) => "a program that answers over HTTP".to_owned(),
        Body::Networks(networks) => {
            let part = |what: &str, there: bool, names: Option<&Vec<String>>| {
                there.then(|| format!("a {what}{}", names.map(|names| listed(names)).unwrap_or_default()))
            };
            let parts = [
                part("detector", networks.detector.is_some(), opened.detector_labels.as_ref()),
                part("classifier", networks.classifier.is_some(), opened.classifier_labels.as_ref()),
            ];
            parts.into_iter().flatten().collect::<Vec<_>>().join(" and ")
        }
    };
    format!("{} {}{name}: {parts}", manifest.id, manifest.version)
}

fn listed(names: &[String]) -> String {
    let shown: Vec<_> = names.iter().take(SHOWN).map(String::as_str).collect();
    let more = names.len().saturating_sub(SHOWN);
    let rest = if more > 0 { format!(" and {more} more") } else { String::new() };
    format!(" ({}{rest})", shown.join(", "))
}
