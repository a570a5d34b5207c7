//! `biowatch doctor`: what is installed, what would be used and why. A report to attach to a question.

use std::fmt::Write;
use std::path::{Path, PathBuf};

use biowatch_zoo::disk;
use serde::Serialize;

use crate::commands::engine_list;
use crate::commands::models_list::Listed;
use crate::data_folder::DataFolder;
use crate::exit::{Exit, Failure};
use crate::models;
use crate::printer::Printer;
use crate::settings::NamedLibrary;

mod machine;
mod models_section;
mod permissions;
mod ports;
mod servers;

use machine::Machine;

/// What to report on, and how.
pub(crate) struct Settings {
    /// JSON instead of text.
    pub(crate) json: bool,
    /// Shown as `~`; `None` shows paths in full.
    pub(crate) home: Option<PathBuf>,
    /// Where things are.
    pub(crate) data: DataFolder,
    /// A library that the user named.
    pub(crate) engine_library: Option<NamedLibrary>,
    /// The folder of FFmpeg's programs, where one was named.
    pub(crate) ffmpeg: Option<PathBuf>,
}

#[derive(Debug, Serialize)]
struct Report {
    version: &'static str,
    machine: Machine,
    engines: Vec<engine_list::Listed>,
    data_folder: Folder,
    models: Vec<Listed>,
    videos: Videos,
    servers: Vec<servers::Server>,
    ports: Vec<ports::Port>,
    permissions: Vec<permissions::Complaint>,
}

/// What reads videos.
#[derive(Debug, Serialize)]
struct Videos {
    ffmpeg: Option<String>,
    version: Option<String>,
    /// Why videos cannot be read.
    problem: Option<String>,
}

#[derive(Debug, Serialize)]
struct Folder {
    path: String,
    exists: bool,
    writable: bool,
    /// On its disk; `None` where the system is not asked.
    free_bytes: Option<u64>,
}

/// Looks at everything and changes nothing.
pub(crate) fn run(settings: &Settings, printer: Printer) -> Result<Exit, Failure> {
    let show = |text: &str| tilde(text, settings.home.as_deref());
    let mut engines = engine_list::list(&settings.data, settings.engine_library.as_ref());
    for engine in &mut engines {
        engine.path = engine.path.as_deref().map(show);
        engine.why = show(&engine.why);
    }
    let report = Report {
        version: env!("CARGO_PKG_VERSION"),
        machine: Machine::look(),
        engines,
        data_folder: folder(settings.data.root(), &show),
        models: models_section::look(&settings.data, &show),
        videos: videos(settings.ffmpeg.clone(), &show),
        servers: servers::look(&settings.data),
        ports: ports::look(&settings.data),
        permissions: permissions::look(&settings.data),
    };
    if settings.json {
        printer.line(&serde_json::to_string_pretty(&report)?)?;
    } else {
        printer.data(text(&report))?;
    }
    Ok(Exit::Done)
}

fn videos(named: Option<PathBuf>, show: &dyn Fn(&str) -> String) -> Videos {
    match models::decoder(named) {
        Ok(tools) => Videos {
            ffmpeg: Some(show(&tools.ffmpeg().display().to_string())),
            version: Some(tools.version().to_owned()),
            problem: None,
        },
        Err(error) => Videos { ffmpeg: None, version: None, problem: Some(show(&error.to_string())) },
    }
}

/// `text` with the home folder written as `~`, wherever it occurs.
fn tilde(text: &str, home: Option<&Path>) -> String {
    match home.and_then(Path::to_str) {
        Some(home) if home.len() > 1 => text.replace(home, "~"),
        _ => text.to_owned(),
    }
}

fn folder(path: &Path, show: &dyn Fn(&str) -> String) -> Folder {
    let there = path.ancestors().find(|folder| folder.is_dir());
    Folder {
        path: show(&path.display().to_string()),
        exists: path.is_dir(),
        writable: there.is_some_and(|folder| tempfile::tempfile_in(folder).is_ok()),
        free_bytes: disk::free_bytes(path),
    }
}

fn text(report: &Report) -> String {
    let mut out = String::new();
    let mut line = |title: &str, text: String| {
        // Writing to a string cannot fail.
        let _ = writeln!(out, "{title:<12} {text}");
    };
    let machine = &report.machine;
    line("biowatch", report.version.to_owned());
    line("system", format!("{} {}", machine.os, machine.arch));
    line("processor", format!("{} threads; {}", machine.threads, machine.cpu_features.join(" ")));
    line(
        "memory",
        machine.memory_bytes.map_or("unknown".to_owned(), |bytes| {
            let free = machine.memory_available_bytes.map(gigabytes).unwrap_or_else(|| "?".to_owned());
            format!("{}, {free} available", gigabytes(bytes))
        }),
    );
    for engine in &report.engines {
        line(if engine.chosen { "engine *" } else { "engine" }, engine_list::describe(engine));
    }
    let folder = &report.data_folder;
    let state = match (folder.exists, folder.writable) {
        (true, true) => "can be written",
        (false, true) => "will be made when it is needed",
        (_, false) => "cannot be written: choose another with `--data-dir`",
    };
    let free = folder.free_bytes.map(|bytes| format!(", {} free", gigabytes(bytes))).unwrap_or_default();
    line("data folder", format!("{} ({state}{free})", folder.path));
    models_section::lines(&report.models).into_iter().for_each(|text| line("model", text));
    line(
        "videos",
        match (&report.videos.version, &report.videos.ffmpeg, &report.videos.problem) {
            (Some(version), Some(path), _) => format!("read by ffmpeg {version} ({path})"),
            (_, _, problem) => format!("cannot be read: {}", problem.as_deref().unwrap_or("no ffmpeg")),
        },
    );
    for server in &report.servers {
        line("server", servers::describe(server));
    }
    if report.servers.is_empty() {
        line("server", "none running; `biowatch start MODEL` starts one".to_owned());
    }
    for text in ports::describe(&report.ports) {
        line("port", text);
    }
    for complaint in &report.permissions {
        line("permissions", permissions::describe(complaint));
    }
    out
}

fn gigabytes(bytes: u64) -> String {
    format!("{:.1} GB", bytes as f64 / 1e9)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_home_folder_is_not_shown() {
        let home = Some(Path::new("/home/ada"));
        assert_eq!(tilde("no file at /home/ada/x, /home/ada/y", home), "no file at ~/x, ~/y");
        assert_eq!(tilde("/home/ada/x", None), "/home/ada/x");
        assert_eq!(tilde("/data", Some(Path::new("/"))), "/data");
    }
}
