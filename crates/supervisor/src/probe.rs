//! A look at a server: does it answer, what has it counted, how much memory does it take. Blocks for seconds at most.

use crate::http::{Request, ask};
use crate::processes;

/// Bytes of an answer that are read.
const MOST: u64 = 1 << 20;

/// What a look found.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Look {
    /// `Err`: what the server did instead of saying that it is well.
    pub(crate) health: Result<(), String>,
    /// What `/metrics` says, where there is such a thing.
    pub(crate) counts: Option<Counts>,
    /// Whether the server answered that it has no such page.
    pub(crate) has_no_counts: bool,
    /// Bytes in memory of the process and its descendants.
    pub(crate) memory: Option<u64>,
}

/// Of the counts in `/metrics`, those that are looked at.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Counts {
    /// Predict requests that are over.
    pub(crate) requests: u64,
    /// Images answered.
    pub(crate) images: u64,
    /// Requests in hand beside the one that asks.
    pub(crate) in_hand: u64,
}

/// Looks at the process `pid`, and at `port` where it is known; at `/metrics` where the server is `counting`.
pub(crate) fn look(pid: u32, port: Option<u16>, key: Option<&str>, counting: bool) -> Look {
    let memory = processes::memory_of_tree(pid);
    let Some(port) = port else {
        let health = Err("its port is not known".to_owned());
        return Look { health, counts: None, has_no_counts: false, memory };
    };
    let health = health(port, key);
    let page = if counting && health.is_ok() { metrics(port, key) } else { None };
    let counts = page.as_deref().and_then(read);
    Look { health, has_no_counts: page.is_some() && counts.is_none(), counts, memory }
}

fn health(port: u16, key: Option<&str>) -> Result<(), String> {
    match ask(port, &Request { key, ..Request::short("GET", "/health") }) {
        Ok(answer) if answer.status == 200 => Ok(()),
        Ok(answer) => Err(format!("it answered with status {}", answer.status)),
        Err(error) => Err(error.to_string()),
    }
}

/// The page; empty where there is none. `None`: no answer.
fn metrics(port: u16, key: Option<&str>) -> Option<String> {
    let answer = ask(port, &Request { key, ..Request::short("GET", "/metrics") }).ok()?;
    if answer.status == 200 { answer.text(MOST).ok() } else { Some(String::new()) }
}

/// `None` where the page is not one of ours.
fn read(page: &str) -> Option<Counts> {
    let value = |line: &str| line.rsplit_once(' ')?.1.parse::<u64>().ok();
    let one = |name: &str| page.lines().find(|line| line.split(' ').next() == Some(name)).and_then(value);
    let predictions =
        page.lines().filter(|line| line.starts_with("biowatch_requests_total{route=\"/predict\""));
    Some(Counts {
        images: one("biowatch_images_total")?,
        requests: predictions.filter_map(value).fold(0, u64::saturating_add),
        // The question itself is one of them.
        in_hand: one("biowatch_requests_in_flight")?.saturating_sub(1),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_our_metrics_and_no_others() {
        let page = "# HELP biowatch_requests_total Requests\n\
                    biowatch_requests_total{route=\"/health\",code=\"200\"} 90\n\
                    biowatch_requests_total{route=\"/predict\",code=\"200\"} 3\n\
                    biowatch_requests_total{route=\"/predict\",code=\"499\"} 1\n\
                    biowatch_requests_in_flight 2\n\
                    biowatch_images_total 17\n";
        assert_eq!(read(page), Some(Counts { requests: 4, images: 17, in_hand: 1 }));
        assert_eq!(read("go_goroutines 7\n"), None);
        assert_eq!(read(""), None);
    }
}
