//! A server that does what it is told on its command line, also what no server should do.

use std::env;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::{Command, Stdio, exit};
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::Duration;

use biowatch_contract::ready::Ready;
use biowatch_supervisor::registry::{About, Registry};
use biowatch_supervisor::{Server, guard, keeper, lifeline};
use rustix::process::{Resource, Rlimit, Signal, getpid, getrlimit, kill_process, setrlimit};

use crate::bench;

/// First argument of every process that these tests start.
pub(crate) const MARK: &str = "--scripted";

/// What this process is.
pub(crate) enum Role {
    /// `--scripted TAG server PORT PARENT HABITS…`
    Server { port: u16, parent: u32, habits: Vec<String> },
    /// `--scripted TAG guard PORT PARENT HABITS…`: guards such a server.
    Guard { arguments: Vec<String> },
    /// `--scripted TAG parent FOLDER HABITS…`: looks after such a server, which is guarded.
    Parent { folder: PathBuf, tag: String, habits: Vec<String> },
    /// `--scripted TAG keeper FOLDER HABITS…`: keeps such a server.
    Keeper { folder: PathBuf, tag: String, habits: Vec<String> },
    /// `--scripted TAG sleeper`, and with `leaves` in a session of its own, without a parent.
    Sleeper { leaves: bool, tag: String },
}

/// The role in the arguments, if there is one.
pub(crate) fn role() -> Option<Role> {
    let arguments: Vec<String> = env::args().collect();
    if arguments.get(1).map(String::as_str) != Some(MARK) {
        return None;
    }
    let (tag, rest) = (arguments[2].clone(), arguments[4..].to_vec());
    Some(match arguments[3].as_str() {
        "server" => Role::Server {
            port: rest[0].parse().unwrap(),
            parent: rest[1].parse().unwrap(),
            habits: rest[2..].to_vec(),
        },
        "guard" => Role::Guard { arguments },
        "parent" => Role::Parent { folder: rest[0].clone().into(), tag, habits: rest[1..].to_vec() },
        "keeper" => Role::Keeper { folder: rest[0].clone().into(), tag, habits: rest[1..].to_vec() },
        "sleeper" => Role::Sleeper { leaves: rest.first().is_some_and(|word| word == "leaves"), tag },
        other => unreachable!("{other}"),
    })
}

impl Role {
    pub(crate) fn play(self) {
        match self {
            Self::Server { port, parent, habits } => serve(port, parent, &habits),
            Self::Guard { mut arguments } => {
                arguments[3] = "server".to_owned();
                let mut command = Command::new(env::current_exe().unwrap());
                command.args(&arguments[1..]).args(["bare"]);
                exit(guard::run(command).unwrap().into());
            }
            Self::Parent { folder, tag, habits } => {
                let spec = bench::spec(&folder, &tag, &bench::words(&habits));
                tokio::runtime::Runtime::new().unwrap().block_on(async {
                    let server = Server::start(spec).unwrap();
                    server.over().await;
                });
            }
            Self::Keeper { folder, tag, habits } => {
                let mut spec = bench::spec(&folder, &tag, &bench::words(&habits));
                spec.idle = habits.contains(&"idle".to_owned()).then_some(Duration::from_secs(1));
                let folder = Registry::at(folder).folder("scripted").unwrap();
                let about = About {
                    name: "scripted".to_owned(),
                    model: "scripted".to_owned(),
                    version: None,
                    identity: [].into(),
                };
                keeper::run(&folder, about, spec).unwrap();
            }
            Self::Sleeper { leaves: true, tag } => {
                // The session's leader is gone: nothing but its name says where the sleeper comes from.
                if rustix::process::setsid().is_ok() {
                    sleeper(&tag, &[]).spawn().unwrap();
                }
            }
            Self::Sleeper { .. } => loop {
                thread::sleep(Duration::from_secs(3600));
            },
        }
    }
}

fn sleeper(tag: &str, words: &[&str]) -> Command {
    let mut command = Command::new(env::current_exe().unwrap());
    command.args([MARK, tag, "sleeper"]).args(words);
    command.stdin(Stdio::null());
    command
}

static IMAGES: AtomicU64 = AtomicU64::new(0);

