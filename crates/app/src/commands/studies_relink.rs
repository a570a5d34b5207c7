//! `biowatch studies relink`.

use super::studies;
use crate::cli::studies::Relink;
use crate::data_folder::DataFolder;
use crate::exit::{Exit, Failure};
use crate::printer::Printer;

/// Finds media again whose files moved. Exits with [`Exit::SomeFilesFailed`] when some stay lost.
pub(crate) fn run(typed: &Relink, data: &DataFolder, printer: Printer) -> Result<Exit, Failure> {
    let folder = studies::absolute_folder(&typed.folder)?;
    let mut study = studies::open(data, &typed.named.study)?;
    let relinked = study.relink(&folder).map_err(studies::broken)?;
    for (folder, error) in &relinked.unreadable_folders {
        printer.warn(&format!("files in `{}` are left out: {error}", folder.display()));
    }
    printer.say(&format!(
        "{} files were not where they had been; {} of them were found in `{}`",
        relinked.lost,
        relinked.found,
        folder.display()
    ));
    Ok(if relinked.found == relinked.lost { Exit::Done } else { Exit::SomeFilesFailed })
}
