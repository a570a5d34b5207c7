//! Media page by page.

use std::path::Path;

use serde::Serialize;
use serde_json::Value;

use super::digest::Digest;
use super::digest::sift::{Mark, sift};
use super::filter::{Filter, Method};
use super::order::{self, Key, Sort};
use super::reader::{ReadError, Reader};
use crate::export::instant::Clock;
use crate::export::kind::Kind;
use crate::sql::view::gallery::{self as rows, Said, Shown, Which};
use crate::sql::{Reading, SqlError};

/// Most media of a page.
pub(crate) const MOST_OF_PAGE: u32 = 1_000;

/// Where a page begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum At {
    /// After so many.
    Offset(u64),
    /// Where an earlier page said that the next one begins.
    Cursor(String),
}

/// Some of a longer list.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Page<T> {
    /// In order.
    pub items: Vec<T>,
    /// Where the next page begins; none at the end.
    pub next: Option<String>,
    /// How many there are in the whole list.
    pub total: u64,
}

/// A photo or video with what is said of it.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Medium {
    /// As other programs know it.
    pub id: String,
    /// Without folders.
    pub file_name: String,
    /// None for a medium of no deployment.
    pub deployment: Option<Named>,
    /// As stored: ISO 8601, by the camera's clock.
    pub timestamp: Option<String>,
    /// `photo` or `video`.
    pub kind: &'static str,
    /// Pixels, where known.
    pub width: Option<u32>,
    /// Pixels, where known.
    pub height: Option<u32>,
    /// Marked by a person.
    pub favourite: bool,
    /// Whether the file is where it was.
    pub found: bool,
    /// Whether a person looked at it.
    pub reviewed: bool,
    /// Those that count; one of type `blank` where nothing is on it, none where nobody has looked.
    pub observations: Vec<MediumObservation>,
    /// Why it could not be predicted; none as soon as it has observations.
    pub error: Option<String>,
    /// None without a time.
    pub event: Option<EventPlace>,
}

/// An id and what people call it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Named {
    /// As other programs know it.
    pub id: String,
    /// For people.
    pub name: String,
}

/// Where a medium stands in its event.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct EventPlace {
    /// As exports name it.
    pub id: String,
    /// Media in it.
    pub size: u32,
    /// From 0.
    pub index: u32,
}

/// What is said of a medium in one observation.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct MediumObservation {
    /// UUID.
    pub id: String,
    /// As stored, lower case.
    pub scientific_name: Option<String>,
    /// As shown beside the scientific name.
    pub common_name: Option<String>,
    /// `animal`, `human`, `vehicle`, `blank` or `unknown`.
    #[serde(rename = "type")]
    pub kind: &'static str,
    /// How many; 0 for a blank.
    pub count: u32,
    /// Of the name, 0 to 1; none when a person says so.
    pub probability: Option<f64>,
    /// Of the box, 0 to 1.
    pub confidence: Option<f64>,
    /// Left, top, width and height as shares of the sides.
    pub bbox: Option<[f64; 4]>,
    /// Who says so.
    pub method: Method,
    /// A model and its version, or a person.
    pub by: Option<String>,
    /// ISO 8601.
    pub at: Option<String>,
    /// `adult`, `subadult` or `juvenile`.
    pub life_stage: Option<String>,
    /// `female`, `male` or `unknown`.
    pub sex: Option<String>,
    /// Of a video, the frame; none where only the second is known.
    pub frame: Option<u64>,
    /// Of a video, seconds from its start.
    pub time: Option<f64>,
}

impl Reader {
    /// A page of the media that are meant. `limit`: 1 to 1,000.
    pub fn gallery(
        &self,
        filter: &Filter,
        sort: Sort,
        at: &At,
        limit: u32,
    ) -> Result<Page<Medium>, ReadError> {
        let digest = self.digest()?;
        let list = self.list(&digest, filter, sort)?;
        let begin = match at {
            At::Offset(offset) => usize::try_from(*offset).unwrap_or(usize::MAX).min(list.len()),
            At::Cursor(cursor) => {
                let key = Key::from_cursor(cursor).ok_or_else(|| ReadError::Cursor(cursor.clone()))?;
                order::after(&digest, sort, &list, &key)
            }
        };
        let end = begin.saturating_add(limit.clamp(1, MOST_OF_PAGE) as usize).min(list.len());
        let places = list.get(begin..end).unwrap_or_default();
        let items = self.media_at(&digest, places)?;
        let last = places.last().and_then(|at| digest.item(*at)).filter(|_| end < list.len());
        let next = last.map(|item| Key::of(sort, item).to_cursor());
        Ok(Page { items, next, total: list.len() as u64 })
    }

    /// How many media are meant.
    pub fn count(&self, filter: &Filter) -> Result<u64, ReadError> {
        let digest = self.digest()?;
        Ok(self.list(&digest, filter, Sort::Time)?.len() as u64)
    }

