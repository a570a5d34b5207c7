//! Who may ask, and what strangers get.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod support;

use support::{Server, get, request};

#[tokio::test]
async fn only_the_key_or_a_session_opens_the_api() {
    let server = Server::new();
    let bare = get("/api/v1/status");
    let answer = server.ask_as(bare, None).await;
    assert_eq!((answer.status, answer.problem()), (401, "/problems/key-needed".to_owned()));
    let answer = server.ask_as(get("/api/v1/status"), Some("Bearer wrong")).await;
    assert_eq!(answer.status, 401);
    assert_eq!(server.ask(get("/api/v1/status")).await.status, 200);

    let entered = server.ask_as(get(&format!("/studies/x?key={}", server.key)), None).await;
    assert_eq!((entered.status, entered.header("location")), (303, "/studies/x"));
    let cookie = entered.header("set-cookie");
    assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Strict"), "{cookie}");
    let cookie = cookie.split(';').next().unwrap().to_owned();
    let with_cookie =
        || request("GET", "/api/v1/status").header("cookie", &cookie).body(String::new()).unwrap();
    assert_eq!(server.ask_as(with_cookie(), None).await.status, 200);
    let leave = request("DELETE", "/api/v1/session").header("x-biowatch", "1").header("cookie", &cookie);
    assert_eq!(server.ask_as(leave.body(String::new()).unwrap(), None).await.status, 204);
    assert_eq!(server.ask_as(with_cookie(), None).await.status, 401);
    assert_eq!(server.ask_as(get("/?key=0123"), None).await.status, 401);
}

#[tokio::test]
async fn a_key_leads_to_no_other_host() {
    let server = Server::new();
    let answer = server.ask_as(get(&format!("//evil.example/x?key={}", server.key)), None).await;
    assert_eq!((answer.status, answer.header("location")), (303, "/"));
}

#[tokio::test]
async fn names_and_pages_of_others_are_refused() {
    let server = Server::new();
    for (name, value) in [
        ("host", "attacker.example"),
        ("origin", "http://attacker.example"),
        ("origin", "null"),
        ("sec-fetch-site", "cross-site"),
    ] {
        let foreign = request("GET", "/api/v1/status").header(name, value).body(String::new()).unwrap();
        let answer = server.ask(foreign).await;
        assert_eq!(
            (answer.status, answer.problem()),
            (403, "/problems/foreign".to_owned()),
            "{name}: {value}"
        );
    }
    let page = request("GET", "/").header("host", "attacker.example").body(String::new()).unwrap();
    assert_eq!(server.ask(page).await.status, 403);
}

#[tokio::test]
async fn changes_want_our_header() {
    let server = Server::new();
    let without = request("DELETE", "/api/v1/session").body(String::new()).unwrap();
    assert_eq!(server.ask(without).await.status, 403);
    let with = request("DELETE", "/api/v1/session").header("x-biowatch", "1").body(String::new()).unwrap();
    assert_eq!(server.ask(with).await.status, 204);
}

#[tokio::test]
async fn large_and_odd_bodies_are_refused() {
    let server = Server::with_password("correct horse");
    let post = |kind: &str, body: String| {
        let head = request("POST", "/api/v1/session").header("x-biowatch", "1").header("content-type", kind);
        head.body(body).unwrap()
    };
    let long = format!(r#"{{"password":"{}"}}"#, "x".repeat(2 << 20));
    assert_eq!(server.ask(post("application/json", long)).await.status, 413);
    for (kind, body) in [("application/json", "{"), ("application/json", "{}"), ("text/plain", "{}")] {
        let answer = server.ask(post(kind, body.to_owned())).await;
        assert!((400..500).contains(&answer.status), "{} {}", answer.status, answer.text);
        assert_eq!(answer.header("content-type"), "application/problem+json");
    }
    let wrong = server.ask_as(post("application/json", r#"{"password":"no"}"#.to_owned()), None).await;
    assert_eq!((wrong.status, wrong.problem()), (403, "/problems/wrong-password".to_owned()));
    let right =
        server.ask_as(post("application/json", r#"{"password":"correct horse"}"#.to_owned()), None).await;
    assert_eq!(right.status, 204);
    assert!(right.header("set-cookie").starts_with("biowatch-7420="));
}

#[tokio::test]
async fn folders_are_named_plainly() {
    let server = Server::new();
    let root = server.root().display().to_string();
    fs_err::create_dir_all(server.root().join("photos/inner")).unwrap();
    fs_err::write(server.root().join("photos/a.JPG"), "x").unwrap();
    for path in ["photos", "..", &format!("{root}/../x"), "%00", "/%00"] {
        let answer = server.ask(get(&format!("/api/v1/folders?path={path}"))).await;
        assert_eq!(answer.status, 400, "{path}: {}", answer.text);
    }
    let answer = server.ask(get(&format!("/api/v1/folders?path={root}/photos"))).await.json();
    assert_eq!(answer["folders"][0]["name"], "inner");
    assert_eq!((&answer["media"]["photos"], &answer["media"]["videos"]), (&1.into(), &0.into()));
    let answer = server.ask(get(&format!("/api/v1/folders?path={root}/nothing"))).await.json();
    assert!(answer["problem"].is_string() && answer["media"].is_null(), "{answer}");
}

#[tokio::test]
async fn every_answer_has_the_headers_that_keep_others_out() {
    let server = Server::new();
    for path in ["/", "/assets/app.js", "/nothing.js", "/api/v1/status", "/api/v1/nothing"] {
        let answer = server.ask(get(path)).await;
        assert!(answer.header("content-security-policy").contains("frame-ancestors 'none'"), "{path}");
        assert_eq!(answer.header("x-content-type-options"), "nosniff", "{path}");
    }
    assert_eq!(server.ask(get("/api/v1/nothing")).await.status, 404);
    assert_eq!(server.ask(get("/nothing.js")).await.status, 404);
    assert!(server.ask(get("/studies/some-id")).await.text.contains("the page"));
    assert!(server.ask(get("/assets/app.js")).await.header("cache-control").contains("immutable"));
    assert_eq!(server.ask(get("/assets/../index.html")).await.status, 404);
}
