//! A look into a folder before it is imported. Nothing is written, and no study is needed.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use crate::deployments_file::DeploymentsFile;
use crate::facts::{Clock, Facts};
use crate::media_type::MediaType;
use crate::relink::folder_name;
use crate::walk::{Found, Walk};

/// Cameras and deployments that are told apart.
const MOST: usize = 10_000;

/// What an import would find.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Preflight {
    /// Photos.
    pub photos: u64,
    /// Videos.
    pub videos: u64,
    /// Of all of them.
    pub bytes: u64,
    /// The earliest time, ISO 8601.
    pub first: Option<String>,
    /// The latest time.
    pub last: Option<String>,
    /// Files without a time that may be believed.
    pub undated: u64,
    /// By name of the folder.
    pub deployments: BTreeMap<String, PreflightDeployment>,
    /// What will not go well, by kind.
    pub problems: BTreeMap<&'static str, PreflightProblem>,
    /// Makes and models.
    pub cameras: BTreeSet<String>,
}

/// A folder that will be a deployment.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct PreflightDeployment {
    /// Photos.
    pub photos: u64,
    /// Videos.
    pub videos: u64,
    /// The earliest time, ISO 8601.
    pub first: Option<String>,
    /// The latest time.
    pub last: Option<String>,
    /// Degrees: from the table of deployments, else from the first photo that says so.
    pub place: Option<(f64, f64)>,
}

/// How often something is wrong, and where first.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PreflightProblem {
    /// How often.
    pub count: u64,
    /// A file or folder.
    pub example: String,
}

impl Preflight {
    /// Looks through `folder`, file by file. `go_on` sees what is known so far, and answers whether to go on; the look is
    /// whole when it always did.
    pub fn look(
        folder: &Path,
        clock: &Clock,
        deployments: &DeploymentsFile,
        go_on: &mut dyn FnMut(&Self) -> bool,
    ) -> Self {
        let mut seen = Self::default();
        for found in Walk::new(folder, MediaType::of) {
            match found {
                Found::Unreadable(path, _) => seen.problem("folders that cannot be read", &path),
                Found::Medium(path, media_type) => {
                    match Facts::glance(&path, media_type, clock) {
                        Ok(facts) => seen.file(&path, folder, media_type.is_video(), &facts, deployments),
                        Err(_) => seen.problem("files that cannot be read", &path),
                    }
                    if path.to_str().is_none() {
                        seen.problem("files whose names are not Unicode", &path);
                    }
                }
            }
            if !go_on(&seen) {
                break;
            }
        }
        seen
    }

    fn file(&mut self, path: &Path, folder: &Path, is_video: bool, facts: &Facts, known: &DeploymentsFile) {
        let name = folder_name(path, folder);
        let bytes = facts.stamp.map_or(0, |stamp| stamp.size.unsigned_abs());
        self.bytes = self.bytes.saturating_add(bytes);
        *if is_video { &mut self.videos } else { &mut self.photos } += 1;
        if bytes == 0 {
            self.problem("empty files", path);
        }
        let time = facts.time.as_ref().map(|time| time.text());
        if time.is_none() {
            self.undated += 1;
            self.problem("files without a date", path);
        }
        widen(&mut self.first, &mut self.last, time.as_ref());
        let camera = [&facts.camera.make, &facts.camera.model].into_iter().flatten().map(|word| word.trim());
        let camera = camera.collect::<Vec<_>>().join(" ");
        if !camera.is_empty() && self.cameras.len() < MOST {
            self.cameras.insert(camera);
        }
        if self.deployments.len() >= MOST && !self.deployments.contains_key(&name) {
            return;
        }
        let place = known.of(&name).and_then(|described| described.place).or(facts.place);
        let deployment = self.deployments.entry(name).or_default();
        *if is_video { &mut deployment.videos } else { &mut deployment.photos } += 1;
        widen(&mut deployment.first, &mut deployment.last, time.as_ref());
        if deployment.place.is_none() {
            deployment.place = place.map(|place| (place.latitude(), place.longitude()));
        }
    }

    fn problem(&mut self, kind: &'static str, path: &Path) {
        let problem = self.problems.entry(kind).or_default();
        problem.count += 1;
        if problem.example.is_empty() {
            problem.example = path.display().to_string();
        }
    }
}

/// Times are ISO 8601 on the clocks of cameras: their texts are in their order.
fn widen(first: &mut Option<String>, last: &mut Option<String>, time: Option<&String>) {
    let Some(time) = time else { return };
    if first.as_ref().is_none_or(|first| time < first) {
        *first = Some(time.clone());
    }
    if last.as_ref().is_none_or(|last| time > last) {
        *last = Some(time.clone());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn says_what_an_import_would_find() {
        let folder = tempfile::tempdir().unwrap();
        let put = |name: &str, bytes: &[u8]| {
            let path = folder.path().join(name);
            fs_err::create_dir_all(path.parent().unwrap()).unwrap();
            fs_err::write(path, bytes).unwrap();
        };
        put("north/IMG_20260102_030405.jpg", b"x");
        put("north/IMG_20260104_030405.jpg", b"x");
        put("south/clip.mp4", b"");
        put("south/notes.txt", b"x");
        let look = |go_on: &mut dyn FnMut(&Preflight) -> bool| {
            Preflight::look(folder.path(), &Clock::default(), &DeploymentsFile::default(), go_on)
        };
        let seen = look(&mut |_| true);
        assert_eq!((seen.photos, seen.videos, seen.bytes), (2, 1, 2));
        assert_eq!(seen.deployments.len(), 2);
        assert_eq!(seen.deployments["north"].photos, 2);
        assert!(seen.first < seen.last, "{seen:?}");
        assert_eq!(seen.problems["empty files"].count, 1);
        assert_eq!(look(&mut |_| false).photos, 1);
    }
}
