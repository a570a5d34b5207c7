//! Finding ONNX Runtime's shared library and making sure of it before it is used.

use std::ffi::{CStr, OsStr, c_char};
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, OnceLock, PoisonError};

use ort::environment::Environment;
use thiserror::Error;

use super::device::Device;
use super::{built_in, onnxruntime};

/// Where the library may lie, in the order in which it is looked for: the named file alone if there is
/// one; else the folders, each with the folders directly inside it; else wherever the system looks.
#[derive(Debug, Clone, Default)]
pub struct Libraries {
    /// A file that a person named. Nothing else is tried.
    pub named: Option<PathBuf>,
    /// Folders to search: beside the program, then the data folder's `engines`.
    pub folders: Vec<PathBuf>,
    /// Whether the system's own search comes last.
    pub system: bool,
}

impl Libraries {
    /// Whether a person named the library: then failing to load it is an error, not a reason to go on.
    pub(super) fn is_by_name(&self) -> bool {
        self.named.is_some()
    }

    /// Every file to try, best first.
    fn candidates(&self) -> Vec<PathBuf> {
        if let Some(named) = &self.named {
            return vec![named.clone()];
        }
        let mut candidates = Vec::new();
        for folder in &self.folders {
            candidates.extend(libraries_in(folder));
            let mut inner: Vec<_> = entries(folder).filter(|path| path.is_dir()).collect();
            inner.sort_by(|one, other| by_version(other, one));
            candidates.extend(inner.iter().flat_map(|folder| libraries_in(folder)));
        }
        if self.system {
            candidates.push(format!("{}onnxruntime{}", std::env::consts::DLL_PREFIX, SUFFIX).into());
        }
        candidates
    }
}

const SUFFIX: &str = std::env::consts::DLL_SUFFIX;

fn entries(folder: &Path) -> impl Iterator<Item = PathBuf> {
    fs_err::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path())
}

/// `libonnxruntime.so`, `libonnxruntime.so.1.32.0`, `libonnxruntime.1.32.0.dylib`, `onnxruntime.dll`:
/// newest first.
fn libraries_in(folder: &Path) -> Vec<PathBuf> {
    let is_library = |path: &PathBuf| {
        let name = path.file_name().and_then(OsStr::to_str).unwrap_or_default();
        let stem =
            name.strip_prefix(std::env::consts::DLL_PREFIX).and_then(|n| n.strip_prefix("onnxruntime"));
        stem.is_some_and(|rest| rest.starts_with('.') && rest.contains(SUFFIX))
    };
    let mut found: Vec<_> = entries(folder).filter(is_library).collect();
    found.sort_by(|one, other| by_version(other, one));
    found
}

/// Orders paths by the numbers in their last part: 1.9 before 1.10.
fn by_version(one: &Path, other: &Path) -> std::cmp::Ordering {
    let numbers = |path: &Path| -> Vec<u64> {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        name.split(|c: char| !c.is_ascii_digit()).filter_map(|part| part.parse().ok()).collect()
    };
    numbers(one).cmp(&numbers(other)).then_with(|| one.cmp(other))
}

/// Why ONNX Runtime cannot be used.
#[derive(Debug, Clone, Error)]
pub enum LibraryError {
    /// No place had a library.
    #[error("its library was not found")]
    NotFound,
    /// Libraries were found, and none works.
    #[error("{}", .0.iter().map(Refused::to_string).collect::<Vec<_>>().join("; "))]
    Refused(Vec<Refused>),
}

/// A library that was tried and why it was not taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    /// The file.
    pub path: PathBuf,
    /// What was wrong with it.
    pub reason: String,
}

impl fmt::Display for Refused {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}: {}", self.path.display(), self.reason)
    }
}

/// ONNX Runtime, loaded: once for the life of the process.
pub(super) struct Runtime {
    /// The file, or the name the system found it by.
    pub(super) path: PathBuf,
    /// `1.32.0`.
    pub(super) version: String,
    /// The devices this library was built for.
    pub(super) devices: Vec<Device>,
    pub(super) environment: Environment,
}

static RUNTIME: OnceLock<Runtime> = OnceLock::new();

/// Loads the first library that works. Later calls answer with the same one.
pub(super) fn load(libraries: &Libraries) -> Result<&'static Runtime, LibraryError> {
    static LOADING: Mutex<()> = Mutex::new(());
    let _one_at_a_time = LOADING.lock().unwrap_or_else(PoisonError::into_inner);
    let candidates = libraries.candidates();
    if candidates.is_empty() {
        return Err(LibraryError::NotFound);
    }
    let loaded = RUNTIME.get();
    if let Some(runtime) =
        loaded.filter(|runtime| libraries.named.is_none() || candidates.contains(&runtime.path))
    {
        return Ok(runtime);
    }
    let mut refused = Vec::new();
    for path in candidates {
        let started = version(&path).and_then(|version| match loaded {
            Some(runtime) => {
                Err(format!("a process has room for one, and {} is in use", runtime.path.display()))
            }
            None => onnxruntime::start(&path, version),
        });
        match started {
            Ok(runtime) => return Ok(RUNTIME.get_or_init(|| runtime)),
            // The system's search names no file: not finding one there says nothing a person can use.
            Err(_) if path.components().count() == 1 && libraries.named.is_none() => {}
            Err(reason) => refused.push(Refused { path, reason }),
        }
    }
    if refused.is_empty() { Err(LibraryError::NotFound) } else { Err(LibraryError::Refused(refused)) }
}

