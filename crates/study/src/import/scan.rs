//! The search: what is under the folder becomes media and jobs, each file once.

mod file;

use std::collections::HashMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use thiserror::Error;
use uuid::Uuid;

use super::{Run, Shared};
use crate::deployments_file::DeploymentsFile;
use crate::facts::Clock;
use crate::media_type::MediaType;
use crate::relink::folder_name;
use crate::sql::media::Location;
use crate::sql::{self, SqlError, Writing};
use crate::study::{OpenStudyError, Study};
use crate::walk::{Found, Walk};

use file::{Looked, look};

/// Files in one transaction, at most.
const MOST_FILES: usize = 256;
/// Files that were found are in the queue no later than this after the first of them.
const LONGEST_WAIT: Duration = Duration::from_millis(500);

/// What to import, and how to read it.
#[derive(Debug, Clone)]
pub struct ScanSettings {
    /// Absolute.
    pub folder: PathBuf,
    /// How to read the clocks of cameras.
    pub clock: Clock,
    /// What a person knows of the deployments.
    pub deployments: DeploymentsFile,
}

/// What a search came to.
#[derive(Debug, Default)]
pub struct Scanned {
    /// Media that were new.
    pub added: u64,
    /// Media that were known and had not changed.
    pub known: u64,
    /// Media whose files were found at another place than before.
    pub moved: u64,
    /// Files with the content of a medium that is somewhere else, too.
    pub copies: u64,
    /// Media without a time that may be believed, among those added.
    pub undated: u64,
    /// Files that cannot be opened; they are queued, and end in an error.
    pub unreadable: u64,
    /// Files whose path is not Unicode; each has an error.
    pub unnamed: u64,
    /// Folders that cannot be listed, and why.
    pub unreadable_folders: Vec<(PathBuf, io::Error)>,
    /// Folders that the table of deployments describes, and that hold no media.
    pub unused_rows: Vec<String>,
    /// Whether the search went to the end.
    pub is_whole: bool,
}

/// Why a search ended early.
#[derive(Debug, Error)]
pub enum ScanError {
    /// Another connection could not be had.
    #[error(transparent)]
    Open(#[from] OpenStudyError),
    /// The database refused.
    #[error(transparent)]
    Sql(#[from] SqlError),
    /// The folder's path cannot be written into the study.
    #[error("the path `{}` is not Unicode: rename the folder", .0.display())]
    NotUnicode(PathBuf),
}

/// Tells the others that the search is over, however it ends.
struct Over<'a>(&'a Shared);

impl Drop for Over<'_> {
    fn drop(&mut self) {
        self.0.is_scanning.store(false, Ordering::Release);
    }
}

pub(super) fn scan(
    study: &Path,
    settings: &ScanSettings,
    run: &Run,
    shared: &Shared,
) -> Result<Scanned, ScanError> {
    let _over = Over(shared);
    let mut study = Study::open(study)?;
    let import_folder =
        settings.folder.to_str().ok_or_else(|| ScanError::NotUnicode(settings.folder.clone()))?;
    let mut scan = Scan {
        settings,
        import_folder,
        run,
        shared,
        deployments: HashMap::new(),
        scanned: Scanned::default(),
    };
    let mut looked = Vec::new();
    let mut began = Instant::now();
    for found in Walk::new(&settings.folder, MediaType::of) {
        if shared.stop.load(Ordering::Relaxed) {
            scan.write(&mut study, &mut looked)?;
            return Ok(scan.scanned);
        }
        match found {
            Found::Unreadable(path, error) => scan.scanned.unreadable_folders.push((path, error)),
            Found::Medium(path, media_type) => {
                if looked.is_empty() {
                    began = Instant::now();
                }
                shared.found.fetch_add(1, Ordering::Relaxed);
                looked.push(look(&study, path, media_type, &settings.clock)?);
            }
        }
        if looked.len() >= MOST_FILES || (!looked.is_empty() && began.elapsed() >= LONGEST_WAIT) {
            scan.write(&mut study, &mut looked)?;
        }
    }
    scan.write(&mut study, &mut looked)?;
    scan.scanned.unused_rows = scan.describe(&mut study)?;
    scan.scanned.is_whole = true;
    Ok(scan.scanned)
}

struct Scan<'a> {
    settings: &'a ScanSettings,
    import_folder: &'a str,
    run: &'a Run,
    shared: &'a Shared,
    /// Deployments of folders, as far as they were needed lately.
    deployments: HashMap<String, String>,
    scanned: Scanned,
}

