//! From what the user typed to a model on disk. Each model's own file joins its weights to its pipeline.

use std::path::Path;

use biowatch_contract::info::ModelInfo;
use biowatch_vision::pipeline::Pipeline;
use biowatch_zoo::catalogue::Catalogue;
use biowatch_zoo::reference::Reference;
use biowatch_zoo::shelf::{self, State};

use crate::cli::Answers;
use crate::data_folder::DataFolder;
use crate::exit::{Exit, Failure};
use crate::model_files::{Files, MegaDetectorFiles, Source};
use crate::results::{self, RowSettings};
use crate::settings::ModelSettings;

mod classifier;
mod deepfaune;
mod detector;
mod folder;
mod manas;
mod megadetector;
mod network;
pub(crate) mod own;
mod predictor;
pub(crate) mod speciesnet;
mod video;
mod weights_file;

pub(crate) use predictor::Predictor;
pub(crate) use video::{decoder, folders as ffmpeg_folders};

/// The file that makes a folder a SpeciesNet package.
const INFO_FILE: &str = "info.json";

impl Source {
    /// The files behind it.
    pub(crate) fn find(&self, data: &DataFolder) -> Result<Files, Failure> {
        match self {
            Self::Reference(reference) => find(reference, data),
            Self::Files(files) => Ok(files.clone()),
        }
    }
}

impl Files {
    /// Refuses settings that this kind of model does not know. Quick: no file is opened.
    pub(crate) fn check(&self, settings: &ModelSettings) -> Result<(), Failure> {
        match self {
            Self::SpeciesNet(_) => speciesnet::place(settings).map(drop),
            _ if settings.country.is_some() || !settings.geofence => {
                let text = format!("`{}` knows no countries", self.id());
                Err(Failure::message(Exit::Usage, text)
                    .hint("leave `--country` and `--no-geofence` out: they are for SpeciesNet"))
            }
            _ => Ok(()),
        }
    }

    /// Looks into the files, as far as rows depend on them. The networks are not built yet.
    pub(crate) fn open(self, settings: &ModelSettings) -> Result<Opened<'_>, Failure> {
        self.check(settings)?;
        let model = match self {
            Self::SpeciesNet(folder) => Kind::SpeciesNet(speciesnet::Opened::open(&folder, settings)?),
            Self::DeepFaune(files) => Kind::DeepFaune(Box::new(deepfaune::Opened::open(files)?)),
            Self::Manas(files) => Kind::Manas(Box::new(manas::Opened::open(files)?)),
            Self::MegaDetector(files) => Kind::MegaDetector(megadetector::Opened::open(files, settings)?),
            Self::Own(folder) => Kind::Own(Box::new(own::Opened::open(&folder, settings)?)),
        };
        Ok(Opened { model, settings })
    }
}

/// A model whose small files are read.
pub(crate) struct Opened<'a> {
    model: Kind<'a>,
    settings: &'a ModelSettings,
}

