//! The end: asked for, forced, or suffered.

use std::net::TcpStream;
use std::time::{Duration, Instant};

use biowatch_serve::{Outcome, Settings};

use crate::client::{Client, ask, get, instances, predict_request};
use crate::server::{Event, Step, TestServer, echo, scripted, settings};
use crate::stream::wait_for_metric;

/// What clients allow a server that was asked to stop, less what they allow in all.
const SOON: Duration = Duration::from_secs(2);

const SHUTDOWN: &[u8] =
    b"POST /shutdown HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer open sesame\r\nContent-Length: 0\r\n\r\n";

fn shut_down(server: &TestServer) {
    let mut client = Client::connect(server.address);
    client.send(SHUTDOWN);
    let answer = client.answer("POST");
    assert_eq!(answer.status, "HTTP/1.1 200 OK");
    assert_eq!(answer.text(), "Server is initiating graceful shutdown.");
    assert_eq!(answer.header("content-type"), None);
    assert!(client.is_closed());
}

fn assert_stopped(server: TestServer, began: Instant) {
    let address = server.address;
    let outcome = server.outcome();
    assert!(matches!(outcome, Outcome::Stopped), "{outcome}");
    assert_eq!(outcome.exit_code(), 0);
    assert!(began.elapsed() < SOON, "took {:?}", began.elapsed());
    assert!(TcpStream::connect(address).is_err(), "the port is free again");
}

#[test]
fn an_idle_server_ends_at_once_idle_connections_or_not() {
    let server = TestServer::ready(settings(), echo);
    let mut idle = Client::connect(server.address);
    assert!(idle.still_answers());
    let began = Instant::now();
    shut_down(&server);
    assert!(idle.is_closed());
    assert_stopped(server, began);
}

#[test]
fn the_row_in_hand_is_finished_and_the_rest_is_cut() {
    let (script, model) = scripted();
    let server = TestServer::ready(settings(), model);
    let mut running = ask(server.address, &["a", "b", "c"]);
    script.started("a");
    script.step(Step::Row);
    script.started("b");
    let mut waiting = ask(server.address, &["d"]);
    wait_for_metric(&server, "biowatch_queue_depth 1");

    let began = Instant::now();
    shut_down(&server);
    let refused = waiting.answer("POST");
    assert_eq!(refused.code(), 503);
    assert_eq!(refused.text(), r#"{"detail":"the server is stopping"}"#);
    script.step(Step::Row);
    assert_eq!(script.event(), Event::BrokenOff("b".into()));
    let cut = running.answer("POST");
    assert_eq!((cut.code(), cut.chunks.len(), cut.whole), (200, 2, false));
    assert_stopped(server, began);
}

#[test]
fn an_answer_whose_last_row_is_in_hand_ends_whole() {
    let (script, model) = scripted();
    let server = TestServer::ready(settings(), model);
    let mut running = ask(server.address, &["a", "b"]);
    script.started("a");
    script.step(Step::Row);
    script.started("b");
    let began = Instant::now();
    shut_down(&server);
    script.step(Step::Row);
    let answer = running.answer("POST");
    assert_eq!((answer.chunks.len(), answer.whole), (2, true));
    assert_stopped(server, began);
}

#[test]
fn work_that_takes_too_long_is_cancelled() {
    let (script, model) = scripted();
    let grace = Duration::from_millis(50);
    let server = TestServer::ready(Settings { grace, ..settings() }, model);
    let mut running = ask(server.address, &["a", "b"]);
    script.started("a");
    script.step(Step::Row);
    script.started("b");
    let began = Instant::now();
    server.stop();
    assert_eq!(script.event(), Event::Cancelled("b".into()));
    let cut = running.answer("POST");
    assert_eq!((cut.chunks.len(), cut.whole), (1, false));
    assert_stopped(server, began);
}

#[test]
fn a_connection_that_was_open_takes_no_new_work() {
    let (script, model) = scripted();
    let server = TestServer::ready(settings(), model);
    let mut running = ask(server.address, &["a"]);
    script.started("a");
    running.send(&predict_request(&instances(&["late"])));
    shut_down(&server);
    script.step(Step::Row);
    assert!(running.answer("POST").whole);
    assert!(running.is_closed(), "the pipelined request is not begun");
    assert!(matches!(server.outcome(), Outcome::Stopped));
}

#[test]
fn a_panic_outside_the_images_ends_the_process_and_cuts_streams() {
    let (script, model) = scripted();
    let server = TestServer::ready(settings(), model);
    let mut running = ask(server.address, &["a", "b"]);
    script.started("a");
    script.step(Step::Row);
    script.started("b");
    let mut waiting = ask(server.address, &["c"]);
    wait_for_metric(&server, "biowatch_queue_depth 1");

    let began = Instant::now();
    script.step(Step::Panic);
    let cut = running.answer("POST");
    assert_eq!((cut.code(), cut.chunks.len(), cut.whole), (200, 1, false));
    assert_eq!(waiting.answer("POST").code(), 500);
    let outcome = server.outcome();
    assert!(matches!(outcome, Outcome::EngineDied), "{outcome}");
    assert_eq!(outcome.exit_code(), 3);
    assert!(began.elapsed() < SOON);
}

#[test]
fn a_panic_before_the_first_row_is_a_500() {
    let (script, model) = scripted();
    let server = TestServer::ready(settings(), model);
    let mut client = ask(server.address, &["a"]);
    script.started("a");
    script.step(Step::Panic);
    let answer = client.answer("POST");
    assert_eq!(answer.code(), 500);
    assert_eq!(answer.text(), r#"{"detail":"the model stopped working; the server is ending"}"#);
    assert!(matches!(server.outcome(), Outcome::EngineDied));
}

#[test]
fn without_a_key_nobody_can_shut_the_server_down() {
    let mut settings = settings();
    settings.keys.shutdown = None;
    let server = TestServer::ready(settings, echo);
    for key in ["", "None", "open sesame"] {
        let mut client = Client::connect(server.address);
        client.send(
            format!("POST /shutdown HTTP/1.1\r\nAuthorization: Bearer {key}\r\nContent-Length: 0\r\n\r\n")
                .as_bytes(),
        );
        assert_eq!(client.answer("POST").code(), 401);
    }
    assert_eq!(get(server.address, "/health").text(), "ok");
}
