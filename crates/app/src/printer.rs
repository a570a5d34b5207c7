//! The only place that prints: data to stdout, talk to stderr.

use std::io::{self, IsTerminal, Write};

use crate::exit::Failure;

/// Prints. Colour only where a person looks on, and never as the only sign of anything.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Printer {
    colour: bool,
}

impl Printer {
    /// `no_colour`: the user's wish, from `NO_COLOR`.
    pub(crate) fn new(no_colour: bool) -> Self {
        Self { colour: !no_colour && io::stderr().is_terminal() }
    }

    /// Whether progress may redraw a line on stderr.
    pub(crate) fn is_terminal(self) -> bool {
        io::stderr().is_terminal()
    }

    /// A piece of data on stdout, flushed. A reader that has gone away is an error of kind `BrokenPipe`.
    pub(crate) fn data(self, text: impl AsRef<[u8]>) -> io::Result<()> {
        let mut out = io::stdout().lock();
        out.write_all(text.as_ref())?;
        out.flush()
    }

    /// A line of data on stdout.
    pub(crate) fn line(self, text: &str) -> io::Result<()> {
        self.data(format!("{text}\n"))
    }

    /// A line of talk on stderr. Nobody to hear it is no failure.
    pub(crate) fn say(self, text: &str) {
        let _ = writeln!(io::stderr().lock(), "{text}");
    }

    /// A warning on stderr.
    pub(crate) fn warn(self, text: &str) {
        self.say(&format!("{} {text}", self.paint("33", "warning:")));
    }

    /// `error:`, the causes, and after a blank line the hint.
    pub(crate) fn failure(self, failure: &Failure) {
        self.say(&format!("{} {}", self.paint("31", "error:"), failure.error));
        for cause in failure.error.chain().skip(1) {
            self.say(&format!("  because: {cause}"));
        }
        if let Some(hint) = &failure.hint {
            self.say(&format!("\n{} {hint}", self.paint("36", "hint:")));
        }
    }

    fn paint(self, code: &str, text: &str) -> String {
        if self.colour { format!("\x1b[1;{code}m{text}\x1b[0m") } else { text.to_owned() }
    }
}
