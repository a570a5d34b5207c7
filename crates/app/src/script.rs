//! The command line of the Python servers: `run_speciesnet_server.py --port 8000 --geofence true ...`, and those of
//! DeepFaune, Manas and MegaDetector.
//!
//! Their flags are read by absl, whose spellings are kept: one dash or two, a value after `=` or as the next
//! word, `--noflag` for booleans, words that are no flags skipped, `--` to end flags. Names are exact:
//! underscores and dashes are not the same. One thing is mended: in `--geofence false` the second word counts.

use std::ffi::OsString;
use std::path::Path;

use thiserror::Error;

/// What the script form asks for.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Script {
    /// Serve a model.
    Serve(Model, Flags),
    /// `--help`.
    Help(Model),
}

/// The models whose server scripts we stand in for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Model {
    /// `run_speciesnet_server.py`.
    SpeciesNet,
    /// `run_deepfaune_server.py`.
    DeepFaune,
    /// `run_manas_server.py`.
    Manas,
    /// `run_megadetector_server.py`.
    MegaDetector,
}

impl Model {
    fn of_script(name: &str) -> Option<Self> {
        [Self::SpeciesNet, Self::DeepFaune, Self::Manas, Self::MegaDetector]
            .into_iter()
            .find(|model| model.id() == name)
    }

    /// As scripts, folders and `/info` spell it.
    pub(crate) fn id(self) -> &'static str {
        match self {
            Self::SpeciesNet => "speciesnet",
            Self::DeepFaune => "deepfaune",
            Self::Manas => "manas",
            Self::MegaDetector => "megadetector",
        }
    }

    /// As people write it.
    pub(crate) fn title(self) -> &'static str {
        match self {
            Self::SpeciesNet => "SpeciesNet",
            Self::DeepFaune => "DeepFaune",
            Self::Manas => "Manas",
            Self::MegaDetector => "MegaDetector",
        }
    }

    /// Flags with a value that only this script has.
    fn own_flags(self) -> &'static [&'static str] {
        match self {
            Self::SpeciesNet => &["country", "model"],
            Self::DeepFaune => &[DETECTOR, CLASSIFIER],
            Self::Manas => &[DETECTOR, CLASSIFIER, CLASSES],
            Self::MegaDetector => &[DETECTOR, THRESHOLD],
        }
    }

    /// Flags without which the script does not start.
    fn required_flags(self) -> &'static [&'static str] {
        match self {
            Self::SpeciesNet => &[],
            Self::DeepFaune => &[CLASSIFIER, DETECTOR],
            Self::Manas => &[CLASSES, CLASSIFIER, DETECTOR],
            Self::MegaDetector => &[DETECTOR],
        }
    }

    fn knows(self, name: &str) -> bool {
        COMMON_FLAGS.contains(&name) || self.own_flags().contains(&name)
    }
}

const DETECTOR: &str = "filepath-detector-weights";
const CLASSIFIER: &str = "filepath-classifier-weights";
const CLASSES: &str = "filepath-classes";
const THRESHOLD: &str = "detection-confidence-threshold";

/// Flags of the scripts. Those of other scripts keep their default.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Flags {
    /// `--port`. 0 takes a free one.
    pub(crate) port: u16,
    /// `--api_path`.
    pub(crate) api_path: String,
    /// `--workers_per_device`, 1 or more.
    pub(crate) workers_per_device: u64,
    /// `--timeout`, seconds in the queue.
    pub(crate) timeout: u64,
    /// `--backlog`, connections the system may hold for us.
    pub(crate) backlog: u32,
    /// `--extra_fields`.
    pub(crate) extra_fields: Vec<String>,
    /// `--model`: a folder.
    pub(crate) model: Option<String>,
    /// `--geofence`.
    pub(crate) geofence: bool,
    /// `--country`.
    pub(crate) country: Option<String>,
    /// `--filepath-detector-weights`.
    pub(crate) detector: Option<String>,
    /// `--filepath-classifier-weights`.
    pub(crate) classifier: Option<String>,
    /// `--filepath-classes`.
    pub(crate) classes: Option<String>,
    /// `--detection-confidence-threshold`.
    pub(crate) threshold: f64,
}

