//! What is drawn, as tables: one plot a file. Each takes a filter as the gallery does.
//!
//! Read first: [`Plot`].

mod accumulation;
mod activity;
mod effort;
mod map;
mod over_time;
mod species_counts;
mod sun;

use serde::Serialize;
use serde_json::Value;

use super::filter::Filter;
use super::reader::{ReadError, Reader};
use crate::export::csv::cell;

/// What is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Plot {
    /// How much of each species.
    SpeciesCounts,
    /// At which hours of the day.
    Activity {
        /// By the sun, as far as deployments have a place: it rises at 6 and sets at 18.
        sun: bool,
    },
    /// How much when.
    OverTime(Step),
    /// When cameras stood, and when they were silent.
    Effort,
    /// How many species after how many days of a camera.
    Accumulation,
    /// How much where.
    Map,
}

/// How long a step in time is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Step {
    /// A day.
    #[default]
    Day,
    /// From Monday to Sunday.
    Week,
    /// A month of the calendar.
    Month,
}

/// A table for a plot, and for people.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct PlotTable {
    /// Names of columns.
    pub columns: Vec<&'static str>,
    /// Text, numbers and nulls.
    pub rows: Vec<Vec<Value>>,
    /// What a reader of the plot must know, as sentences.
    pub notes: Vec<String>,
}

impl Plot {
    /// `species-counts`, `activity`, `over-time`, `effort`, `accumulation` or `map`. `sun` and `step` are for the plots that
    /// know them.
    pub fn read(name: &str, sun: bool, step: Step) -> Option<Self> {
        Some(match name {
            "species-counts" => Self::SpeciesCounts,
            "activity" => Self::Activity { sun },
            "over-time" => Self::OverTime(step),
            "effort" => Self::Effort,
            "accumulation" => Self::Accumulation,
            "map" => Self::Map,
            _ => return None,
        })
    }
}

impl Step {
    /// `day`, `week` or `month`.
    pub fn read(word: &str) -> Option<Self> {
        Some(match word {
            "day" => Self::Day,
            "week" => Self::Week,
            "month" => Self::Month,
            _ => return None,
        })
    }
}

impl PlotTable {
    /// As CSV with a line of names. No spreadsheet takes a cell for a formula.
    pub fn csv(&self) -> Vec<u8> {
        let mut writer = csv::Writer::from_writer(Vec::new());
        // Writing into memory does not fail.
        let _ = writer.write_record(&self.columns);
        for row in &self.rows {
            let cells = row.iter().map(|value| match value {
                Value::Null => String::new(),
                Value::String(text) => cell::text(text),
                other => other.to_string(),
            });
            let _ = writer.write_record(cells);
        }
        writer.into_inner().unwrap_or_default()
    }
}

impl Reader {
    /// The table of a plot.
    pub fn plot(&self, plot: Plot, filter: &Filter) -> Result<PlotTable, ReadError> {
        match plot {
            Plot::SpeciesCounts => species_counts::table(self, filter),
            Plot::Activity { sun } => activity::table(self, filter, sun),
            Plot::OverTime(step) => over_time::table(self, filter, step),
            Plot::Effort => effort::table(self, filter),
            Plot::Accumulation => accumulation::table(self, filter),
            Plot::Map => map::table(self, filter),
        }
    }
}