/// What every ONNX Runtime library exports: the start of its interface.
#[repr(C)]
struct ApiBase {
    get_api: unsafe extern "system" fn(u32) -> *const std::ffi::c_void,
    get_version: unsafe extern "system" fn() -> *const c_char,
}

/// The version of the library at `path`, if it is one and new enough.
#[expect(unsafe_code, reason = "a shared library can only be asked by calling it")]
fn version(path: &Path) -> Result<String, String> {
    if path.components().count() > 1 && !path.is_file() {
        return Err("there is no such file".to_owned());
    }
    // SAFETY: loading runs the library's initialisers. The person, or the folder of engines that only this
    // program writes to, vouches for the file; there is no way to use a library without this.
    let library = unsafe { libloading::Library::new(path) }
        .map_err(|error| format!("it cannot be loaded ({})", one_line(&error)))?;
    // SAFETY: the symbol, where it exists, has this signature in every version of ONNX Runtime.
    let base = unsafe { library.get::<unsafe extern "system" fn() -> *const ApiBase>(b"OrtGetApiBase\0") }
        .map_err(|_| "it is a shared library, but not ONNX Runtime".to_owned())?;
    // SAFETY: the function takes nothing and answers with a pointer to a static, or null.
    let base = unsafe { base().as_ref() }.ok_or("it has no interface")?;
    // SAFETY: both are plain queries; the version is a static string that ends in NUL.
    let (version, is_new_enough) = unsafe {
        let version = CStr::from_ptr((base.get_version)()).to_string_lossy().into_owned();
        (version, !(base.get_api)(ort::MINOR_VERSION).is_null())
    };
    if is_new_enough {
        Ok(version)
    } else {
        Err(format!("it is version {version}, too old: 1.{} or newer is needed", ort::MINOR_VERSION))
    }
}

fn one_line(error: &dyn fmt::Display) -> String {
    error.to_string().lines().next().unwrap_or_default().to_owned()
}

/// Says once in a process that a faster engine could be had, and how.
pub(super) fn advise_once(reason: &LibraryError) {
    static SAID: OnceLock<()> = OnceLock::new();
    SAID.get_or_init(|| {
        tracing::warn!(
            %reason,
            "using the built-in engine, which takes more time; `biowatch engine install` brings ONNX Runtime"
        );
    });
}

/// What engines this machine has, for a report.
#[derive(Debug, Clone)]
pub struct EngineReport {
    /// The engine inside the program and its version.
    pub built_in: String,
    /// ONNX Runtime, or why not.
    pub onnxruntime: Result<LibraryReport, LibraryError>,
}

/// A library that loads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LibraryReport {
    /// The file, or the name the system found it by.
    pub path: PathBuf,
    /// `1.32.0`.
    pub version: String,
    /// The devices the library was built for. A driver may still be missing.
    pub devices: Vec<Device>,
}

/// Looks for the engines as [`Session::open`](super::Session::open) would. The library that is found stays
/// loaded.
pub fn probe(libraries: &Libraries) -> EngineReport {
    let onnxruntime = load(libraries).map(|runtime| LibraryReport {
        path: runtime.path.clone(),
        version: runtime.version.clone(),
        devices: runtime.devices.clone(),
    });
    EngineReport { built_in: built_in::VERSION.to_owned(), onnxruntime }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_are_searched_newest_first() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        let name = |version: &str| format!("{}onnxruntime{SUFFIX}{version}", std::env::consts::DLL_PREFIX);
        let files = [
            name(""),
            format!("onnxruntime-1.9.0/{}", name(".1.9.0")),
            format!("onnxruntime-1.10.0/{}", name(".1.10.0")),
            format!("onnxruntime-1.10.0/{}", name(".1.2.0")),
            "readme.txt".to_owned(),
        ];
        for file in &files {
            fs_err::create_dir_all(root.join(file).parent().unwrap()).unwrap();
            fs_err::write(root.join(file), b"").unwrap();
        }
        let libraries =
            Libraries { folders: vec![root.to_owned(), root.join("absent")], ..Libraries::default() };
        let expected = [&files[0], &files[2], &files[3], &files[1]].map(|file| root.join(file));
        assert_eq!(libraries.candidates(), expected);

        let named = Libraries { named: Some("x.so".into()), ..libraries };
        assert_eq!(named.candidates(), [PathBuf::from("x.so")]);
    }

    #[test]
    fn what_is_no_library_is_refused_with_a_reason() {
        let folder = tempfile::tempdir().unwrap();
        let text = folder.path().join("text.so");
        fs_err::write(&text, b"not a library").unwrap();
        assert_eq!(version(&folder.path().join("absent.so")).unwrap_err(), "there is no such file");
        assert!(version(&text).unwrap_err().starts_with("it cannot be loaded"));
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn another_library_is_refused_with_a_reason() {
        assert_eq!(
            version(Path::new("libm.so.6")).unwrap_err(),
            "it is a shared library, but not ONNX Runtime"
        );
    }
}
