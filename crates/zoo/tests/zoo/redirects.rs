//! Redirects: few, never to a place that can be read on the way.

use biowatch_zoo::fetch::FetchError;

use crate::server::{Server, answer, serve};
use crate::workbench::{Expect, Workbench, noise};

#[test]
fn redirects_are_followed_with_the_range() {
    let bench = Workbench::new();
    let right = Server::start(|asked, stream| {
        serve(asked, stream, &noise(300_000), "\"a\"", if asked.nth == 0 { 100_000 } else { usize::MAX });
    });
    let url = right.url("b?token=1");
    let first = Server::start(move |asked, stream| {
        let to = if asked.path == "/a" { "/there" } else { &url };
        answer(stream, "302 Found", &format!("Location: {to}\r\n"), b"moved");
    });
    let (fetched, bytes) = bench.fetch(&[first.url("a")], Expect::nothing()).unwrap();
    assert!(bytes == noise(300_000));
    assert_eq!(right.asked()[1].from(), Some(100_000));
    assert_eq!(fetched.address.to_string(), first.url("a"), "the record names the catalogue's address");
}

#[test]
fn credentials_stay_with_their_server() {
    let bench = Workbench::new();
    let other = Server::start(|asked, stream| serve(asked, stream, &noise(10), "\"a\"", usize::MAX));
    let url = other.url("b");
    let first =
        Server::start(move |_, stream| answer(stream, "307 Elsewhere", &format!("Location: {url}\r\n"), b""));
    let with_password = first.url("a").replace("http://", "http://ada:pass@");
    bench.fetch(&[with_password], Expect::nothing()).unwrap();
    assert!(first.asked()[0].header("authorization").is_some());
    assert_eq!(other.asked()[0].header("authorization"), None);
    assert_eq!(other.asked()[0].header("referer"), None);
}

#[test]
fn loops_and_dead_ends_are_errors() {
    let bench = Workbench::new();
    let around = Server::start(|_, stream| answer(stream, "301 Moved", "Location: /a\r\n", b""));
    let error = bench.fetch(&[around.url("a")], Expect::nothing()).unwrap_err();
    assert!(matches!(error, FetchError::Redirects(_)), "{error:?}");
    assert_eq!(around.asked().len(), 6);

    for location in [
        "",
        "Location: file:///etc/passwd\r\n",
        "Location: ftp://a/b\r\n",
        "Location: http://\r\n",
        "Location: data:,x\r\n",
    ] {
        let nowhere = Server::start(move |_, stream| answer(stream, "302 Found", location, b""));
        let error = bench.fetch(&[nowhere.url("a")], Expect::nothing()).unwrap_err();
        assert!(matches!(error, FetchError::BadRedirect(_)), "{location}: {error:?}");
    }
    let plain =
        Server::start(|_, stream| answer(stream, "302 Found", "Location: http://models.example/a\r\n", b""));
    let error = bench.fetch(&[plain.url("a")], Expect::nothing()).unwrap_err();
    assert!(matches!(error, FetchError::Untrusted(_)), "{error:?}");
}
