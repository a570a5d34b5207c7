//! `biowatch predict`: photos and videos in, one JSON row a photo or frame out.

use std::io;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use biowatch_contract::lines::to_python_json;
use biowatch_contract::prediction::ErrorRow;
use biowatch_contract::{Instance, Prediction};
use biowatch_study::walk::Found;

use crate::exit::{Exit, Failure};
use crate::interrupt::Interrupt;
use crate::models::Opened;
use crate::printer::Printer;
use crate::progress::{Ahead, Progress};
use crate::results::{DoneFiles, OpenResultsError, Results, RowSettings};
use crate::settings::PredictSettings;
use crate::walk::Walk;

/// Predicts everything under the paths given that has no row yet.
pub(crate) fn run(settings: &PredictSettings, printer: Printer) -> Result<Exit, Failure> {
    check_paths(&settings.paths)?;
    let files = settings.model.source.find(&settings.model.data)?;
    let model = files.open(&settings.model)?;
    let sink = Sink::open(settings, &model, printer)?;
    let done = sink.done();
    let mut search = Search::new(settings, Arc::clone(&done), printer);
    let Some(first) = search.next() else {
        return nothing_to_do(&search.seen, &done, settings, printer);
    };
    let interrupt = Interrupt::listen(printer, "stopping after the photo in hand")?;
    let mut model = model.start(&|text| {
        if !settings.quiet {
            printer.say(text)
        }
    })?;
    let mut rows = Rows {
        sink,
        progress: Progress::start(printer, settings.quiet),
        ahead: count_ahead(settings.paths.clone(), done)?,
        interrupt,
        end: None,
    };
    rows.interrupt.work_begins();
    let seen = search.seen.clone();
    let instances = std::iter::once(first).chain(search);
    let gone = model.predict(instances, &mut |row| rows.write(&row)).err();
    for row in seen.take_unnamed(model.version()) {
        if rows.end.is_none() {
            let _ = rows.write(&row);
        }
    }
    // What was started ends before the last word.
    drop(model);
    let exit = rows.finish(settings, &seen, printer);
    gone.map_or(exit, Err)
}

fn check_paths(paths: &[PathBuf]) -> Result<(), Failure> {
    for path in paths {
        if let Err(error) = fs_err::metadata(path) {
            let text = format!("there is no `{}` to predict", path.display());
            let failure = match error.kind() {
                io::ErrorKind::NotFound => Failure::message(Exit::NoSuchPath, text),
                _ => Failure::new(Exit::NoSuchPath, error),
            };
            return Err(failure.hint("check the spelling, and that the card or drive is connected"));
        }
    }
    Ok(())
}

/// What the search came across besides files that can be predicted.
#[derive(Debug, Clone, Default)]
struct Seen(Arc<SeenCounts>);

#[derive(Debug, Default)]
struct SeenCounts {
    skipped: AtomicU64,
    unreadable_folders: AtomicU64,
    /// Files whose path is not Unicode, which JSON cannot carry: as far as it can be shown.
    unnamed: Mutex<Vec<String>>,
}

impl Seen {
    fn count(counter: &AtomicU64) {
        counter.fetch_add(1, Ordering::Relaxed);
    }

    fn take_unnamed(&self, model_version: &str) -> Vec<Prediction> {
        let unnamed = std::mem::take(&mut *self.0.unnamed.lock().unwrap_or_else(PoisonError::into_inner));
        let row = |filepath| {
            let reason = Some("the path is not Unicode: rename the file".to_owned());
            let error = "Cannot access filepath".to_owned();
            Prediction::Error(ErrorRow { filepath, error, model_version: model_version.to_owned(), reason })
        };
        unnamed.into_iter().map(row).collect()
    }
}

/// Files that need a row, as the pipeline takes them.
struct Search {
    walk: Walk,
    sample_fps: f64,
    done: Arc<DoneFiles>,
    seen: Seen,
    printer: Printer,
}

impl Search {
    fn new(settings: &PredictSettings, done: Arc<DoneFiles>, printer: Printer) -> Self {
        let (walk, sample_fps) = (Walk::new(&settings.paths), settings.sample_fps);
        Self { walk, sample_fps, done, seen: Seen::default(), printer }
    }
}

impl Iterator for Search {
    type Item = Instance;

    fn next(&mut self) -> Option<Instance> {
        let counts = &self.seen.0;
        for found in self.walk.by_ref() {
            match found {
                Found::Medium(path, _) => match path.to_str() {
                    Some(filepath) if self.done.contains(filepath) => Seen::count(&counts.skipped),
                    Some(filepath) => {
                        return Some(Instance { sample_fps: self.sample_fps, ..Instance::new(filepath) });
                    }
                    None => {
                        let shown = path.to_string_lossy().into_owned();
                        counts.unnamed.lock().unwrap_or_else(PoisonError::into_inner).push(shown);
                    }
                },
                Found::Unreadable(path, error) => {
                    Seen::count(&counts.unreadable_folders);
                    self.printer.warn(&format!("files in `{}` are left out: {error}", path.display()));
                }
            }
        }
        None
    }
}