enum Kind<'a> {
    SpeciesNet(speciesnet::Opened<'a>),
    DeepFaune(Box<deepfaune::Opened>),
    Manas(Box<manas::Opened>),
    MegaDetector(megadetector::Opened),
    Own(Box<own::Opened<'a>>),
}

impl Opened<'_> {
    /// What decides the content of this model's rows.
    pub(crate) fn row_settings(&self) -> RowSettings {
        let settings = self.settings;
        let (model, model_version) = match &self.model {
            Kind::Own(model) => (model.row_name(), model.version().to_owned()),
            Kind::SpeciesNet(model) => return model.row_settings(),
            Kind::DeepFaune(model) => ("deepfaune".to_owned(), model.version().to_owned()),
            Kind::Manas(_) => ("manas".to_owned(), manas::VERSION.to_owned()),
            Kind::MegaDetector(model) => ("megadetector".to_owned(), model.version().to_owned()),
        };
        RowSettings {
            model,
            model_version,
            country: None,
            admin1_region: None,
            geofence: true,
            answer_per: settings.answer_per.word().to_owned(),
            precision: settings.engine.precision.to_string(),
            options: self.options(),
            sample_fps: results::USUAL_SAMPLE_FPS,
        }
    }

    /// Settings, beside those with a name of their own, that rows depend on.
    fn options(&self) -> String {
        let settings = self.settings;
        let mut options = settings.options.words();
        if let Kind::MegaDetector(model) = &self.model {
            options.push(format!("threshold {}", model.threshold()));
        }
        options.join(", ")
    }

    /// Makes the model ready to predict, in this process or in one of its own.
    pub(crate) fn start(self, say: &dyn Fn(&str)) -> Result<Predictor, Failure> {
        if let Kind::Own(model) = &self.model
            && let Some(program) = model.start(say)
        {
            return program.map(Predictor::Program);
        }
        self.load(say).map(Predictor::Pipeline)
    }

    /// Builds the networks and joins them to a pipeline. `say` hears what goes on.
    pub(crate) fn load(self, say: &dyn Fn(&str)) -> Result<Pipeline, Failure> {
        let pipeline = match self.model {
            Kind::SpeciesNet(model) => model.load(say),
            Kind::DeepFaune(model) => model.load(self.settings, say),
            Kind::Manas(model) => model.load(self.settings, say),
            Kind::MegaDetector(model) => model.load(self.settings, say),
            Kind::Own(model) => model.load(say),
        }?;
        let engine = pipeline.engine();
        say(&format!(
            "engine: {} {} on {}, {}, {} threads ({})",
            engine.name, engine.version, engine.device, engine.precision, engine.threads, engine.why
        ));
        Ok(pipeline)
    }
}

/// `info.model` of a server: SpeciesNet's gives its name, the others their version.
pub(crate) fn info(files: &Files, pipeline: &Pipeline, settings: &ModelSettings) -> ModelInfo {
    let kind = files.id().to_owned();
    let mut options = pipeline.options();
    if settings.answer_per == Answers::Animal && matches!(files, Files::SpeciesNet(_)) {
        options.push("answer-per animal".to_owned());
    }
    match files {
        Files::SpeciesNet(_) => {
            ModelInfo { name: Some(settings.source.shown()), version: None, kind, options }
        }
        Files::Own(_) => ModelInfo {
            name: Some(settings.source.shown()),
            version: Some(pipeline.version().to_owned()),
            kind,
            options,
        },
        _ => ModelInfo { name: None, version: Some(pipeline.version().to_owned()), kind, options },
    }
}

/// The model that `reference` means: a folder, a weights file, or `<id>` or `<id>:<version>` of an installed model.
/// Without a version the newest is taken.
fn find(reference: &str, data: &DataFolder) -> Result<Files, Failure> {
    let path = Path::new(reference);
    if path.is_dir() {
        return folder::files(path);
    }
    if reference.starts_with("kaggle:") || reference.starts_with("hf:") {
        let text = format!("`{reference}` names a download, and models are folders here");
        return Err(Failure::message(Exit::ModelNotFound, text)
            .hint("download the model once, unpack it, and give the folder that holds its `info.json`"));
    }
    if path.is_file() {
        return lone_file(path);
    }
    if reference.contains(['/', '\\']) || reference.starts_with('.') || reference.is_empty() {
        let text = format!("there is no folder `{reference}`");
        return Err(Failure::message(Exit::ModelNotFound, text)
            .hint("give the folder that holds the model's `info.json` or its weights, or the name of an installed model: speciesnet, deepfaune, manas, megadetector"));
    }
    installed(reference, data)
}

/// A detector is a model by itself; any other file is part of one.
fn lone_file(path: &Path) -> Result<Files, Failure> {
    if path.extension().is_some_and(|ending| ending == "pt") {
        return Ok(Files::MegaDetector(MegaDetectorFiles { detector: path.to_owned(), script: None }));
    }
    let text = format!("`{}` is a file, and a model is a folder", path.display());
    let folder = path.parent().filter(|folder| folder.join(INFO_FILE).is_file());
    let meant = folder.map_or("the folder that holds it".to_owned(), |folder| {
        if folder.as_os_str().is_empty() { "`.`".to_owned() } else { format!("`{}`", folder.display()) }
    });
    Err(Failure::message(Exit::ModelRefused, text)
        .hint(format!("give {meant}; only a detector's `.pt` is a model by itself")))
}