impl Flags {
    /// The defaults of the original.
    pub(crate) fn of(model: Model) -> Self {
        Self {
            port: if model == Model::Manas { 8002 } else { 8000 },
            api_path: "/predict".to_owned(),
            workers_per_device: 1,
            timeout: 30,
            backlog: 2048,
            extra_fields: Vec::new(),
            model: None,
            geofence: true,
            country: None,
            detector: None,
            classifier: None,
            classes: None,
            threshold: 0.2,
        }
    }

    fn has(&self, name: &str) -> bool {
        match name {
            DETECTOR => self.detector.is_some(),
            CLASSIFIER => self.classifier.is_some(),
            CLASSES => self.classes.is_some(),
            _ => true,
        }
    }
}

/// Why the words are no command line of a server script. Printed as absl prints it; the exit code is 1.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub(crate) enum ParseScriptError {
    /// No such flag.
    #[error("Unknown command line flag '{name}'{}", did_you_mean(name, *model))]
    UnknownFlag {
        /// As typed, without dashes.
        name: String,
        /// Whose flags it is not among.
        model: Model,
    },
    /// Flags that must be given and were not, a line each.
    #[error("{}", .0.iter().map(|name| missing(name)).collect::<Vec<_>>().join("\n"))]
    Required(Vec<&'static str>),
    /// A flag at the end without its value.
    #[error("Missing value for flag {0}")]
    MissingValue(String),
    /// A value that the flag cannot take.
    #[error("flag --{name}={value}: {why}")]
    BadValue {
        /// The flag.
        name: &'static str,
        /// As typed.
        value: String,
        /// What was expected.
        why: String,
    },
    /// `--nogeofence=x`.
    #[error("{0} does not take an argument")]
    NoArgument(String),
    /// Not UTF-8.
    #[error("the argument {0:?} is not UTF-8")]
    NotUtf8(OsString),
    /// A script of another model.
    #[error(
        "there is no server for `{0}` in this program, only for speciesnet, deepfaune, manas and megadetector"
    )]
    UnknownScript(String),
    /// Called as `python`, but not for a server script.
    #[error(
        "this program stands in for Python only to run the `run_*_server.py` of Biowatch's models, not {0}"
    )]
    NotAScript(String),
}

/// Flags with a value that every script has.
const COMMON_FLAGS: [&str; 6] =
    ["api_path", "backlog", "extra_fields", "port", "timeout", "workers_per_device"];

/// Flags of absl's own logging, which the original accepts on every command line: taken, without effect.
const LOGGING_FLAGS: [&str; 4] = ["verbosity", "v", "stderrthreshold", "log_dir"];

/// Whether `arguments` (program name first) are the script form; if so, what they ask for.
///
/// They are when the first argument is a path to `run_<model>_server.py`, or when the program was called
/// through a link named `python` or `python3`: then options of the interpreter may stand before the script.
pub(crate) fn recognise(arguments: &[OsString]) -> Option<Result<Script, ParseScriptError>> {
    let (program, rest) = arguments.split_first()?;
    let stem = Path::new(program).file_stem().and_then(|stem| stem.to_str()).unwrap_or_default();
    let is_python = stem.to_ascii_lowercase().starts_with("python");
    let rest = if is_python { skip_interpreter_options(rest) } else { rest };
    let Some((first, flags)) = rest.split_first() else {
        return is_python.then(|| Err(ParseScriptError::NotAScript("an interactive session".to_owned())));
    };
    let name = script_name(first);
    match name.as_deref() {
        Some(name) => Some(match Model::of_script(name) {
            Some(model) => parse(model, flags),
            None => Err(ParseScriptError::UnknownScript(name.to_owned())),
        }),
        None if is_python => Some(Err(ParseScriptError::NotAScript(format!("`{}`", first.display())))),
        None => None,
    }
}

/// `speciesnet` of `anywhere/run_speciesnet_server.py`, written with either slash.
fn script_name(path: &OsString) -> Option<String> {
    let file = path.to_str()?.rsplit(['/', '\\']).next()?;
    Some(file.strip_prefix("run_")?.strip_suffix("_server.py")?.to_owned())
}

/// Drops the likes of `-u` and `-X utf8` in front of a script.
fn skip_interpreter_options(mut words: &[OsString]) -> &[OsString] {
    while let Some((word, rest)) = words.split_first() {
        match word.to_str() {
            Some("-X" | "-W") => words = rest.get(1..).unwrap_or_default(),
            Some(word) if is_interpreter_option(word) => words = rest,
            _ => break,
        }
    }
    words
}

