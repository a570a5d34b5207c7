//! Where ONNX Runtime's library may lie, and which ones are installed in the data folder.

use std::env;
use std::path::{Path, PathBuf};

use biowatch_vision::session::Libraries;
use biowatch_zoo::reference::version_key;
use serde::{Deserialize, Serialize};

use crate::data_folder::DataFolder;
use crate::settings::NamedLibrary;

pub(crate) mod archive;
pub(crate) mod pinned;

/// Name of an installed engine's folder, before its version.
const FOLDER_PREFIX: &str = "onnxruntime-";
/// The file that makes a folder an installed engine. Written last.
pub(crate) const MANIFEST: &str = "engine.json";

/// What `engine install` writes about an engine.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Manifest {
    /// `onnxruntime`.
    pub(crate) name: String,
    /// As the library itself says.
    pub(crate) version: String,
    /// Its file name.
    pub(crate) library: String,
    /// Lower-case hexadecimal digest of the library.
    pub(crate) sha256: String,
    /// Whether this program knew the digest.
    pub(crate) pinned: bool,
    /// Name of the file it came from.
    pub(crate) from: String,
}

/// An engine in the data folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Installed {
    /// Its folder.
    pub(crate) folder: PathBuf,
    /// What it is.
    pub(crate) manifest: Manifest,
}

impl Installed {
    /// The library file.
    pub(crate) fn library(&self) -> PathBuf {
        self.folder.join(&self.manifest.library)
    }
}

/// Where to look for a library: the named one alone, else beside the program, in the data folder, in the system.
pub(crate) fn libraries(named: Option<&NamedLibrary>, data: &DataFolder) -> Libraries {
    let mut folders: Vec<_> =
        program_folder().into_iter().flat_map(|folder| [folder.join("lib"), folder]).collect();
    folders.push(data.engines());
    // Windows' own `onnxruntime.dll` belongs to the system and is too old.
    Libraries { named: named.map(|named| named.path.clone()), folders, system: !cfg!(windows) }
}

/// Why the library at `path` is looked at, in words.
pub(crate) fn origin(path: &Path, named: Option<&NamedLibrary>, data: &DataFolder) -> String {
    match named {
        Some(named) => format!("named by {}", named.by),
        None if path.starts_with(data.engines()) => "installed in the data folder".to_owned(),
        None if program_folder().is_some_and(|folder| path.starts_with(folder)) => {
            "beside the program".to_owned()
        }
        None => "a library of the system".to_owned(),
    }
}

fn program_folder() -> Option<PathBuf> {
    Some(env::current_exe().ok()?.parent()?.to_owned())
}

/// Where an engine of this version is installed.
pub(crate) fn folder(data: &DataFolder, version: &str) -> PathBuf {
    data.engines().join(format!("{FOLDER_PREFIX}{version}"))
}

/// Installed engines, newest version first. A folder without a whole manifest is not one.
pub(crate) fn installed(data: &DataFolder) -> Vec<Installed> {
    let entries = fs_err::read_dir(data.engines()).into_iter().flatten().flatten();
    let mut engines: Vec<_> = entries.filter_map(|entry| read_installed(entry.path())).collect();
    engines.sort_by_cached_key(|engine| version_key(&engine.manifest.version));
    engines.reverse();
    engines
}

fn read_installed(folder: PathBuf) -> Option<Installed> {
    folder.file_name()?.to_str()?.strip_prefix(FOLDER_PREFIX)?;
    let manifest: Manifest = serde_json::from_slice(&fs_err::read(folder.join(MANIFEST)).ok()?).ok()?;
    archive::is_library(&manifest.library).then_some(Installed { folder, manifest })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::environment::Environment;

    #[test]
    fn the_newest_installed_engine_comes_first_and_half_installed_ones_never() {
        let root = tempfile::tempdir().unwrap();
        let data = DataFolder::find(Some(root.path().to_owned()), &Environment::default());
        for version in ["1.9.0", "1.32.0", "1.4.0"] {
            let manifest = Manifest {
                name: "onnxruntime".into(),
                version: version.into(),
                library: archive::DEFAULT_NAME.into(),
                sha256: String::new(),
                pinned: true,
                from: String::new(),
            };
            let folder = folder(&data, version);
            fs_err::create_dir_all(&folder).unwrap();
            let text = serde_json::to_vec(&manifest).unwrap();
            let whole = if version == "1.4.0" { &text[..20] } else { &text };
            fs_err::write(folder.join(MANIFEST), whole).unwrap();
        }
        let versions: Vec<_> = installed(&data).into_iter().map(|engine| engine.manifest.version).collect();
        assert_eq!(versions, ["1.32.0", "1.9.0"]);
    }

    #[test]
    fn says_where_a_library_comes_from() {
        let data = DataFolder::find(Some("/data".into()), &Environment::default());
        let named = NamedLibrary { path: "x".into(), by: "--engine-library" };
        assert_eq!(origin(Path::new("x"), Some(&named), &data), "named by --engine-library");
        assert_eq!(origin(&data.engines().join("a/b.so"), None, &data), "installed in the data folder");
        assert_eq!(origin(Path::new("libonnxruntime.so"), None, &data), "a library of the system");
        assert_eq!(libraries(Some(&named), &data).named, Some("x".into()));
    }
}
