//! The same said of many media at once.

use super::person::Person;
use super::{EditError, Edited, MOST_MEDIA, Touched, diff, record};
use crate::export::kind::Kind;
use crate::sql::edits::{Change, Row};
use crate::sql::{self, SqlError, Writing};
use crate::study::Study;
use crate::view::Reader;
use crate::view::digest::sift::{Mark, sift};

/// What is done to each medium.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Action {
    /// What stands there is right. Media of which nothing is known stay as they are.
    Confirm,
    /// All animals on it are of this species; with none, all that is on it is, and a medium with nothing on it has one.
    Relabel {
        /// As it is to be stored.
        scientific_name: String,
        /// To be shown beside it.
        common_name: Option<String>,
    },
    /// Nothing is on it.
    Blank,
    /// It is marked, or no longer.
    Favourite(bool),
}

impl Action {
    fn word(&self) -> &'static str {
        match self {
            Self::Confirm => "confirm",
            Self::Relabel { .. } => "relabel",
            Self::Blank => "blank",
            Self::Favourite(_) => "favourite",
        }
    }
}

impl Study {
    /// Does `action` to all of `media` (ids, 10,000 at most), or to none. Ids that are not of the study are passed over.
    pub fn edit(&mut self, media: &[String], action: &Action, by: &str) -> Result<Edited, EditError> {
        self.edit_touching(media, action, by).map(|(edited, _)| edited)
    }

    pub(super) fn edit_touching(
        &mut self,
        media: &[String],
        action: &Action,
        by: &str,
    ) -> Result<Touched<Edited>, EditError> {
        if media.len() > MOST_MEDIA {
            return Err(EditError::TooMany(media.len()));
        }
        let action = &tidy(action)?;
        self.database.write(|writing| {
            let person = Person::now(by);
            let mut changes = Vec::with_capacity(media.len());
            let mut known = std::collections::HashSet::new();
            for id in media.iter().filter(|id| known.insert(id.as_str())) {
                changes.push((id.clone(), changes_of(writing, id, action, &person)?));
            }
            Ok(record(writing, action.word(), by, &changes)?)
        })
    }
}

impl Reader {
    /// See [`Study::edit`].
    pub fn edit(&self, media: &[String], action: &Action, by: &str) -> Result<Edited, EditError> {
        self.editing(|study| study.edit_touching(media, action, by))
    }
}

fn tidy(action: &Action) -> Result<Action, EditError> {
    let Action::Relabel { scientific_name, common_name } = action else { return Ok(action.clone()) };
    let name = scientific_name.to_lowercase().split_whitespace().collect::<Vec<_>>().join(" ");
    if name.is_empty() || name.len() > 500 {
        let what = "a name".to_owned();
        return Err(EditError::Wrong {
            what,
            wanted: "from 1 to 500 letters; to say that nothing is there, use `blank`",
        });
    }
    Ok(Action::Relabel { scientific_name: name, common_name: common_name.clone() })
}

fn changes_of(
    writing: &Writing<'_>,
    media: &str,
    action: &Action,
    person: &Person<'_>,
) -> Result<Vec<Change>, SqlError> {
    let reading = writing.reading();
    let Some(favourite) = sql::edits::favourite(reading, media)? else { return Ok(Vec::new()) };
    if let Action::Favourite(wanted) = action {
        let mut row = favourite.clone();
        let is_marked =
            favourite.0.get("favorite").and_then(serde_json::Value::as_i64).is_some_and(|one| one != 0);
        row.set("favorite", i64::from(*wanted).into());
        let change = Change { observation: String::new(), before: Some(favourite), after: Some(row) };
        return Ok(if is_marked == *wanted { Vec::new() } else { vec![change] });
    }
    let before = sql::edits::rows(reading, media)?;
    let mut said = sql::view::gallery::observations(reading, media)?;
    let kind = |one: &sql::view::gallery::Said| Kind::of_words(one.name.as_deref(), one.kind.as_deref());
    sift(&mut said, |one| Mark { kind: kind(one), is_human: one.is_human, answer: one.answer.clone() });
    let mut after = before.clone();
    match action {
        Action::Favourite(_) => {}
        Action::Confirm => {
            each(&mut after, |row| said.iter().any(|one| row.is(&one.id)), |row| person.confirm(row));
        }
        Action::Relabel { scientific_name, common_name } => {
            let animals = said.iter().any(|one| is_animal(kind(one)));
            said.retain(|one| !animals || is_animal(kind(one)));
            if said.is_empty() {
                let mut row = person.fresh(reading, media, &before)?;
                person.name(&mut row, scientific_name, common_name.as_deref());
                after.push(row);
            }
            each(
                &mut after,
                |row| said.iter().any(|one| row.is(&one.id)),
                |row| person.name(row, scientific_name, common_name.as_deref()),
            );
        }
        Action::Blank => {
            let mut row = match before.iter().find(|row| said.iter().any(|one| row.is(&one.id))) {
                Some(row) => row.clone(),
                None => person.fresh(reading, media, &before)?,
            };
            let is_said =
                before.len() == 1 && said.iter().all(|one| one.is_human && kind(one) == Kind::Blank);
            if is_said {
                return Ok(Vec::new());
            }
            person.blank(&mut row);
            after = vec![row];
        }
    }
    Ok(diff(&before, &after))
}

fn is_animal(kind: Kind) -> bool {
    matches!(kind, Kind::Animal | Kind::Unknown | Kind::Unclassified)
}

fn each(rows: &mut [Row], is_meant: impl Fn(&Row) -> bool, mut change: impl FnMut(&mut Row)) {
    rows.iter_mut().filter(|row| is_meant(row)).for_each(&mut change);
}
