//! `datapackage.json`.

use std::collections::{BTreeMap, HashMap};

use serde_json::{Value, json};

use super::super::instant::Clock;
use super::super::kind::Kind;
use super::super::records::Observation;
use super::super::{ExportError, Job};
use super::{Placed, scientific_name};

const ROOT: &str = "https://raw.githubusercontent.com/tdwg/camtrap-dp/1.0.2";

/// Names in the package, and what people call them in English.
#[derive(Debug, Default)]
pub(super) struct Taxa {
    names: BTreeMap<String, Option<String>>,
}

impl Taxa {
    pub(super) fn add(&mut self, kind: Kind, row: &Observation) {
        if let Some(name) = scientific_name(kind, row) {
            let common = row.common_name.as_deref().map(str::trim).filter(|common| !common.is_empty());
            let known = self.names.entry(name).or_default();
            if known.is_none() {
                *known = common.map(str::to_owned);
            }
        }
    }

    fn list(self) -> Vec<Value> {
        let taxa = self.names.into_iter().map(|(name, common)| match common {
            Some(common) => json!({ "scientificName": name, "vernacularNames": { "eng": common } }),
            None => json!({ "scientificName": name }),
        });
        taxa.collect()
    }
}

/// The whole of it. What a study does not know is said as little as the format allows.
pub(super) fn package(
    job: &Job<'_>,
    placed: &HashMap<String, Placed>,
    taxa: Taxa,
) -> Result<Value, ExportError> {
    let about = job.study.about();
    let [title, description, contributors] = job.reader.headings()?;
    let title = title.filter(|title| !title.trim().is_empty()).unwrap_or_else(|| about.name.clone());
    let start = placed.values().map(|place| place.start).min_by_key(|time| time.seconds());
    let end = placed.values().map(|place| place.end).max_by_key(|time| time.seconds());
    let resources = ["deployments", "media", "observations"].map(|name| {
        json!({
            "name": name,
            "path": format!("{name}.csv"),
            "profile": "tabular-data-resource",
            "format": "csv",
            "mediatype": "text/csv",
            "encoding": "utf-8",
            "schema": format!("{ROOT}/{name}-table-schema.json"),
        })
    });
    let mut package = json!({
        "resources": resources,
        "profile": format!("{ROOT}/camtrap-dp-profile.json"),
        "name": slug(&about.name, &about.id),
        "id": about.id,
        "created": created(),
        "title": title,
        "contributors": people(contributors.as_deref()),
        "version": "1.0",
        "sources": [{ "title": "biowatch", "version": env!("CARGO_PKG_VERSION") }],
        "project": {
            "title": title,
            "samplingDesign": "opportunistic",
            "captureMethod": ["activityDetection"],
            "individualAnimals": false,
            "observationLevel": ["media", "event"],
        },
        "spatial": corners(placed),
        "temporal": {
            "start": start.map(Clock::date).unwrap_or_default(),
            "end": end.map(Clock::date).unwrap_or_default(),
        },
        "taxonomic": taxa.list(),
    });
    if let (Some(description), Some(fields)) = (description, package.as_object_mut()) {
        fields.insert("description".to_owned(), json!(description));
    }
    Ok(package)
}

fn created() -> String {
    jiff::Timestamp::now().strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

/// Lower-case letters, digits and dashes.
fn slug(name: &str, id: &str) -> String {
    let letters = name
        .chars()
        .map(|letter| if letter.is_ascii_alphanumeric() { letter.to_ascii_lowercase() } else { '-' });
    let words: Vec<_> =
        letters.collect::<String>().split('-').filter(|word| !word.is_empty()).map(str::to_owned).collect();
    if words.is_empty() { id.to_lowercase() } else { words.join("-") }
}

/// The people of the study, with the roles that the format knows.
fn people(stored: Option<&str>) -> Vec<Value> {
    const ROLES: [&str; 5] = ["contact", "principalInvestigator", "rightsHolder", "publisher", "contributor"];
    let stored: Vec<Value> = stored.and_then(|json| serde_json::from_str(json).ok()).unwrap_or_default();
    let mut people = Vec::new();
    for person in stored {
        let text = |key: &str| person.get(key).and_then(Value::as_str).filter(|text| !text.trim().is_empty());
        let Some(title) = text("title").or(text("name")) else { continue };
        let mut one = json!({ "title": title });
        let email = text("email").filter(|email| email.contains('@'));
        let path = text("path").filter(|path| super::is_address(path));
        let role = text("role").filter(|role| ROLES.contains(role));
        for (key, value) in
            [("email", email), ("path", path), ("role", role), ("organization", text("organization"))]
        {
            if let (Some(value), Some(fields)) = (value, one.as_object_mut()) {
                fields.insert(key.to_owned(), json!(value));
            }
        }
        people.push(one);
    }
    if people.is_empty() {
        people.push(json!({ "title": "Biowatch user", "role": "contributor" }));
    }
    people
}

/// The box around all deployments. One place gives a point: a polygon needs an area.
fn corners(placed: &HashMap<String, Placed>) -> Value {
    let edge = |of: fn(&Placed) -> f64, pick: fn(f64, f64) -> f64| {
        placed.values().map(of).reduce(pick).unwrap_or_default()
    };
    let (west, east) = (edge(|p| p.longitude, f64::min), edge(|p| p.longitude, f64::max));
    let (south, north) = (edge(|p| p.latitude, f64::min), edge(|p| p.latitude, f64::max));
    if west == east && south == north {
        return json!({ "type": "Point", "coordinates": [west, south] });
    }
    let ring = [[west, south], [east, south], [east, north], [west, north], [west, south]];
    json!({ "type": "Polygon", "bbox": [west, south, east, north], "coordinates": [ring] })
}
