//! `biowatch demo`: the main job on a fresh machine, with nothing but this program.
//!
//! The program carries a small model and 24 rendered scenes. They are written to a folder, the model is served, the scenes are
//! predicted over HTTP like those of an import, and shown: a table, pictures with boxes, and a page that holds both.

use std::ops::ControlFlow;
use std::path::Path;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use biowatch_contract::lines::to_python_json;
use biowatch_contract::{Instance, Prediction};
use biowatch_vision::{annotate, decode, encode};

use crate::commands::up;
use crate::environment::Environment;
use crate::exit::{Exit, Failure};
use crate::importing::{self, Plan, Stop, Wish};
use crate::interrupt::Interrupt;
use crate::model_server::ModelServer;
use crate::printer::Printer;
use crate::progress::{Ahead, Progress};
use crate::results::USUAL_SAMPLE_FPS;
use crate::servers::Launch;
use crate::settings::DemoSettings;
use crate::web;

mod embedded;
mod finding;
mod folder;
mod page;
mod table;
mod truth;

use finding::Finding;
use folder::Folder;
use truth::{COUNTRY, Scene};

/// JPEG quality of the pictures with boxes.
const QUALITY: u8 = 90;

/// How long the model may take for one scene.
const PATIENCE: Duration = Duration::from_secs(300);

/// The study that the application shows.
const STUDY: &str = "Demo";

/// What a visitor does next.
const NEXT: &str = "\
This model knows rendered scenes only and is of no use for science. For photos of your own, install a real one:
    biowatch models list
    biowatch models install speciesnet
    biowatch predict speciesnet FOLDER --country KEN --out rows.ndjson";

/// The catalogue's name of the model that the program carries.
pub(crate) const MODEL: &str = "demo:1.0";

/// Writes the files of that model into `folder`.
pub(crate) fn write_model(folder: &Path) -> Result<(), Failure> {
    for (name, bytes) in embedded::MODEL {
        fs_err::write(folder.join(name), bytes)?;
    }
    Ok(())
}

/// Writes, predicts, shows.
pub(crate) fn run(
    settings: &DemoSettings,
    environment: &Environment,
    printer: Printer,
) -> Result<Exit, Failure> {
    let scenes = truth::read()?;
    let folder = Folder::make(&settings.folder)?;
    printer.say(&format!(
        "{} rendered scenes and a model of {:.1} MB, written to `{}`",
        scenes.len(),
        embedded::model_bytes() as f64 / 1e6,
        folder.root().display()
    ));
    let Some(findings) = predict(settings, environment, &scenes, &folder, printer)? else {
        return Ok(Exit::Interrupted);
    };
    let page = folder.write("index.html", page::html(&findings).as_bytes())?;
    printer.data(table::lines(&findings))?;
    printer.say(&format!("\npictures: {}", folder.pictures().display()));
    if !in_application(settings, printer) {
        show(&page, settings, printer);
        printer.say(&format!("\n{NEXT}"));
        return Ok(Exit::Done);
    }
    printer.say(&format!("page:     {}", page.display()));
    let study = import(settings, environment, &folder, printer)?;
    printer.say(&format!("\n{NEXT}\n"));
    up::show_study(&settings.data, environment, &study, printer)
}

