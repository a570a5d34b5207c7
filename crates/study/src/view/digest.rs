//! A study in memory: per medium and observation just what filters, orders and counts need, some hundred bytes a medium.
//!
//! Read first: [`Digest`]; `load.rs` makes it from rows, `sift.rs` says which rows count.

mod load;
pub(crate) mod sift;

use std::collections::HashMap;

use crate::export::kind::Kind;
use crate::sql::view::digest::DeploymentRow;

/// All media of a study as they stood at one moment.
#[derive(Debug, Clone)]
pub(crate) struct Digest {
    /// Differs between any two states of any study.
    pub(crate) generation: u64,
    /// In the order of rows.
    pub(crate) media: Vec<Item>,
    rows: Vec<Seen>,
    /// In the order of ids.
    pub(crate) deployments: Vec<DeploymentRow>,
    pub(crate) species: Vec<Species>,
    species_by_name: HashMap<Box<str>, u32>,
    /// Media by time, file name, row; those without a time last.
    pub(crate) by_time: Vec<u32>,
    /// Dated media by deployment, time, file name, row.
    in_events: Vec<u32>,
    pub(crate) events: Vec<Span>,
}

/// One medium.
#[derive(Debug, Clone)]
pub(crate) struct Item {
    pub(crate) rowid: i64,
    pub(crate) name: Box<str>,
    /// Place in [`Digest::deployments`].
    pub(crate) deployment: Option<u32>,
    /// Seconds since 1970; a clock without an offset is taken for UTC.
    pub(crate) seconds: Option<i64>,
    /// What the camera's clock showed, as seconds since the 1970 of that clock.
    pub(crate) local: Option<i64>,
    pub(crate) has_offset: bool,
    pub(crate) is_video: bool,
    pub(crate) is_favourite: bool,
    pub(crate) is_reviewed: bool,
    pub(crate) standing: Standing,
    /// The highest of the rows that count.
    pub(crate) confidence: Option<f64>,
    first_row: u32,
    row_count: u32,
    /// Place in [`Digest::events`], and in the event from 0.
    pub(crate) event: Option<(u32, u32)>,
}

/// What is known of a medium. A failure is never a blank.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Standing {
    Seen,
    Blank,
    Failed,
    Waiting,
}

/// An observation that counts.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Seen {
    /// Place in [`Digest::species`].
    pub(crate) species: Option<u32>,
    pub(crate) kind: Kind,
    pub(crate) is_human: bool,
    /// 1 to 100,000.
    pub(crate) count: u32,
    pub(crate) confidence: Option<f64>,
}

/// A name that observations bear.
#[derive(Debug, Clone)]
pub(crate) struct Species {
    /// As stored.
    pub(crate) name: Box<str>,
    pub(crate) common: Option<Box<str>>,
    pub(crate) kind: Kind,
}

/// An event: media that follow each other closely.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Span {
    pub(crate) deployment: Option<u32>,
    /// Counted within the deployment, from 1.
    number: u32,
    start: u32,
    pub(crate) len: u32,
}

impl Digest {
    /// A medium by its place.
    pub(crate) fn item(&self, at: u32) -> Option<&Item> {
        self.media.get(at as usize)
    }

    /// The rows of a medium that count.
    pub(crate) fn rows(&self, item: &Item) -> &[Seen] {
        let start = item.first_row as usize;
        self.rows.get(start..start + item.row_count as usize).unwrap_or_default()
    }

    /// The place of the medium in that row of the table.
    pub(crate) fn at_row(&self, rowid: i64) -> Option<u32> {
        let at = self.media.binary_search_by_key(&rowid, |item| item.rowid).ok()?;
        u32::try_from(at).ok()
    }

    /// Places of the media of an event, in the order of time.
    pub(crate) fn of_event(&self, event: u32) -> &[u32] {
        let Some(span) = self.events.get(event as usize) else { return &[] };
        self.in_events.get(span.start as usize..(span.start + span.len) as usize).unwrap_or_default()
    }

    /// `<deployment>_seq_0001`: the id under which exports know the event.
    pub(crate) fn event_id(&self, event: u32) -> String {
        let Some(span) = self.events.get(event as usize) else { return String::new() };
        let name = self.deployment(span.deployment).map_or("unknown", |one| &one.id);
        format!("{name}_seq_{:04}", span.number)
    }

    /// A deployment by its place.
    pub(crate) fn deployment(&self, at: Option<u32>) -> Option<&DeploymentRow> {
        self.deployments.get(at? as usize)
    }
}
