//! The options of a server as they were typed, to be typed again for its process, and to tell servers apart.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

use clap::{Parser, ValueEnum};
use serde::{Deserialize, Serialize};

use crate::cli::{Answers, EngineChoice, EngineOptions, MissingFiles, ModelOptions, ServeOptions};
use crate::environment::Environment;
use crate::exit::{Exit, Failure};
use crate::settings::NamedLibrary;

/// Options that differ from what nothing typed means, each with its value if it has one. Paths are whole. A
/// value that is no text cannot be written down, and its server not be started.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Options(Vec<(String, Option<PathBuf>)>);

impl Options {
    /// All of `typed` but the model's name and the port. What the environment says is taken in, so that the server is
    /// the same wherever it is started again from.
    pub(crate) fn of(typed: &ServeOptions, environment: &Environment) -> Self {
        let ServeOptions {
            model,
            port: _,
            host,
            timeout,
            api_path,
            max_queue,
            max_payload,
            allowed_hosts,
            allowed_origins,
            open_health,
            missing_files,
        } = typed;
        let mut options = Self::default();
        options.value("host", (host != "localhost").then_some(host));
        options.value("timeout", (*timeout != 30).then(|| timeout.to_string()));
        options.value("api-path", (api_path != "/predict").then_some(api_path));
        options.value("max-queue", max_queue.map(|count| count.to_string()));
        options.value("max-payload", max_payload.map(|bytes| bytes.to_string()));
        for host in allowed_hosts {
            options.value("allow-host", Some(host));
        }
        for origin in allowed_origins {
            options.value("allow-origin", Some(origin));
        }
        options.flag("open-health", *open_health);
        options
            .value("missing-files", (*missing_files != MissingFiles::ErrorRow).then(|| word(missing_files)));
        options.take_model(&model.options, environment);
        options
    }

    /// All of `typed`, for a model that is served with nothing else said about its server.
    pub(crate) fn of_model(typed: &ModelOptions, environment: &Environment) -> Self {
        let mut options = Self::default();
        options.take_model(typed, environment);
        options
    }

    /// Understands again what [`Options::of_model`] took down.
    pub(crate) fn model_options(&self) -> Result<ModelOptions, Failure> {
        #[derive(Parser)]
        #[command(name = "options", disable_help_flag = true)]
        struct Again {
            #[command(flatten)]
            options: ModelOptions,
        }
        let words = std::iter::once("options".into()).chain(self.words());
        match Again::try_parse_from(words) {
            Ok(again) => Ok(again.options),
            Err(error) => Err(Failure::message(Exit::Usage, error.kind().to_string())
                .hint(error.render().to_string().trim().to_owned())),
        }
    }

    fn take_model(&mut self, model: &ModelOptions, environment: &Environment) {
        let ModelOptions {
            country,
            admin1_region,
            no_geofence,
            answer_per,
            threshold,
            strongest_box_decides,
            ffmpeg,
            compat_jpeg_frames,
            engine,
            cache_dir,
            no_cache,
        } = model;
        self.value("country", country.as_ref());
        self.value("admin1-region", admin1_region.as_ref());
        self.flag("no-geofence", *no_geofence);
        self.value("answer-per", (*answer_per != Answers::Photo).then(|| word(answer_per)));
        self.value("threshold", threshold.map(|threshold| threshold.to_string()));
        self.flag("strongest-box-decides", *strongest_box_decides);
        self.path("ffmpeg", ffmpeg.as_ref().or(environment.ffmpeg.as_ref()));
        self.flag("compat-jpeg-frames", *compat_jpeg_frames);
        let EngineOptions { engine, engine_library, device, precision, threads } = engine;
        self.value("engine", (*engine != EngineChoice::Auto).then(|| word(engine)));
        let library = NamedLibrary::find(engine_library.clone(), environment);
        self.path("engine-library", library.map(|library| library.path).as_ref());
        self.value("device", Some(device.to_string()).filter(|device| device != "auto"));
        self.value("precision", Some(precision.to_string()).filter(|precision| precision != "f32"));
        self.value("threads", threads.map(|count| count.to_string()));
        self.path("cache-dir", cache_dir.as_ref());
        self.flag("no-cache", *no_cache);
    }

    fn flag(&mut self, name: &str, is_set: bool) {
        if is_set {
            self.0.push((name.to_owned(), None));
        }
    }

    fn value(&mut self, name: &str, value: Option<impl AsRef<OsStr>>) {
        if let Some(value) = value {
            self.0.push((name.to_owned(), Some(value.as_ref().into())));
        }
    }

    fn path(&mut self, name: &str, path: Option<&PathBuf>) {
        self.value(name, path.map(|path| whole(path)));
    }

    /// As they are typed after `serve MODEL`.
    pub(crate) fn words(&self) -> Vec<OsString> {
        let word = |(name, value): &(String, Option<PathBuf>)| {
            let mut word = OsString::from(format!("--{name}"));
            if let Some(value) = value {
                word.push("=");
                word.push(value);
            }
            word
        };
        self.0.iter().map(word).collect()
    }

    /// By name, to be compared.
    pub(crate) fn by_name(&self) -> BTreeMap<String, String> {
        let mut all: BTreeMap<String, String> = BTreeMap::new();
        for (name, value) in &self.0 {
            let value = value.as_ref().map_or("yes".into(), |value| value.to_string_lossy());
            all.entry(name.clone())
                .and_modify(|all| {
                    all.push(' ');
                    all.push_str(&value);
                })
                .or_insert(value.into_owned());
        }
        all
    }
}

fn word(value: &impl ValueEnum) -> String {
    value.to_possible_value().map(|value| value.get_name().to_owned()).unwrap_or_default()
}

/// A path that means the same in every folder.
pub(crate) fn whole(path: &Path) -> PathBuf {
    std::path::absolute(path).unwrap_or_else(|_| path.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::{Cli, Command};

    fn options(line: &[&str]) -> Options {
        let words = [&["biowatch", "start", "model"][..], line].concat();
        match Cli::try_parse_from(words).unwrap().command {
            Command::Start(start) => Options::of(&start.options, &Environment::default()),
            _ => unreachable!("start was typed"),
        }
    }

    #[test]
    fn what_was_typed_is_typed_again() {
        assert!(options(&[]).words().is_empty());
        let line = [
            "--host=0.0.0.0",
            "--timeout=5",
            "--api-path=/x",
            "--max-queue=3",
            "--max-payload=9",
            "--allow-host=a",
            "--allow-host=b",
            "--allow-origin=http://c",
            "--open-health",
            "--missing-files=refuse",
            "--country=KEN",
            "--no-geofence",
            "--answer-per=animal",
            "--threshold=0.4",
            "--strongest-box-decides",
            "--ffmpeg=/f",
            "--compat-jpeg-frames",
            "--engine=built-in",
            "--engine-library=/l",
            "--device=cpu",
            "--threads=2",
            "--cache-dir=/c",
        ];
        assert_eq!(options(&line).words(), line);
        assert_eq!(options(&line).by_name()["allow-host"], "a b");
        let again = options(&line);
        let text = serde_json::to_string(&again).unwrap();
        assert_eq!(serde_json::from_str::<Options>(&text).unwrap(), again);
    }

    #[test]
    fn defaults_and_other_orders_make_no_difference() {
        assert_eq!(options(&["--device", "auto", "--timeout", "30"]), options(&[]));
        assert_eq!(options(&["--country=KEN", "--no-cache"]), options(&["--no-cache", "--country=KEN"]));
        assert_ne!(options(&["--country=KEN"]), options(&["--country=GBR"]));
    }
}