impl Scan<'_> {
    fn write(&mut self, study: &mut Study, looked: &mut Vec<Looked>) -> Result<(), SqlError> {
        if looked.is_empty() {
            return Ok(());
        }
        // Folders come one after the other: an old one is not asked for again.
        if self.deployments.len() > 1000 {
            self.deployments.clear();
        }
        let mut queued = 0;
        let _turn = self.shared.turn();
        study.database.write(|writing| {
            for looked in looked.drain(..) {
                queued += u64::from(self.file(writing, looked)?);
            }
            Ok::<_, SqlError>(())
        })?;
        self.shared.queued.fetch_add(queued, Ordering::Relaxed);
        Ok(())
    }

    /// Writes the table of deployments over those of earlier imports of the folder, too; tells which rows meant none.
    fn describe(&self, study: &mut Study) -> Result<Vec<String>, SqlError> {
        let mut unused = self.settings.deployments.folders();
        study.database.write(|writing| {
            for (id, folder_name) in sql::deployments::of_import(writing.reading(), self.import_folder)? {
                if let Some((folder, described)) = self.settings.deployments.row(&folder_name) {
                    sql::deployments::describe(writing, &id, described)?;
                    unused.remove(folder);
                }
            }
            Ok::<_, SqlError>(())
        })?;
        Ok(unused.into_iter().collect())
    }

    /// Stores one file; tells whether it was queued.
    fn file(&mut self, writing: &Writing<'_>, looked: Looked) -> Result<bool, SqlError> {
        let Looked { path, media_type, facts, unread } = looked;
        let Some(text) = path.to_str() else {
            self.scanned.unnamed += 1;
            let reason = "the path is not Unicode: rename the file";
            sql::errors::put(writing, &self.run.id, None, &path.to_string_lossy(), (reason, 0))?;
            return Ok(false);
        };
        let folder_name = folder_name(&path, &self.settings.folder);
        let file_name = path.file_name().and_then(|name| name.to_str()).unwrap_or(text);
        let location =
            Location { path: text, file_name, import_folder: self.import_folder, folder_name: &folder_name };
        let Some(facts) = facts else {
            // Nothing changed since it was last read.
            self.scanned.known += 1;
            return match unread {
                Some(id) => self.queue(writing, &id, text, media_type.name()),
                None => Ok(false),
            };
        };
        let here = sql::media::at_path(writing.reading(), text)?;
        if let (None, Some(known)) = (facts.stamp, here.first()) {
            // It was read before, and cannot be now: predicting it gives the reason.
            self.scanned.known += 1;
            return self.queue(writing, &known.id, text, media_type.name());
        }
        let same = here.iter().find(|known| known.content.is_none() || known.content == facts.content);
        if let Some(known) = same {
            self.scanned.known += 1;
            sql::media::set_facts(writing, &known.id, &facts)?;
            if !known.has_deployment {
                let deployment = self.deployment(writing, &folder_name)?;
                sql::media::set_deployment(writing, &known.id, &deployment)?;
            }
            return self.queue(writing, &known.id, text, media_type.name());
        }
        let elsewhere = match &facts.content {
            Some(content) => sql::media::with_content(writing.reading(), content)?,
            None => None,
        };
        if let Some(known) = elsewhere {
            if Path::new(&known.path).exists() {
                self.scanned.copies += 1;
                sql::media::add_copy(writing, &known.id, text, facts.stamp)?;
                return Ok(false);
            }
            self.scanned.moved += 1;
            sql::media::relocate(writing, &known.id, location)?;
            sql::media::set_facts(writing, &known.id, &facts)?;
            return self.queue(writing, &known.id, text, media_type.name());
        }
        let deployment = self.deployment(writing, &folder_name)?;
        let id = Uuid::new_v4().to_string();
        sql::media::insert(writing, &id, location, media_type.name(), Some(&deployment))?;
        sql::media::set_facts(writing, &id, &facts)?;
        if let Some(place) = facts.place {
            sql::deployments::set_place(writing, &deployment, place)?;
        }
        self.scanned.added += 1;
        self.scanned.undated += u64::from(facts.time.is_none());
        self.scanned.unreadable += u64::from(facts.stamp.is_none());
        self.queue(writing, &id, text, media_type.name())
    }

    fn queue(
        &self,
        writing: &Writing<'_>,
        media: &str,
        path: &str,
        media_type: &str,
    ) -> Result<bool, SqlError> {
        let id = Uuid::new_v4().to_string();
        sql::jobs::add(writing, &id, &self.run.settings.topic(), &self.run.id, media, (path, media_type))
    }

    /// The deployment of a folder, made when there is none.
    fn deployment(&mut self, writing: &Writing<'_>, folder_name: &str) -> Result<String, SqlError> {
        if let Some(id) = self.deployments.get(folder_name) {
            return Ok(id.clone());
        }
        let described = self.settings.deployments.of(folder_name);
        let found = sql::deployments::of_folder(writing.reading(), self.import_folder, folder_name)?;
        let id = found
            .or_else(|| described.and_then(|described| described.id.clone()))
            .unwrap_or_else(|| Uuid::new_v4().to_string());
        sql::deployments::insert(writing, &id, self.import_folder, folder_name)?;
        if let Some(described) = described {
            sql::deployments::describe(writing, &id, described)?;
        }
        self.deployments.insert(folder_name.to_owned(), id.clone());
        Ok(id)
    }
}
