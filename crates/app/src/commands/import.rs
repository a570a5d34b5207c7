//! `biowatch import`: a folder of photos and videos becomes media with predictions in a study.
//!
//! The room `study` searches the folder, keeps the queue and takes rows; a [`Model`] makes them. Either may fail without the other.

mod model;
mod progress;

use std::ops::ControlFlow;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use biowatch_contract::Instance;
use biowatch_study::{Claims, Counts, Import, Migrated, RecordError, Recorder, ScanSettings, Scanned, Study};

use crate::commands::studies;
use crate::exit::{Exit, Failure};
use crate::interrupt::Interrupt;
use crate::printer::Printer;
use crate::settings::ImportSettings;

use model::Model;
use progress::Progress;

/// How often a wish to stop is looked for, and progress shown.
const TICK: Duration = Duration::from_millis(200);

/// Imports, or goes on importing.
pub(crate) fn run(settings: &ImportSettings, printer: Printer) -> Result<Exit, Failure> {
    let folder = studies::absolute_folder(&settings.folder)?;
    let model = Model::find(settings, printer)?;
    let mut study =
        studies::folder(&settings.model.data).open_or_create(&settings.study).map_err(studies::not_opened)?;
    tell_migration(&study, printer);
    let run_settings = model.run_settings(&folder);
    let import = Import::begin(&mut study, run_settings).map_err(studies::broken)?;
    let interrupt = Interrupt::listen(printer, "stopping after the files in hand")?;
    interrupt.work_begins();
    let progress = Progress::start(printer, settings.quiet, import.counts(&study).map_err(studies::broken)?);
    let (worked, scanned) = at_once(&import, &interrupt, &progress, &model, settings, &folder);
    let is_stopped = import.is_stopped();
    let counts = import.finish(&mut study).map_err(studies::broken)?;
    progress.finish();
    let scanned = scanned?;
    if !settings.quiet {
        tell(&scanned, counts, &study, printer);
    }
    worked?;
    exit(is_stopped, &scanned, counts)
}

/// Searches, predicts and watches side by side until there is nothing left, or something stops it.
fn at_once(
    import: &Import,
    interrupt: &Interrupt,
    progress: &Progress,
    model: &Model<'_>,
    settings: &ImportSettings,
    folder: &Path,
) -> (Result<(), Failure>, Result<Scanned, Failure>) {
    let scan_settings = ScanSettings {
        folder: folder.to_owned(),
        clock: settings.clock.clone(),
        deployments: settings.deployments.clone(),
    };
    let is_over = AtomicBool::new(false);
    thread::scope(|scope| {
        let scanning = scope.spawn(|| import.scan(&scan_settings));
        scope.spawn(|| {
            while !is_over.load(Ordering::Relaxed) {
                if interrupt.asked() {
                    import.stop();
                }
                progress.show(import);
                thread::sleep(TICK);
            }
        });
        let worked = work(import, progress, model, folder);
        if worked.is_err() {
            import.stop();
        }
        let scanned = scanning.join();
        is_over.store(true, Ordering::Relaxed);
        let panicked =
            || Failure::message(Exit::Failed, "the search of the folder ended by a mistake in this program");
        let scanned = scanned.map_err(|_| panicked()).and_then(|scanned| scanned.map_err(studies::broken));
        (worked, scanned)
    })
}

/// Hands files to the model and its rows to the study.
fn work(import: &Import, progress: &Progress, model: &Model<'_>, folder: &Path) -> Result<(), Failure> {
    let mut claims = import.claims().map_err(studies::broken)?;
    let mut recorder = import.recorder(folder).map_err(studies::broken)?;
    let mut model = model.asleep();
    while claims.wait().map_err(studies::broken)? {
        let predicted = round(import, progress, &mut model, &mut claims, &mut recorder)?;
        if import.is_stopped() {
            progress.add(recorder.stopped().map_err(not_recorded)?);
            return Ok(());
        }
        match predicted {
            Ok(()) => progress.add(recorder.end().map_err(not_recorded)?),
            Err(gone) => {
                progress.add(recorder.broken(&gone.error.to_string()).map_err(not_recorded)?);
                model.restart_after(gone, progress.done())?;
            }
        }
        if let Some(error) = claims.take_error() {
            return Err(studies::broken(error));
        }
    }
    Ok(())
}

