//! What only this room can do, for the application's server.

use biowatch_api::{Country, Doings};
use biowatch_vision::speciesnet::place;

use super::{Settings, engines};

/// Everything.
pub(super) fn all(settings: &Settings<'_>) -> Doings {
    let look = engines::Look::new(settings.data.clone(), settings.environment.ffmpeg.clone());
    let countries = place::countries().map(|(code, _, name)| Country { code: code.to_owned(), name: name.to_owned() });
    let mut countries: Vec<_> = countries.collect();
    countries.sort_by(|a, b| a.name.cmp(&b.name));
    Doings { facts: Box::new(move || look.facts()), countries }
}
