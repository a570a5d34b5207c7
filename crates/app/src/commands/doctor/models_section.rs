//! The models, in a report.

use biowatch_zoo::catalogue::Catalogue;

use crate::commands::models_list::{self, Listed};
use crate::data_folder::DataFolder;
use crate::install_progress::bytes;

/// Every model on disk. Paths go through `show`.
pub(super) fn look(data: &DataFolder, show: &dyn Fn(&str) -> String) -> Vec<Listed> {
    let zoo = data.zoo();
    let (catalogue, _) = Catalogue::load(&zoo);
    let mut models = models_list::installed(&zoo, &catalogue);
    for model in &mut models {
        model.folder = model.folder.as_deref().map(show);
        model.problem = model.problem.as_deref().map(show);
    }
    models
}

/// A line for each.
pub(super) fn lines(models: &[Listed]) -> Vec<String> {
    if models.is_empty() {
        return vec![
            "none installed; `biowatch models install` brings one, or give a model's folder to `predict` and `serve`"
                .to_owned(),
        ];
    }
    models.iter().map(line).collect()
}

fn line(model: &Listed) -> String {
    let about = model.problem.as_ref().map(|problem| format!(" ({problem})")).unwrap_or_default();
    let by = if model.owner == Some("biowatch") { ", by the Biowatch app" } else { "" };
    format!(
        "{} {} {}{about}, {} in {}{by}",
        model.id,
        model.version,
        model.state,
        bytes(model.bytes),
        model.folder.as_deref().unwrap_or_default()
    )
}
