//! The thread beside an import: it looks for wishes to stop and tells how far the import is.

use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use biowatch_study::{Import, Order, Orders};

use super::meter::Meter;
use super::{Event, Observer, Stop, Why};
use crate::model_server::Watched;

/// How often a wish to stop is looked for, and progress told.
const TICK: Duration = Duration::from_millis(200);
/// How often the study is asked whether somebody elsewhere wants an end.
const ORDERS: Duration = Duration::from_secs(1);
/// How long the file in hand is waited for; then the model is ended.
const LAST_FILE: Duration = Duration::from_secs(60);

pub(super) struct Watch<'a> {
    pub(super) import: &'a Import,
    pub(super) meter: &'a Meter,
    pub(super) stop: &'a Stop,
    pub(super) observer: Observer<'a>,
    pub(super) server: Watched,
}

impl Watch<'_> {
    /// Comes back when `is_over` says so.
    pub(super) fn run(&self, is_over: &AtomicBool) {
        let mut asked: Option<Instant> = None;
        let mut has_hurried = false;
        // Without it nobody elsewhere can stop the import; that is no reason not to import.
        let orders = self.import.orders().ok();
        let mut looked = Instant::now();
        while !is_over.load(Ordering::Relaxed) {
            if looked.elapsed() >= ORDERS {
                looked = Instant::now();
                match orders.as_ref().map(Orders::order) {
                    Some(Ok(Some(Order::Pause))) => self.stop.ask(Why::Paused),
                    Some(Ok(Some(Order::Cancel))) => self.stop.ask(Why::Cancelled),
                    _ => {}
                }
            }
            if self.stop.why().is_some() {
                self.import.stop();
                let asked = *asked.get_or_insert_with(Instant::now);
                if asked.elapsed() >= LAST_FILE && !has_hurried {
                    has_hurried = true;
                    self.server.hurry();
                }
            }
            (self.observer)(Event::Progress(Box::new(self.meter.read(self.import, self.server.state()))));
            thread::sleep(TICK);
        }
    }
}
