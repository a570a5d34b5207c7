//! One file and what counts of all that is said of it.

use super::kind::Kind;
use super::raw::Raw;
use super::records::{Medium, Observation, Output, Record};
use super::sequences::{Sequence, Sequences};
use crate::sql::{ExportReader, SqlError};

/// A file, sifted.
#[derive(Debug, Clone)]
pub(crate) struct Sheet {
    pub(crate) medium: Medium,
    /// The sequence it stands in; `None` without a time.
    pub(crate) sequence: Option<Sequence>,
    /// Its place in the sequence, from 0.
    pub(crate) place: u64,
    pub(crate) state: State,
    /// The latest answer of a model, as it came.
    pub(crate) output: Option<Output>,
    /// Whether a person said anything of it.
    pub(crate) reviewed: bool,
}

/// What is known of a file. A failure is never a blank.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum State {
    /// Rows that count, none of them blank. Never empty.
    Seen(Vec<(Kind, Observation)>),
    /// Nothing on it, and who says so.
    Blank(Box<Observation>),
    /// It could not be predicted, and why.
    Failed(String),
    /// Nobody has looked yet.
    Waiting,
}

/// Goes through all files in order. `gap`: longest pause within a sequence, in seconds. `threshold`: least confidence of a
/// machine's row; people's rows always count.
pub(crate) fn each<E: From<SqlError>>(
    reader: &ExportReader<'_>,
    gap: u32,
    threshold: Option<f64>,
    mut each: impl FnMut(Sheet) -> Result<(), E>,
) -> Result<(), E> {
    let (mut ahead, mut order) = (reader.order()?, reader.order()?);
    let mut sequences = Sequences::new(ahead.stamps()?, gap);
    let mut current: Option<(Sequence, u64)> = None;
    for stamp in order.stamps()? {
        let stamp = stamp?;
        let mut place = None;
        if stamp.seconds.is_some() {
            if current.as_ref().is_none_or(|(sequence, used)| *used == sequence.files) {
                current = sequences.next().transpose()?.map(|sequence| (sequence, 0));
            }
            if let Some((sequence, used)) = &mut current {
                place = Some((sequence.clone(), *used));
                *used += 1;
            }
        }
        each(Sheet::sift(reader.record(&stamp.media_id)?, place, threshold))?;
    }
    Ok(())
}

impl Sheet {
    fn sift(record: Record, place: Option<(Sequence, u64)>, threshold: Option<f64>) -> Self {
        let Record { medium, observations, output, failure } = record;
        let reviewed = observations.iter().any(Observation::is_human);
        let unclassified = output.as_ref().is_some_and(|output| Raw::settled_on_nothing(&output.raw));
        let rows = observations.into_iter().map(|row| {
            let kind = Kind::of(&row);
            let kind = if unclassified && kind == Kind::Blank && !row.is_human() {
                Kind::Unclassified
            } else {
                kind
            };
            (kind, row)
        });
        let state = state(rows.collect(), threshold, failure);
        let (sequence, place) = place.map(|(sequence, place)| (Some(sequence), place)).unwrap_or_default();
        Self { medium, sequence, place, state, output, reviewed }
    }

    /// The rows that count.
    pub(crate) fn seen(&self) -> &[(Kind, Observation)] {
        match &self.state {
            State::Seen(rows) => rows,
            _ => &[],
        }
    }
}

