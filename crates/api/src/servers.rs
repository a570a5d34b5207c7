//! Servers that go on without this process: what their keepers say, as the pages have it.

use std::collections::HashMap;
use std::path::Path;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use biowatch_supervisor::control::{Talk, Wish};
use biowatch_supervisor::http::{Request, ask};
use biowatch_supervisor::registry::{Entry, Registry};
use biowatch_supervisor::{Key, Phase};
use biowatch_zoo::place::Zoo;
use biowatch_zoo::shelf::{self, Shelved};
use serde::Serialize;
use serde_json::Value;
use tokio::time::sleep;
use utoipa::ToSchema;

use crate::api::Api;
use crate::events::Kind;
use crate::moment;
use crate::problem::Problem;

/// Between two looks while somebody looks on.
const LOOK: Duration = Duration::from_secs(2);
/// Under what a server's identity has its model's folder.
const PLACE: &str = "model";
/// Bytes of an `/info`.
const MOST_INFO: u64 = 1 << 16;
/// How long a server may take to end: its keeper's own deadlines are shorter.
const ENDING: Duration = Duration::from_secs(60);

/// What a server is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum ServerState {
    Starting,
    Ready,
    Busy,
    Stopping,
    Stopped,
    Failed,
}

/// A server.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Server {
    pub(crate) name: String,
    /// The installed model it holds, as `/models` names it; none for one from a folder of its own.
    reference: Option<String>,
    model: String,
    version: String,
    pub(crate) state: ServerState,
    since: String,
    pub(crate) url: Option<String>,
    docs_url: Option<String>,
    pid: Option<u32>,
    device: Option<String>,
    engine: Option<String>,
    /// Why that engine and device.
    reason: Option<String>,
    memory_bytes: Option<u64>,
    images_per_second: Option<f64>,
    requests: u64,
    images: u64,
    restarts: u32,
    trouble: Option<ServerTrouble>,
    /// The last line it wrote while it was starting.
    saying: Option<String>,
}

/// What went wrong last.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ServerTrouble {
    at: String,
    what: String,
    hint: Option<String>,
    last_lines: Vec<String>,
}

/// What is remembered of servers.
#[derive(Default)]
pub(crate) struct Servers {
    /// Names of those that were started here: they end with us.
    started: Mutex<Vec<String>>,
    /// What a process said of its engine.
    engines: Mutex<HashMap<u32, EngineSaid>>,
    told: Mutex<HashMap<String, Server>>,
}

#[derive(Debug, Clone, Default)]
struct EngineSaid {
    name: Option<String>,
    device: Option<String>,
    why: Option<String>,
}

impl Api {
    pub(crate) fn registry(&self) -> Registry {
        Registry::at(self.settings.data.join("servers"))
    }

    /// Every server that was not forgotten.
    pub(crate) fn servers(&self) -> Vec<Server> {
        let live = self.registry().live();
        if live.is_empty() {
            return Vec::new();
        }
        let shelved = self.shelved();
        live.iter().map(|entry| self.described(entry, &shelved)).collect()
    }

    /// The one of this name.
    pub(crate) fn server_entry(&self, name: &str) -> Result<Entry, Problem> {
        let entry = self.registry().folder(name).and_then(|folder| folder.entry());
        let mut entry = entry.ok_or_else(|| Problem::not_found("there is no server of that name"))?;
        entry.ask();
        Ok(entry)
    }

    pub(crate) fn server(&self, entry: &Entry) -> Server {
        self.described(entry, &self.shelved())
    }

    fn shelved(&self) -> Vec<Shelved> {
        shelf::all(&Zoo::new(&self.settings.data))
    }

    fn described(&self, entry: &Entry, shelved: &[Shelved]) -> Server {
        let (about, report) = (&entry.record.about, &entry.record.report);
        let state = state(entry);
        let running = entry.kept && !report.phase.is_over();
        let url = report.url().filter(|_| running);
        let engine = match (report.pid, report.port) {
            (Some(pid), Some(port)) if matches!(state, ServerState::Ready | ServerState::Busy) => {
                self.engine(pid, port)
            }
            _ => EngineSaid::default(),
        };
        let lost = entry.is_lost().then(|| ServerTrouble {
            at: moment::of_millis(report.phase.since()),
            what: "the process that looked after it was killed, and it ended with it".to_owned(),
            hint: Some("a restart starts it again".to_owned()),
            last_lines: Vec::new(),
        });
        let trouble = report.trouble.as_ref().map(|trouble| ServerTrouble {
            at: moment::of_millis(trouble.at),
            what: trouble.fault.to_string(),
            hint: None,
            last_lines: trouble.last_lines.clone(),
        });
        Server {
            name: about.name.clone(),
            reference: about.identity.get(PLACE).and_then(|place| installed_at(Path::new(place), shelved)),
            model: about.model.clone(),
            version: about.version.clone().unwrap_or_default(),
            state,
            since: moment::of_millis(report.phase.since()),
            docs_url: url.as_ref().map(|url| format!("{url}/docs")),
            url,
            pid: report.pid.filter(|_| running),
            device: engine.device,
            engine: engine.name,
            reason: engine.why,
            memory_bytes: report.numbers.memory_bytes.filter(|_| running),
            images_per_second: report.numbers.images_per_second.filter(|_| running),
            requests: report.numbers.requests.unwrap_or(0),
            images: report.numbers.images.unwrap_or(0),
            restarts: report.restarts,
            trouble: lost.or(trouble),
            saying: report.saying.clone(),
        }
    }

