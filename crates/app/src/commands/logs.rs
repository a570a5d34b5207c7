//! `biowatch logs`: what a server wrote.

use std::io::{Read, Seek, SeekFrom};
use std::path::Path;
use std::thread;
use std::time::Duration;

use biowatch_supervisor::last_lines;
use biowatch_supervisor::registry::Registry;

use crate::cli::Logs;
use crate::exit::{Exit, Failure};
use crate::printer::Printer;
use crate::servers;

/// Between two looks for more.
const PAUSE: Duration = Duration::from_millis(250);
/// Bytes that are copied at a time.
const PIECE: u64 = 1 << 16;

/// Prints the last lines, and with `--follow` what comes after them.
pub(crate) fn run(typed: &Logs, registry: &Registry, printer: Printer) -> Result<Exit, Failure> {
    let file = match servers::find(registry, &typed.server) {
        Ok(entry) => entry.folder.log(),
        // One that was stopped and forgotten still has its log.
        Err(failure) => {
            let folder = registry.folder(&typed.server);
            folder.map(|folder| folder.log()).filter(|log| log.is_file()).ok_or(failure)?
        }
    };
    let begun = fs_err::metadata(&file).map_or(0, |metadata| metadata.len());
    for line in last_lines(&file, typed.lines)? {
        printer.line(&line)?;
    }
    if typed.follow { follow(&file, begun, printer) } else { Ok(Exit::Done) }
}

/// Until Ctrl-C. A file that is shorter than before was turned over: the new one is read from its beginning.
fn follow(file: &Path, mut place: u64, printer: Printer) -> Result<Exit, Failure> {
    loop {
        thread::sleep(PAUSE);
        let Ok(mut open) = fs_err::File::open(file) else { continue };
        let length = open.metadata()?.len();
        if length < place {
            place = 0;
        }
        open.seek(SeekFrom::Start(place))?;
        let mut piece = Vec::new();
        while (&mut open).take(PIECE).read_to_end(&mut piece)? > 0 {
            place += piece.len() as u64;
            printer.data(&piece)?;
            piece.clear();
        }
    }
}