fn state(mut rows: Vec<(Kind, Observation)>, threshold: Option<f64>, failure: Option<String>) -> State {
    keep_latest_answer(&mut rows);
    let human_blank = rows.iter().any(|(kind, row)| row.is_human() && *kind == Kind::Blank);
    let human_something = rows.iter().any(|(kind, row)| row.is_human() && *kind != Kind::Blank);
    if human_blank && !human_something {
        rows.retain(|(_, row)| row.is_human());
    }
    let blank = rows.iter().filter(|(kind, _)| *kind == Kind::Blank).max_by_key(|(_, row)| row.is_human());
    let mut blank = blank.map(|(_, row)| row.clone());
    rows.retain(|(kind, _)| *kind != Kind::Blank);
    let unsure = |row: &Observation| {
        let confidence = row.confidence().filter(|_| !row.is_human());
        confidence.zip(threshold).is_some_and(|(confidence, threshold)| confidence < threshold)
    };
    let surest = rows.first().map(|(_, row)| row.clone());
    rows.retain(|(_, row)| !unsure(row));
    if rows.is_empty() {
        blank = blank.or(surest);
    }
    match (rows.is_empty(), blank, failure) {
        (false, ..) => State::Seen(rows),
        (true, Some(row), _) => State::Blank(Box::new(nothing(row))),
        (true, None, Some(reason)) => State::Failed(reason),
        (true, None, None) => State::Waiting,
    }
}

/// Of several answers to the same file one counts: the one that a person looked over, else the latest.
fn keep_latest_answer(rows: &mut Vec<(Kind, Observation)>) {
    let latest = |human: bool| {
        let answers = rows.iter().map(|(_, row)| row).filter(|row| row.output_id.is_some());
        let answers = answers.filter(|row| !human || row.is_human());
        answers.max_by(|a, b| a.run_started.cmp(&b.run_started)).and_then(|row| row.output_id.clone())
    };
    if let Some(kept) = latest(true).or_else(|| latest(false)) {
        rows.retain(|(_, row)| row.is_human() || row.output_id.as_deref().is_none_or(|id| id == kept));
    }
}

/// The same row, saying that there is nothing.
fn nothing(row: Observation) -> Observation {
    Observation {
        scientific_name: None,
        common_name: None,
        bbox: None,
        box_confidence: None,
        probability: None,
        count: None,
        life_stage: None,
        sex: None,
        behaviour: None,
        ..row
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(name: &str, method: &str, run: &str, confidence: f64) -> (Kind, Observation) {
        let row = Observation {
            id: name.to_owned(),
            scientific_name: Some(name.to_owned()).filter(|name| !name.is_empty()),
            method: Some(method.to_owned()),
            output_id: Some(run.to_owned()).filter(|run| !run.is_empty()),
            run_started: Some(run.to_owned()),
            box_confidence: Some(confidence),
            ..Observation::default()
        };
        (Kind::of(&row), row)
    }

    fn names(state: &State) -> Vec<&str> {
        match state {
            State::Seen(rows) => rows.iter().map(|(_, row)| &*row.id).collect(),
            State::Blank(_) => vec!["blank"],
            State::Failed(_) => vec!["failed"],
            State::Waiting => vec!["waiting"],
        }
    }

    #[test]
    fn people_win_over_machines_and_later_answers_over_earlier_ones() {
        let machine = |name, run| row(name, "machine", run, 0.9);
        let human = |name, run| row(name, "human", run, 0.1);
        for (rows, wanted) in [
            (vec![machine("fox", "1"), machine("badger", "2")], vec!["badger"]),
            (vec![human("fox", "1"), machine("hare", "1"), machine("badger", "2")], vec!["fox", "hare"]),
            (vec![human("", ""), machine("badger", "2")], vec!["blank"]),
            (vec![human("fox", ""), machine("", "2")], vec!["fox"]),
            (vec![machine("", "1")], vec!["blank"]),
            (vec![], vec!["failed"]),
        ] {
            assert_eq!(names(&state(rows, None, Some("why".into()))), wanted);
        }
        assert_eq!(names(&state(vec![], None, None)), ["waiting"]);
    }

    #[test]
    fn a_threshold_is_for_machines_only() {
        let rows = vec![row("fox", "machine", "1", 0.4), row("hare", "human", "1", 0.1)];
        assert_eq!(names(&state(rows.clone(), Some(0.5), None)), ["hare"]);
        assert_eq!(names(&state(rows[..1].to_vec(), Some(0.5), None)), ["blank"]);
    }
}
