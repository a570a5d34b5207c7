//! Whether a model opens, asked in a process of its own: whatever its files do there, an install goes on.

use std::env;
use std::io::{self, Read};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use biowatch_zoo::cancel::Cancel;
use biowatch_zoo::install::Verdict;
use serde::{Deserialize, Serialize};

use crate::data_folder::DataFolder;

/// How long a model may take to open. The largest known need half a minute on an old laptop.
const PATIENCE: Duration = Duration::from_secs(15 * 60);
/// Between two looks.
const PAUSE: Duration = Duration::from_millis(20);
/// Bytes of an answer, at most.
const MOST_ANSWER: u64 = 1 << 20;

/// What that process prints.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Answer {
    pub(crate) id: String,
    pub(crate) version: Option<String>,
    pub(crate) title: Option<String>,
    pub(crate) licence: Option<String>,
    pub(crate) citation: Option<String>,
    pub(crate) problems: Vec<String>,
}

impl From<Answer> for Verdict {
    fn from(answer: Answer) -> Self {
        let Answer { id, version, title, licence, citation, problems } = answer;
        Self { id, version, title, licence, citation, problems }
    }
}

/// Runs `biowatch models try FOLDER`.
pub(crate) fn ask(folder: &Path, data: &DataFolder, cancel: &Cancel) -> io::Result<Verdict> {
    let mut child = Killed(
        Command::new(env::current_exe()?)
            .arg("--data-dir")
            .arg(data.root())
            .args(["--log", "error", "models", "try"])
            .arg(folder)
            .arg(std::process::id().to_string())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()?,
    );
    let stdout = child.0.stdout.take();
    let reading = thread::spawn(move || {
        let mut answer = Vec::new();
        let read = stdout.map(|stdout| stdout.take(MOST_ANSWER).read_to_end(&mut answer));
        read.transpose().map(|_| answer)
    });
    let begun = Instant::now();
    let status = loop {
        if let Some(status) = child.0.try_wait()? {
            break status;
        }
        if cancel.asked() {
            return Ok(Verdict::default());
        }
        if begun.elapsed() > PATIENCE {
            return Ok(refused(format!("it did not open within {} minutes", PATIENCE.as_secs() / 60)));
        }
        thread::sleep(PAUSE);
    };
    let answer = reading.join().unwrap_or_else(|_| Ok(Vec::new()))?;
    let answer: Option<Answer> = serde_json::from_slice(&answer).ok();
    Ok(answer.map_or_else(
        || {
            refused(format!(
                "it ended the process that tried it ({status}); it may need more memory than there is"
            ))
        },
        Verdict::from,
    ))
}

fn refused(problem: String) -> Verdict {
    Verdict { problems: vec![problem], ..Verdict::default() }
}

/// A process that does not outlive this value.
struct Killed(Child);

impl Drop for Killed {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
