//! Entries of a JSON file go into the study, some hundred a transaction.

use std::ops::ControlFlow;
use std::path::Path;

use uuid::Uuid;

use super::entry::{Entry, Said};
use super::place::{Folders, Looked};
use super::row::Row;
use super::survey::Survey;
use super::{ResultsError, ResultsFormat, TakenIn, Watch, megadetector, speciesnet};
use crate::json_parts::{self, Part};
use crate::rows::{self, Mapped};
use crate::run::{RunSettings, RunStatus};
use crate::sql::media::Taken;
use crate::sql::{self, SqlError, Writing};
use crate::study::Study;

/// Files in one transaction, at most.
const MOST_FILES: usize = 256;
/// Bytes of answers in one transaction, about.
const MOST_BYTES: usize = 16 << 20;

/// An entry and where its file is, or what is wrong with its path.
type Ready = (Entry, Result<Looked, String>);

/// Reads the file again, entry by entry, and writes what it says.
pub(super) fn import(
    study: &mut Study,
    file: &Path,
    survey: &Survey,
    media: &Path,
    watch: &mut Watch<'_>,
) -> Result<TakenIn, ResultsError> {
    let media_text = media.to_str().ok_or_else(|| ResultsError::NotUnicode(media.to_owned()))?;
    let settings = survey.settings(media_text);
    let (run, before) = begin(study, &settings)?;
    let taken_in = TakenIn { media: media.to_owned(), ..TakenIn::default() };
    let folders = Folders::new(media, media_text, before, &survey.common);
    let mut recording = Recording { study, run, settings, folders, ready: Vec::new(), bytes: 0, taken_in };
    let mut failed = None;
    json_parts::read(file, &mut Vec::new(), |key, part| {
        let ("images" | "predictions", Part::Item(item)) = (key, part) else {
            return ControlFlow::Continue(());
        };
        if (watch.is_stopped)() {
            return ControlFlow::Break(());
        }
        let entry = match survey.format {
            ResultsFormat::SpeciesNet => speciesnet::entry(&item),
            _ => megadetector::entry(&item, survey),
        };
        match recording.take(entry) {
            Ok(()) => {
                (watch.progress)(recording.taken_in.files);
                ControlFlow::Continue(())
            }
            Err(error) => {
                failed = Some(error);
                ControlFlow::Break(())
            }
        }
    })?;
    if let Some(error) = failed {
        return Err(error.into());
    }
    let is_whole = !(watch.is_stopped)();
    Ok(recording.finish(is_whole)?)
}

/// The run of these results, and the folder that their media were said to be in when they came in before.
fn begin(study: &mut Study, settings: &RunSettings) -> Result<(String, Option<String>), SqlError> {
    study.database.write(|writing| {
        let found = sql::results::run(writing.reading(), &settings.details)?;
        let (id, before) = match found {
            Some(found) => found,
            None => {
                let id = Uuid::new_v4().to_string();
                sql::runs::insert(writing, &id, settings)?;
                (id, None)
            }
        };
        sql::runs::set_status(writing, &id, RunStatus::Running)?;
        Ok((id, before))
    })
}

struct Recording<'a> {
    study: &'a mut Study,
    run: String,
    settings: RunSettings,
    folders: Folders<'a>,
    ready: Vec<Ready>,
    bytes: usize,
    taken_in: TakenIn,
}

impl Recording<'_> {
    fn take(&mut self, entry: Entry) -> Result<(), SqlError> {
        self.taken_in.files += 1;
        for why in &entry.passed_over {
            self.taken_in.leave_out(why, 1);
        }
        self.bytes += match &entry.said {
            Said::Answer(texts) | Said::Reviewed { texts, .. } => texts.iter().map(String::len).sum(),
            Said::Failed(_) => 0,
        };
        let looked = self.folders.look(self.study.database.reading(), &entry.path)?;
        self.ready.push((entry, looked));
        if self.ready.len() >= MOST_FILES || self.bytes >= MOST_BYTES { self.write() } else { Ok(()) }
    }

    fn write(&mut self) -> Result<(), SqlError> {
        self.bytes = 0;
        let ready = std::mem::take(&mut self.ready);
        // What is not kept is not counted.
        let mut taken_in = self.taken_in.clone();
        let (run, settings, folders) = (&self.run, &self.settings, &self.folders);
        self.study.database.write(|writing| {
            for (entry, looked) in ready {
                write_entry(writing, run, settings, folders, (entry, looked), &mut taken_in)?;
            }
            Ok::<_, SqlError>(())
        })?;
        self.taken_in = taken_in;
        Ok(())
    }

    fn finish(mut self, is_whole: bool) -> Result<TakenIn, SqlError> {
        self.write()?;
        self.study.database.write(|writing| {
            sql::deployments::refresh(writing)?;
            sql::results::set_import_path(writing, &self.run, &self.settings.import_path)?;
            let status = if is_whole { RunStatus::Completed } else { RunStatus::Stopped };
            sql::runs::set_status(writing, &self.run, status)
        })?;
        self.taken_in.is_whole = is_whole;
        Ok(self.taken_in)
    }
}