/// Whether a folder holds a model, as far as the names of its files tell.
pub(crate) fn is_model(folder: &Path) -> bool {
    folder::files(folder).is_ok()
}

fn installed(reference: &str, data: &DataFolder) -> Result<Files, Failure> {
    let parsed: Reference = reference.parse().map_err(|error| Failure::new(Exit::ModelNotFound, error))?;
    match shelf::find(&data.zoo(), &parsed, is_model) {
        Some(model) => folder::files(&model.folder),
        None => Err(not_installed(&parsed, data)),
    }
}

/// What to say of a model that is not there.
pub(crate) fn not_installed(reference: &Reference, data: &DataFolder) -> Failure {
    let text = format!("`{reference}` is neither a folder nor an installed model");
    let zoo = data.zoo();
    let there: Vec<_> = shelf::all(&zoo).into_iter().filter(|model| model.name.id == reference.id).collect();
    let usable = there.iter().filter(|model| model.is_usable()).map(|model| model.name.version.as_str());
    let versions: Vec<_> = usable.collect();
    let broken = there.iter().rfind(|model| {
        reference.version.as_ref().is_none_or(|version| *version == model.name.version) && !model.is_usable()
    });
    let hint = if let Some(model) = broken
        && let State::Damaged(why) | State::Unfinished(why) = &model.state
    {
        format!("{} is there and cannot be used: {why}; `biowatch models list` shows it", model.name)
    } else if Catalogue::load(&zoo).0.find(reference).is_some() {
        format!("`biowatch models install {reference}` installs it")
    } else if versions.is_empty() {
        "`biowatch models list` shows what is installed and what can be; a model's folder can be given directly".to_owned()
    } else {
        format!("installed versions: {}", versions.join(", "))
    };
    Failure::message(Exit::ModelNotFound, text).hint(hint)
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;
    use crate::environment::Environment;

    fn data(root: &Path) -> DataFolder {
        DataFolder::find(Some(root.to_owned()), &Environment::default())
    }

    fn install(root: &Path, name: &str) -> PathBuf {
        let folder = root.join("model-zoo").join(name);
        fs_err::create_dir_all(&folder).unwrap();
        fs_err::write(folder.join(INFO_FILE), "{}").unwrap();
        folder
    }

    #[test]
    fn finds_folders_and_installed_models() {
        let root = tempfile::tempdir().unwrap();
        let root = root.path();
        let older = install(root, "speciesnet/4.0.2a");
        let newer = install(root, "speciesnet/4.0.10a");
        fs_err::create_dir_all(root.join("model-zoo/speciesnet/9.0")).unwrap();
        let data = data(root);
        assert_eq!(find(older.to_str().unwrap(), &data).unwrap(), Files::SpeciesNet(older.clone()));
        assert_eq!(find("speciesnet", &data).unwrap(), Files::SpeciesNet(newer.clone()));
        assert_eq!(find("speciesnet:4.0.2a", &data).unwrap(), Files::SpeciesNet(older.clone()));
    }

    #[test]
    fn says_what_is_missing_and_what_to_do() {
        let root = tempfile::tempdir().unwrap();
        let folder = install(root.path(), "speciesnet/4");
        let file = folder.join(INFO_FILE);
        let data = data(root.path());
        let cases = [
            ("a/b", Exit::ModelNotFound, "there is no folder `a/b`", "info.json"),
            ("kaggle:google/speciesnet", Exit::ModelNotFound, "names a download", "unpack"),
            ("speciesnet:5", Exit::ModelNotFound, "nor an installed model", "installed versions: 4"),
            ("nothing", Exit::ModelNotFound, "nor an installed model", "models list"),
            ("", Exit::ModelNotFound, "there is no folder", "info.json"),
            (file.to_str().unwrap(), Exit::ModelRefused, "is a file", folder.to_str().unwrap()),
        ];
        for (reference, exit, text, hint) in cases {
            let failure = find(reference, &data).unwrap_err();
            assert_eq!(failure.exit, exit, "{reference}");
            assert!(failure.error.to_string().contains(text), "{failure:?}");
            assert!(failure.hint.as_ref().unwrap().contains(hint), "{failure:?}");
        }
    }
}
