//! From what the user typed to a model on disk. Each model's own file joins its weights to its pipeline.

use std::path::{Path, PathBuf};

use biowatch_contract::info::ModelInfo;
use biowatch_vision::pipeline::Pipeline;

use crate::cli::Answers;
use crate::data_folder::DataFolder;
use crate::exit::{Exit, Failure};
use crate::model_files::{Files, MegaDetectorFiles, Source};
use crate::results::{self, RowSettings};
use crate::settings::ModelSettings;
use crate::version_key::version_key;

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
pub(crate) use video::decoder;

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

fn installed(reference: &str, data: &DataFolder) -> Result<Files, Failure> {
    let (id, version) = match reference.split_once(':') {
        Some((id, version)) => (id, Some(version)),
        None => (reference, None),
    };
    let place = data.models().join(id);
    let found = versions(&place);
    let chosen = match version {
        Some(version) => found.iter().find(|folder| folder.file_name().is_some_and(|name| name == version)),
        None => found.last(),
    };
    match chosen {
        Some(chosen) => folder::files(chosen),
        None => Err(not_installed(reference, &place, &found)),
    }
}

fn not_installed(reference: &str, place: &Path, found: &[PathBuf]) -> Failure {
    let text = format!("`{reference}` is neither a folder nor an installed model");
    let names: Vec<_> = found.iter().filter_map(|folder| folder.file_name()?.to_str()).collect();
    let hint = if names.is_empty() {
        format!(
            "unpack the model's files into `{}`, or give the folder where they are",
            place.join("VERSION").display()
        )
    } else {
        format!("installed versions: {}", names.join(", "))
    };
    Failure::message(Exit::ModelNotFound, text).hint(hint)
}

/// Every installed model: its id and its folders, oldest version first.
pub(crate) fn all_installed(data: &DataFolder) -> Vec<(String, PathBuf)> {
    let folders = |path: &Path| -> Vec<PathBuf> {
        let entries = fs_err::read_dir(path).into_iter().flatten().flatten();
        let mut folders: Vec<_> = entries.map(|entry| entry.path()).filter(|path| path.is_dir()).collect();
        folders.sort();
        folders
    };
    let models = folders(&data.models());
    let name =
        |path: &Path| path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    models
        .iter()
        .flat_map(|model| versions(model).into_iter().map(|version| (name(model), version)))
        .collect()
}

/// The version of the model in `folder`, by its small files, or by the folder's name where those do not say.
pub(crate) fn installed_version(folder: &Path) -> Result<String, Failure> {
    match folder::files(folder)? {
        Files::SpeciesNet(folder) => speciesnet::version(&folder),
        _ => Ok(folder.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()),
    }
}

/// Folders in `model` that hold a model, in the order of their version numbers.
fn versions(model: &Path) -> Vec<PathBuf> {
    let entries = fs_err::read_dir(model).into_iter().flatten().flatten().map(|entry| entry.path());
    let mut folders: Vec<_> = entries.filter(|path| path.is_dir() && folder::files(path).is_ok()).collect();
    folders.sort_by_cached_key(|folder| {
        folder.file_name().map(|name| version_key(&name.to_string_lossy())).unwrap_or_default()
    });
    folders
}

#[cfg(test)]
mod tests {
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
        let names = all_installed(&data);
        assert_eq!(names, [("speciesnet".to_owned(), older), ("speciesnet".to_owned(), newer)]);
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
            ("deepfaune", Exit::ModelNotFound, "nor an installed model", "VERSION"),
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
