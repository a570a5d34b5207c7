//! Answers as they flow: one line, one chunk, one write, and nobody waits for a reader who left.

use std::sync::mpsc;
use std::time::Duration;

use biowatch_serve::{Limits, Settings};

use crate::client::{Client, ask, filepath, get, instances, predict_request};
use crate::server::{Event, PATIENCE, Step, TestServer, echo, scripted, settings, wide};

#[test]
fn each_line_is_written_as_soon_as_it_is_known() {
    let (script, model) = scripted();
    let server = TestServer::ready(settings(), model);
    let mut client = ask(server.address, &["a", "b", "c"]);
    for (index, path) in ["a", "b", "c"].into_iter().enumerate() {
        script.started(path);
        script.step(Step::Row);
        if index == 0 {
            assert_eq!(client.head().code(), 200);
        }
        assert_eq!(filepath(&client.chunk().unwrap()), path);
    }
    assert_eq!(client.chunk(), Some(vec![]));
    assert!(client.still_answers());
}

#[test]
fn the_head_waits_for_the_first_line_and_arrives_with_it() {
    let (script, model) = scripted();
    let server = TestServer::ready(settings(), model);
    let mut client = ask(server.address, &["a"]);
    script.started("a");
    script.step(Step::Row);
    let first = String::from_utf8(client.one_read()).unwrap();
    assert!(first.starts_with("HTTP/1.1 200 OK\r\n") && first.contains("}]}}\n\r\n"), "{first:?}");
}

/// Paths of every length and script; what comes back is split nowhere but at line ends.
#[test]
fn no_chunk_breaks_a_line() {
    let alphabet = ['a', '/', ' ', '"', '\\', '\n', 'é', '猫', '🦊', '\u{7f}'];
    let mut state = 1_u64;
    let mut random = |below: usize| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as usize % below
    };
    let paths: Vec<String> =
        (0..1000).map(|_| (0..1 + random(300)).map(|_| alphabet[random(alphabet.len())]).collect()).collect();
    let paths: Vec<&str> = paths.iter().map(String::as_str).collect();

    let server = TestServer::ready(settings(), echo);
    let mut client = Client::connect(server.address);
    client.send(&predict_request(&instances(&paths)));
    let answer = client.answer("POST");
    assert!(answer.whole);
    assert_eq!(answer.chunks.len(), 1000);
    for (chunk, path) in answer.chunks.iter().zip(paths) {
        assert!(chunk.is_ascii() && chunk.ends_with(b"}]}}\n"));
        assert_eq!(chunk.iter().filter(|byte| **byte == b'\n').count(), 1);
        assert_eq!(filepath(chunk), path);
    }
}

#[test]
fn pipelined_requests_are_answered_in_order() {
    let server = TestServer::ready(settings(), echo);
    let mut client = Client::connect(server.address);
    let mut bytes = predict_request(&instances(&["a", "b"]));
    bytes.extend(predict_request(&instances(&["c"])));
    bytes.extend(b"POST /predict HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n");
    bytes.extend(b"10\r\n{\"instances\":[]}\r\n0\r\n\r\n");
    bytes.extend(b"GET /health HTTP/1.1\r\nHost: x\r\n\r\nnonsense\r\n\r\n");
    client.send(&bytes);
    assert_eq!(client.answer("POST").chunks.len(), 2);
    assert_eq!(client.answer("POST").chunks.len(), 1);
    assert_eq!(client.answer("POST").chunks.len(), 0);
    assert_eq!(client.answer("GET").text(), "ok");
    assert_eq!(client.answer("GET").code(), 400);
    assert!(client.is_closed());
}

#[test]
fn a_request_that_comes_byte_by_byte_is_understood() {
    let server = TestServer::ready(settings(), echo);
    let mut client = Client::connect(server.address);
    for byte in predict_request(&instances(&["a"])) {
        client.send(&[byte]);
    }
    assert_eq!(client.answer("POST").chunks.len(), 1);
}

#[test]
fn a_client_that_leaves_cancels_the_work_in_hand() {
    let (script, model) = scripted();
    let server = TestServer::ready(settings(), model);
    let client = ask(server.address, &["a", "b"]);
    script.started("a");
    drop(client);
    assert_eq!(script.event(), Event::Cancelled("a".into()));

    let mut client = ask(server.address, &["c", "d"]);
    script.started("c");
    script.step(Step::Row);
    assert_eq!(client.head().code(), 200);
    script.started("d");
    drop(client);
    assert_eq!(script.event(), Event::Cancelled("d".into()));
    let metrics = get(server.address, "/metrics");
    assert!(metrics.text().contains("biowatch_clients_left_total 2"), "{}", metrics.text());
}

#[test]
fn a_client_that_leaves_the_queue_is_never_served() {
    let (script, model) = scripted();
    let server = TestServer::ready(settings(), model);
    let mut first = ask(server.address, &["a"]);
    script.started("a");
    let second = ask(server.address, &["b"]);
    wait_for_metric(&server, "biowatch_queue_depth 1");
    drop(second);
    wait_for_metric(&server, "biowatch_queue_depth 0");
    script.step(Step::Row);
    assert!(first.answer("POST").whole);
    assert_eq!(script.event(), Event::Finished);
    let mut third = ask(server.address, &["c"]);
    script.started("c");
    script.step(Step::Row);
    assert!(third.answer("POST").whole);
}

/// 600 rows of 60 kB: a server without back-pressure would finish the work and hold 36 MB.
#[test]
fn a_slow_reader_slows_the_model() {
    let settings = Settings { timeout: Some(Duration::from_millis(200)), ..settings() };
    let (tell, _told) = mpsc::channel();
    let server = TestServer::ready(settings, || wide(tell));
    let mut slow = ask(server.address, &["slow"; 600]);
    assert_eq!(slow.head().code(), 200);
    let mut other = ask(server.address, &["b"]);
    assert_eq!(other.answer("POST").code(), 504, "the model is held up by the slow reader");
    for _ in 0..600 {
        assert_eq!(filepath(&slow.chunk().unwrap()), "slow");
    }
    assert_eq!(slow.chunk(), Some(vec![]));
    other.send(&predict_request(&instances(&["c"])));
    assert_eq!(other.answer("POST").code(), 200);
}

#[test]
fn a_reader_that_stalls_is_cut_so_that_others_are_served() {
    let limits = Limits { stall_time: Duration::from_millis(50), ..Limits::default() };
    let (tell, told) = mpsc::channel();
    let server = TestServer::ready(Settings { limits, ..settings() }, || wide(tell));
    let mut stalled = ask(server.address, &["stalled"; 600]);
    let mut other = ask(server.address, &["b"]);
    assert_eq!(other.answer("POST").code(), 200);
    told.recv_timeout(PATIENCE).unwrap();
    assert!(!stalled.answer("POST").whole);
}

/// Asks until the metric is as wanted. Each ask is a round trip, so this yields to the server.
pub(crate) fn wait_for_metric(server: &TestServer, line: &str) {
    let began = std::time::Instant::now();
    while !get(server.address, "/metrics").text().lines().any(|found| found == line) {
        assert!(began.elapsed() < PATIENCE, "never {line:?}");
    }
}
