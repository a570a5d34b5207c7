//! Finding FFmpeg's programs.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use super::child::{Output, run};

/// `ffmpeg` and `ffprobe`, found and asked for their version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FfmpegTools {
    pub(super) ffmpeg: PathBuf,
    pub(super) ffprobe: PathBuf,
    version: String,
}

/// Where the programs are looked for when the first video needs them: starting them takes time that photos do not need.
#[derive(Debug, Clone, Default)]
pub struct FfmpegSearch(Arc<Search>);

#[derive(Debug, Default)]
struct Search {
    folders: Vec<PathBuf>,
    found: OnceLock<FfmpegTools>,
}

impl FfmpegSearch {
    /// Will look as [`FfmpegTools::find`] does.
    pub fn of(folders: Vec<PathBuf>) -> Self {
        Self(Arc::new(Search { folders, found: OnceLock::new() }))
    }

    /// The programs. What was found stays; what was missing is looked for again.
    pub(super) fn tools(&self) -> Result<&FfmpegTools, FindToolsError> {
        match self.0.found.get() {
            Some(found) => Ok(found),
            None => {
                let found = FfmpegTools::find(self.0.folders.iter().cloned())?;
                Ok(self.0.found.get_or_init(|| found))
            }
        }
    }
}

impl From<FfmpegTools> for FfmpegSearch {
    fn from(tools: FfmpegTools) -> Self {
        Self(Arc::new(Search { folders: Vec::new(), found: OnceLock::from(tools) }))
    }
}

/// Why no folder gives both programs.
#[derive(Debug, thiserror::Error)]
pub enum FindToolsError {
    /// Not there.
    #[error(
        "no folder holds both `ffmpeg` and `ffprobe`: install FFmpeg (`apt install ffmpeg`, `brew install ffmpeg`)"
    )]
    Absent,
    /// There, but not what it is called.
    #[error("`{}` does not answer as ffmpeg does: {words}", .program.display())]
    Unusable {
        /// What was started.
        program: PathBuf,
        /// What it said, or why it could not be started.
        words: String,
    },
}

const PATIENCE: Duration = Duration::from_secs(10);

impl FfmpegTools {
    /// The first of `folders` that holds both programs, which are then started once. Relative folders are passed
    /// over: what they mean depends on where the program was started.
    pub fn find(folders: impl IntoIterator<Item = PathBuf>) -> Result<Self, FindToolsError> {
        let mut failure = FindToolsError::Absent;
        for folder in folders.into_iter().filter(|folder| folder.is_absolute()) {
            let place = |name: &str| folder.join(format!("{name}{}", std::env::consts::EXE_SUFFIX));
            let (ffmpeg, ffprobe) = (place("ffmpeg"), place("ffprobe"));
            if !ffmpeg.is_file() || !ffprobe.is_file() {
                continue;
            }
            match version(&ffmpeg).and_then(|version| version_of(&ffprobe, "ffprobe").map(|_| version)) {
                Ok(version) => return Ok(Self { ffmpeg, ffprobe, version }),
                Err(error) => failure = error,
            }
        }
        Err(failure)
    }

    /// As the program states it, for instance `5.1.9-0+deb12u1`.
    pub fn version(&self) -> &str {
        &self.version
    }

    /// Where `ffmpeg` lies.
    pub fn ffmpeg(&self) -> &Path {
        &self.ffmpeg
    }

    /// The words that keep every frame, which the program has changed: from 5.1 on, and before.
    pub(super) fn keep_every_frame(&self) -> [&'static str; 2] {
        let mut numbers = self.version.split(|c: char| !c.is_ascii_digit()).map(str::parse::<u32>);
        let old = match (numbers.next(), numbers.next()) {
            (Some(Ok(major)), Some(Ok(minor))) => (major, minor) < (5, 1),
            _ => false,
        };
        if old { ["-vsync", "passthrough"] } else { ["-fps_mode", "passthrough"] }
    }
}

fn version(ffmpeg: &Path) -> Result<String, FindToolsError> {
    version_of(ffmpeg, "ffmpeg")
}

fn version_of(program: &Path, name: &str) -> Result<String, FindToolsError> {
    let unusable = |words: String| FindToolsError::Unusable { program: program.to_owned(), words };
    let output = run(Command::new(program).arg("-version"), PATIENCE, None);
    let Output { stdout, words, .. } = output.map_err(|error| unusable(error.to_string()))?;
    let stdout = String::from_utf8_lossy(&stdout);
    let version = stdout.strip_prefix(name).and_then(|rest| rest.strip_prefix(" version "));
    let version = version.and_then(|rest| rest.split_whitespace().next());
    version.map(str::to_owned).ok_or_else(|| unusable(words))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tools(version: &str) -> FfmpegTools {
        FfmpegTools { ffmpeg: PathBuf::new(), ffprobe: PathBuf::new(), version: version.to_owned() }
    }

    #[test]
    fn the_words_follow_the_version() {
        for (version, word) in [
            ("5.1.9-0+deb12u1", "-fps_mode"),
            ("4.4.2-0ubuntu0.22.04.1", "-vsync"),
            ("5.0", "-vsync"),
            ("7.1", "-fps_mode"),
            ("N-117770-g322b240cea", "-fps_mode"),
        ] {
            assert_eq!(tools(version).keep_every_frame()[0], word, "{version}");
        }
    }

    #[test]
    fn a_folder_without_programs_is_passed_over() {
        let folder = tempfile::tempdir().unwrap();
        let absent = FfmpegTools::find([folder.path().to_owned(), PathBuf::from("relative")]);
        assert!(matches!(absent, Err(FindToolsError::Absent)));
    }

    #[cfg(unix)]
    #[test]
    fn a_program_of_another_kind_is_refused() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().unwrap();
        for name in ["ffmpeg", "ffprobe"] {
            let program = folder.path().join(name);
            fs_err::write(&program, "#!/bin/sh\necho hello\n").unwrap();
            fs_err::set_permissions(&program, std::fs::Permissions::from_mode(0o755)).unwrap();
        }
        let found = FfmpegTools::find([folder.path().to_owned()]);
        assert!(matches!(found, Err(FindToolsError::Unusable { .. })), "{found:?}");
    }
}
