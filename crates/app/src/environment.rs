//! Every environment variable the program reads, read once, here and nowhere else.

use std::env;
use std::ffi::OsString;
use std::path::PathBuf;

use biowatch_serve::Secret;

/// What the environment says. Tests build it by hand.
#[derive(Debug, Clone, Default)]
pub(crate) struct Environment {
    /// `BIOWATCH_DATA_DIR`: the folder for models, engines and caches, unless `--data-dir` says otherwise.
    pub(crate) data_dir: Option<PathBuf>,
    /// `BIOWATCH_ONNXRUNTIME`: the ONNX Runtime library to load, unless `--engine-library` says otherwise.
    pub(crate) onnxruntime: Option<PathBuf>,
    /// `BIOWATCH_FFMPEG`: the folder of FFmpeg's programs, unless `--ffmpeg` says otherwise.
    pub(crate) ffmpeg: Option<PathBuf>,
    /// `BIOWATCH_LOG`: `error`, `warn`, `info`, `debug` or `trace`, unless `--log` says otherwise.
    pub(crate) log: Option<String>,
    /// `BIOWATCH_OFFLINE`: set and neither empty nor `0`, nothing is fetched.
    pub(crate) offline: bool,
    /// `http_proxy`, `https_proxy`, `all_proxy` and `no_proxy`, in small or capital letters.
    pub(crate) proxies: Proxies,
    /// `NO_COLOR`: set and not empty, nothing is coloured.
    pub(crate) no_color: bool,
    /// `LIT_SHUTDOWN_API_KEY`: bearer key of `POST /shutdown`. Without it that call is refused.
    pub(crate) shutdown_key: Option<Secret>,
    /// `LIT_SERVER_API_KEY`: key that clients must send as `X-API-Key` (or as a bearer key).
    pub(crate) api_key: Option<Secret>,
    /// `BIOWATCH_UP_PASSWORD`: what `up --lan` asks of other machines.
    pub(crate) up_password: Option<Secret>,
    /// `HOME` (on Windows `USERPROFILE`): where the data folder goes by default, and what `doctor` shows as `~`.
    pub(crate) home: Option<PathBuf>,
    /// `XDG_CONFIG_HOME` on Linux, `APPDATA` on Windows: where applications keep their data.
    pub(crate) app_data: Option<PathBuf>,
}

/// Proxies, as other programs are told of them.
#[derive(Debug, Clone, Default)]
pub(crate) struct Proxies {
    /// For http addresses.
    pub(crate) http: Option<String>,
    /// For https addresses.
    pub(crate) https: Option<String>,
    /// For both.
    pub(crate) all: Option<String>,
    /// Hosts that do without.
    pub(crate) none_for: Option<String>,
}

impl Environment {
    /// Reads the process's environment. Empty variables count as absent.
    pub(crate) fn read() -> Self {
        Self {
            data_dir: path("BIOWATCH_DATA_DIR"),
            onnxruntime: path("BIOWATCH_ONNXRUNTIME"),
            ffmpeg: path("BIOWATCH_FFMPEG"),
            log: text("BIOWATCH_LOG"),
            offline: text("BIOWATCH_OFFLINE").is_some_and(|value| value != "0"),
            proxies: Proxies {
                http: either("http_proxy"),
                https: either("https_proxy"),
                all: either("all_proxy"),
                none_for: either("no_proxy"),
            },
            no_color: value("NO_COLOR").is_some(),
            shutdown_key: text("LIT_SHUTDOWN_API_KEY").map(Secret::new),
            api_key: text("LIT_SERVER_API_KEY").map(Secret::new),
            up_password: text("BIOWATCH_UP_PASSWORD").map(Secret::new),
            home: path(if cfg!(windows) { "USERPROFILE" } else { "HOME" }),
            app_data: path(if cfg!(windows) { "APPDATA" } else { "XDG_CONFIG_HOME" }),
        }
    }
}

fn value(name: &str) -> Option<OsString> {
    env::var_os(name).filter(|value| !value.is_empty())
}

fn text(name: &str) -> Option<String> {
    value(name)?.into_string().ok()
}

fn either(name: &str) -> Option<String> {
    text(name).or_else(|| text(&name.to_ascii_uppercase()))
}

fn path(name: &str) -> Option<PathBuf> {
    value(name).map(PathBuf::from)
}