    /// What computes in it: asked once a process.
    fn engine(&self, pid: u32, port: u16) -> EngineSaid {
        let mut known = self.servers.engines.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(said) = known.get(&pid) {
            return said.clone();
        }
        let key = self.doings.server_key.as_ref().map(Key::reveal);
        let answer = ask(port, &Request { key, ..Request::short("GET", "/info") });
        let text =
            answer.ok().filter(|answer| answer.status == 200).and_then(|answer| answer.text(MOST_INFO).ok());
        let Some(info) = text.and_then(|text| serde_json::from_str::<Value>(&text).ok()) else {
            return EngineSaid::default();
        };
        let text = |key: &str| Some(info.get("engine")?.get(key)?.as_str()?.to_owned());
        let said = EngineSaid { name: text("name"), device: text("device"), why: text("why") };
        known.insert(pid, said.clone());
        said
    }

    /// Remembers that a server was started here.
    pub(crate) fn note_started(&self, name: &str) {
        let mut started = self.servers.started.lock().unwrap_or_else(PoisonError::into_inner);
        if !started.iter().any(|known| known == name) {
            started.push(name.to_owned());
        }
    }

    /// Asks its keeper to end it; waits for that where `wait`.
    pub(crate) fn stop_server(&self, entry: &Entry, wait: bool) -> Result<(), Problem> {
        let Some(control) = entry.record.control.as_ref().filter(|_| entry.kept) else {
            // It is over: its row goes, its log stays.
            return entry.folder.forget().map_err(|error| Problem::broken(&error));
        };
        let talk = Talk::begin(control, Wish::Stop).map_err(|error| Problem::broken(&error));
        let mut talk = talk?;
        let first = talk.next(Duration::from_secs(5));
        let mut over = first.as_ref().map_or(true, |report| report.phase.is_over());
        while wait && !over {
            over = talk.next(ENDING).map_or(true, |report| report.phase.is_over());
        }
        Ok(())
    }

    /// Those that were started here.
    pub(crate) fn stop_started_servers(&self) {
        let started =
            std::mem::take(&mut *self.servers.started.lock().unwrap_or_else(PoisonError::into_inner));
        for entry in started.iter().filter_map(|name| self.server_entry(name).ok()) {
            if let Err(problem) = self.stop_server(&entry, true) {
                tracing::warn!("`{}` was not stopped: {}", entry.record.about.name, problem.detail());
            }
        }
    }

    /// Tells everybody of servers that changed, while somebody looks on.
    pub(crate) fn watch_servers(&self) {
        let api = self.clone();
        tokio::spawn(async move {
            while api.events.watch().is_some() {
                if api.events.is_watched() {
                    let told = api.blocking(|api| {
                        api.tell_servers();
                        Ok(())
                    });
                    let _ = told.await;
                }
                sleep(LOOK).await;
            }
        });
    }

    /// Tells everybody of servers that changed.
    pub(crate) fn tell_servers(&self) {
        let servers = self.servers();
        let mut told = self.servers.told.lock().unwrap_or_else(PoisonError::into_inner);
        for server in servers {
            if told.get(&server.name) != Some(&server) {
                self.events.tell(Kind::Server, &server.name, &server);
                told.insert(server.name.clone(), server);
            }
        }
    }
}

/// The installed model in this folder.
fn installed_at(folder: &Path, shelved: &[Shelved]) -> Option<String> {
    let is_there = |model: &&Shelved| model.folder.canonicalize().is_ok_and(|place| place == folder);
    shelved.iter().find(is_there).map(|model| model.name.to_string())
}

pub(crate) fn state(entry: &Entry) -> ServerState {
    if entry.is_lost() {
        return ServerState::Failed;
    }
    let report = &entry.record.report;
    match &report.phase {
        Phase::Starting { .. } | Phase::Waiting { .. } | Phase::Stopping { restarts: true, .. } => {
            ServerState::Starting
        }
        Phase::Ready { .. } if report.numbers.images_per_second.is_some_and(|rate| rate > 0.0) => {
            ServerState::Busy
        }
        Phase::Ready { .. } => ServerState::Ready,
        Phase::Stopping { .. } => ServerState::Stopping,
        Phase::Stopped { .. } => ServerState::Stopped,
        Phase::Failed { .. } => ServerState::Failed,
    }
}