fn is_interpreter_option(word: &str) -> bool {
    word.strip_prefix('-').is_some_and(|letters| {
        !letters.is_empty() && letters.chars().all(|letter| "bBdEiIOPqsSuvx".contains(letter))
    })
}

fn parse(model: Model, words: &[OsString]) -> Result<Script, ParseScriptError> {
    let words = words.iter().map(|word| word.to_str().ok_or_else(|| ParseScriptError::NotUtf8(word.clone())));
    let words = words.collect::<Result<Vec<_>, _>>()?;
    let mut flags = Flags::of(model);
    let mut words = words.into_iter().peekable();
    while let Some(word) = words.next() {
        if word == "--" {
            break;
        }
        let bare = word.strip_prefix("--").or_else(|| word.strip_prefix('-'));
        let Some(bare) = bare.filter(|bare| !bare.is_empty()) else { continue };
        let (name, attached) = match bare.split_once('=') {
            Some((name, value)) => (name, Some(value)),
            None => (bare, None),
        };
        let mut value = || {
            attached.or_else(|| words.next()).ok_or_else(|| ParseScriptError::MissingValue(word.to_owned()))
        };
        match name {
            "help" | "helpshort" | "helpfull" | "h" | "?" => return Ok(Script::Help(model)),
            "geofence" if model == Model::SpeciesNet => {
                let second_word = attached.or_else(|| words.next_if(|next| boolean(next).is_some()));
                flags.geofence = geofence(second_word.unwrap_or("true"))?;
            }
            "nogeofence" if model == Model::SpeciesNet && attached.is_some() => {
                return Err(ParseScriptError::NoArgument(word.to_owned()));
            }
            "nogeofence" if model == Model::SpeciesNet => flags.geofence = false,
            "logtostderr" | "alsologtostderr" => {}
            "undefok" => drop(value()?),
            name if LOGGING_FLAGS.contains(&name) => drop(value()?),
            name if model.knows(name) => flags.assign(name, value()?)?,
            name => return Err(ParseScriptError::UnknownFlag { name: name.to_owned(), model }),
        }
    }
    let missing: Vec<_> = model.required_flags().iter().copied().filter(|name| !flags.has(name)).collect();
    if !missing.is_empty() {
        return Err(ParseScriptError::Required(missing));
    }
    Ok(Script::Serve(model, flags))
}

impl Flags {
    /// Sets a flag that [`Model::knows`] of.
    fn assign(&mut self, name: &str, value: &str) -> Result<(), ParseScriptError> {
        match name {
            "api_path" => self.api_path = api_path(value)?,
            "backlog" => self.backlog = integer("backlog", value, 1, i64::from(i32::MAX))? as u32,
            "country" => self.country = Some(value.to_owned()).filter(|country| !country.is_empty()),
            "extra_fields" => self.extra_fields = list(value),
            "model" => self.model = Some(value.to_owned()).filter(|model| !model.is_empty()),
            "port" => self.port = integer("port", value, 0, 65_535)? as u16,
            "timeout" => self.timeout = integer("timeout", value, 0, i64::from(u32::MAX))? as u64,
            "workers_per_device" => {
                self.workers_per_device = integer("workers_per_device", value, 1, 1_000_000)? as u64;
            }
            DETECTOR => self.detector = Some(value.to_owned()),
            CLASSIFIER => self.classifier = Some(value.to_owned()),
            CLASSES => self.classes = Some(value.to_owned()),
            _ => self.threshold = confidence(value)?,
        }
        Ok(())
    }
}

fn geofence(value: &str) -> Result<bool, ParseScriptError> {
    boolean(value).ok_or_else(|| ParseScriptError::BadValue {
        name: "geofence",
        value: value.to_owned(),
        why: "Non-boolean argument to boolean flag".to_owned(),
    })
}

/// absl's words for true and false, in any case.
fn boolean(word: &str) -> Option<bool> {
    match word.to_ascii_lowercase().as_str() {
        "true" | "t" | "1" => Some(true),
        "false" | "f" | "0" => Some(false),
        _ => None,
    }
}

