//! What only this room can do, for the application's server.

use std::path::Path;

use biowatch_api::{Country, Doings, Problem};
use biowatch_supervisor::Key;
use biowatch_vision::speciesnet::place;

use super::problem::problem;
use super::{Settings, engines, exports, pictures, runs, servers};
use crate::cli::NetworkOptions;
use crate::commands::demo;
use crate::{judge, models, network};

/// Everything.
pub(super) fn all(settings: &Settings<'_>) -> Doings {
    let (data, environment) = (&settings.data, settings.environment);
    let look = engines::Look::new(data.clone(), environment.ffmpeg.clone());
    let countries =
        place::countries().map(|(code, _, name)| Country { code: code.to_owned(), name: name.to_owned() });
    let mut countries: Vec<_> = countries.collect();
    countries.sort_by(|a, b| a.name.cmp(&b.name));
    let judged = data.clone();
    let online = environment.clone();
    let open = move || {
        let typed = NetworkOptions { offline: false, proxy: None, ca: None };
        network::open(&typed, &online).map_err(problem)
    };
    let carry = |folder: &Path| -> Result<(), Problem> { demo::write_model(folder).map_err(problem) };
    let starting = servers::Starting { data: data.clone(), environment: environment.clone() };
    let restarting = starting.clone();
    let running = runs::Running { data: data.clone(), environment: environment.clone() };
    let queueing = running.clone();
    let painter = pictures::Painter::new(environment.ffmpeg.clone());
    Doings {
        facts: Box::new(move || look.facts()),
        countries,
        judge: Box::new(move |folder, cancel| judge::ask(folder, &judged, cancel)),
        is_model: Box::new(models::is_model),
        network: Box::new(open),
        carried: demo::MODEL,
        carry: Box::new(carry),
        start_server: Box::new(move |wish| starting.start(wish)),
        restart_server: Box::new(move |name| restarting.restart(name)),
        server_key: environment.api_key.as_ref().map(|key| Key::new(key.reveal())),
        queue_run: Box::new(move |wish| queueing.queue(wish)),
        run: Box::new(move |file, id, tell| running.run(file, id, tell)),
        export: Box::new(exports::write),
        picture: Box::new(move |wish| painter.paint(wish)),
    }
}
