//! The model of an import: found before anything is touched, started when there is work, started again when it is gone.

use std::path::Path;
use std::thread;
use std::time::Duration;

use biowatch_study::RunSettings;

use crate::exit::Failure;
use crate::models::Predictor;
use crate::printer::Printer;
use crate::results::RowSettings;
use crate::settings::ImportSettings;

/// Times that a model may end in the middle of its work without a file done in between.
const MOST_ENDS: u32 = 3;
/// Pause before it is started again; each further one is twice as long.
const FIRST_PAUSE: Duration = Duration::from_secs(1);

/// A model whose small files are in order.
pub(super) struct Model<'a> {
    settings: &'a ImportSettings,
    rows: RowSettings,
    printer: Printer,
}

impl<'a> Model<'a> {
    /// Looks the model up and reads its small files. The networks are not built yet.
    pub(super) fn find(settings: &'a ImportSettings, printer: Printer) -> Result<Self, Failure> {
        let files = settings.model.source.find(&settings.model.data)?;
        let rows =
            RowSettings { sample_fps: settings.sample_fps, ..files.open(&settings.model)?.row_settings() };
        Ok(Self { settings, rows, printer })
    }

    /// What makes two imports of `folder` the same run.
    pub(super) fn run_settings(&self, folder: &Path) -> RunSettings {
        let rows = &self.rows;
        // A model of one's own goes by its id; the digest of its manifest is among the details.
        let model_id = rows.model.split(' ').next().unwrap_or(&rows.model).to_owned();
        let usual = RunSettings::usual_threshold(&model_id);
        RunSettings {
            model_version: rows.model_version.clone(),
            country: rows.country.clone(),
            import_path: folder.to_string_lossy().into_owned(),
            details: serde_json::to_string(rows).unwrap_or_default(),
            threshold: self.settings.model.threshold.unwrap_or(usual),
            sample_fps: rows.sample_fps,
            model_id,
        }
    }

    /// The model before it is needed.
    pub(super) fn asleep(&self) -> Started<'_> {
        Started { model: self, predictor: None, ends: 0, done_at_end: 0 }
    }

    fn start(&self) -> Result<Predictor, Failure> {
        let settings = &self.settings.model;
        let say = |text: &str| {
            if !self.settings.quiet {
                self.printer.say(text);
            }
        };
        settings.source.find(&settings.data)?.open(settings)?.start(&say)
    }
}

/// A model that runs, or will when it is asked for.
pub(super) struct Started<'a> {
    model: &'a Model<'a>,
    predictor: Option<Predictor>,
    ends: u32,
    /// Files that were done when it last ended.
    done_at_end: u64,
}

impl Started<'_> {
    /// Frames a second to take from videos.
    pub(super) fn sample_fps(&self) -> f64 {
        self.model.rows.sample_fps
    }

    /// What makes rows. Started now, if it does not run.
    pub(super) fn predictor(&mut self) -> Result<&mut Predictor, Failure> {
        let predictor = match self.predictor.take() {
            Some(predictor) => predictor,
            None => self.model.start()?,
        };
        Ok(self.predictor.insert(predictor))
    }

    /// The model is `gone`: the next call of [`Started::predictor`] starts it anew. Fails with the reason when it ended too often
    /// with nothing `done` in between.
    pub(super) fn restart_after(&mut self, gone: Failure, done: u64) -> Result<(), Failure> {
        self.predictor = None;
        self.ends = if done > self.done_at_end { 1 } else { self.ends + 1 };
        self.done_at_end = done;
        if self.ends > MOST_ENDS {
            return Err(gone);
        }
        self.model.printer.warn(&format!("{}: starting the model again", gone.error));
        thread::sleep(FIRST_PAUSE * 2_u32.saturating_pow(self.ends - 1));
        Ok(())
    }
}
