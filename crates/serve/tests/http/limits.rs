//! What clients may not send, hold or take their time over.

use std::time::Duration;

use biowatch_serve::{Keys, Limits, MissingFiles, Secret, Settings};

use crate::client::{Client, ask, get, instances, predict_request};
use crate::server::{TestServer, echo, settings};

fn server(limits: Limits) -> TestServer {
    TestServer::ready(Settings { limits, ..settings() }, echo)
}

#[test]
fn a_body_over_the_limit_is_refused_announced_or_chunked() {
    let server = server(Limits { body_bytes: 2000, ..Limits::default() });
    let large = instances(&[&"x".repeat(3000)]);
    let chunked = format!(
        "POST /predict HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n{:x}\r\n{large}\r\n0\r\n\r\n",
        large.len()
    );
    let announced = "POST /predict HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2001\r\n\r\n";
    let expecting =
        "POST /predict HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2001\r\nExpect: 100-continue\r\n\r\n";
    for request in [predict_request(&large), chunked.into(), announced.into(), expecting.into()] {
        let mut client = Client::connect(server.address);
        client.send(&request);
        let head = client.head();
        assert_eq!(head.status, "HTTP/1.1 413 Payload Too Large");
        assert_eq!(head.header("content-length"), Some("30"));
    }
    let mut client = Client::connect(server.address);
    client.send(&predict_request(&instances(&["a"])));
    assert_eq!(client.answer("POST").code(), 200);
}

#[test]
fn the_refusal_of_a_body_arrives_though_the_client_sends_on() {
    let server = server(Limits::default());
    let mut client = Client::connect(server.address);
    client.send_while_wanted(&predict_request(&instances(&[&"x".repeat(20 << 20)])));
    let answer = client.answer("POST");
    assert_eq!(answer.code(), 413);
    assert_eq!(answer.text(), r#"{"detail":"Payload too large"}"#);
    client.stop_sending();
    assert!(client.is_closed());
}

#[test]
fn a_body_that_does_not_come_is_not_waited_for() {
    let server = server(Limits { body_time: Duration::from_millis(50), ..Limits::default() });
    let mut client = Client::connect(server.address);
    client.send(b"POST /predict HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\n{");
    let answer = client.answer("POST");
    assert_eq!(answer.status, "HTTP/1.1 408 Request Timeout");
    client.stop_sending();
    assert!(client.is_closed());
}

#[test]
fn a_head_that_does_not_come_is_not_waited_for() {
    let server = server(Limits { head_time: Duration::from_millis(50), ..Limits::default() });
    for beginning in ["", "POST /predict HTTP/1.1\r\nHo"] {
        let mut client = Client::connect(server.address);
        client.send(beginning.as_bytes());
        assert!(client.is_closed());
    }
}

#[test]
fn connections_beyond_the_limit_are_turned_away() {
    let server = server(Limits { connections: 1, ..Limits::default() });
    let mut first = Client::connect(server.address);
    assert!(first.still_answers());
    let mut second = Client::connect(server.address);
    let answer = second.answer("GET");
    assert_eq!((answer.code(), answer.text()), (503, r#"{"detail":"too many connections"}"#));
    assert!(answer.whole && second.is_closed());
    assert!(first.still_answers());
}

#[test]
fn a_body_that_is_not_chunks_is_broken() {
    let server = server(Limits::default());
    let mut client = Client::connect(server.address);
    client
        .send(b"POST /predict HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n\r\n");
    let answer = client.answer("POST");
    assert_eq!((answer.code(), answer.text()), (400, r#"{"detail":"the request body broke off"}"#));
}

#[test]
fn missing_files_refuse_the_request_when_the_server_is_told_so() {
    let settings = Settings { missing_files: MissingFiles::RefuseRequest, ..settings() };
    let server = TestServer::ready(settings, echo);
    let here = file!();
    let present = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.toml");
    let present = present.to_str().unwrap();
    let answer = ask(server.address, &[present, "/absent/é.jpg", here]).answer("POST");
    assert_eq!(answer.status, "HTTP/1.1 400 Bad Request");
    assert_eq!(answer.text(), r#"{"detail":"Cannot access filepath: `/absent/é.jpg`"}"#);
    assert_eq!(ask(server.address, &[present]).answer("POST").chunks.len(), 1);
}

#[test]
fn an_api_key_opens_what_it_should() {
    let keys = Keys { api: Some(Secret::new("k")), health_needs_key: true, ..settings().keys };
    let strict = TestServer::ready(Settings { keys: keys.clone(), ..settings() }, echo);
    let open = Keys { health_needs_key: false, ..keys };
    let open = TestServer::ready(Settings { keys: open, ..settings() }, echo);
    let ask = |server: &TestServer, path: &str, header: &str| {
        let mut client = Client::connect(server.address);
        client.send(format!("GET {path} HTTP/1.1\r\nHost: x\r\n{header}\r\n").as_bytes());
        client.answer("GET")
    };
    let wrong =
        r#"{"detail":"Invalid API Key. Check that you are passing a correct 'X-API-Key' in your header."}"#;
    for path in ["/", "/health", "/info", "/metrics"] {
        let none = ask(&strict, path, "");
        assert_eq!((none.code(), none.text()), (401, r#"{"detail":"Not authenticated"}"#), "{path}");
        assert_eq!(none.header("www-authenticate"), Some("APIKey"));
        for header in ["X-API-Key: z\r\n", "X-API-Key: \r\n", "Authorization: Bearer z\r\n"] {
            let answer = ask(&strict, path, header);
            assert_eq!((answer.code(), answer.text()), (401, wrong), "{path} {header}");
            assert_eq!(answer.header("www-authenticate"), None);
        }
        for header in ["X-API-Key: k\r\n", "Authorization: Bearer k\r\n"] {
            assert_eq!(ask(&strict, path, header).code(), 200, "{path} {header}");
        }
    }
    for path in ["/docs", "/openapi.json", "/livez", "/readyz"] {
        assert_eq!(ask(&strict, path, "").code(), 200, "{path}");
    }
    assert_eq!((ask(&open, "/health", "").code(), ask(&open, "/info", "").code()), (200, 401));

    let mut client = Client::connect(strict.address);
    client.send(&predict_request(&instances(&["a"])));
    assert_eq!(client.answer("POST").code(), 401);
    assert_eq!(get(strict.address, "/predict").code(), 405);
}
