//! A model that is a program of its own: how it is found and becomes a process.

mod running;

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::Command;

use biowatch_contract::manifest::Server;

use crate::exit::{Exit, Failure};

pub(crate) use running::Running;

/// The command for a port; `folder` is that of the model. Paths of photos are as this process sees them, so the
/// program works in the same folder.
pub(crate) fn command(server: &Server, folder: &Path, port: u16) -> Result<Command, Failure> {
    let refused = |text: String| {
        Failure::message(Exit::ModelRefused, text).hint("mend `server.command` in the manifest")
    };
    let program = find(server, folder).map_err(refused)?;
    let folder = absolute(folder);
    let words = server.command(port, &folder);
    let mut command = Command::new(program);
    command.args(words.iter().skip(1));
    Ok(command)
}

/// The program that the command names: a file, or a name that is looked up in PATH.
pub(super) fn find(server: &Server, folder: &Path) -> Result<PathBuf, String> {
    let words = server.command(0, &absolute(folder));
    let name = words.first().map(String::as_str).unwrap_or_default();
    let path = Path::new(name);
    if path.components().count() > 1 {
        return if path.is_file() {
            Ok(path.to_owned())
        } else {
            Err(format!(
                "`server.command`: there is no program `{name}`; a file of the model is written as {{folder}}/NAME"
            ))
        };
    }
    let places = std::env::var_os("PATH").unwrap_or_default();
    in_places(&places, name).ok_or_else(|| {
        format!("`server.command`: the program `{name}` is in none of the folders of PATH; install it or write its whole path")
    })
}

fn in_places(places: &OsStr, name: &str) -> Option<PathBuf> {
    let endings: &[&str] = if cfg!(windows) { &["", ".exe", ".bat", ".cmd"] } else { &[""] };
    std::env::split_paths(places)
        .flat_map(|place| endings.iter().map(move |ending| place.join(format!("{name}{ending}"))))
        .find(|file| file.is_file())
}

/// This process becomes the program. Comes back only when that fails, or where processes cannot be replaced, with how
/// the program ended.
pub(crate) fn become_it(server: &Server, folder: &Path, port: u16) -> Result<Exit, Failure> {
    let mut command = command(server, folder, port)?;
    let cannot = |error: std::io::Error| {
        let text = format!("the model's program cannot be started: {error}");
        Failure::message(Exit::ModelRefused, text).hint("mend `server.command` in the manifest")
    };
    #[cfg(unix)]
    return Err(cannot(std::os::unix::process::CommandExt::exec(&mut command)));
    #[cfg(not(unix))]
    {
        let status = command.status().map_err(cannot)?;
        Ok(if status.success() { Exit::Done } else { Exit::Failed })
    }
}

fn absolute(folder: &Path) -> String {
    let absolute = std::path::absolute(folder).unwrap_or_else(|_| folder.to_owned());
    absolute.to_string_lossy().into_owned()
}
