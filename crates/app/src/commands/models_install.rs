//! `biowatch models install` and `models add`.

use std::path::{Path, PathBuf};

use anyhow::Error;
use biowatch_contract::manifest;
use biowatch_zoo::catalogue::{Entry, Licence};
use biowatch_zoo::fetch;
use biowatch_zoo::install::{self, Done, From, InstallError, Request, Tools};
use biowatch_zoo::network::Network;
use biowatch_zoo::progress::{Event, Reporter};
use biowatch_zoo::reference::Reference;
use biowatch_zoo::shelf::{self, Owner, Shelved};
use biowatch_zoo::unpack::Limits;
use serde_json::json;

use super::{demo, models_catalogue};
use crate::data_folder::DataFolder;
use crate::exit::{Exit, Failure};
use crate::install_progress::{InstallProgress, bytes};
use crate::interrupt::Interrupt;
use crate::judge;
use crate::printer::Printer;

/// What was typed, of either verb.
#[derive(Debug, Clone)]
pub(crate) struct Wish {
    /// The model; none takes what `from` holds.
    pub(crate) reference: Option<String>,
    /// File, folder or address.
    pub(crate) from: Option<String>,
    /// JSON lines instead of talk.
    pub(crate) json: bool,
}

/// Installs, showing what goes on.
pub(crate) fn run(
    wish: &Wish,
    data: &DataFolder,
    network: &Network,
    printer: Printer,
) -> Result<Exit, Failure> {
    let interrupt = Interrupt::listen(printer, "stopping; what is downloaded stays for the next time")?;
    interrupt.work_begins();
    let zoo = data.zoo();
    let catalogue = models_catalogue::load(&zoo, printer);
    let carried = tempfile::tempdir()?;
    let request = request(&with_carried(wish, carried.path())?)?;
    let progress = InstallProgress::new(printer, wish.json);
    if request.from.is_none()
        && let Some(entry) = request.model.as_ref().and_then(|model| catalogue.find(model))
        && shelf::own(&zoo, &entry.name()).is_none_or(|model| !model.is_usable())
        && !wish.json
    {
        introduce(entry, printer);
    }
    let tell = |event: Event| progress.show(&event);
    let tools = Tools {
        zoo: &zoo,
        catalogue: &catalogue,
        network,
        judge: &|folder, cancel| judge::ask(folder, data, cancel),
        reporter: &Reporter::new(&tell),
        cancel: interrupt.cancel(),
    };
    let done = install::install(&request, &tools);
    progress.clear();
    match done {
        Ok(done) => finish(&done, wish, data, printer),
        Err(error) => {
            if wish.json {
                let reason = fetch::sentence(&error);
                printer.line(&json!({"event": "failed", "reason": reason}).to_string())?;
            }
            let what = wish.reference.as_ref().or(wish.from.as_ref());
            Err(failure(error, &what.cloned().unwrap_or_default()))
        }
    }
}

/// The demo's model is inside the program: it is written to `folder` and taken from there.
fn with_carried(wish: &Wish, folder: &Path) -> Result<Wish, Failure> {
    let is_demo = matches!(wish.reference.as_deref(), Some("demo" | demo::MODEL));
    if !is_demo || wish.from.is_some() {
        return Ok(wish.clone());
    }
    demo::write_model(folder)?;
    let from = Some(folder.to_string_lossy().into_owned());
    Ok(Wish { reference: Some(demo::MODEL.to_owned()), from, json: wish.json })
}

fn request(wish: &Wish) -> Result<Request, Failure> {
    let model = wish.reference.as_ref().map(|text| text.parse::<Reference>()).transpose();
    let model = model.map_err(|error| Failure::new(Exit::Usage, error))?;
    let from = wish.from.as_ref().map(|text| {
        let address =
            ["http://", "https://"].iter().any(|scheme| text.to_ascii_lowercase().starts_with(scheme));
        if address { text.parse().map(From::Address) } else { Ok(From::Path(PathBuf::from(text))) }
    });
    let from = from.transpose().map_err(|error| Failure::new(Exit::Usage, error))?;
    if let Some(From::Path(path)) = &from
        && !path.exists()
    {
        let text = format!("there is no file or folder `{}`", path.display());
        return Err(Failure::message(Exit::NoSuchPath, text));
    }
    Ok(Request { model, from, limits: Limits::default() })
}

