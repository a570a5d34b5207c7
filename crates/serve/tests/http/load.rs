//! Before the model is there, and when it never will be.

use std::net::TcpListener;
use std::sync::mpsc;

use biowatch_serve::{BindError, LoadError, Outcome, Server, Settings};

use crate::client::{Client, get, instances, predict_request};
use crate::server::{PATIENCE, TestServer, echo, model, settings};

#[test]
fn while_the_model_loads_the_port_answers_503() {
    let (go_on, told) = mpsc::channel::<()>();
    let server = TestServer::loading(
        settings(),
        Box::new(move || {
            told.recv_timeout(PATIENCE).unwrap();
            Ok(model(echo()))
        }),
    );
    let health = get(server.address, "/health");
    assert_eq!((health.code(), health.text()), (503, "not ready"));
    assert_eq!(health.header("content-type"), None);
    assert_eq!(health.header("retry-after"), Some("1"));
    assert_eq!(get(server.address, "/livez").text(), "ok");
    assert_eq!(get(server.address, "/info").code(), 503);
    let mut client = Client::connect(server.address);
    client.send(&predict_request(&instances(&["a"])));
    let answer = client.answer("POST");
    assert_eq!(answer.code(), 503);
    assert_eq!(answer.text(), r#"{"detail":"the model is still loading; try again shortly"}"#);
    assert_eq!(answer.header("retry-after"), Some("1"));

    go_on.send(()).unwrap();
    while get(server.address, "/health").code() != 200 {}
    client.send(&predict_request(&instances(&["a"])));
    assert_eq!(client.answer("POST").chunks.len(), 1);
}

#[test]
fn stopping_does_not_wait_for_a_load() {
    let (go_on, told) = mpsc::channel::<()>();
    let server = TestServer::loading(
        settings(),
        Box::new(move || {
            let _ = told.recv_timeout(PATIENCE);
            Ok(model(echo()))
        }),
    );
    server.stop();
    assert!(matches!(server.outcome(), Outcome::Stopped));
    drop(go_on);
}

#[test]
fn a_load_that_fails_ends_the_server_with_its_reason() {
    let cause = std::io::Error::other("no such folder");
    let server = TestServer::loading(settings(), Box::new(move || Err(LoadError::from(cause))));
    let outcome = server.outcome();
    assert_eq!(outcome.to_string(), "the model could not be loaded: no such folder");
    assert_eq!(outcome.exit_code(), 1);
}

#[test]
fn a_load_that_panics_ends_the_server() {
    let server = TestServer::loading(settings(), Box::new(|| panic!("as told")));
    assert!(matches!(server.outcome(), Outcome::EngineDied));
}

#[test]
fn a_port_in_use_is_told_before_anything_is_loaded() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port();
    for host in ["127.0.0.1", "localhost"] {
        let error = Server::bind(Settings { host: host.into(), port, ..settings() }).err().unwrap();
        assert!(matches!(error, BindError::PortInUse { .. }));
        assert!(error.to_string().starts_with(&format!("port {port} of {host} is in use")), "{error}");
    }
}

#[test]
fn localhost_is_every_loopback_address_the_system_has() {
    let server = Server::bind(Settings { host: "localhost".into(), port: 0, ..settings() }).unwrap();
    let addresses = server.addresses();
    assert!(addresses[0].is_ipv4() && addresses.iter().all(|address| address.ip().is_loopback()));
    assert!(addresses.iter().all(|address| address.port() == addresses[0].port()));
    let has_ipv6 = TcpListener::bind("[::1]:0").is_ok();
    assert_eq!(addresses.len(), 1 + usize::from(has_ipv6));
}

#[test]
fn hosts_and_paths_that_make_no_sense_are_refused() {
    let bind = |settings| Server::bind(settings).err().unwrap().to_string();
    assert!(bind(Settings { host: "cams.example".into(), ..settings() }).contains("is not an address"));
    assert!(bind(Settings { api_path: "predict".into(), ..settings() }).contains("must begin with a slash"));
    assert!(bind(Settings { host: "192.0.2.1".into(), ..settings() }).starts_with("cannot listen on port 0"));
}
