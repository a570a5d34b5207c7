//! `observations.csv`: first what is said of files, then what is said of events whose files have no row of their own.

use uuid::Uuid;

use super::media::Listed;
use super::{Ended, Incoming, Package, Unkept, source};
use crate::export::instant::Clock;
use crate::results::row::Row;
use crate::results::{Watch, boxes};
use crate::sql::{self, SqlError, Writing};

const KEPT: [&str; 22] = [
    "observationID",
    "deploymentID",
    "mediaID",
    "eventID",
    "eventStart",
    "eventEnd",
    "observationLevel",
    "observationType",
    "scientificName",
    "count",
    "lifeStage",
    "sex",
    "behavior",
    "bboxX",
    "bboxY",
    "bboxWidth",
    "bboxHeight",
    "classificationMethod",
    "classifiedBy",
    "classificationTimestamp",
    "classificationProbability",
    "taxonID",
];

/// How this program begins the comment on a file that could not be predicted.
const FAILED: &str = "could not be predicted: ";

/// Files of one event, at most.
const MOST_FILES: usize = 10_000;

pub(super) fn take(
    incoming: &mut Incoming<'_>,
    writing: &Writing<'_>,
    listed: &Listed,
    watch: &mut Watch<'_>,
) -> Result<(), Ended> {
    let mut unkept = Unkept::default();
    let package = incoming.package;
    let mut output = None;
    let mut has_events = false;
    let own = package.is_ours.then_some("observationComments");
    let kept: Vec<_> = KEPT.into_iter().chain(own).collect();
    package.source.each_row("observations", |row| {
        if (watch.is_stopped)() {
            return Err(Ended::Stopped);
        }
        unkept.note(row, &kept);
        if row.get("mediaID").is_empty() {
            has_events = true;
            return Ok(());
        }
        incoming.of_file(writing, row, listed, &mut output)
    })?;
    unkept.tell("observations", &mut incoming.taken_in);
    // What this program says of events follows from what it says of files.
    if !has_events || package.is_ours {
        return Ok(());
    }
    package.source.each_row("observations", |row| {
        if (watch.is_stopped)() {
            return Err(Ended::Stopped);
        }
        if row.get("mediaID").is_empty() { incoming.of_event(writing, row) } else { Ok(()) }
    })
}

