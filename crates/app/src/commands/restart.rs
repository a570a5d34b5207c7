//! `biowatch restart`: the same server again, running or not.

use biowatch_supervisor::control::Wish;
use biowatch_supervisor::registry::Registry;

use crate::cli::Restart;
use crate::commands::start::{Told, follow, leave_keeper, watch};
use crate::exit::{Exit, Failure};
use crate::printer::Printer;
use crate::servers::{self, Launch};

/// Restarts and waits until it is ready.
pub(crate) fn run(typed: &Restart, registry: &Registry, printer: Printer) -> Result<Exit, Failure> {
    let entry = servers::find(registry, &typed.server)?;
    let told = Told { printer, json: false };
    if entry.kept {
        return watch(&entry.folder, &entry.record, Wish::Restart, &told);
    }
    let launch: Launch = entry.folder.read_launch().ok_or_else(|| {
        let text = format!("the folder of `{}` does not say how it was started", typed.server);
        Failure::message(Exit::Failed, text).hint("start it with `biowatch start`")
    })?;
    leave_keeper(&entry.folder, &launch)?;
    follow(&entry.folder, &told)
}
