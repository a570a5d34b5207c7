//! `biowatch keep`: the process that `start` leaves behind. It looks after one server and ends with it.

use biowatch_supervisor::keeper;

use crate::data_folder::DataFolder;
use crate::environment::Environment;
use crate::exit::{Exit, Failure};
use crate::servers::{self, Launch};

/// Comes back when the server is over.
pub(crate) fn run(name: &str, data: &DataFolder, environment: &Environment) -> Result<Exit, Failure> {
    keeper::detach();
    let folder = servers::registry(data).folder(name);
    let folder = folder.ok_or_else(|| Failure::message(Exit::Usage, format!("`{name}` can be no name")))?;
    let launch: Launch = folder.read_launch().ok_or_else(|| {
        Failure::message(Exit::NoSuchServer, format!("the folder of `{name}` does not say what to start"))
    })?;
    let spec = launch.spec(&folder, environment)?;
    let last = keeper::run(&folder, launch.about, spec)?;
    tracing::info!("over: {:?}", last.phase);
    Ok(Exit::Done)
}