fn nothing_to_do(
    seen: &Seen,
    done: &DoneFiles,
    settings: &PredictSettings,
    printer: Printer,
) -> Result<Exit, Failure> {
    let skipped = seen.0.skipped.load(Ordering::Relaxed);
    if skipped > 0 && seen.0.unreadable_folders.load(Ordering::Relaxed) == 0 {
        if !settings.quiet {
            printer.say(&format!(
                "nothing to do: all {skipped} files have their rows ({} in the file)",
                done.len()
            ));
        }
        return Ok(Exit::Done);
    }
    let paths: Vec<_> = settings.paths.iter().map(|path| format!("`{}`", path.display())).collect();
    let text = format!("there are no photos or videos in {}", paths.join(", "));
    Err(Failure::message(Exit::NothingToPredict, text).hint(
        "photos are files ending in jpg, jpeg, png, tif, tiff, webp, gif or bmp; videos in mp4, mkv, mov, webm, avi or m4v",
    ))
}

/// Counts, beside the work, the files that need a row: only then can the time left be told.
fn count_ahead(paths: Vec<PathBuf>, done: Arc<DoneFiles>) -> io::Result<Arc<Ahead>> {
    let ahead = Arc::new(Ahead::default());
    let counted = Arc::clone(&ahead);
    thread::Builder::new().name("count".to_owned()).spawn(move || {
        for found in Walk::new(&paths) {
            if let Found::Medium(path, _) = found
                && !path.to_str().is_some_and(|filepath| done.contains(filepath))
            {
                counted.files.fetch_add(1, Ordering::Relaxed);
            }
        }
        counted.complete.store(true, Ordering::Release);
    })?;
    Ok(ahead)
}

/// Where rows go.
enum Sink {
    Stdout(Printer),
    File(Box<Results>),
}

impl Sink {
    fn open(settings: &PredictSettings, model: &Opened<'_>, printer: Printer) -> Result<Self, Failure> {
        let Some(file) = &settings.out else { return Ok(Self::Stdout(printer)) };
        let row_settings = RowSettings { sample_fps: settings.sample_fps, ..model.row_settings() };
        let results = Results::open(file, &row_settings).map_err(|error| refused(file, error))?;
        if results.done().len() > 0 && !settings.quiet {
            printer.say(&format!(
                "continuing `{}`: {} files have their rows",
                file.display(),
                results.done().len()
            ));
        }
        Ok(Self::File(Box::new(results)))
    }

    fn done(&self) -> Arc<DoneFiles> {
        match self {
            Self::Stdout(_) => Arc::default(),
            Self::File(results) => Arc::clone(results.done()),
        }
    }

    fn write(&mut self, row: &Prediction) -> io::Result<()> {
        let mut line = encode(row);
        match self {
            Self::Stdout(printer) => {
                line.push(b'\n');
                printer.data(line)
            }
            Self::File(results) => results.append(line),
        }
    }
}

/// `row` as one line without its newline. A row that JSON cannot carry becomes an error row.
fn encode(row: &Prediction) -> Vec<u8> {
    to_python_json(row).unwrap_or_else(|error| {
        let row = ErrorRow {
            filepath: row.filepath().to_owned(),
            error: "Inference failed".to_owned(),
            model_version: "unknown".to_owned(),
            reason: Some(error.to_string()),
        };
        to_python_json(&row).unwrap_or_default()
    })
}

fn refused(file: &Path, error: OpenResultsError) -> Failure {
    let hint = match &error {
        OpenResultsError::Io(_) => "check that the folder exists and may be written to".to_owned(),
        OpenResultsError::InUse(_) => "wait for it to end, or give another `--out` file".to_owned(),
        OpenResultsError::OtherSettings { .. } => {
            "give another `--out` file for these settings, or delete the old one and the `.settings.json` beside it".to_owned()
        }
        OpenResultsError::NotRows { .. } => {
            format!("`{}` was left as it is; give another `--out` file", file.display())
        }
    };
    Failure::new(Exit::ResultsRefused, error).hint(hint)
}

/// Why no further row is written.
enum End {
    /// Ctrl-C.
    Interrupted,
    /// Whoever read stdout has left.
    ReaderLeft,
    /// The disk is full, ...
    Failed(io::Error),
}

/// Rows on their way out.
struct Rows {
    sink: Sink,
    progress: Progress,
    ahead: Arc<Ahead>,
    interrupt: Interrupt,
    end: Option<End>,
}

impl Rows {
    fn write(&mut self, row: &Prediction) -> ControlFlow<()> {
        match self.sink.write(row) {
            Ok(()) => self.progress.row(row, &self.ahead),
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => self.end = Some(End::ReaderLeft),
            Err(error) => self.end = Some(End::Failed(error)),
        }
        if self.end.is_none() && self.interrupt.asked() {
            self.end = Some(End::Interrupted);
        }
        if self.end.is_some() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    }

    fn finish(mut self, settings: &PredictSettings, seen: &Seen, printer: Printer) -> Result<Exit, Failure> {
        if let Some(End::ReaderLeft) = self.end {
            return Ok(Exit::Done);
        }
        self.progress.finish(self.end.is_none());
        if let Sink::File(results) = self.sink {
            results.finish(self.end.is_none())?;
        }
        let again = if settings.out.is_some() {
            "run the same command again to continue where it stopped"
        } else {
            "give `--out FILE` to be able to continue where a run stopped"
        };
        match self.end {
            Some(End::Failed(error)) => {
                Err(Failure::new(Exit::Failed, error).hint(format!("free some space; then {again}")))
            }
            Some(_) => {
                printer.say(again);
                Ok(Exit::Interrupted)
            }
            None if self.progress.failed() > 0 || seen.0.unreadable_folders.load(Ordering::Relaxed) > 0 => {
                Ok(Exit::SomeFilesFailed)
            }
            None => Ok(Exit::Done),
        }
    }
}
