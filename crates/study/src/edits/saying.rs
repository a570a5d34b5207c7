//! What one person says is on one medium, all of it.

use serde::Deserialize;
use serde_json::{Value, json};

use super::person::Person;
use super::{EditError, Edited, Touched, diff, record};
use crate::sql;
use crate::sql::edits::Row;
use crate::study::Study;
use crate::view::Reader;

/// Most observations of one medium.
const MOST_OBSERVATIONS: usize = 500;

/// One animal, person or vehicle, or several of a kind.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Saying {
    /// The observation that stays; none for one that the person adds.
    pub id: Option<String>,
    /// None: nothing is there.
    pub scientific_name: Option<String>,
    /// None: as before, while the scientific name stays.
    pub common_name: Option<String>,
    /// 1 to 100,000. None: as before, or one.
    pub count: Option<u32>,
    /// `adult`, `subadult`, `juvenile`, or not told.
    pub life_stage: Option<String>,
    /// `female`, `male`, `unknown`, or not told.
    pub sex: Option<String>,
    /// Left, top, width and height as shares of the sides, within the picture. None: as before, or none.
    pub bbox: Option<[f64; 4]>,
}

impl Study {
    /// Writes down that exactly this is on a medium; observations that are not named go. No sayings, or one without a name:
    /// nothing is on it. `by`: who says so.
    pub fn say(&mut self, media: &str, sayings: &[Saying], by: &str) -> Result<Edited, EditError> {
        self.say_touching(media, sayings, by).map(|(edited, _)| edited)
    }

    pub(super) fn say_touching(
        &mut self,
        media: &str,
        sayings: &[Saying],
        by: &str,
    ) -> Result<Touched<Edited>, EditError> {
        if sayings.len() > MOST_OBSERVATIONS {
            let what = format!("{} observations", sayings.len());
            return Err(EditError::Wrong { what, wanted: "500 at most stand on one photo or video" });
        }
        sayings.iter().try_for_each(Saying::check)?;
        self.database.write(|writing| {
            let reading = writing.reading();
            if sql::media::taken(reading, media)?.is_none() {
                return Err(EditError::NoMedium(media.to_owned()));
            }
            let before = sql::edits::rows(reading, media)?;
            let person = Person::now(by);
            let named: Vec<_> = sayings.iter().filter_map(|one| Some((one, one.name()?))).collect();
            let mut after: Vec<Row> = Vec::with_capacity(named.len());
            for (saying, name) in &named {
                let known = saying.id.as_deref().map(|id| {
                    let is_free = !after.iter().any(|row| row.is(id));
                    let known = before.iter().find(|row| row.is(id)).filter(|_| is_free);
                    known.cloned().ok_or_else(|| EditError::NoObservation(id.to_owned()))
                });
                let mut row = match known.transpose()? {
                    Some(row) => row,
                    None => person.fresh(reading, media, &before)?,
                };
                saying.write(&mut row, name, &person);
                after.push(row);
            }
            if named.is_empty() {
                let mut row = match before.first() {
                    Some(row) => row.clone(),
                    None => person.fresh(reading, media, &before)?,
                };
                person.blank(&mut row);
                after.push(row);
            }
            let changes = [(media.to_owned(), diff(&before, &after))];
            Ok(record(writing, "say", by, &changes)?)
        })
    }
}

impl Reader {
    /// See [`Study::say`].
    pub fn say(&self, media: &str, sayings: &[Saying], by: &str) -> Result<Edited, EditError> {
        self.editing(|study| study.say_touching(media, sayings, by))
    }
}

impl Saying {
    /// Lower case with single spaces, as all names of a study.
    fn name(&self) -> Option<String> {
        let name = self.scientific_name.as_deref()?.to_lowercase();
        let name = name.split_whitespace().collect::<Vec<_>>().join(" ");
        Some(name).filter(|name| !name.is_empty() && name != "blank")
    }

    fn check(&self) -> Result<(), EditError> {
        let wrong = |what: String, wanted| Err(EditError::Wrong { what, wanted });
        for text in [&self.scientific_name, &self.common_name].into_iter().flatten() {
            if text.len() > 500 || text.contains(char::is_control) {
                return wrong("a name".to_owned(), "at most 500 letters on one line");
            }
        }
        if let Some(count) = self.count.filter(|count| !(1..=100_000).contains(count)) {
            return wrong(format!("a count of {count}"), "it must be from 1 to 100000");
        }
        let in_words =
            |word: &Option<String>, words: &[&str]| word.as_deref().is_none_or(|word| words.contains(&word));
        if !in_words(&self.life_stage, &["adult", "subadult", "juvenile"]) {
            let what = format!("the life stage `{}`", self.life_stage.as_deref().unwrap_or_default());
            return wrong(what, "it must be `adult`, `subadult` or `juvenile`");
        }
        if !in_words(&self.sex, &["female", "male", "unknown"]) {
            let what = format!("the sex `{}`", self.sex.as_deref().unwrap_or_default());
            return wrong(what, "it must be `female`, `male` or `unknown`");
        }
        if let Some([x, y, width, height]) = self.bbox {
            let is_within = [x, y].iter().all(|side| (0.0..1.0).contains(side))
                && [width, height].iter().all(|side| *side > 0.0)
                && x + width <= 1.000_001
                && y + height <= 1.000_001;
            if !is_within {
                return wrong(
                    format!("the box {:?}", [x, y, width, height]),
                    "it must lie within the picture",
                );
            }
        }
        Ok(())
    }

    fn write(&self, row: &mut Row, name: &str, person: &Person<'_>) {
        person.name(row, name, self.common_name.as_deref());
        if let Some(count) = self.count {
            row.set("count", count.into());
        }
        row.set("lifeStage", json!(self.life_stage));
        row.set("sex", json!(self.sex));
        let Some(sides) = self.bbox else { return };
        let columns = ["bboxX", "bboxY", "bboxWidth", "bboxHeight"];
        let is_same = columns.iter().zip(sides).all(|(column, side)| {
            row.0.get(*column).and_then(Value::as_f64).is_some_and(|known| known == side)
        });
        if !is_same {
            for (column, side) in columns.iter().zip(sides) {
                row.set(column, side.into());
            }
            // A box that a person drew is not the one that a model was so sure of.
            row.set("detectionConfidence", Value::Null);
        }
    }
}
