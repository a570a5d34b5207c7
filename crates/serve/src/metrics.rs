//! Counts and durations, as Prometheus reads them.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

use crate::access::Ending;

/// Upper bounds of the duration buckets, seconds: from an idle no-op to a long video.
const BOUNDS: [f64; 14] =
    [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0, 60.0, 600.0];

/// Everything that is counted. Shared by the engine's thread and the tasks.
pub(crate) struct Metrics {
    started: Instant,
    in_flight: AtomicI64,
    requests: Mutex<BTreeMap<(&'static str, u16), u64>>,
    cut: AtomicU64,
    left: AtomicU64,
    images: AtomicU64,
    failures: AtomicU64,
    lines: AtomicU64,
    line_bytes: AtomicU64,
    queue_wait: Histogram,
    inference: Histogram,
    total: Histogram,
}

/// What is read elsewhere at the moment of asking.
pub(crate) struct Gauges {
    /// Requests that wait.
    pub(crate) waiting: usize,
    /// `loading`, `ready`, `stopping` or `dead`.
    pub(crate) state: &'static str,
}

impl Metrics {
    /// All zero, the clock started.
    pub(crate) fn new() -> Self {
        Self {
            started: Instant::now(),
            in_flight: AtomicI64::new(0),
            requests: Mutex::default(),
            cut: AtomicU64::new(0),
            left: AtomicU64::new(0),
            images: AtomicU64::new(0),
            failures: AtomicU64::new(0),
            lines: AtomicU64::new(0),
            line_bytes: AtomicU64::new(0),
            queue_wait: Histogram::default(),
            inference: Histogram::default(),
            total: Histogram::default(),
        }
    }

    /// A request has arrived.
    pub(crate) fn request_began(&self) {
        self.in_flight.fetch_add(1, Ordering::Relaxed);
    }

    /// Its answer is over. `code` is 499 when the client left before there was one.
    pub(crate) fn request_ended(&self, route: &'static str, code: u16, ending: Ending, seconds: f64) {
        self.in_flight.fetch_sub(1, Ordering::Relaxed);
        self.total.observe(seconds);
        match ending {
            Ending::Whole => {}
            Ending::Cut => add(&self.cut, 1),
            Ending::ClientLeft => add(&self.left, 1),
        }
        let mut requests = self.requests.lock().unwrap_or_else(PoisonError::into_inner);
        *requests.entry((route, code)).or_default() += 1;
    }

    /// Rows that were handed to a client.
    pub(crate) fn rows_sent(&self, rows: u64, failed: u64, bytes: u64) {
        add(&self.lines, rows);
        add(&self.failures, failed);
        add(&self.line_bytes, bytes);
    }

    /// A request waited so long for the model.
    pub(crate) fn queue_wait(&self, seconds: f64) {
        self.queue_wait.observe(seconds);
    }

    /// The model made a row.
    pub(crate) fn image(&self) {
        add(&self.images, 1);
    }

    /// The model worked so long on a request.
    pub(crate) fn inference(&self, seconds: f64) {
        self.inference.observe(seconds);
    }