/// One call of the model: it predicts until the claims end. The inner failure is the model's, the outer one ends the import.
fn round(
    import: &Import,
    progress: &Progress,
    model: &mut model::Started<'_>,
    claims: &mut Claims,
    recorder: &mut Recorder,
) -> Result<Result<(), Failure>, Failure> {
    let sample_fps = model.sample_fps();
    let instances =
        claims.by_ref().map(move |claimed| Instance { sample_fps, ..Instance::new(claimed.path) });
    let mut trouble = None;
    let predictor = model.predictor()?;
    let predicted = predictor.predict(instances, &mut |row| {
        match recorder.row(row) {
            Ok(recorded) => progress.add(recorded),
            Err(error) => trouble = Some(error),
        }
        if trouble.is_some() || import.is_stopped() {
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(())
        }
    });
    match trouble {
        Some(error) => Err(not_recorded(error)),
        None => Ok(predicted),
    }
}

fn not_recorded(error: RecordError) -> Failure {
    let (exit, hint) = match &error {
        RecordError::FolderGone(_) => (
            Exit::NoSuchPath,
            "connect the card or drive again, then run the same command to go on; no file was blamed",
        ),
        RecordError::Sql(error) if error.is_disk() => {
            (Exit::Failed, "free some space, or connect the disk again; then run the same command to go on")
        }
        RecordError::Sql(_) => (Exit::Failed, "run the same command again to go on"),
    };
    Failure::new(exit, error).hint(hint)
}

fn tell_migration(study: &Study, printer: Printer) {
    if let Migrated::Upgraded { copy } = study.migrated() {
        printer.say(&format!(
            "the study was brought up to date; as it was before it is kept in `{}`",
            copy.display()
        ));
    }
}

fn tell(scanned: &Scanned, counts: Counts, study: &Study, printer: Printer) {
    let mut found = vec![format!("{} new files", scanned.added)];
    let mut more = |count: u64, text: &str| {
        if count > 0 {
            found.push(format!("{count} {text}"));
        }
    };
    more(scanned.known, "known");
    more(scanned.moved, "found at a new place");
    more(scanned.copies, "copies of others");
    more(scanned.undated, "without a date");
    more(scanned.unreadable, "that cannot be opened");
    more(scanned.unnamed, "with paths that are not Unicode");
    let whole = if scanned.is_whole { "" } else { " before the search was stopped" };
    printer.say(&format!("found {}{whole}", found.join(", ")));
    for (folder, error) in &scanned.unreadable_folders {
        printer.warn(&format!("files in `{}` are left out: {error}", folder.display()));
    }
    for folder in &scanned.unused_rows {
        printer.warn(&format!(
            "the table of deployments describes `{folder}`, and there is no such folder with media"
        ));
    }
    let about = study.about();
    let mut parts = vec![format!("{} predicted", counts.completed)];
    if counts.failed > 0 {
        parts.push(format!("{} failed", counts.failed));
    }
    if counts.pending > 0 {
        parts.push(format!("{} still to do", counts.pending));
    }
    if counts.processing > 0 {
        parts.push(format!("{} in the hands of other importers", counts.processing));
    }
    printer.say(&format!("study `{}` ({}): {}", about.name, about.id, parts.join(", ")));
    if counts.failed > 0 {
        printer.say(&format!("the reasons: biowatch studies errors '{}'", about.name));
    }
}

fn exit(is_stopped: bool, scanned: &Scanned, counts: Counts) -> Result<Exit, Failure> {
    if is_stopped {
        return Ok(Exit::Interrupted);
    }
    let found = scanned.added + scanned.known + scanned.moved + scanned.copies;
    if counts.total() + found == 0 && scanned.unreadable_folders.is_empty() && scanned.unnamed == 0 {
        return Err(Failure::message(Exit::NothingToPredict, "there are no photos or videos in the folder").hint(
            "photos are files ending in jpg, jpeg, png, gif, bmp or webp; videos in mp4, mkv, mov, webm, avi or m4v",
        ));
    }
    let is_clean = counts.failed == 0 && scanned.unreadable_folders.is_empty() && scanned.unnamed == 0;
    Ok(if is_clean { Exit::Done } else { Exit::SomeFilesFailed })
}
