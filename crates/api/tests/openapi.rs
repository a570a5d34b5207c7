//! The description of the API: whole, and what it promises.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod support;

use std::collections::BTreeSet;

use serde_json::Value;
use support::{Server, get};

#[tokio::test]
async fn every_call_is_described_once_and_its_problems_too() {
    let server = Server::new();
    let document = server.ask_as(get("/api/v1/openapi.json"), None).await.json();
    assert!(document["openapi"].as_str().unwrap().starts_with("3.1"));
    let mut names = BTreeSet::new();
    for (path, calls) in document["paths"].as_object().unwrap() {
        assert!(path.starts_with("/api/v1/"), "{path}");
        for (method, call) in calls.as_object().unwrap() {
            let name = call["operationId"].as_str().unwrap_or_default();
            assert!(!name.is_empty() && names.insert(name.to_owned()), "{method} {path}: `{name}`");
            assert!(call["summary"].is_string(), "{method} {path} says what it does");
            let problem = &call["responses"]["default"]["content"]["application/problem+json"];
            let is_described = problem["schema"]["$ref"] == "#/components/schemas/Problem";
            // The session ends in any case.
            assert!(is_described || name == "closeSession", "{method} {path}");
        }
    }
    assert!(names.len() >= 50, "{}", names.len());
    let text = document.to_string();
    for reference in text.match_indices("#/components/schemas/").map(|(at, _)| &text[at..]) {
        let name = reference.trim_start_matches("#/components/schemas/").split('"').next().unwrap();
        assert!(document["components"]["schemas"].get(name).is_some(), "{name}");
    }
}

/// Addresses with made-up ids: an answer of ours, never a fault, and described.
#[tokio::test]
async fn strange_ids_are_answered_as_problems() {
    let server = Server::new();
    let document = server.ask(get("/api/v1/openapi.json")).await.json();
    for (path, calls) in document["paths"].as_object().unwrap() {
        if calls.get("get").is_none() || path.ends_with("/events") {
            continue;
        }
        for id in ["nothing", "..%2F..%2Fetc", "%00", "%F0%9F%A6%8A", "a%20b"] {
            let place = path.split('/').map(|part| if part.starts_with('{') { id } else { part });
            let place = place.collect::<Vec<_>>().join("/");
            let answer = server.ask(get(&place)).await;
            assert!(answer.status < 500, "{place}: {} {}", answer.status, answer.text);
            if answer.status >= 400 {
                assert_eq!(answer.header("content-type"), "application/problem+json", "{place}");
                let problem: Value = answer.json();
                assert_eq!(problem["status"], answer.status);
            }
        }
    }
}
