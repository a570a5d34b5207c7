//! Bytes that no client sends on purpose.

use crate::client::{Client, get, instances, predict_request};
use crate::server::{TestServer, echo, settings};

/// Requests, damaged in one or a few places, whole or broken off, alone or one after the other.
#[test]
fn damaged_requests_are_answered_or_dropped_and_the_server_goes_on() {
    let server = TestServer::ready(settings(), echo);
    let chunked = "POST /predict HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n10\r\n{\"instances\":[]}\r\n0\r\n\r\n";
    let seeds = [
        predict_request(&instances(&["a", "b"])),
        chunked.into(),
        b"GET /health HTTP/1.1\r\nHost: localhost\r\n\r\nGET /info HTTP/1.0\r\n\r\n".to_vec(),
        b"POST /shutdown HTTP/1.1\r\nAuthorization: Bearer no\r\nContent-Length: 3\r\n\r\nabc".to_vec(),
    ];
    let mut state = 7_u64;
    let mut random = |below: usize| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as usize % below
    };
    let alphabet = b"\r\n :;,0129afGHP/%{}[]\"\\\0\x7f\xff";
    for _ in 0..1500 {
        let mut bytes = seeds[random(seeds.len())].clone();
        for _ in 0..random(4) {
            let at = random(bytes.len().max(2) - 1);
            match random(4) {
                0 => bytes[at] = alphabet[random(alphabet.len())],
                1 => bytes.insert(at, alphabet[random(alphabet.len())]),
                2 if bytes.len() > 1 => drop(bytes.remove(at)),
                _ => bytes.truncate(at.max(1)),
            }
        }
        let mut client = Client::connect(server.address);
        client.send_while_wanted(&bytes);
        client.stop_sending_if_open();
        let answer = client.everything();
        assert!(
            answer.is_empty() || answer.starts_with(b"HTTP/1."),
            "{:?} to {:?}",
            String::from_utf8_lossy(&answer),
            String::from_utf8_lossy(&bytes)
        );
    }
    assert_eq!(get(server.address, "/health").text(), "ok");
    assert!(get(server.address, "/metrics").text().contains("biowatch_requests_in_flight 1\n"));
}