fn write_entry(
    writing: &Writing<'_>,
    run: &str,
    settings: &RunSettings,
    folders: &Folders<'_>,
    (entry, looked): Ready,
    taken_in: &mut TakenIn,
) -> Result<(), SqlError> {
    let looked = match looked {
        Ok(looked) => looked,
        Err(reason) => {
            taken_in.failures += 1;
            return sql::errors::put(writing, run, None, &told(&entry.path), (&reason, 1));
        }
    };
    let media = folders.settle(writing, &looked, entry.place, taken_in)?;
    if let Some(time) = &entry.time {
        sql::results::set_time(writing, &media, time)?;
    }
    if let Some(rate) = entry.frame_rate {
        sql::results::set_frame_rate(writing, &media, rate)?;
    }
    let taken = sql::media::taken(writing.reading(), &media)?.unwrap_or_default();
    let (texts, spoken) = match entry.said {
        Said::Failed(reason) => return fail(writing, run, (&media, &entry.path), &reason, taken_in),
        Said::Answer(texts) => (texts, None),
        Said::Reviewed { texts, rows } => (texts, Some(rows)),
    };
    let (raw, observations) = match rows::map_texts(texts, settings, &taken) {
        Mapped::Failed(reason) => return fail(writing, run, (&media, &entry.path), &reason, taken_in),
        Mapped::Predicted { raw, observations, .. } => (raw, observations),
    };
    let output = Uuid::new_v4().to_string();
    if !sql::outputs::insert(writing, &output, &media, run, &raw)? {
        taken_in.known += 1;
        return Ok(());
    }
    sql::errors::clear(writing, run, &media)?;
    if sql::observations::has_human(writing.reading(), &media)? {
        taken_in.spoken += 1;
        return Ok(());
    }
    sql::observations::clear_machine(writing, &media)?;
    let Some(spoken) = spoken else {
        for observation in &observations {
            sql::observations::insert(writing, &Uuid::new_v4().to_string(), &media, &output, observation)?;
        }
        taken_in.observations += observations.len() as u64;
        return Ok(());
    };
    add_spoken(writing, (&media, &taken), &output, settings, &spoken)?;
    taken_in.observations += spoken.len() as u64;
    Ok(())
}

fn add_spoken(
    writing: &Writing<'_>,
    (media, taken): (&str, &Taken),
    output: &str,
    settings: &RunSettings,
    spoken: &[super::entry::Spoken],
) -> Result<(), SqlError> {
    let event = Uuid::new_v4().to_string();
    for one in spoken {
        let mut row = Row::of(one, media, taken, (&settings.model_id, &settings.classified_by()));
        row.output = Some(output.to_owned());
        row.event = Some(event.clone());
        sql::results::add_observation(writing, &row)?;
    }
    Ok(())
}

/// Notes that there is no answer, unless there is one.
fn fail(
    writing: &Writing<'_>,
    run: &str,
    (media, path): (&str, &str),
    reason: &str,
    taken_in: &mut TakenIn,
) -> Result<(), SqlError> {
    if sql::results::has_output(writing.reading(), run, media)? {
        taken_in.known += 1;
        return Ok(());
    }
    taken_in.failures += 1;
    let reason: String = reason.chars().take(1000).collect();
    sql::errors::put(writing, run, Some(media), &told(path), (&reason, 1))
}

/// A path as it may stand in a list for people.
fn told(path: &str) -> String {
    path.chars().map(|letter| if letter.is_control() { '\u{fffd}' } else { letter }).take(500).collect()
}