fn serve(port: u16, parent: u32, habits: &[String]) {
    let has = |habit: &str| habits.iter().any(|word| word == habit);
    let tag = env::args().nth(2).unwrap();
    if has("bare") {
        // Behind a guard, which knows who its parent is.
    } else {
        lifeline::die_with(parent).unwrap();
        lifeline::watch(|| exit(9)).unwrap();
    }
    if has("deaf") {
        ignore_signals();
    }
    if has("forks") {
        sleeper(&tag, &[]).spawn().unwrap();
        sleeper(&tag, &["leaves"]).spawn().unwrap();
    }
    if has("floods") {
        thread::spawn(|| {
            let line = "no end of words ".repeat(20);
            loop {
                eprintln!("{line}");
            }
        });
    }
    if has("refuses") {
        eprintln!("this model is broken");
        exit(4);
    }
    if has("crashes") {
        eprintln!("something is wrong");
        exit(1);
    }
    if has("never-ready") {
        eprintln!("still loading");
        loop {
            thread::sleep(Duration::from_secs(3600));
        }
    }
    let listener = TcpListener::bind(("127.0.0.1", port)).unwrap();
    let port = listener.local_addr().unwrap().port();
    let ready = Ready {
        biowatch_ready: 1,
        url: format!("http://127.0.0.1:{port}"),
        port,
        pid: std::process::id(),
        model: "scripted".to_owned(),
    };
    println!("{}", serde_json::to_string(&ready).unwrap());
    for stream in listener.incoming() {
        let habits = habits.to_vec();
        thread::spawn(move || answer(stream.unwrap(), &habits));
    }
}

fn answer(mut stream: TcpStream, habits: &[String]) {
    let has = |habit: &str| habits.iter().any(|word| word == habit);
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    let mut head = String::new();
    while reader.read_line(&mut head).is_ok_and(|count| count > 2) {}
    let mut words = head.split(' ');
    let (method, path) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    let mut say = |status: &str, body: &str| {
        let length = body.len();
        let _ = write!(
            stream,
            "HTTP/1.1 {status}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{body}"
        );
    };
    match (method, path) {
        ("GET", "/health") if has("garbage") || has("sours") && IMAGES.load(Ordering::Relaxed) > 0 => {
            let _ = stream.write_all(b"\x00\xffSSH-2.0-this is no HTTP\r\n\r\n");
        }
        ("GET", "/health") => say("200 OK", "ok"),
        ("GET", "/metrics") => {
            let images = IMAGES.load(Ordering::Relaxed);
            let page = format!(
                "biowatch_requests_total{{route=\"/predict\",code=\"200\"}} {images}\n\
                 biowatch_requests_in_flight 1\nbiowatch_images_total {images}\n"
            );
            say("200 OK", &page);
        }
        ("POST", "/shutdown") if has("deaf") => say("403 Forbidden", ""),
        ("POST", "/shutdown") => {
            let key = env::var("LIT_SHUTDOWN_API_KEY").unwrap();
            if head.to_ascii_lowercase().contains(&format!("bearer {key}").to_ascii_lowercase()) {
                say("200 OK", "");
                exit(0);
            }
            say("401 Unauthorized", "");
        }
        ("POST", "/predict") => {
            IMAGES.fetch_add(1, Ordering::Relaxed);
            let _ = write!(stream, "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf a row");
            if has("dies") {
                eprintln!("the graphics card is gone");
                exit(7);
            }
            if has("is-killed") {
                kill_process(getpid(), Signal::KILL).unwrap();
            }
            if has("hangs") {
                kill_process(getpid(), Signal::STOP).unwrap();
            }
            if has("eats") {
                eat();
            }
        }
        _ => say("404 Not Found", ""),
    }
    let _ = stream.flush();
    let _ = reader.get_ref().set_read_timeout(Some(Duration::from_millis(10)));
    let _ = reader.read(&mut [0; 64]);
}

/// Takes memory until there is no more; what there is was limited before, or the whole machine would feel it.
fn eat() {
    let old = getrlimit(Resource::As);
    setrlimit(Resource::As, Rlimit { current: Some(1 << 30), maximum: old.maximum }).unwrap();
    let mut eaten: Vec<Vec<u8>> = Vec::new();
    loop {
        eaten.push(vec![1; 16 << 20]);
    }
}

fn ignore_signals() {
    use tokio::signal::unix::{SignalKind, signal};
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let _context = runtime.enter();
    for kind in [SignalKind::terminate(), SignalKind::interrupt(), SignalKind::hangup()] {
        drop(signal(kind).unwrap());
    }
}
