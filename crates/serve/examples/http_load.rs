//! What a request costs a model server, side by side with another.
//!
//! ```text
//! http_load [--rounds 3] [--seconds 4] [--connections 1,8,64] [--instances 1,5] NAME=COMMAND [NAME=COMMAND ...]
//! ```
//!
//! Each COMMAND starts a server with nothing behind it on the port that stands in for `{port}`, for instance
//! `ours='target/release/examples/noop_server --port {port}'`. The servers take turns, round by round, so that a
//! machine that slows down slows them all. The figure to compare first is the CPU time of a server's whole
//! process tree for each request: it hardly moves when the machine is shared. It needs Linux's `/proc`; elsewhere
//! only the times are shown. A command is split at spaces.

use std::collections::BTreeMap;
use std::env;
use std::error::Error;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

type Failure = Box<dyn Error + Send + Sync>;

/// Longest wait for a server to become healthy.
const START: Duration = Duration::from_secs(60);

/// Clock ticks a second in `/proc/PID/stat`, on every Linux there is.
const TICKS: f64 = 100.0;

struct Plan {
    rounds: usize,
    seconds: f64,
    connections: Vec<usize>,
    instances: Vec<usize>,
    servers: Vec<(String, String)>,
}

/// One cell of the table: a server under one load.
#[derive(Default)]
struct Cell {
    cpu_ms: Vec<f64>,
    per_second: Vec<f64>,
    p50_ms: Vec<f64>,
    p99_ms: Vec<f64>,
}

#[expect(clippy::print_stdout, reason = "a table for the person who runs it")]
fn main() -> Result<(), Failure> {
    let plan = plan(env::args().skip(1))?;
    let mut table: BTreeMap<(usize, usize, &str), Cell> = BTreeMap::new();
    for _ in 0..plan.rounds {
        for (name, command) in &plan.servers {
            let server = Server::start(command)?;
            for &instances in &plan.instances {
                for &connections in &plan.connections {
                    let cell = table.entry((instances, connections, name)).or_default();
                    measure(&server, instances, connections, plan.seconds, cell)?;
                }
            }
        }
    }
    println!("| instances | connections | server | CPU ms/request | requests/s | p50 ms | p99 ms |");
    println!("| --- | --- | --- | --- | --- | --- | --- |");
    for ((instances, connections, name), cell) in &table {
        let (cpu, rate) = (spread(&cell.cpu_ms, 3), spread(&cell.per_second, 0));
        let (p50, p99) = (spread(&cell.p50_ms, 2), spread(&cell.p99_ms, 1));
        println!("| {instances} | {connections} | {name} | {cpu} | {rate} | {p50} | {p99} |");
    }
    Ok(())
}

fn plan(mut arguments: impl Iterator<Item = String>) -> Result<Plan, Failure> {
    let mut plan = Plan {
        rounds: 3,
        seconds: 4.0,
        connections: vec![1, 8, 64],
        instances: vec![1, 5],
        servers: Vec::new(),
    };
    while let Some(argument) = arguments.next() {
        let mut value = || arguments.next().ok_or(format!("{argument} wants a value"));
        match argument.as_str() {
            "--rounds" => plan.rounds = value()?.parse()?,
            "--seconds" => plan.seconds = value()?.parse()?,
            "--connections" => plan.connections = numbers(&value()?)?,
            "--instances" => plan.instances = numbers(&value()?)?,
            _ => {
                let (name, command) = argument.split_once('=').ok_or("a server is NAME=COMMAND")?;
                plan.servers.push((name.to_owned(), command.to_owned()));
            }
        }
    }
    if plan.servers.is_empty() { Err("name at least one server as NAME=COMMAND".into()) } else { Ok(plan) }
}

fn numbers(text: &str) -> Result<Vec<usize>, Failure> {
    Ok(text.split(',').map(str::parse).collect::<Result<_, _>>()?)
}

/// A server under test. Dropping it kills it and what it started.
struct Server {
    child: Child,
    port: u16,
}

impl Server {
    fn start(command: &str) -> Result<Self, Failure> {
        let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        let command = command.replace("{port}", &port.to_string());
        let mut words = command.split_whitespace();
        let program = words.next().ok_or("an empty command")?;
        let child = Command::new(program)
            .args(words)
            .env("LIT_SHUTDOWN_API_KEY", "http-load")
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .map_err(|error| format!("{program} does not start: {error}"))?;
        let mut server = Self { child, port };
        let began = Instant::now();
        while !server.is_healthy() {
            if began.elapsed() > START || server.child.try_wait()?.is_some() {
                return Err(format!("`{command}` did not become healthy").into());
            }
            thread::sleep(Duration::from_millis(20));
        }
        Ok(server)
    }

    fn is_healthy(&self) -> bool {
        let asked = || -> std::io::Result<bool> {
            let mut socket = TcpStream::connect(("127.0.0.1", self.port))?;
            socket.set_read_timeout(Some(Duration::from_secs(1)))?;
            socket.write_all(b"GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n")?;
            let mut status = [0; 12];
            socket.read_exact(&mut status)?;
            Ok(status == *b"HTTP/1.1 200")
        };
        asked().unwrap_or(false)
    }

