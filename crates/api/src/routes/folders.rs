//! `GET /folders`: the folders of this machine, to choose one from.

use std::ffi::OsStr;
use std::path::{Component, Path, PathBuf};

use axum::Json;
use axum::extract::State;
use biowatch_study::MediaType;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::api::Api;
use crate::extract::Query;
use crate::problem::Problem;

/// Entries of a folder that are looked at.
const MOST: usize = 20_000;
/// Folders that are listed.
const MOST_FOLDERS: usize = 2_000;

/// What is looked at.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Wanted {
    /// An absolute path. None: home.
    path: Option<String>,
}

/// A folder and what is directly in it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Listing {
    path: String,
    parent: Option<String>,
    /// Where to begin: home and drives.
    roots: Vec<Root>,
    folders: Vec<Folder>,
    media: Option<Media>,
    /// Why nothing can be seen in it.
    problem: Option<String>,
}

/// Where to begin.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Root {
    name: String,
    path: String,
}

/// A folder in it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Folder {
    name: String,
    path: String,
    hidden: bool,
}

/// Photos and videos directly in it.
#[derive(Debug, Default, Serialize, ToSchema)]
pub(crate) struct Media {
    photos: u64,
    videos: u64,
}

/// The folders of this machine
#[utoipa::path(get, path = "/folders", tag = "system", operation_id = "listFolders", params(Wanted),
    responses((status = 200, description = "A folder and what is directly in it", body = Listing), Problem))]
pub(crate) async fn get(
    State(api): State<Api>,
    Query(wanted): Query<Wanted>,
) -> Result<Json<Listing>, Problem> {
    let listing = api.blocking(move |api| {
        let home = api.settings.home.as_deref();
        let path = match wanted.path.filter(|path| !path.is_empty()) {
            Some(path) => plain(&path)?,
            None => home.map_or_else(|| PathBuf::from(std::path::MAIN_SEPARATOR_STR), Path::to_owned),
        };
        Ok(list(&path, home))
    });
    listing.await.map(Json)
}

/// A path that says plainly where it leads: from a root, without `..`.
pub(crate) fn plain(text: &str) -> Result<PathBuf, Problem> {
    let path = Path::new(text);
    let steps = path.components().any(|part| part == Component::ParentDir);
    if !path.is_absolute() || steps || text.contains('\0') {
        return Err(Problem::bad("a path from the root is wanted, without `..`"));
    }
    Ok(path.to_owned())
}

fn list(path: &Path, home: Option<&Path>) -> Listing {
    let text = |path: &Path| path.display().to_string();
    let mut listing = Listing {
        path: text(path),
        parent: path.parent().map(text),
        roots: roots(home),
        folders: Vec::new(),
        media: None,
        problem: None,
    };
    let entries = match fs_err::read_dir(path) {
        Ok(entries) => entries,
        Err(error) => {
            listing.problem = Some(error.to_string());
            return listing;
        }
    };
    let mut media = Media::default();
    for (place, entry) in entries.flatten().enumerate() {
        if place >= MOST {
            listing.problem = Some(format!("only its first {MOST} entries are shown"));
            break;
        }
        let path = entry.path();
        // A name that is no Unicode cannot be sent, and comes back as another one.
        let Ok(name) = entry.file_name().into_string() else { continue };
        match MediaType::of(&path) {
            Some(kind) if kind.is_video() => media.videos += 1,
            Some(_) => media.photos += 1,
            None if path.is_dir() && listing.folders.len() < MOST_FOLDERS => {
                listing.folders.push(Folder { hidden: name.starts_with('.'), path: text(&path), name });
            }
            None => {}
        }
    }
    listing.folders.sort_by_cached_key(|folder| (folder.name.to_lowercase(), folder.name.clone()));
    listing.media = Some(media);
    listing
}

fn roots(home: Option<&Path>) -> Vec<Root> {
    let root = |name: String, path: &Path| Root { name, path: path.display().to_string() };
    let mut roots: Vec<_> = home.iter().map(|home| root("Home".to_owned(), home)).collect();
    for drive in drives() {
        let name =
            drive.file_name().map_or_else(|| drive.display().to_string(), |name| name.display().to_string());
        roots.push(root(name, &drive));
    }
    roots
}

#[cfg(windows)]
fn drives() -> Vec<PathBuf> {
    (b'A'..=b'Z')
        .map(|letter| PathBuf::from(format!("{}:\\", letter as char)))
        .filter(|drive| drive.is_dir())
        .collect()
}

/// The root, and where systems put cards and drives.
#[cfg(not(windows))]
fn drives() -> Vec<PathBuf> {
    let inside = |folder: &Path| -> Vec<PathBuf> {
        let entries = fs_err::read_dir(folder).into_iter().flatten().flatten().take(100);
        entries.map(|entry| entry.path()).filter(|path| path.is_dir()).collect()
    };
    let mut drives = vec![PathBuf::from("/")];
    for folder in ["/Volumes", "/mnt"] {
        drives.extend(inside(Path::new(folder)));
    }
    for folder in ["/media", "/run/media"] {
        drives.extend(inside(Path::new(folder)).iter().flat_map(|user| inside(user)));
    }
    drives.retain(|drive| drive.file_name() != Some(OsStr::new("Macintosh HD")));
    drives
}