    /// The text exposition format, version 0.0.4.
    pub(crate) fn render(&self, gauges: &Gauges) -> String {
        let mut page = Page(String::with_capacity(4096));
        page.family(
            "biowatch_requests_total",
            "counter",
            "Requests by route and status; 499 is a client that left.",
        );
        for ((route, code), count) in self.requests.lock().unwrap_or_else(PoisonError::into_inner).iter() {
            page.line(format_args!("biowatch_requests_total{{route=\"{route}\",code=\"{code}\"}} {count}"));
        }
        page.single(
            "biowatch_requests_in_flight",
            "gauge",
            "Requests being answered.",
            self.in_flight.load(Ordering::Relaxed),
        );
        page.single("biowatch_queue_depth", "gauge", "Requests waiting for the model.", gauges.waiting);
        page.counter("biowatch_answers_cut_total", "Streams broken off by the server.", &self.cut);
        page.counter("biowatch_clients_left_total", "Clients that left before the end.", &self.left);
        page.counter("biowatch_images_total", "Images and video frames the model answered.", &self.images);
        page.counter("biowatch_failures_total", "Rows that say a file failed.", &self.failures);
        page.counter("biowatch_lines_total", "Lines sent.", &self.lines);
        page.counter("biowatch_line_bytes_total", "Bytes of lines sent.", &self.line_bytes);
        page.histogram(
            "biowatch_queue_wait_seconds",
            "Time a request waited for the model.",
            &self.queue_wait,
        );
        page.histogram("biowatch_inference_seconds", "Time the model worked on a request.", &self.inference);
        page.histogram(
            "biowatch_request_seconds",
            "Time from a request's head to the end of its answer.",
            &self.total,
        );
        page.family("biowatch_model_state", "gauge", "1 for the state the model is in.");
        for state in ["loading", "ready", "stopping", "dead"] {
            let on = u8::from(state == gauges.state);
            page.line(format_args!("biowatch_model_state{{state=\"{state}\"}} {on}"));
        }
        let uptime = self.started.elapsed().as_secs_f64();
        page.single("biowatch_uptime_seconds", "gauge", "Time since the server started.", uptime);
        page.0
    }
}

#[derive(Default)]
struct Histogram {
    counts: [AtomicU64; BOUNDS.len()],
    count: AtomicU64,
    microseconds: AtomicU64,
}

impl Histogram {
    fn observe(&self, seconds: f64) {
        if let Some((_, count)) = BOUNDS.iter().zip(&self.counts).find(|(bound, _)| seconds <= **bound) {
            add(count, 1);
        }
        add(&self.count, 1);
        add(&self.microseconds, (seconds * 1e6) as u64);
    }
}

fn add(counter: &AtomicU64, amount: u64) {
    counter.fetch_add(amount, Ordering::Relaxed);
}

/// Text under construction. Writing to a `String` cannot fail, so results are dropped here and nowhere else.
struct Page(String);

impl Page {
    fn line(&mut self, line: std::fmt::Arguments<'_>) {
        let _ = writeln!(self.0, "{line}");
    }

    fn family(&mut self, name: &str, kind: &str, help: &str) {
        self.line(format_args!("# HELP {name} {help}\n# TYPE {name} {kind}"));
    }

    fn single(&mut self, name: &str, kind: &str, help: &str, value: impl std::fmt::Display) {
        self.family(name, kind, help);
        self.line(format_args!("{name} {value}"));
    }

    fn counter(&mut self, name: &str, help: &str, value: &AtomicU64) {
        self.single(name, "counter", help, value.load(Ordering::Relaxed));
    }

    fn histogram(&mut self, name: &str, help: &str, histogram: &Histogram) {
        self.family(name, "histogram", help);
        let mut below = 0;
        for (bound, count) in BOUNDS.iter().zip(&histogram.counts) {
            below += count.load(Ordering::Relaxed);
            self.line(format_args!("{name}_bucket{{le=\"{bound}\"}} {below}"));
        }
        let count = histogram.count.load(Ordering::Relaxed);
        let sum = histogram.microseconds.load(Ordering::Relaxed) as f64 / 1e6;
        self.line(format_args!(
            "{name}_bucket{{le=\"+Inf\"}} {count}\n{name}_sum {sum}\n{name}_count {count}"
        ));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn renders_cumulative_buckets_and_labels() {
        let metrics = Metrics::new();
        metrics.request_began();
        metrics.request_began();
        metrics.request_ended("/predict", 200, Ending::Cut, 0.004);
        metrics.inference(0.3);
        metrics.inference(9_999.0);
        (0..6).for_each(|_| metrics.image());
        metrics.rows_sent(5, 2, 1500);
        let text = metrics.render(&Gauges { waiting: 3, state: "ready" });
        for line in [
            "biowatch_requests_total{route=\"/predict\",code=\"200\"} 1",
            "biowatch_requests_in_flight 1",
            "biowatch_queue_depth 3",
            "biowatch_answers_cut_total 1",
            "biowatch_images_total 6",
            "biowatch_failures_total 2",
            "biowatch_line_bytes_total 1500",
            "biowatch_inference_seconds_bucket{le=\"0.25\"} 0",
            "biowatch_inference_seconds_bucket{le=\"0.5\"} 1",
            "biowatch_inference_seconds_bucket{le=\"600\"} 1",
            "biowatch_inference_seconds_bucket{le=\"+Inf\"} 2",
            "biowatch_inference_seconds_sum 9999.3",
            "biowatch_model_state{state=\"ready\"} 1",
            "biowatch_model_state{state=\"dead\"} 0",
        ] {
            assert!(text.lines().any(|found| found == line), "no line {line:?} in\n{text}");
        }
    }
}
