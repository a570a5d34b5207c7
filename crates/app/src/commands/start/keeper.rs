//! Leaving a keeper behind.

use std::io;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use biowatch_supervisor::last_lines;
use biowatch_supervisor::registry::ServerFolder;

use crate::exit::{Exit, Failure};
use crate::servers::Launch;

/// How long a keeper may take to begin; it has nothing to load.
const BEGINNING: Duration = Duration::from_secs(30);
/// Between two looks at it.
const PAUSE: Duration = Duration::from_millis(20);

/// Starts the keeper and waits until it has written where it can be talked to.
pub(crate) fn leave_keeper(folder: &ServerFolder, launch: &Launch) -> Result<(), Failure> {
    folder.make()?;
    folder.write_launch(launch)?;
    folder.forget()?;
    let mut keeper = spawn(folder, launch)?;
    let until = Instant::now() + BEGINNING;
    loop {
        let record = folder.record();
        if record.is_some_and(|record| record.keeper == keeper.id()) {
            return Ok(());
        }
        let ended = keeper.try_wait()?;
        if ended.is_some() || Instant::now() > until {
            let _ = keeper.kill();
            let _ = keeper.wait();
            return Err(did_not_begin(folder));
        }
        thread::sleep(PAUSE);
    }
}

fn spawn(folder: &ServerFolder, launch: &Launch) -> io::Result<Child> {
    let log = fs_err::File::create(folder.keeper_log())?.into_parts().0;
    let mut keeper = Command::new(std::env::current_exe()?);
    without_console(&mut keeper);
    keeper
        .arg("--data-dir")
        .arg(&launch.data)
        .args(["--log", "info", "keep", folder.name()])
        // A folder that can be unplugged stays free.
        .current_dir(folder.path())
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(log)
        .spawn()
}

/// Neither a closed console nor Ctrl-C reaches it. Elsewhere the keeper leaves its session by itself.
#[cfg(windows)]
fn without_console(keeper: &mut Command) {
    use std::os::windows::process::CommandExt;
    const DETACHED_PROCESS: u32 = 0x8;
    const CREATE_NEW_PROCESS_GROUP: u32 = 0x200;
    keeper.creation_flags(DETACHED_PROCESS | CREATE_NEW_PROCESS_GROUP);
}

#[cfg(not(windows))]
fn without_console(_: &mut Command) {}

fn did_not_begin(folder: &ServerFolder) -> Failure {
    let words = last_lines(&folder.keeper_log(), 5).unwrap_or_default().join("\n  ");
    let text = format!("the process that looks after `{}` did not begin\n  {words}", folder.name());
    Failure::message(Exit::Failed, text).hint("try again; `biowatch doctor` says what may be in the way")
}
