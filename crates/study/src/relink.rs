//! Media whose folder was moved or renamed are found again, by their content.

use std::collections::HashSet;
use std::io;
use std::path::{Path, PathBuf};

use thiserror::Error;

use crate::facts::{Clock, Facts, Stamp};
use crate::media_type::MediaType;
use crate::sql::media::{Known, Location};
use crate::sql::{self, SqlError};
use crate::study::Study;
use crate::walk::{Found, Walk};

/// What a search for lost files came to.
#[derive(Debug, Default)]
pub struct Relinked {
    /// Media whose files were not where they had been.
    pub lost: u64,
    /// Of those, media that were found.
    pub found: u64,
    /// Folders that cannot be listed, and why.
    pub unreadable_folders: Vec<(PathBuf, io::Error)>,
}

/// Why lost files could not be searched for.
#[derive(Debug, Error)]
pub enum RelinkError {
    /// The folder's path cannot be written into the study.
    #[error("the path `{}` is not Unicode: rename the folder", .0.display())]
    NotUnicode(PathBuf),
    /// The database refused.
    #[error(transparent)]
    Sql(#[from] SqlError),
}

impl Study {
    /// Searches `folder`, an absolute path, for the files of media that are not where they were. Nothing else changes.
    pub fn relink(&mut self, folder: &Path) -> Result<Relinked, RelinkError> {
        let import_folder =
            folder.to_str().ok_or_else(|| RelinkError::NotUnicode(folder.to_owned()))?.to_owned();
        let mut relinked = Relinked::default();
        let mut sizes = HashSet::new();
        let mut has_unread = false;
        sql::media::under(self.database.reading(), "", &mut |known| {
            if !Path::new(&known.path).exists() {
                relinked.lost += 1;
                sizes.extend(known.stamp.map(|stamp| stamp.size));
                has_unread |= known.content.is_none();
            }
        })?;
        if relinked.lost == 0 {
            return Ok(relinked);
        }
        for found in Walk::new(folder, MediaType::of) {
            let (path, media_type) = match found {
                Found::Medium(path, media_type) => (path, media_type),
                Found::Unreadable(path, error) => {
                    relinked.unreadable_folders.push((path, error));
                    continue;
                }
            };
            let (Some(text), Ok(stamp)) = (path.to_str(), Stamp::of(&path)) else { continue };
            if !sizes.contains(&stamp.size) && !has_unread {
                continue;
            }
            let Ok(facts) = Facts::read(&path, media_type, &Clock::default()) else { continue };
            let file_name = path.file_name().and_then(|name| name.to_str()).unwrap_or(text);
            let folder_name = folder_name(&path, folder);
            let Some(known) = self.lost_medium(&facts, &folder_name, file_name)? else { continue };
            let location =
                Location { path: text, file_name, import_folder: &import_folder, folder_name: &folder_name };
            self.database.write(|writing| {
                sql::media::relocate(writing, &known.id, location)?;
                sql::media::set_facts(writing, &known.id, &facts)
            })?;
            relinked.found += 1;
        }
        Ok(relinked)
    }

    /// The lost medium that a file is: by content, or, where that was never read, by the folder and name it had.
    fn lost_medium(
        &self,
        facts: &Facts,
        folder_name: &str,
        file_name: &str,
    ) -> Result<Option<Known>, SqlError> {
        let reading = self.database.reading();
        if let Some(content) = &facts.content
            && let Some(known) = sql::media::with_content(reading, content)?
        {
            return Ok(Some(known).filter(|known| !Path::new(&known.path).exists()));
        }
        let mut named = sql::media::in_folder(reading, folder_name, file_name)?;
        named.retain(|known| known.content.is_none() && !Path::new(&known.path).exists());
        Ok(named.pop().filter(|_| named.is_empty()))
    }
}

/// The folder of `path` below `root`, with forward slashes; for files in it, its own name.
pub(crate) fn folder_name(path: &Path, root: &Path) -> String {
    let parent = path.parent().unwrap_or(Path::new(""));
    let below = parent.strip_prefix(root).unwrap_or(parent).to_string_lossy().replace('\\', "/");
    if !below.is_empty() {
        return below;
    }
    root.file_name().unwrap_or(root.as_os_str()).to_string_lossy().into_owned()
}
