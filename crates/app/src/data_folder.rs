//! Where models, engines and caches live: Biowatch's own data folder, so that an existing install is found.

use std::path::{Path, PathBuf};

use biowatch_zoo::place::Zoo;

use crate::environment::Environment;

/// The data folder. Nothing in it is created before it is needed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct DataFolder {
    root: PathBuf,
}

impl DataFolder {
    /// `--data-dir`, else `BIOWATCH_DATA_DIR`, else where the Biowatch app keeps its data on this platform:
    /// `~/.config/biowatch/biowatch-data`, `~/Library/Application Support/biowatch/biowatch-data` or
    /// `%APPDATA%\biowatch\biowatch-data`; with no home, `biowatch-data` in the working folder.
    pub(crate) fn find(flag: Option<PathBuf>, environment: &Environment) -> Self {
        let root =
            flag.or_else(|| environment.data_dir.clone()).unwrap_or_else(|| platform_default(environment));
        Self { root }
    }

    /// The folder itself.
    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    /// The part of it that holds models: `models/`, and the Biowatch app's own `model-zoo/`.
    pub(crate) fn zoo(&self) -> Zoo {
        Zoo::new(&self.root)
    }

    /// `engines/onnxruntime-<version>/`: engine libraries.
    pub(crate) fn engines(&self) -> PathBuf {
        self.root.join("engines")
    }

    /// `cache/graphs/`: converted and optimised graphs. Deleting it is always safe.
    pub(crate) fn graphs(&self) -> PathBuf {
        self.root.join("cache").join("graphs")
    }

    /// `servers/<name>/`: servers that `start` has started.
    pub(crate) fn servers(&self) -> PathBuf {
        self.root.join("servers")
    }

    /// `studies/<uuid>/study.db`: one database a study, as Biowatch lays them out.
    pub(crate) fn studies(&self) -> PathBuf {
        self.root.join("studies")
    }

    /// `up.json`: where the application that is open on this folder is found, for its owner alone.
    pub(crate) fn up(&self) -> PathBuf {
        self.root.join("up.json")
    }

    /// `.staging/`: what is being put together and not yet published.
    pub(crate) fn staging(&self) -> PathBuf {
        self.root.join(".staging")
    }
}

fn platform_default(environment: &Environment) -> PathBuf {
    let home = environment.home.clone();
    let applications = if cfg!(target_os = "macos") {
        home.map(|home| home.join("Library").join("Application Support"))
    } else if cfg!(windows) {
        environment.app_data.clone()
    } else {
        environment.app_data.clone().or_else(|| home.map(|home| home.join(".config")))
    };
    applications.map(|folder| folder.join("biowatch")).unwrap_or_default().join("biowatch-data")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_flag_wins_over_the_environment_over_the_platform() {
        let mut environment = Environment { home: Some("/home/ada".into()), ..Environment::default() };
        let at = |flag: Option<&str>, environment: &Environment| {
            DataFolder::find(flag.map(PathBuf::from), environment).root().to_owned()
        };
        if cfg!(target_os = "linux") {
            assert_eq!(at(None, &environment), Path::new("/home/ada/.config/biowatch/biowatch-data"));
            environment.app_data = Some("/xdg".into());
            assert_eq!(at(None, &environment), Path::new("/xdg/biowatch/biowatch-data"));
        }
        environment.data_dir = Some("/data".into());
        assert_eq!(at(None, &environment), Path::new("/data"));
        assert_eq!(at(Some("/flag"), &environment), Path::new("/flag"));
    }
}
