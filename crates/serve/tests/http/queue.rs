//! The queue: order, bound, patience.

use std::time::Duration;

use biowatch_serve::Settings;

use crate::client::{ask, filepath, get};
use crate::server::{Step, TestServer, echo, scripted, settings};
use crate::stream::wait_for_metric;

#[test]
fn first_come_first_served() {
    let (script, model) = scripted();
    let server = TestServer::ready(settings(), model);
    let mut clients = Vec::new();
    for (waiting, path) in ["a", "b", "c", "d"].into_iter().enumerate() {
        clients.push((path, ask(server.address, &[path])));
        if waiting == 0 {
            script.started("a");
        } else {
            wait_for_metric(&server, &format!("biowatch_queue_depth {waiting}"));
        }
    }
    for (path, client) in &mut clients {
        script.step(Step::Row);
        assert_eq!(filepath(&client.answer("POST").body), *path);
    }
}

#[test]
fn a_full_queue_refuses_at_the_door() {
    let (script, model) = scripted();
    let server = TestServer::ready(Settings { queue: 1, ..settings() }, model);
    let mut running = ask(server.address, &["a"]);
    script.started("a");
    let mut waiting = ask(server.address, &["b"]);
    wait_for_metric(&server, "biowatch_queue_depth 1");

    let mut refused = ask(server.address, &["c"]);
    let answer = refused.answer("POST");
    assert_eq!(answer.status, "HTTP/1.1 503 Service Unavailable");
    assert_eq!(answer.header("retry-after"), Some("1"));
    assert_eq!(answer.text(), r#"{"detail":"the queue is full (1 requests wait); try again shortly"}"#);
    assert!(refused.still_answers());

    script.step(Step::Row);
    script.step(Step::Row);
    assert!(running.answer("POST").whole && waiting.answer("POST").whole);
}

#[test]
fn the_timeout_limits_the_wait_and_not_the_work() {
    let (script, model) = scripted();
    let timeout = Some(Duration::from_millis(100));
    let server = TestServer::ready(Settings { timeout, ..settings() }, model);
    let mut running = ask(server.address, &["a", "b"]);
    script.started("a");

    let mut waiting = ask(server.address, &["c"]);
    let answer = waiting.answer("POST");
    assert_eq!(answer.status, "HTTP/1.1 504 Gateway Timeout");
    assert_eq!(answer.text(), r#"{"detail":"Request timed out"}"#);
    assert!(waiting.still_answers());

    // By now the running request has taken longer than the timeout, without a line to show for it.
    script.step(Step::Row);
    script.step(Step::Row);
    let answer = running.answer("POST");
    assert_eq!((answer.code(), answer.chunks.len(), answer.whole), (200, 2, true));
    let metrics = get(server.address, "/metrics");
    assert!(metrics.text().contains("biowatch_queue_depth 0"));
}

#[test]
fn health_never_waits() {
    let (script, model) = scripted();
    let server = TestServer::ready(settings(), model);
    let mut running = ask(server.address, &["a"]);
    script.started("a");
    for _ in 0..50 {
        assert_eq!(get(server.address, "/health").text(), "ok");
    }
    script.step(Step::Row);
    assert!(running.answer("POST").whole);
}

#[test]
fn fifty_clients_at_once_all_get_their_own_rows() {
    let server = TestServer::ready(settings(), echo);
    let paths: Vec<String> = (0..50).map(|index| format!("photo{index}")).collect();
    let mut clients: Vec<_> = paths.iter().map(|path| ask(server.address, &[&path[..]; 20])).collect();
    for (client, path) in clients.iter_mut().zip(&paths) {
        let answer = client.answer("POST");
        assert!(answer.whole && answer.chunks.len() == 20);
        assert!(answer.chunks.iter().all(|chunk| filepath(chunk) == *path));
    }
}