    /// Ids of all media that are meant, in order: what a bulk edit takes. At most `limit`.
    pub fn ids(&self, filter: &Filter, sort: Sort, limit: usize) -> Result<Vec<String>, ReadError> {
        let digest = self.digest()?;
        let list = self.list(&digest, filter, sort)?;
        self.ids_at(&digest, list.get(..limit.min(list.len())).unwrap_or_default())
    }

    /// Ids of the media at these places.
    pub(crate) fn ids_at(&self, digest: &Digest, places: &[u32]) -> Result<Vec<String>, ReadError> {
        self.with(|study| {
            let mut ids = Vec::with_capacity(places.len());
            for item in places.iter().filter_map(|at| digest.item(*at)) {
                ids.extend(rows::id(study.database.reading(), item.rowid)?);
            }
            Ok(ids)
        })
    }

    /// The media at these places, as shown.
    pub(crate) fn media_at(&self, digest: &Digest, places: &[u32]) -> Result<Vec<Medium>, ReadError> {
        self.with(|study| {
            let reading = study.database.reading();
            let mut media = Vec::with_capacity(places.len());
            for item in places.iter().filter_map(|at| digest.item(*at)) {
                // One that was deleted meanwhile is passed over.
                if let Some(shown) = rows::medium(reading, Which::Row(item.rowid))? {
                    media.push(medium(reading, digest, shown)?);
                }
            }
            Ok(media)
        })
    }
}

/// A medium with everything around it.
pub(crate) fn medium(reading: Reading<'_>, digest: &Digest, shown: Shown) -> Result<Medium, SqlError> {
    let mut said = rows::observations(reading, &shown.id)?;
    let reviewed = said.iter().any(|one| one.is_human);
    sift(&mut said, |one| Mark {
        kind: Kind::of_words(one.name.as_deref(), one.kind.as_deref()),
        is_human: one.is_human,
        answer: one.answer.clone(),
    });
    let error = if said.is_empty() { rows::error(reading, &shown.id)? } else { None };
    let is_video = shown.media_type.as_deref().is_some_and(|kind| kind.starts_with("video/"));
    let start = shown.timestamp.as_deref().filter(|_| is_video);
    let (width, height) = size(shown.exif.as_deref()).unzip();
    let event =
        digest.at_row(shown.rowid).and_then(|at| digest.item(at)?.event).and_then(|(event, index)| {
            let size = digest.events.get(event as usize)?.len;
            Some(EventPlace { id: digest.event_id(event), size, index })
        });
    Ok(Medium {
        observations: said.into_iter().map(|one| observation(one, start)).collect(),
        found: shown.path.as_deref().is_some_and(|path| Path::new(path).is_file()),
        id: shown.id,
        file_name: shown.file_name,
        deployment: shown.deployment.map(|(id, name)| Named { id, name }),
        kind: if is_video { "video" } else { "photo" },
        timestamp: shown.timestamp,
        width,
        height,
        favourite: shown.is_favourite,
        reviewed,
        error,
        event,
    })
}

fn observation(said: Said, start: Option<&str>) -> MediumObservation {
    let kind = match Kind::of_words(said.name.as_deref(), said.kind.as_deref()) {
        Kind::Unclassified => Kind::Unknown,
        kind => kind,
    };
    let is_blank = kind == Kind::Blank;
    let count = if is_blank { 0 } else { said.count.clamp(1, 100_000) };
    let time = start.zip(said.event_start.as_deref()).and_then(|(start, at)| seconds_between(start, at));
    MediumObservation {
        id: said.id,
        scientific_name: said.name,
        common_name: said.common,
        kind: kind.word(),
        count: u32::try_from(count).unwrap_or_default(),
        probability: said.probability,
        confidence: said.confidence,
        bbox: said.bbox,
        method: if said.is_human { Method::Human } else { Method::Machine },
        by: said.by,
        at: said.at,
        life_stage: said.life_stage,
        sex: said.sex,
        frame: None,
        time,
    }
}

/// Seconds from one stored time to a later one, to the millisecond.
fn seconds_between(start: &str, end: &str) -> Option<f64> {
    let whole = Clock::read(end)?.seconds() - Clock::read(start)?.seconds();
    let part = |text: &str| -> f64 {
        let digits = text.get(19..).and_then(|rest| rest.strip_prefix('.')).unwrap_or_default();
        let digits: String = digits.chars().take_while(char::is_ascii_digit).take(3).collect();
        format!("0.{digits}0").parse().unwrap_or_default()
    };
    let seconds = whole as f64 + part(end) - part(start);
    (seconds >= 0.0).then(|| (seconds * 1_000.0).round() / 1_000.0)
}

/// Width and height that the EXIF of a photo tells.
fn size(exif: Option<&str>) -> Option<(u32, u32)> {
    let exif: Value = serde_json::from_str(exif?).ok()?;
    let side = |name| exif.get(name).and_then(Value::as_u64).and_then(|side| u32::try_from(side).ok());
    let names = [
        ("ExifImageWidth", "ExifImageHeight"),
        ("PixelXDimension", "PixelYDimension"),
        ("ImageWidth", "ImageHeight"),
    ];
    names.iter().find_map(|(width, height)| side(width).zip(side(height)))
}
