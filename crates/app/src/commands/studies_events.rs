//! `biowatch studies events`.

use std::io;

use biowatch_study::Event;
use serde_json::json;

use super::studies;
use crate::cli::studies::Events;
use crate::data_folder::DataFolder;
use crate::exit::{Exit, Failure};
use crate::printer::Printer;

/// Prints every event, a line each, JSON objects on request.
pub(crate) fn run(typed: &Events, data: &DataFolder, printer: Printer) -> Result<Exit, Failure> {
    let study = studies::open(data, &typed.looked.named.study)?;
    let gap = typed.gap.unwrap_or(study.about().sequence_gap);
    let mut printed = Ok::<_, io::Error>(());
    let mut each = |event: Event| {
        if printed.is_ok() {
            printed = printer.line(&line(&event, typed.looked.json));
        }
    };
    study.events(gap, &mut each).map_err(studies::broken)?;
    printed?;
    Ok(Exit::Done)
}

fn line(event: &Event, as_json: bool) -> String {
    let Event { deployment, place, start, end, media, species } = event;
    if as_json {
        let species: Vec<_> =
            species.iter().map(|(name, number)| json!({ "name": name, "number": number })).collect();
        return json!({ "deployment": deployment, "place": place, "start": start, "end": end, "media": media,
            "species": species })
        .to_string();
    }
    let species: Vec<_> = species.iter().map(|(name, number)| format!("{number} {name}")).collect();
    let species = if species.is_empty() { "nothing".to_owned() } else { species.join(", ") };
    let place = place.as_deref().unwrap_or("no deployment");
    format!("{place}  {start}  {media} media  {species}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_is_a_line() {
        let event = Event {
            deployment: Some("d".to_owned()),
            place: Some("north".to_owned()),
            start: "2021-07-03T20:15:30.000".to_owned(),
            end: "2021-07-03T20:16:30.000".to_owned(),
            media: 3,
            species: vec![("lynx lynx".to_owned(), 2)],
        };
        assert_eq!(line(&event, false), "north  2021-07-03T20:15:30.000  3 media  2 lynx lynx");
        let blank = Event { species: Vec::new(), place: None, ..event };
        assert_eq!(line(&blank, false), "no deployment  2021-07-03T20:15:30.000  3 media  nothing");
    }
}
