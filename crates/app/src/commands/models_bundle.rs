//! `biowatch models bundle`: a model in one file, for a machine without a network.

use anyhow::Error;
use biowatch_zoo::bundle::{self, BundleError};
use biowatch_zoo::progress::{Event, Reporter};

use super::models_verify;
use crate::cli::ModelsBundle;
use crate::data_folder::DataFolder;
use crate::exit::{Exit, Failure};
use crate::install_progress::{InstallProgress, bytes};
use crate::interrupt::Interrupt;
use crate::printer::Printer;

/// Writes the file.
pub(crate) fn run(typed: &ModelsBundle, data: &DataFolder, printer: Printer) -> Result<Exit, Failure> {
    let model = models_verify::one(&typed.reference, &data.zoo(), data)?;
    let name = bundle::file_name(&model.name);
    let to = match &typed.out {
        Some(out) if out.is_dir() => out.join(name),
        Some(out) => out.clone(),
        None => name.into(),
    };
    let interrupt = Interrupt::listen(printer, "stopping; nothing of the bundle is left")?;
    interrupt.work_begins();
    let progress = InstallProgress::new(printer, false);
    let tell = |event: Event| progress.show(&event);
    let written = bundle::bundle(&model, &to, &Reporter::new(&tell), interrupt.cancel());
    progress.clear();
    written.map_err(|error| {
        let (exit, hint) = match &error {
            BundleError::Cancelled => (Exit::Interrupted, None),
            BundleError::Changed(_) => (
                Exit::ModelRefused,
                Some(format!("`biowatch models remove {0}`, then `biowatch models install {0}`", model.name)),
            ),
            BundleError::There(_) => (Exit::Failed, Some("name another file with `--out`".to_owned())),
            BundleError::NoRecord(_) => (
                Exit::Failed,
                Some(format!(
                    "`biowatch models add {}` makes it one of this program's own",
                    model.folder.display()
                )),
            ),
            BundleError::Io(_) => (Exit::Failed, None),
        };
        let error = Error::new(error).context(format!("no bundle of {} was written", model.name));
        Failure { exit, error, hint }
    })?;
    let size = fs_err::metadata(&to)?.len();
    printer.say(&format!("wrote {} to `{}` ({})", model.name, to.display(), bytes(size)));
    printer.say(&format!("on the other machine: biowatch models add {}", to.display()));
    Ok(Exit::Done)
}