/// Licence and citation stand before the download.
fn introduce(entry: &Entry, printer: Printer) {
    printer.say(&format!("{} {} ({})", entry.title, entry.version, entry.name()));
    licence_lines(&entry.licence).iter().for_each(|line| printer.say(line));
    printer.say(&format!("  cite: {}", entry.citation));
    printer.say(&format!("  site: {}", entry.website));
    printer.say(&format!("  size: about {} to download", bytes(entry.download_bytes)));
    if !entry.is_pinned() {
        printer.say("  some of its files have no known SHA-256: this install records what it finds");
    }
}

/// What a licence is, and what it restricts.
pub(crate) fn licence_lines(licence: &Licence) -> Vec<String> {
    let mut lines = vec![format!("  licence: {}", licence.name)];
    if !licence.restricts.is_empty() {
        let restricts: Vec<_> = licence.restricts.iter().map(ToString::to_string).collect();
        lines.push(format!("  its use is restricted: {}", restricts.join("; ")));
    }
    lines.extend(licence.note.iter().map(|note| format!("  {note}")));
    lines
}

fn finish(done: &Done, wish: &Wish, data: &DataFolder, printer: Printer) -> Result<Exit, Failure> {
    let Shelved { name, folder, owner, record, .. } = &done.model;
    if wish.json {
        let line = json!({
            "event": "installed", "id": name.id, "version": name.version, "folder": folder, "already": done.already,
            "files": record.as_ref().map(|record| &record.files),
        });
        printer.line(&line.to_string())?;
        return Ok(Exit::Done);
    }
    match (done.already, owner) {
        (true, Owner::Biowatch) => printer.say(&format!(
            "{name} is there already: the Biowatch app installed it in `{}`, and it is used from there",
            folder.display()
        )),
        (true, Owner::Zoo) => printer.say(&format!("{name} is there already, in `{}`", folder.display())),
        (false, _) => {
            let size = bytes(done.model.bytes());
            let count = record.as_ref().map_or(0, |record| record.files.len());
            let files = if count == 1 { "1 file".to_owned() } else { format!("{count} files") };
            printer.say(&format!("installed {name} in `{}` ({files}, {size})", folder.display()));
        }
    }
    if runs_program(&done.model) {
        printer.warn("this model brings a program, which `predict` and `serve` run as you: use it only if you trust its makers");
    }
    let meant =
        shelf::find(&data.zoo(), &Reference { id: name.id.clone(), version: None }, crate::models::is_model);
    let plain = meant.is_some_and(|model| model.name == *name);
    let reference = if plain { name.id.clone() } else { name.to_string() };
    printer.say(&format!("try it: biowatch predict {reference} PHOTOS"));
    Ok(Exit::Done)
}

fn runs_program(model: &Shelved) -> bool {
    let bytes = fs_err::read(model.folder.join(manifest::FILE_NAME)).unwrap_or_default();
    manifest::parse(&bytes).is_ok_and(|manifest| matches!(manifest.body, manifest::Body::Server(_)))
}

fn failure(error: InstallError, what: &str) -> Failure {
    let exit = match &error {
        error if error.is_cancelled() => Exit::Interrupted,
        InstallError::Fetch(_) => Exit::NotFetched,
        InstallError::Unknown { .. } | InstallError::NoSource(..) => Exit::ModelNotFound,
        InstallError::Nothing | InstallError::Name(_) | InstallError::NoVersion(_) => Exit::Usage,
        InstallError::Room { .. } | InstallError::Io(_) | InstallError::Foreign(_) => Exit::Failed,
        _ => Exit::ModelRefused,
    };
    let hint = error.hint();
    let error = Error::new(error).context(format!("`{what}` is not installed"));
    Failure { exit, error, hint }
}
