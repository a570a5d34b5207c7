//! One model version that can be installed.
//!
//! `docs/catalogue.schema.json` says the same to editors.

use std::fmt;

use biowatch_contract::manifest::FileName;
use serde::{Deserialize, Deserializer, Serialize};

use crate::address::Address;
use crate::digest::Digest;
use crate::reference::ModelName;

/// A model version: what it is, what it may be used for, what it consists of and where that lies.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// Where the schema is; not read.
    #[serde(rename = "$schema", default)]
    _schema: Option<String>,
    /// Always 1.
    #[serde(default)]
    pub(super) format: Option<u64>,
    /// Short name, such as `speciesnet`: also the name of its folder.
    pub id: String,
    /// Version, such as `4.0.2a`: also the name of its folder.
    pub version: String,
    /// Name for people.
    #[serde(rename = "name")]
    pub title: String,
    /// What it does, in a sentence or two.
    #[serde(default)]
    pub summary: Option<String>,
    /// What its weights may be used for.
    pub licence: Licence,
    /// How to cite it.
    pub citation: String,
    /// Page of its makers.
    pub website: Address,
    /// Key of the picture that stands for it.
    #[serde(default)]
    pub logo: Option<String>,
    /// Where it was made for, such as `worldwide`.
    pub region: Vec<String>,
    /// What it tells apart.
    #[serde(default)]
    pub species: Option<Species>,
    /// Whether it is meant only where its version is named: a variant, or a version that is not proved yet.
    #[serde(default)]
    pub only_by_version: bool,
    /// Whether it only finds animals, people and vehicles, and names no species.
    #[serde(default)]
    pub detection_only: bool,
    /// From when on its answers count.
    #[serde(default)]
    pub thresholds: Thresholds,
    /// About how many bytes are fetched. Exact sizes stand with the sources and files.
    pub download_bytes: u64,
    /// About how many bytes it takes on disk; by default as many as are fetched.
    #[serde(default)]
    pub installed_bytes: Option<u64>,
    /// Files that it consists of. A source may hold more, such as a licence text.
    pub files: Vec<ExpectedFile>,
    /// Where all of them can be had, the best first. Empty for a model that must be given with `--from`.
    #[serde(default)]
    pub sources: Vec<Source>,
}

impl Entry {
    /// Model and version. Entries are only made with a good one.
    pub fn name(&self) -> ModelName {
        ModelName { id: self.id.clone(), version: self.version.clone() }
    }

    /// About how many bytes it takes on disk.
    pub fn bytes_on_disk(&self) -> u64 {
        self.installed_bytes.unwrap_or(self.download_bytes)
    }

    /// Whether every byte of it can be checked against a digest that stands here.
    pub fn is_pinned(&self) -> bool {
        self.files.iter().all(|file| file.sha256.is_some())
    }
}

/// What weights may be used for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Licence {
    /// SPDX identifier, or the name of the licence.
    pub name: String,
    /// Its text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<Address>,
    /// What it restricts.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub restricts: Vec<Restriction>,
    /// What else to know.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// What a licence restricts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Restriction {
    /// No commercial use.
    NonCommercial,
    /// What is made from it must carry the same licence.
    ShareAlike,
    /// Whoever offers it over a network must give the source of the whole.
    NetworkCopyleft,
    /// Whoever passes it on must give the source of the whole.
    Copyleft,
}

impl fmt::Display for Restriction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NonCommercial => "no commercial use",
            Self::ShareAlike => "what you make from it must carry the same licence",
            Self::NetworkCopyleft => "if you offer it over a network, you must give the source of the whole",
            Self::Copyleft => "if you pass it on, you must give the source of the whole",
        })
    }
}

/// What a model tells apart.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Species {
    /// How many, as its makers say: `"2,000+"`.
    pub count: String,
    /// Key of the list that the Biowatch app shows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub list: Option<String>,
    /// The names themselves, where there are few.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub names: Vec<String>,
}

/// From when on answers count.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Thresholds {
    /// Least confidence of a detection that is shown, 0 to 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detection: Option<f64>,
}

/// A file that the model consists of.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExpectedFile {
    /// Its name in the model's folder.
    #[serde(deserialize_with = "file_name")]
    pub name: FileName,
    /// Its exact size, where it is known.
    #[serde(default)]
    pub bytes: Option<u64>,
    /// Its digest, where it is known. Otherwise the first install records what it found.
    #[serde(default)]
    pub sha256: Option<Digest>,
}

/// One way to come by all files: an archive, the files one by one, or an archive and what it lacks.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Source {
    /// Addresses of one and the same archive (.tar.gz, .tar or .zip); the later ones are mirrors.
    #[serde(default)]
    pub archive: Vec<Address>,
    /// Exact size of the archive, where it is known.
    #[serde(default)]
    pub bytes: Option<u64>,
    /// Digest of the archive, where it is known.
    #[serde(default)]
    pub sha256: Option<Digest>,
    /// Files by themselves: each of the model's, or beside an archive those that it lacks.
    #[serde(default)]
    pub files: Vec<FileSource>,
}

impl Source {
    /// What is fetched: for each file, its addresses.
    pub fn downloads(&self) -> impl Iterator<Item = &[Address]> {
        let archive = Some(self.archive.as_slice()).filter(|list| !list.is_empty());
        archive.into_iter().chain(self.files.iter().map(|file| file.urls.as_slice()))
    }
}

/// Where one file lies.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FileSource {
    /// Its name in the model's folder.
    #[serde(deserialize_with = "file_name")]
    pub name: FileName,
    /// Its addresses; the later ones are mirrors.
    pub urls: Vec<Address>,
}

fn file_name<'de, D: Deserializer<'de>>(deserializer: D) -> Result<FileName, D::Error> {
    let text = String::deserialize(deserializer)?;
    FileName::new(&text).ok_or_else(|| {
        serde::de::Error::custom(
            "expected the name of a file in the model's folder (no absolute path, no `..`, no `\\`)",
        )
    })
}
