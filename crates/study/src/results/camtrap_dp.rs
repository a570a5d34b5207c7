//! A package of Camtrap DP 1.0: a folder or a zip file with `datapackage.json` and three tables.
//!
//! It comes in whole or not at all, in one transaction. Ids of the package are the study's, unless the study gave them to
//! something else. Rows about events count only where their files have no row of their own: programs write what they know once for
//! files and again for events.

mod deployments;
mod media;
mod observations;
mod source;

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};

use serde_json::Value;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::{ResultsError, TakenIn, Watch};
use crate::run::{RunSettings, RunStatus};
use crate::sql::{self, SqlError, Writing};
use crate::study::Study;

use source::Source;
pub(super) use source::is_archive;

/// Bytes of `datapackage.json`, at most.
const MOST_BYTES: u64 = 64 << 20;

/// A package that was looked at.
#[derive(Debug)]
pub(super) struct Package {
    source: Source,
    description: Value,
    /// What ids of the package begin with where the study has the same ones for something else.
    prefix: String,
    version: String,
    is_ours: bool,
    common_names: HashMap<String, String>,
}

/// What the tables share while they come in.
struct Incoming<'a> {
    package: &'a Package,
    media: &'a Path,
    media_text: &'a str,
    run: String,
    /// Ids of the package that are others in the study.
    deployments: HashMap<String, String>,
    renamed: HashMap<String, String>,
    /// Deployments whose times have no known offset.
    without_offset: Vec<String>,
    taken_in: TakenIn,
}

/// Why an import ends early.
enum Ended {
    Stopped,
    Failed(ResultsError),
}

impl<E: Into<ResultsError>> From<E> for Ended {
    fn from(error: E) -> Self {
        Self::Failed(error.into())
    }
}

impl Package {
    /// Reads the description of the package in `path`, a folder or an archive.
    pub(super) fn open(path: &Path) -> Result<Self, ResultsError> {
        let source = Source::open(path)?;
        let wrong = |problem: String| ResultsError::Package { path: path.to_owned(), problem };
        let bytes = source.bytes("datapackage.json", MOST_BYTES)?;
        let description: Value = serde_json::from_slice(&bytes)
            .map_err(|error| wrong(format!("`datapackage.json` is no JSON: {error}")))?;
        let profile = description.get("profile").and_then(Value::as_str).unwrap_or_default();
        let version = profile.split('/').find(|part| part.starts_with(|c: char| c.is_ascii_digit()));
        if !profile.contains("camtrap-dp") {
            return Err(wrong("its profile is not Camtrap DP".to_owned()));
        }
        let version = version.unwrap_or("1.0").to_owned();
        if version != "1.0" && !version.starts_with("1.0.") && !version.starts_with("1.0-") {
            return Err(wrong(format!("it is Camtrap DP {version}, and 1.0 is what is read")));
        }
        let source = source.with_tables(&description)?;
        let sources = description.get("sources").and_then(Value::as_array);
        let is_ours = sources
            .into_iter()
            .flatten()
            .any(|source| source.get("title").and_then(Value::as_str) == Some("biowatch"));
        let digest = Sha256::digest(&bytes);
        let prefix = digest.iter().take(4).map(|byte| format!("{byte:02x}")).collect();
        let common_names = common_names(&description);
        Ok(Self { source, prefix, version, is_ours, common_names, description })
    }

    /// The folder that paths of the package are below.
    pub(super) fn folder(&self) -> PathBuf {
        self.source.folder()
    }

    /// Takes everything in, or nothing.
    pub(super) fn import(
        &self,
        study: &mut Study,
        media: &Path,
        watch: &mut Watch<'_>,
    ) -> Result<TakenIn, ResultsError> {
        let media_text = media.to_str().ok_or_else(|| ResultsError::NotUnicode(media.to_owned()))?;
        let stopped = TakenIn { media: media.to_owned(), ..TakenIn::default() };
        let written = study.database.write(|writing| {
            let run = self.begin(writing, media_text)?;
            let mut incoming = Incoming {
                package: self,
                media,
                media_text,
                run,
                deployments: HashMap::new(),
                renamed: HashMap::new(),
                without_offset: Vec::new(),
                taken_in: stopped.clone(),
            };
            self.describe(writing)?;
            deployments::take(&mut incoming, writing)?;
            let listed = media::take(&mut incoming, writing, watch)?;
            observations::take(&mut incoming, writing, &listed, watch)?;
            sql::runs::set_status(writing, &incoming.run, RunStatus::Completed)?;
            incoming.taken_in.is_whole = true;
            Ok(incoming.taken_in)
        });
        match written {
            Ok(taken_in) => Ok(taken_in),
            Err(Ended::Stopped) => Ok(stopped),
            Err(Ended::Failed(error)) => Err(error),
        }
    }

    fn begin(&self, writing: &Writing<'_>, media: &str) -> Result<String, SqlError> {
        let id = self.description.get("id").or_else(|| self.description.get("name")).and_then(Value::as_str);
        let details = serde_json::json!({ "results": id.unwrap_or(&self.prefix), "format": "Camtrap DP" });
        let settings = RunSettings {
            model_id: "camtrap-dp".to_owned(),
            model_version: self.version.clone(),
            country: None,
            import_path: media.to_owned(),
            details: details.to_string(),
            threshold: 0.0,
            sample_fps: 1.0,
        };
        if let Some((run, _)) = sql::results::run(writing.reading(), &settings.details)? {
            return Ok(run);
        }
        let run = Uuid::new_v4().to_string();
        sql::runs::insert(writing, &run, &settings)?;
        Ok(run)
    }

    /// Title, description and people of the package become the study's, where it has none.
    fn describe(&self, writing: &Writing<'_>) -> Result<(), SqlError> {
        let text = |key: &str| self.description.get(key).and_then(Value::as_str);
        let people =
            self.description.get("contributors").filter(|people| people.is_array()).map(Value::to_string);
        sql::results::describe(writing, [text("title"), text("description"), people.as_deref()])
    }

    /// A time as it is stored; `has_offset`: whether the offset that stands there is known to be right.
    fn time(text: &str, has_offset: bool) -> Option<String> {
        let clock = crate::export::instant::Clock::read(text)?;
        if has_offset {
            Some(text.trim().to_owned())
        } else {
            Some(clock.iso().trim_end_matches('Z').to_owned())
        }
    }
}

/// English names by scientific names, in lower case.
fn common_names(description: &Value) -> HashMap<String, String> {
    let taxa = description.get("taxonomic").and_then(Value::as_array);
    let names = taxa.into_iter().flatten().filter_map(|taxon| {
        let english = taxon
            .pointer("/vernacularNames/eng")
            .or_else(|| taxon.pointer("/vernacularNames/en"))?
            .as_str()?;
        Some((observations::stored_name(taxon.get("scientificName")?.as_str()?), english.trim().to_owned()))
    });
    names.collect()
}

/// Counts values of columns that a study has no place for.
#[derive(Default)]
struct Unkept(BTreeMap<String, u64>);

impl Unkept {
    fn note(&mut self, row: &source::Row<'_>, kept: &[&str]) {
        for (column, value) in row.cells() {
            if !value.trim().is_empty() && !kept.contains(&column) {
                if let Some(count) = self.0.get_mut(column) {
                    *count += 1;
                } else if self.0.len() < 100 {
                    self.0.insert(column.to_owned(), 1);
                }
            }
        }
    }

    fn tell(self, table: &str, taken_in: &mut TakenIn) {
        for (column, count) in self.0 {
            taken_in.leave_out(&format!("values of `{column}` in {table}"), count);
        }
    }
}
