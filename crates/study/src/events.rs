//! Events: media of one deployment that follow each other closely are taken to show the same animals.

use crate::sql::events::Sighting;
use crate::sql::{self, SqlError};
use crate::study::Study;

/// Media of one deployment with no gap between them longer than asked for.
#[derive(Debug, Clone, PartialEq)]
pub struct Event {
    /// Id of the deployment, where the media have one.
    pub deployment: Option<String>,
    /// Name of the deployment's place.
    pub place: Option<String>,
    /// Time of the first medium, ISO 8601.
    pub start: String,
    /// Time of the last medium, ISO 8601.
    pub end: String,
    /// Photos and videos.
    pub media: u64,
    /// Each species with the largest number seen at once, in the order of names. Empty: the event is blank, or was not predicted.
    pub species: Vec<(String, u32)>,
}

impl Study {
    /// Hands over all events, deployment by deployment in the order of time. `gap`: seconds. Media without a time are in none.
    pub fn events(&self, gap: u32, each: &mut dyn FnMut(Event)) -> Result<(), SqlError> {
        let mut open: Option<Open> = None;
        sql::events::sightings(self.database.reading(), &mut |sighting| {
            let is_next = open.as_ref().is_some_and(|open| open.is_followed_by(&sighting, gap));
            if !is_next && let Some(open) = open.take() {
                each(open.event);
            }
            open.get_or_insert_with(|| Open::new(&sighting)).add(sighting);
        })?;
        if let Some(open) = open {
            each(open.event);
        }
        Ok(())
    }
}

/// An event that may go on.
struct Open {
    event: Event,
    last_media: String,
    last_seconds: f64,
}

impl Open {
    fn new(first: &Sighting) -> Self {
        let event = Event {
            deployment: first.deployment.clone(),
            place: first.deployment_name.clone(),
            start: first.timestamp.clone(),
            end: first.timestamp.clone(),
            media: 0,
            species: Vec::new(),
        };
        Self { event, last_media: String::new(), last_seconds: first.seconds }
    }

    fn is_followed_by(&self, next: &Sighting, gap: u32) -> bool {
        // julianday() is exact to a tenth of a millisecond.
        self.event.deployment == next.deployment && next.seconds - self.last_seconds <= f64::from(gap) + 0.001
    }

    fn add(&mut self, sighting: Sighting) {
        if self.last_media != sighting.media {
            self.event.media += 1;
            self.event.end = sighting.timestamp;
            self.last_seconds = sighting.seconds;
            self.last_media = sighting.media;
        }
        let Some(name) = sighting.species else { return };
        match self.event.species.binary_search_by(|(known, _)| known.cmp(&name)) {
            Ok(at) => {
                if let Some((_, number)) = self.event.species.get_mut(at) {
                    *number = (*number).max(sighting.number);
                }
            }
            Err(at) => self.event.species.insert(at, (name, sighting.number)),
        }
    }
}