    /// Seconds of CPU the server and everything it started have used; 0 without `/proc`.
    fn cpu(&self) -> f64 {
        tree(self.child.id()).into_iter().filter_map(ticks).sum::<f64>() / TICKS
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let asked = TcpStream::connect(("127.0.0.1", self.port)).and_then(|mut socket| {
            let head = "POST /shutdown HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer http-load\r\n";
            socket.write_all(format!("{head}Content-Length: 0\r\nConnection: close\r\n\r\n").as_bytes())?;
            socket.read_to_end(&mut Vec::new())
        });
        if asked.is_err() {
            let _ = self.child.kill();
        }
        let _ = self.child.wait();
    }
}

/// `pid` and its descendants.
fn tree(pid: u32) -> Vec<u32> {
    let mut found = vec![pid];
    let mut next = 0;
    while let Some(pid) = found.get(next) {
        let tasks = fs_err::read_dir(format!("/proc/{pid}/task")).into_iter().flatten().flatten();
        let children: Vec<u32> = tasks
            .filter_map(|task| fs_err::read_to_string(task.path().join("children")).ok())
            .flat_map(|text| text.split_whitespace().filter_map(|pid| pid.parse().ok()).collect::<Vec<_>>())
            .collect();
        found.extend(children);
        next += 1;
    }
    found
}

/// User and system time of one process.
fn ticks(pid: u32) -> Option<f64> {
    let stat = fs_err::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    let fields: Vec<&str> = stat.rsplit_once(')')?.1.split_whitespace().collect();
    let field = |index: usize| fields.get(index)?.parse::<f64>().ok();
    Some(field(11)? + field(12)?)
}

fn measure(
    server: &Server,
    instances: usize,
    connections: usize,
    seconds: f64,
    cell: &mut Cell,
) -> Result<(), Failure> {
    let request = request(instances)?;
    let until = Instant::now() + Duration::from_secs_f64(seconds);
    let (cpu, began) = (server.cpu(), Instant::now());
    let mut milliseconds = thread::scope(|scope| -> Result<Vec<f64>, Failure> {
        let clients: Vec<_> =
            (0..connections).map(|_| scope.spawn(|| client(server.port, &request, until))).collect();
        let mut all = Vec::new();
        for client in clients {
            all.extend(client.join().map_err(|_| "a client panicked")??);
        }
        Ok(all)
    })?;
    milliseconds.sort_by(f64::total_cmp);
    let count = milliseconds.len() as f64;
    let quantile = |part: f64| milliseconds.get((count * part) as usize).copied().unwrap_or(f64::NAN);
    cell.cpu_ms.push((server.cpu() - cpu) * 1e3 / count);
    cell.per_second.push(count / began.elapsed().as_secs_f64());
    cell.p50_ms.push(quantile(0.5));
    cell.p99_ms.push(quantile(0.99));
    Ok(())
}

/// Asks for a file that exists, so often as there are instances.
fn request(instances: usize) -> Result<Vec<u8>, Failure> {
    let path = env::current_exe()?;
    let path = path.to_str().ok_or("this program lies under a path that is not UTF-8")?;
    let instance = serde_json::json!({"filepath": path, "sample_fps": 1});
    let body = serde_json::json!({"instances": vec![instance; instances]}).to_string();
    let head =
        "POST /predict HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length:";
    Ok(format!("{head} {}\r\n\r\n{body}", body.len()).into_bytes())
}

/// Asks one request after the other on one connection; how long each took, milliseconds.
fn client(port: u16, request: &[u8], until: Instant) -> Result<Vec<f64>, Failure> {
    let mut socket = TcpStream::connect(("127.0.0.1", port))?;
    socket.set_nodelay(true)?;
    let mut took = Vec::new();
    let mut answer = Vec::new();
    let mut bytes = [0; 16 * 1024];
    while Instant::now() < until {
        let began = Instant::now();
        socket.write_all(request)?;
        answer.clear();
        while !answer.ends_with(b"\r\n0\r\n\r\n") {
            let count = socket.read(&mut bytes)?;
            answer.extend_from_slice(bytes.get(..count).filter(|read| !read.is_empty()).ok_or("cut")?);
        }
        if !answer.starts_with(b"HTTP/1.1 200") {
            return Err(String::from_utf8_lossy(&answer).into_owned().into());
        }
        took.push(began.elapsed().as_secs_f64() * 1e3);
    }
    Ok(took)
}

/// Median, with the least and the most.
fn spread(values: &[f64], decimals: usize) -> String {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let pick = |index: usize| sorted.get(index).copied().unwrap_or(f64::NAN);
    let (least, median, most) = (pick(0), pick(sorted.len() / 2), pick(sorted.len().saturating_sub(1)));
    format!("{median:.decimals$} [{least:.decimals$}..{most:.decimals$}]")
}
