//! Sequences: files of one deployment that follow each other closely.

use std::iter::Peekable;

use super::records::Stamp;
use crate::sql::SqlError;

/// Files of one deployment with no gap longer than the study's between them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Sequence {
    /// `<deployment>_seq_0001`, counted within the deployment.
    pub(crate) id: String,
    /// Time of the first file, as stored.
    pub(crate) start: String,
    /// Time of the last file, as stored.
    pub(crate) end: String,
    /// Files in it.
    pub(crate) files: u64,
}

/// Finds sequences in files that come in the order of deployment and time. Only one is held at a time, however long.
pub(crate) struct Sequences<I: Iterator> {
    stamps: Peekable<I>,
    gap: i64,
    deployment: Option<String>,
    number: u64,
}

impl<I: Iterator<Item = Result<Stamp, SqlError>>> Sequences<I> {
    /// `gap`: longest pause within a sequence, in seconds.
    pub(crate) fn new(stamps: I, gap: u32) -> Self {
        Self { stamps: stamps.peekable(), gap: i64::from(gap), deployment: None, number: 0 }
    }
}

impl<I: Iterator<Item = Result<Stamp, SqlError>>> Iterator for Sequences<I> {
    type Item = Result<Sequence, SqlError>;

    /// Files without a time are in no sequence and passed over.
    fn next(&mut self) -> Option<Self::Item> {
        let (first, timestamp, mut last) = loop {
            let stamp = match self.stamps.next()? {
                Ok(stamp) => stamp,
                Err(error) => return Some(Err(error)),
            };
            if let (Some(seconds), Some(timestamp)) = (stamp.seconds, stamp.timestamp.clone()) {
                break (stamp, timestamp, seconds);
            }
        };
        if first.deployment_id != self.deployment {
            self.deployment.clone_from(&first.deployment_id);
            self.number = 0;
        }
        self.number += 1;
        let name = self.deployment.as_deref().unwrap_or("unknown");
        let id = format!("{name}_seq_{:04}", self.number);
        let mut sequence = Sequence { id, start: timestamp.clone(), end: timestamp, files: 1 };
        let gap = self.gap;
        loop {
            let follows = |next: &Result<Stamp, SqlError>| {
                next.as_ref().is_ok_and(|next| {
                    next.deployment_id == first.deployment_id
                        && next.seconds.is_some_and(|seconds| seconds.saturating_sub(last) <= gap)
                })
            };
            let Some(Ok(next)) = self.stamps.next_if(follows) else { return Some(Ok(sequence)) };
            last = next.seconds.unwrap_or(last);
            sequence.end = next.timestamp.unwrap_or_default();
            sequence.files += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pause_longer_than_the_gap_or_another_camera_begins_a_new_one() {
        let stamps =
            [("a", None), ("a", Some(0)), ("a", Some(120)), ("a", Some(241)), ("b", Some(241)), ("b", None)];
        let stamps = stamps.map(|(deployment, seconds)| {
            Ok(Stamp {
                media_id: String::new(),
                deployment_id: Some(deployment.to_owned()),
                timestamp: seconds.map(|seconds: i64| seconds.to_string()),
                seconds,
            })
        });
        let found: Vec<_> = Sequences::new(stamps.into_iter(), 120).map(Result::unwrap).collect();
        let found: Vec<_> = found.iter().map(|s| (&*s.id, &*s.start, &*s.end, s.files)).collect();
        assert_eq!(
            found,
            [("a_seq_0001", "0", "120", 2), ("a_seq_0002", "241", "241", 1), ("b_seq_0001", "241", "241", 1)]
        );
    }
}
