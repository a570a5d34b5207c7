//! Models: what is installed and what can be, as one list.

use biowatch_zoo::catalogue::{Catalogue, Entry, Licence as CatalogueLicence};
use biowatch_zoo::place::Zoo;
use biowatch_zoo::reference::{ModelName, Reference, version_key};
use biowatch_zoo::shelf::{self, Owner, Shelved, State};
use serde::Serialize;
use utoipa::ToSchema;

use crate::api::Api;
use crate::installs::Install;
use crate::problem::Problem;

/// Whether a model can be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum ModelState {
    Available,
    Installing,
    Installed,
    Broken,
    ReadOnly,
}

/// Where it comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Origin {
    Catalogue,
    #[serde(rename = "biowatch app")]
    BiowatchApp,
    Own,
    #[serde(rename = "built in")]
    BuiltIn,
}

/// What it tells apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum ModelKind {
    Species,
    Detector,
}

/// What it may be used for.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct Licence {
    name: String,
    url: Option<String>,
    restriction: Option<String>,
}

/// A model version.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Model {
    /// `<id>:<version>`
    pub(crate) reference: String,
    id: String,
    version: String,
    title: String,
    summary: String,
    kind: ModelKind,
    regions: Vec<String>,
    /// As far as its makers count them.
    species_count: Option<u64>,
    licence: Option<Licence>,
    citation: Option<String>,
    homepage: Option<String>,
    /// On disk, or to download.
    size_bytes: u64,
    /// Whether there is no newer version.
    latest: bool,
    pub(crate) state: ModelState,
    origin: Origin,
    /// What an install of it does, or how the last one ended.
    pub(crate) install: Option<Install>,
    /// What is wrong with it.
    problems: Vec<String>,
    takes_country: bool,
    takes_video: bool,
}

impl Model {
    /// The same while it is being installed.
    pub(crate) fn installing(&self, install: Install) -> Self {
        Self { state: ModelState::Installing, install: Some(install), ..self.clone() }
    }
}

/// Everything that is known.
pub(crate) struct Known {
    pub(crate) zoo: Zoo,
    pub(crate) catalogue: Catalogue,
    pub(crate) shelved: Vec<Shelved>,
}

impl Known {
    pub(crate) fn read(api: &Api) -> Self {
        let zoo = Zoo::new(&api.settings.data);
        let (catalogue, broken) = Catalogue::load(&zoo);
        for catalogue in broken {
            tracing::warn!("the catalogue `{}` is passed over: {}", catalogue.name, catalogue.source);
        }
        let shelved = shelf::all(&zoo);
        Self { zoo, catalogue, shelved }
    }

    /// Of two of one version, the one that is used.
    fn names(&self) -> Vec<ModelName> {
        let known = self.catalogue.entries().map(|(entry, _)| entry.name());
        let mut names: Vec<_> = known.chain(self.shelved.iter().map(|model| model.name.clone())).collect();
        names.sort_by_cached_key(|name| (name.id.clone(), version_key(&name.version)));
        names.dedup();
        names
    }

    pub(crate) fn on_shelf(&self, name: &ModelName) -> Option<&Shelved> {
        let same = || self.shelved.iter().filter(|model| model.name == *name);
        same().find(|model| model.is_usable()).or_else(|| same().next())
    }

    /// The model version that is meant.
    pub(crate) fn find(&self, text: &str) -> Result<ModelName, Problem> {
        let reference: Reference = text.parse().map_err(|error| Problem::not_found(format!("{error}")))?;
        let fits = |name: &ModelName| {
            name.id == reference.id
                && reference.version.as_ref().is_none_or(|version| *version == name.version)
        };
        let found = self.names().into_iter().rfind(|name| fits(name));
        found.ok_or_else(|| Problem::not_found(format!("there is no model `{reference}`")))
    }
}

impl Api {
    /// Every model version, by name, oldest first.
    pub(crate) fn models(&self) -> Vec<Model> {
        let known = Known::read(self);
        known.names().iter().map(|name| self.model(&known, name)).collect()
    }

    /// One of them.
    pub(crate) fn model(&self, known: &Known, name: &ModelName) -> Model {
        let entry = known.catalogue.exact(&name.id, &name.version);
        let shelved = known.on_shelf(name);
        let record = shelved.and_then(|model| model.record.as_ref());
        let reference = name.to_string();
        let install = self.installs.of(&reference);
        let (mut state, problems) = self.state(shelved);
        if install.as_ref().is_some_and(Install::is_going_on) {
            state = ModelState::Installing;
        }
        let newer = |other: &ModelName| {
            let counts =
                known.catalogue.exact(&other.id, &other.version).is_none_or(|entry| !entry.only_by_version);
            other.id == name.id && counts && version_key(&other.version) > version_key(&name.version)
        };
        let licence = entry.map(|entry| &entry.licence).or_else(|| record?.licence.as_ref());
        Model {
            title: entry
                .map(|entry| entry.title.clone())
                .or_else(|| record?.title.clone())
                .unwrap_or_else(|| name.id.clone()),
            summary: entry.and_then(|entry| entry.summary.clone()).unwrap_or_default(),
            kind: if entry.is_some_and(|entry| entry.detection_only) {
                ModelKind::Detector
            } else {
                ModelKind::Species
            },
            regions: entry.map(|entry| entry.region.clone()).unwrap_or_default(),
            species_count: entry.and_then(count),
            licence: licence.map(licence_of),
            citation: entry.map(|entry| entry.citation.clone()).or_else(|| record?.citation.clone()),
            homepage: entry.map(|entry| entry.website.to_string()),
            size_bytes: shelved.map_or_else(|| entry.map_or(0, |entry| entry.download_bytes), Shelved::bytes),
            latest: !known.names().iter().any(newer),
            state,
            origin: match (shelved.map(|model| model.owner), entry) {
                (Some(Owner::Biowatch), _) => Origin::BiowatchApp,
                _ if reference == self.doings.carried => Origin::BuiltIn,
                (_, Some(_)) => Origin::Catalogue,
                (_, None) => Origin::Own,
            },
            install,
            problems,
            takes_country: shelved.map_or(matches!(&*name.id, "speciesnet" | "demo"), |model| {
                model.folder.join("info.json").is_file()
            }),
            takes_video: true,
            id: name.id.clone(),
            version: name.version.clone(),
            reference,
        }
    }

    fn state(&self, shelved: Option<&Shelved>) -> (ModelState, Vec<String>) {
        let Some(model) = shelved else { return (ModelState::Available, Vec::new()) };
        match &model.state {
            State::Whole => (ModelState::Installed, Vec::new()),
            State::InPlace if (self.doings.is_model)(&model.folder) => (ModelState::ReadOnly, Vec::new()),
            State::InPlace => (ModelState::Broken, vec!["no whole model is in its folder".to_owned()]),
            State::Damaged(why) | State::Unfinished(why) => (ModelState::Broken, vec![why.clone()]),
        }
    }
}

/// `"2,000+"` is 2000.
fn count(entry: &Entry) -> Option<u64> {
    let digits: String = entry.species.as_ref()?.count.chars().filter(char::is_ascii_digit).collect();
    digits.parse().ok()
}

fn licence_of(licence: &CatalogueLicence) -> Licence {
    let restricts: Vec<_> = licence.restricts.iter().map(ToString::to_string).collect();
    Licence {
        name: licence.name.clone(),
        url: licence.url.as_ref().map(ToString::to_string),
        restriction: Some(restricts.join("; "))
            .filter(|text| !text.is_empty())
            .or_else(|| licence.note.clone()),
    }
}
