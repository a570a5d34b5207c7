//! Log lines on stderr: `INFO: 2026-11-24T04:12:03Z message key=value`.
//!
//! Biowatch files a stderr line under errors unless it holds `INFO:` or `WARNING:`, as uvicorn writes them;
//! so every line opens with such a mark, whatever its level is called elsewhere.

use std::fmt;

use tracing::{Event, Level, Subscriber};
use tracing_subscriber::filter::LevelFilter;
use tracing_subscriber::fmt::format::{FormatEvent, FormatFields, Writer};
use tracing_subscriber::fmt::time::{FormatTime, SystemTime};
use tracing_subscriber::fmt::{FmtContext, time};
use tracing_subscriber::registry::LookupSpan;

/// Starts logging to stderr at `level` and above. Later calls change nothing.
pub(crate) fn start(level: LevelFilter) {
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(level)
        .with_ansi(false)
        .with_writer(std::io::stderr)
        .event_format(MarkedLines { clock: time::SystemTime })
        .finish();
    let _ = tracing::subscriber::set_global_default(subscriber);
    // A panic is caught where a photo or a request ends; what is left to do is to record it in one line.
    std::panic::set_hook(Box::new(|fault| {
        let place = fault.location().map(ToString::to_string).unwrap_or_default();
        let reason = fault.payload_as_str().unwrap_or("no reason given");
        tracing::error!("a fault in the program at {place}: {reason}");
    }));
}

struct MarkedLines {
    clock: SystemTime,
}

impl<S, N> FormatEvent<S, N> for MarkedLines
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    N: for<'a> FormatFields<'a> + 'static,
{
    fn format_event(
        &self,
        context: &FmtContext<'_, S, N>,
        mut out: Writer<'_>,
        event: &Event<'_>,
    ) -> fmt::Result {
        write!(out, "{}: ", mark(*event.metadata().level()))?;
        self.clock.format_time(&mut out)?;
        out.write_char(' ')?;
        let mut fields = String::new();
        context.format_fields(Writer::new(&mut fields), event)?;
        // Engines put whole paragraphs into their reasons; each line of ours must carry its mark.
        let lines: Vec<_> = fields.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
        writeln!(out, "{}", lines.join(" "))
    }
}

fn mark(level: Level) -> &'static str {
    match level {
        Level::ERROR => "ERROR",
        Level::WARN => "WARNING",
        Level::INFO => "INFO",
        Level::DEBUG => "INFO: debug",
        Level::TRACE => "INFO: trace",
    }
}