impl Incoming<'_> {
    fn of_file(
        &mut self,
        writing: &Writing<'_>,
        row: &source::Row<'_>,
        listed: &Listed,
        output: &mut Option<(String, String)>,
    ) -> Result<(), Ended> {
        let id = row.get("mediaID");
        if !listed.ids.contains(id) {
            self.taken_in.leave_out("observations of files that the package does not list", 1);
            return Ok(());
        }
        let media = self.renamed.get(id).cloned().unwrap_or_else(|| id.to_owned());
        // A file that was refused has no medium.
        let Some(taken) = sql::media::taken(writing.reading(), &media)? else { return Ok(()) };
        let comment = row.get("observationComments");
        if self.package.is_ours && row.get("observationType") == "unclassified" {
            if let Some(reason) = comment.strip_prefix(FAILED) {
                self.taken_in.failures += 1;
                let path = sql::results::medium(writing.reading(), &media)?.unwrap_or_default().0;
                return Ok(sql::errors::put(writing, &self.run, Some(&media), &path, (reason, 1))?);
            }
            if comment == "not predicted yet" {
                return Ok(());
            }
        }
        let mut read = self.row(row);
        read.deployment = taken.deployment.or(read.deployment);
        read.event_start = read.event_start.or_else(|| taken.timestamp.clone());
        read.event_end = read.event_end.or(taken.timestamp);
        if read.method.as_deref() == Some("machine") {
            if listed.spoken.contains(&media) {
                self.taken_in.spoken += 1;
                return Ok(());
            }
            read.output = Some(self.output(writing, &media, output)?);
        }
        read.media = Some(media);
        self.add_observation(writing, read)?;
        Ok(())
    }

    /// The answer that a machine's rows of a file belong to. Its words are not known.
    fn output(
        &self,
        writing: &Writing<'_>,
        media: &str,
        last: &mut Option<(String, String)>,
    ) -> Result<String, SqlError> {
        if let Some((known, output)) = last
            && known == media
        {
            return Ok(output.clone());
        }
        let id = match sql::results::output(writing.reading(), &self.run, media)? {
            Some(id) => id,
            None => {
                let id = Uuid::new_v4().to_string();
                sql::observations::clear_machine(writing, media)?;
                sql::outputs::insert(writing, &id, media, &self.run, "{}")?;
                id
            }
        };
        *last = Some((media.to_owned(), id.clone()));
        Ok(id)
    }

    /// A row about an event goes to each of its files that has none; where there are no files, to the deployment.
    fn of_event(&mut self, writing: &Writing<'_>, row: &source::Row<'_>) -> Result<(), Ended> {
        let mut read = self.row(row);
        let deployment = self.deployment(writing, row.get("deploymentID"))?;
        let edges = [&read.event_start, &read.event_end].map(|time| time.as_deref().and_then(Clock::read));
        let ([Some(start), Some(end)], Some(deployment)) = (edges, &deployment) else {
            self.taken_in.leave_out("observations of events without a time or deployment", 1);
            return Ok(());
        };
        let between = (start.seconds(), end.seconds());
        let files = sql::results::media_between(writing.reading(), deployment, between, MOST_FILES)?;
        read.deployment = Some(deployment.clone());
        if files.is_empty() {
            self.add_observation(writing, read)?;
            return Ok(());
        }
        for (media, is_spoken_for) in files {
            if !is_spoken_for {
                let id = format!("{}:{media}", read.id);
                self.add_observation(writing, Row { id, media: Some(media), ..read.clone() })?;
            }
        }
        Ok(())
    }

    fn add_observation(&mut self, writing: &Writing<'_>, mut row: Row) -> Result<(), SqlError> {
        if sql::results::add_observation(writing, &row)? {
            self.taken_in.observations += 1;
            return Ok(());
        }
        // The id is taken: by the same row, when the package comes in again, or by that of another study.
        if sql::results::is_of_medium(writing.reading(), &row.id, row.media.as_deref())? {
            return Ok(());
        }
        row.id = format!("{}:{}", self.package.prefix, row.id);
        self.taken_in.observations += u64::from(sql::results::add_observation(writing, &row)?);
        Ok(())
    }

    /// What a row says, whatever it is about.
    fn row(&mut self, row: &source::Row<'_>) -> Row {
        let stated = stored_name(row.get("scientificName"));
        let kind = row.get("observationType").to_lowercase();
        let name = match (kind.as_str(), stated.as_str()) {
            ("human", "") => Some("homo sapiens".to_owned()),
            ("vehicle", _) => Some("vehicle".to_owned()),
            ("animal", "" | "animalia") => Some("animal".to_owned()),
            ("blank" | "unknown" | "unclassified", _) | (_, "") => None,
            _ => Some(stated.clone()),
        };
        let has_offset = !self.without_offset.iter().any(|id| id == row.get("deploymentID"));
        let time = |column: &str| Package::time(row.get(column), has_offset);
        let method = row.get("classificationMethod").to_lowercase();
        let probability =
            row.number("classificationProbability").filter(|number| (0.0..=1.0).contains(number));
        let behaviour: Vec<_> =
            row.get("behavior").split('|').map(str::trim).filter(|word| !word.is_empty()).collect();
        Row {
            id: row.filled("observationID").unwrap_or_else(|| Uuid::new_v4().to_string()),
            event: row.filled("eventID"),
            event_start: time("eventStart"),
            event_end: time("eventEnd"),
            common_name: name.as_ref().and_then(|_| self.package.common_names.get(&stated).cloned()),
            observation_type: Some(kind).filter(|kind| !kind.is_empty()),
            probability,
            count: row.number("count").map(|count| count.clamp(0.0, 1e6) as i64),
            life_stage: row.filled("lifeStage"),
            sex: row.filled("sex"),
            behaviour: (!behaviour.is_empty()).then(|| serde_json::json!(behaviour).to_string()),
            bbox: self.bbox(row),
            method: Some(method).filter(|method| matches!(method.as_str(), "human" | "machine")),
            by: row.filled("classifiedBy"),
            at: row.filled("classificationTimestamp").filter(|time| Clock::read(time).is_some()),
            scientific_name: name,
            ..Row::default()
        }
    }

    fn bbox(&mut self, row: &source::Row<'_>) -> Option<[f64; 4]> {
        let columns = ["bboxX", "bboxY", "bboxWidth", "bboxHeight"];
        if columns.iter().all(|column| row.get(column).is_empty()) {
            return None;
        }
        let sides = columns.map(|column| row.number(column));
        let found = boxes::bbox(Some(&serde_json::json!(sides))).ok();
        self.taken_in.leave_out("boxes that lie outside their pictures", u64::from(found.is_none()));
        found
    }
}

/// A name as the study writes it: lower case, single spaces, letters composed.
pub(super) fn stored_name(name: &str) -> String {
    let words: Vec<_> = name.split_whitespace().collect();
    crate::spelling::composed(&words.join(" ").to_lowercase())
}