/// Serves the model and asks it for rows: they go into a file, pictures with boxes into a folder. Nothing comes back when the
/// user has asked for an end.
fn predict(
    settings: &DemoSettings,
    environment: &Environment,
    scenes: &[Scene],
    folder: &Folder,
    printer: Printer,
) -> Result<Option<Vec<Finding>>, Failure> {
    let interrupt = Interrupt::listen(printer, "stopping after the photo in hand")?;
    let model = settings.model(&folder.model(), COUNTRY);
    let (launch, _) = Launch::of(&model, settings.options(COUNTRY, environment)?, 0)?;
    let say = |text: &str| printer.say(text);
    let mut server = ModelServer::new(&launch, environment, folder.root().join("server.log"), &say);
    let Some(port) = server.port(&|| interrupt.asked())? else { return Ok(None) };
    let ahead = Ahead { files: (scenes.len() as u64).into(), complete: AtomicBool::new(true) };
    let mut progress = Progress::start(printer, false);
    let (mut rows, mut findings, mut failed) = (Vec::new(), Vec::new(), None);
    let path = |scene: &Scene| Instance::new(folder.scene(&scene.file).to_string_lossy());
    let instances: Vec<_> = scenes.iter().map(path).collect();
    interrupt.work_begins();
    let asked = server.predict(port, &instances, PATIENCE, &mut |row| {
        progress.row(&row, &ahead);
        rows.extend(to_python_json(&row).unwrap_or_default());
        rows.push(b'\n');
        let finding = match scenes.get(findings.len()) {
            Some(scene) => draw(&row, scene, folder),
            None => Err(unexpected(&row)),
        };
        match finding {
            Ok(finding) => findings.push(finding),
            Err(failure) => failed = Some(failure),
        }
        if failed.is_some() || interrupt.asked() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    });
    if let Some(failure) = failed {
        return Err(failure);
    }
    asked.map_err(|gone| Failure::message(Exit::EngineDied, format!("the model's server failed: {gone}")))?;
    let is_whole = findings.len() == scenes.len();
    progress.finish(is_whole);
    folder.write("rows.ndjson", &rows)?;
    Ok(is_whole.then_some(findings))
}

/// The picture with its boxes, and what was found in it.
fn draw(row: &Prediction, scene: &Scene, folder: &Folder) -> Result<Finding, Failure> {
    let Prediction::Foreign(answer) = row else { return Err(unexpected(row)) };
    if answer.is_error() || !answer.filepath().ends_with(&scene.file) {
        return Err(unexpected(row));
    }
    let finding = Finding::new(&serde_json::from_str(answer.json())?, scene);
    let mut picture = decode::read(&folder.scene(&scene.file), &decode::Limits::default())?;
    annotate::draw(&mut picture, &finding.marks);
    folder.write(Path::new("pictures").join(&scene.file), &encode::jpeg(&picture, QUALITY)?)?;
    Ok(finding)
}

fn unexpected(row: &Prediction) -> Failure {
    let text = format!(
        "`{}` has a row that the demo does not ask for: {}",
        row.filepath(),
        serde_json::to_string(row).unwrap_or_default()
    );
    Failure::message(Exit::Failed, text).hint("this is a fault of the program: please report it")
}

/// Whether the application can show it: a person looks on, and the program carries pages.
fn in_application(settings: &DemoSettings, printer: Printer) -> bool {
    settings.open && printer.is_terminal() && !web::PAGES.is_empty()
}

/// Imports the scenes into the demo's study; those that are in it stay as they are. Gives its id.
fn import(
    settings: &DemoSettings,
    environment: &Environment,
    folder: &Folder,
    printer: Printer,
) -> Result<String, Failure> {
    printer.say(&format!("\nimporting the scenes into the study `{STUDY}`"));
    let wish = Wish {
        model: folder.model().to_string_lossy().into_owned(),
        options: settings.options(COUNTRY, environment)?,
        deployments: None,
        time_zone: None,
        clock_shift: None,
        video_clock_is_local: false,
        sample_fps: USUAL_SAMPLE_FPS,
        patience: importing::PATIENCE,
    };
    let plan = Plan::understand(STUDY, &folder.scenes(), wish, &settings.data, environment)?;
    let outcome = importing::run(&plan, environment, &Stop::default(), &|_| {})?;
    outcome.scanned?;
    match outcome.failure {
        Some(failure) => Err(failure),
        None => Ok(outcome.study.0),
    }
}

/// Opens the page where a person looks on.
fn show(page: &Path, settings: &DemoSettings, printer: Printer) {
    let opened = settings.open && printer.is_terminal() && open::that_detached(page).is_ok();
    let verb = if opened { "opened in the browser" } else { "to look at in a browser" };
    printer.say(&format!("page:     {} ({verb})", page.display()));
}
