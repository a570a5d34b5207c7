//! What is to be drawn on a photo, and who is not to be recognised on it. Drawing is somebody else's work.

use std::path::PathBuf;

use super::kind::{Kind, taxon};
use super::raw::{Raw, inside};
use super::sheet::{Sheet, State};

/// Least confidence of a model's box around a person that is covered, 0 to 1.
const LEAST_CONFIDENCE: f64 = 0.1;
/// From here on a box is taken to be the person of a row that has none.
const SURE: f64 = 0.5;

/// A photo to be painted.
#[derive(Debug, Clone, PartialEq)]
pub struct Picture {
    /// The file; it is read, never written.
    pub original: PathBuf,
    /// Boxes and names, the surest first. Empty where none are wanted.
    pub marks: Vec<PictureMark>,
    /// Who is not to be recognised.
    pub people: People,
}

/// A box with a name.
#[derive(Debug, Clone, PartialEq)]
pub struct PictureMark {
    /// Left, top, width and height as fractions of the upright picture.
    pub bbox: [f64; 4],
    /// What it is around.
    pub subject: Subject,
    /// What to write at it, one line.
    pub label: String,
}

/// What a box is around.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Subject {
    /// Also what could not be told.
    Animal,
    /// Person.
    Person,
    /// Vehicle.
    Vehicle,
}

/// What of a picture is to be covered.
#[derive(Debug, Clone, PartialEq)]
pub enum People {
    /// Nothing.
    Shown,
    /// These boxes: left, top, width and height as fractions.
    Boxes(Vec<[f64; 4]>),
    /// All of it: somebody is there, and nobody knows where.
    Everywhere,
}

/// Paints a picture: JPEG bytes, or why the photo cannot be read.
pub type Paint<'a> = dyn FnMut(&Picture) -> Result<Vec<u8>, String> + 'a;

/// Boxes and names of the rows that count. A row without a box has no mark.
pub(super) fn marks(sheet: &Sheet) -> Vec<PictureMark> {
    let marks = sheet.seen().iter().filter_map(|(kind, row)| {
        let subject = match kind {
            Kind::Human => Subject::Person,
            Kind::Vehicle => Subject::Vehicle,
            _ => Subject::Animal,
        };
        let name = match kind {
            Kind::Human => "person".to_owned(),
            Kind::Vehicle => "vehicle".to_owned(),
            Kind::Animal => {
                let common = row.common_name.as_deref().filter(|name| !name.trim().is_empty());
                common
                    .map_or_else(|| taxon(row.scientific_name.as_deref().unwrap_or("animal")), str::to_owned)
            }
            _ => "unknown".to_owned(),
        };
        let sure = row.probability.or(row.box_confidence).filter(|_| !row.is_human());
        let label = sure.map_or_else(|| name.clone(), |sure| format!("{name} {sure:.2}"));
        Some(PictureMark { bbox: inside(row.bbox?), subject, label })
    });
    marks.collect()
}

/// Who has to be covered; `None`: nobody has looked, so that it cannot be told.
pub(super) fn people(sheet: &Sheet) -> Option<People> {
    let raw = sheet.output.as_ref().and_then(|output| Raw::read(&output.raw));
    let of_model = raw.iter().flat_map(|raw| &raw.boxes);
    let of_model: Vec<_> =
        of_model.filter(|one| one.label == "person" && one.confidence >= LEAST_CONFIDENCE).collect();
    let rows: Vec<_> =
        sheet.seen().iter().filter(|(kind, _)| *kind == Kind::Human).map(|(_, row)| row.bbox).collect();
    // A faint box need not be where somebody saw a person.
    let is_sure = of_model.iter().any(|one| one.confidence >= SURE) || rows.iter().any(Option::is_some);
    let is_unplaced = rows.iter().any(Option::is_none) && !is_sure;
    let boxes: Vec<_> =
        of_model.iter().map(|one| one.bbox).chain(rows.into_iter().flatten()).map(inside).collect();
    match &sheet.state {
        State::Failed(_) | State::Waiting => None,
        _ if is_unplaced => Some(People::Everywhere),
        _ if boxes.is_empty() => Some(People::Shown),
        _ => Some(People::Boxes(boxes)),
    }
}
