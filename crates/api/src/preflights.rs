//! Looks into folders before an import, each on a thread of its own.

use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use biowatch_study::{Clock, DeploymentsFile, Preflight};
use uuid::Uuid;

use crate::problem::Problem;

/// Looks that are remembered; the oldest ends when there are more.
const MOST: usize = 8;
/// Between two copies of what is known so far.
const SHOW: Duration = Duration::from_millis(300);

/// A look.
#[derive(Debug, Clone)]
pub(crate) struct Look {
    pub(crate) id: String,
    pub(crate) done: bool,
    pub(crate) seen: Preflight,
    stop: Arc<AtomicBool>,
}

/// All of them.
#[derive(Default)]
pub(crate) struct Preflights(Arc<Mutex<Vec<Look>>>);

fn lock(looks: &Mutex<Vec<Look>>) -> MutexGuard<'_, Vec<Look>> {
    looks.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Preflights {
    /// The look of this id, as far as it is.
    pub(crate) fn get(&self, id: &str) -> Option<Look> {
        lock(&self.0).iter().find(|look| look.id == id).cloned()
    }

    /// Ends all.
    pub(crate) fn end(&self) {
        lock(&self.0).iter().for_each(|look| look.stop.store(true, Ordering::Relaxed));
    }

    /// Begins one.
    pub(crate) fn begin(&self, folder: PathBuf, deployments: DeploymentsFile) -> Result<Look, Problem> {
        let stop = Arc::new(AtomicBool::new(false));
        let id = Uuid::new_v4().to_string();
        let look = Look { id: id.clone(), done: false, seen: Preflight::default(), stop: Arc::clone(&stop) };
        {
            let mut looks = lock(&self.0);
            if looks.len() >= MOST {
                looks.remove(0).stop.store(true, Ordering::Relaxed);
            }
            looks.push(look.clone());
        }
        let looks = Arc::clone(&self.0);
        let show = move |seen: &Preflight, done: bool| {
            if let Some(look) = lock(&looks).iter_mut().find(|look| look.id == id) {
                look.seen.clone_from(seen);
                look.done = done;
            }
        };
        let work = move || {
            let mut shown = Instant::now();
            let seen = Preflight::look(&folder, &Clock::default(), &deployments, &mut |seen| {
                if shown.elapsed() >= SHOW {
                    show(seen, false);
                    shown = Instant::now();
                }
                !stop.load(Ordering::Relaxed)
            });
            show(&seen, true);
        };
        let begun = thread::Builder::new().name("preflight".to_owned()).spawn(work);
        begun.map(|_| look).map_err(|error| Problem::broken(&error))
    }
}