/// An integer as Python's `int` reads it, in decimal, or after `0x` or `0o`.
fn integer(name: &'static str, value: &str, low: i64, high: i64) -> Result<i64, ParseScriptError> {
    let refuse = |why: String| ParseScriptError::BadValue { name, value: value.to_owned(), why };
    let text = value.trim();
    let (digits, radix) = match text.get(..2) {
        Some("0x" | "0X") => (text.get(2..).unwrap_or_default(), 16),
        Some("0o" | "0O") => (text.get(2..).unwrap_or_default(), 8),
        _ => (text, 10),
    };
    let number = i64::from_str_radix(digits, radix)
        .map_err(|_| refuse(format!("invalid literal for int() with base {radix}: '{value}'")))?;
    if (low..=high).contains(&number) {
        Ok(number)
    } else {
        Err(refuse(format!("must be from {low} to {high}")))
    }
}

/// A confidence as Python's `float` reads it. What is no probability is refused: the original would answer nonsense.
fn confidence(value: &str) -> Result<f64, ParseScriptError> {
    let refuse = |why: String| ParseScriptError::BadValue { name: THRESHOLD, value: value.to_owned(), why };
    let number: f64 =
        value.trim().parse().map_err(|_| refuse(format!("could not convert string to float: '{value}'")))?;
    if (0.0..=1.0).contains(&number) { Ok(number) } else { Err(refuse("must be from 0 to 1".to_owned())) }
}

/// What absl says of a required flag.
fn missing(name: &str) -> String {
    format!("flag --{name}=None: Flag --{name} must have a value other than None.")
}

fn api_path(value: &str) -> Result<String, ParseScriptError> {
    if value.starts_with('/') {
        return Ok(value.to_owned());
    }
    let why = "must start with '/'".to_owned();
    Err(ParseScriptError::BadValue { name: "api_path", value: value.to_owned(), why })
}

fn list(value: &str) -> Vec<String> {
    value.split(',').map(str::trim).filter(|item| !item.is_empty()).map(str::to_owned).collect()
}

/// absl's suggestion: a known flag that begins alike.
fn did_you_mean(name: &str, model: Model) -> String {
    let alike = |text: &str| text.replace('-', "_").chars().take(3).collect::<String>();
    let start = alike(name);
    let mut known = COMMON_FLAGS.iter().chain(model.own_flags());
    let near = known.find(|known| !start.is_empty() && alike(known) == start);
    near.map(|known| format!(". Did you mean: {known} ?")).unwrap_or_default()
}

/// What `--help` prints.
pub(crate) fn help(model: Model) -> String {
    let id = model.id();
    let port = Flags::of(model).port;
    let own = match model {
        Model::SpeciesNet => SPECIESNET_HELP,
        Model::DeepFaune => DEEPFAUNE_HELP,
        Model::Manas => MANAS_HELP,
        Model::MegaDetector => MEGADETECTOR_HELP,
    };
    format!(
        "\
Serve {title} over HTTP, with the flags of run_{id}_server.py.

  --port               TCP port (default {port}; 0 takes a free one)
  --api_path           path of the predict call (default /predict)
  --workers_per_device accepted; one engine serves, with all cores (default 1)
  --timeout            seconds a request may wait in the queue (default 30)
  --backlog            connections the system may hold for us (default 2048)
  --extra_fields       accepted without effect, as in the original
{own}
`biowatch serve --help` lists what the program offers beyond these.
",
        title = model.title()
    )
}

const SPECIESNET_HELP: &str = "\
  --model              folder of the model package (default: SpeciesNet in the data folder)
  --[no]geofence       use the package's geofence (default true)
  --country            ISO 3166-1 alpha-3 code, such as KEN
";

const DEEPFAUNE_HELP: &str = "\
  --filepath-classifier-weights
                       deepfaune-vit_large_patch14_dinov2.lvd142m.v3.pt or a later release; required
  --filepath-detector-weights
                       MDV6-yolov10x.pt or another MegaDetector; required
";

const MANAS_HELP: &str = "\
  --filepath-classifier-weights
                       TorchScript file of the classifier; required
  --filepath-classes   pickle of the classifier's class names; required
  --filepath-detector-weights
                       MDV6-yolov10x.pt or another MegaDetector; required
";

const MEGADETECTOR_HELP: &str = "\
  --filepath-detector-weights
                       MDV6-yolov10-e-1280.pt or another MegaDetector; required
  --detection-confidence-threshold
                       least confidence of the box that decides (default 0.2)
";

#[cfg(test)]
mod tests;
