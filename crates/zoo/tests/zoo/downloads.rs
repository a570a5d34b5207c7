//! Servers that stall, cut, lie and change their minds.

use std::thread;
use std::time::Duration;

use biowatch_zoo::fetch::FetchError;
use biowatch_zoo::progress::Event;

use crate::server::{Server, answer, fall_silent, send, serve};
use crate::workbench::{Expect, Workbench, noise};

const TAG: &str = "\"a\"";
const LENGTH: usize = 500_000;

fn good() -> Server {
    Server::start(|asked, stream| serve(asked, stream, &noise(LENGTH), TAG, usize::MAX))
}

#[test]
fn a_good_server_gives_the_file_and_nothing_is_asked_for_twice() {
    let (bench, server) = (Workbench::new(), good());
    for _ in 0..2 {
        let (fetched, bytes) =
            bench.fetch(&[server.url("a.tar.gz")], Expect::digest_of(&noise(LENGTH))).unwrap();
        assert_eq!((fetched.bytes as usize, bytes), (LENGTH, noise(LENGTH)));
    }
    assert_eq!(server.asked().len(), 1);
    assert_eq!(server.asked()[0].header("accept-encoding"), Some("identity"));
}

#[test]
fn a_server_that_cuts_is_asked_for_the_rest_until_all_is_there() {
    let bench = Workbench::new();
    let server = Server::start(|asked, stream| serve(asked, stream, &noise(LENGTH), TAG, 70_000));
    let (_, bytes) = bench.fetch(&[server.url("a")], Expect::nothing()).unwrap();
    assert!(bytes == noise(LENGTH));
    let asked = server.asked();
    assert_eq!(asked.len(), LENGTH.div_ceil(70_000));
    assert_eq!((asked[1].from(), asked[1].header("if-range")), (Some(70_000), Some(TAG)));
    let events = bench.events.borrow();
    assert!(
        events.iter().any(
            |event| matches!(event, Event::Retry { reason, .. } if reason.contains("broke after 70000"))
        )
    );
}

#[test]
fn a_server_that_cuts_at_once_is_given_up() {
    let bench = Workbench::new();
    let server = Server::start(|asked, stream| serve(asked, stream, &noise(LENGTH), TAG, 10));
    let error = bench.fetch(&[server.url("a")], Expect::nothing()).unwrap_err();
    assert!(matches!(error, FetchError::Broken { .. }), "{error:?}");
    assert_eq!(server.asked().len(), 3);
}

#[test]
fn another_run_goes_on_where_the_first_one_stopped() {
    let bench = Workbench::new();
    let server = Server::start(|asked, stream| {
        serve(asked, stream, &noise(LENGTH), TAG, if asked.nth < 3 { 1000 } else { usize::MAX });
    });
    bench.fetch(&[server.url("a")], Expect::nothing()).unwrap_err();
    let (_, bytes) = bench.fetch(&[server.url("a")], Expect::digest_of(&noise(LENGTH))).unwrap();
    assert!(bytes == noise(LENGTH));
    assert_eq!(server.asked()[3].from(), Some(3000));
}

#[test]
fn a_file_that_changes_between_tries_is_fetched_from_the_beginning() {
    let bench = Workbench::new();
    let server = Server::start(|asked, stream| match asked.nth {
        0 => serve(asked, stream, &[1; LENGTH], TAG, 100_000),
        _ => serve(asked, stream, &noise(LENGTH), "\"b\"", usize::MAX),
    });
    let (_, bytes) = bench.fetch(&[server.url("a")], Expect::nothing()).unwrap();
    assert!(bytes == noise(LENGTH), "two files were mixed");
}

#[test]
fn a_changed_tag_in_a_part_is_noticed() {
    let bench = Workbench::new();
    // Ignores If-Range: the part is of another file.
    let server = Server::start(|asked, stream| match (asked.nth, asked.from()) {
        (0, _) => serve(asked, stream, &[1; LENGTH], TAG, 100_000),
        (_, Some(from)) => {
            let body = noise(LENGTH);
            let range = format!("ETag: \"b\"\r\nContent-Range: bytes {from}-{}/{LENGTH}\r\n", LENGTH - 1);
            answer(stream, "206 Partial Content", &range, &body[from..]);
        }
        _ => serve(asked, stream, &noise(LENGTH), "\"b\"", usize::MAX),
    });
    let (_, bytes) = bench.fetch(&[server.url("a")], Expect::nothing()).unwrap();
    assert!(bytes == noise(LENGTH), "two files were mixed");
}

#[test]
fn a_server_that_ignores_ranges_gives_the_whole_file() {
    let bench = Workbench::new();
    let server = Server::start(|asked, stream| {
        let most = if asked.nth == 0 { 100_000 } else { usize::MAX };
        let body = noise(LENGTH);
        send(stream, format!("HTTP/1.1 200 OK\r\nETag: {TAG}\r\nContent-Length: {LENGTH}\r\n\r\n"));
        send(stream, &body[..most.min(LENGTH)]);
    });
    let (_, bytes) = bench.fetch(&[server.url("a")], Expect::nothing()).unwrap();
    assert!(bytes == noise(LENGTH));
    assert_eq!(server.asked()[1].from(), Some(100_000));
}

#[test]
fn parts_that_were_not_asked_for_are_not_taken() {
    for range in
        ["bytes 0-399999/500000", "bytes 100001-499999/500000", "bytes 100000-499999/600000", "nonsense", ""]
    {
        let bench = Workbench::new();
        let server = Server::start(move |asked, stream| match (asked.nth, asked.from()) {
            (0, _) => serve(asked, stream, &noise(LENGTH), TAG, 100_000),
            (_, Some(_)) => {
                answer(
                    stream,
                    "206 Partial Content",
                    &format!("ETag: {TAG}\r\nContent-Range: {range}\r\n"),
                    &[7; 400_000],
                );
            }
            _ => serve(asked, stream, &noise(LENGTH), TAG, usize::MAX),
        });
        let (_, bytes) = bench.fetch(&[server.url("a")], Expect::nothing()).unwrap();
        assert!(bytes == noise(LENGTH), "{range}");
    }
}

#[test]
fn without_a_tag_and_a_digest_nothing_is_resumed() {
    let bench = Workbench::new();
    let server = Server::start(|asked, stream| {
        let body = noise(LENGTH);
        let most = if asked.nth == 0 { 100_000 } else { LENGTH };
        send(stream, format!("HTTP/1.1 200 OK\r\nETag: W/\"weak\"\r\nContent-Length: {LENGTH}\r\n\r\n"));
        send(stream, &body[..most]);
    });
    let (_, bytes) = bench.fetch(&[server.url("a")], Expect::nothing()).unwrap();
    assert!(bytes == noise(LENGTH) && server.asked()[1].from().is_none());
}

#[test]
fn a_range_that_cannot_be_satisfied_begins_again() {
    let bench = Workbench::new();
    // The file has become shorter than what is here.
    let server = Server::start(|asked, stream| match asked.nth {
        0 => serve(asked, stream, &noise(LENGTH), TAG, 300_000),
        _ => serve(asked, stream, &noise(200_000), TAG, usize::MAX),
    });
    let (_, bytes) = bench.fetch(&[server.url("a")], Expect::nothing()).unwrap();
    assert!(bytes == noise(200_000));
    let always = Server::start(|_, stream| answer(stream, "416 Range Not Satisfiable", "", b""));
    let error = bench.fetch(&[always.url("a")], Expect::nothing()).unwrap_err();
    assert!(matches!(error, FetchError::Status { status, .. } if status == 416), "{error:?}");
}

#[test]
fn waiting_is_done_as_the_server_asks_within_reason() {
    for (status, header) in [
        ("429 Too Many Requests", "Retry-After: 0\r\n"),
        ("503 Service Unavailable", "Retry-After: Wed, 21 Oct 2015 07:28:00 GMT\r\n"),
        ("500 Oops", ""),
    ] {
        let bench = Workbench::new();
        let server = Server::start(move |asked, stream| match asked.nth {
            0 | 1 => answer(stream, status, header, b"busy"),
            _ => serve(asked, stream, &noise(LENGTH), TAG, usize::MAX),
        });
        let (_, bytes) = bench.fetch(&[server.url("a")], Expect::nothing()).unwrap();
        assert!(bytes == noise(LENGTH));
    }
    let bench = Workbench::new();
    let server = Server::start(|asked, stream| match asked.nth {
        0 => answer(stream, "503 Busy", "Retry-After: 1\r\n", b""),
        _ => answer(stream, "429 Too Many", "Retry-After: 86400\r\n", b""),
    });
    let error = bench.fetch(&[server.url("a")], Expect::nothing()).unwrap_err();
    assert_eq!(error.retry_after(), Some(Duration::from_secs(86_400)));
    assert_eq!(server.asked().len(), 2, "nobody waits a day");
    assert!(
        bench
            .events
            .borrow()
            .iter()
            .any(|event| matches!(event, Event::Retry { seconds, .. } if *seconds == 1.0))
    );
}

#[test]
fn what_is_not_there_is_not_asked_for_again() {
    for status in [
        "404 Not Found",
        "403 Forbidden",
        "401 Unauthorized",
        "410 Gone",
        "204 No Content",
        "304 Not Modified",
    ] {
        let bench = Workbench::new();
        let server = Server::start(move |_, stream| answer(stream, status, "", b""));
        let error = bench.fetch(&[server.url("a")], Expect::nothing()).unwrap_err();
        assert!(error.to_string().contains(&status[..3]), "{error}");
        assert_eq!(server.asked().len(), 1, "{status}");
    }
}

#[test]
fn silence_and_slow_drips_end() {
    let mut bench = Workbench::new();
    let second = Duration::from_secs(1);
    let patience = &mut bench.settings.patience;
    (patience.connect, patience.answer, patience.stall, patience.tries) = (second, second, second, 2);
    let silent = Server::start(|_, _| fall_silent());
    let error = bench.fetch(&[silent.url("a")], Expect::nothing()).unwrap_err();
    assert!(matches!(error, FetchError::NoAnswer { .. }), "{error:?}");

    let stalling = Server::start(|asked, stream| {
        serve(asked, stream, &noise(LENGTH), TAG, 5000);
        fall_silent();
    });
    let error = bench.fetch(&[stalling.url("a")], Expect::nothing()).unwrap_err();
    assert!(matches!(error, FetchError::Stalled { .. }), "{error:?}");

    let dripping = Server::start(|_, stream| {
        send(stream, "HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n");
        while send(stream, "x") {
            thread::sleep(Duration::from_millis(100));
        }
    });
    let error = bench.fetch(&[dripping.url("a")], Expect::nothing()).unwrap_err();
    assert!(matches!(error, FetchError::Stalled { bytes: 1..64, .. }), "{error:?}");
}

#[test]
fn endless_bodies_end() {
    let bench = Workbench::new();
    let endless = Server::start(|_, stream| {
        send(stream, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
        while send(stream, format!("10000\r\n{}\r\n", "x".repeat(0x10000))) {}
    });
    let most = Expect { most_bytes: 1 << 20, ..Expect::nothing() };
    let error = bench.fetch(&[endless.url("a")], most).unwrap_err();
    assert!(matches!(error, FetchError::TooLarge { limit: 0x10_0000, .. }), "{error:?}");
    assert!(
        fs_err::read_dir(bench.zoo().partial()).unwrap().flatten().all(|entry| entry
            .metadata()
            .unwrap()
            .len()
            < 1000)
    );

    let boasting = Server::start(|_, stream| {
        send(stream, "HTTP/1.1 200 OK\r\nContent-Length: 99999999999999\r\n\r\nx");
        fall_silent();
    });
    let error = bench.fetch(&[boasting.url("b")], most).unwrap_err();
    assert!(matches!(error, FetchError::TooLarge { .. }), "{error:?}");
}

#[test]
fn lies_about_the_length_are_noticed() {
    let bench = Workbench::new();
    let known = Expect { bytes: Some(LENGTH as u64), ..Expect::nothing() };
    let short = Server::start(|_, stream| answer(stream, "200 OK", "", &noise(LENGTH - 1)));
    let error = bench.fetch(&[short.url("a")], known).unwrap_err();
    assert!(matches!(error, FetchError::WrongSize { got: 499_999, expected: 500_000, .. }), "{error:?}");

    let unsaid = Server::start(|_, stream| {
        send(stream, "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n");
        send(stream, noise(LENGTH - 1));
    });
    let error = bench.fetch(&[unsaid.url("b")], known).unwrap_err();
    assert!(matches!(error, FetchError::WrongSize { got: 499_999, .. }), "{error:?}");

    let long = Server::start(|_, stream| {
        send(stream, "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n");
        send(stream, noise(LENGTH + 1));
    });
    let error = bench.fetch(&[long.url("c")], known).unwrap_err();
    assert!(matches!(error, FetchError::TooLarge { limit: 500_000, .. }), "{error:?}");

    for head in
        ["Content-Length: 5\r\nContent-Length: 6\r\n", "Content-Length: -5\r\n", "Content-Length: many\r\n"]
    {
        let nonsense = Server::start(move |_, stream| {
            send(stream, format!("HTTP/1.1 200 OK\r\n{head}\r\nhello"));
        });
        let error = bench.fetch(&[nonsense.url("d")], known).unwrap_err();
        assert!(matches!(error, FetchError::Broken { .. }), "{error:?}");
    }
}

#[test]
fn answers_that_are_no_http_are_an_error() {
    for garbage in [
        "",
        "hello\r\n\r\n",
        "HTTP/1.1 999999 X\r\n\r\n",
        "HTTP/1.1 200 OK\r\nno colon\r\n\r\n",
        "\u{0}\u{1}\u{2}",
    ] {
        let bench = Workbench::new();
        let server = Server::start(move |_, stream| {
            send(stream, garbage);
        });
        let error = bench.fetch(&[server.url("a")], Expect::nothing()).unwrap_err();
        assert!(
            matches!(error, FetchError::Broken { .. } | FetchError::Status { .. }),
            "{garbage:?}: {error:?}"
        );
    }
    let huge = Server::start(|_, stream| {
        send(stream, "HTTP/1.1 200 OK\r\n");
        while send(stream, format!("X: {}\r\n", "y".repeat(1000))) {}
    });
    let error = Workbench::new().fetch(&[huge.url("a")], Expect::nothing()).unwrap_err();
    assert!(matches!(error, FetchError::Broken { .. }), "{error:?}");
}

#[test]
fn web_pages_and_packed_files_are_told_apart_from_files() {
    let bench = Workbench::new();
    let portal = Server::start(|_, stream| {
        answer(stream, "200 OK", "Content-Type: text/html; charset=utf-8\r\n", b"<html>log in")
    });
    let error = bench.fetch(&[portal.url("a")], Expect::nothing()).unwrap_err();
    assert!(matches!(error, FetchError::WebPage(_)), "{error:?}");
    let packed = Server::start(|_, stream| answer(stream, "200 OK", "Content-Encoding: gzip\r\n", b"x"));
    let error = bench.fetch(&[packed.url("a")], Expect::nothing()).unwrap_err();
    assert!(matches!(error, FetchError::Encoded(_)), "{error:?}");
    // What Apache says of every .tar.gz in some of its settings.
    let (_, bytes) = bench.fetch(&[packed.url("a.tar.gz")], Expect::nothing()).unwrap();
    assert_eq!(bytes, b"x");
}

#[test]
fn a_wrong_digest_is_an_error_and_the_bytes_go() {
    let bench = Workbench::new();
    let server = Server::start(|asked, stream| serve(asked, stream, &[1; 1000], TAG, usize::MAX));
    let error = bench.fetch(&[server.url("a")], Expect::digest_of(&noise(1000))).unwrap_err();
    assert!(matches!(error, FetchError::WrongDigest { .. }), "{error:?}");
    assert_eq!(server.asked().len(), 1);
    // What the first run had was wrong; the rest alone is right: only a fetch from the beginning mends it.
    let mended = Server::start(|asked, stream| match asked.nth {
        0..=2 => serve(asked, stream, &[1; LENGTH], TAG, 100),
        _ => serve(asked, stream, &noise(LENGTH), TAG, usize::MAX),
    });
    bench.fetch(&[mended.url("b")], Expect::digest_of(&noise(LENGTH))).unwrap_err();
    let (_, bytes) = bench.fetch(&[mended.url("b")], Expect::digest_of(&noise(LENGTH))).unwrap();
    assert!(bytes == noise(LENGTH));
}

#[test]
fn mirrors_stand_in_for_each_other() {
    let bench = Workbench::new();
    let gone = Server::start(|_, stream| answer(stream, "404 Not Found", "", b""));
    let wrong = Server::start(|asked, stream| serve(asked, stream, &[1; LENGTH], "\"x\"", usize::MAX));
    let cut = Server::start(|asked, stream| serve(asked, stream, &noise(LENGTH), "\"y\"", 1000));
    let right = good();
    let urls = [&gone, &wrong, &cut, &right].map(|server| server.url("a"));
    let (fetched, bytes) = bench.fetch(&urls, Expect::digest_of(&noise(LENGTH))).unwrap();
    assert!(bytes == noise(LENGTH));
    assert_eq!(fetched.address.to_string(), urls[3]);
    // With a digest to judge the whole, the last one is asked only for the rest.
    assert_eq!(right.asked()[0].from(), Some(3000));

    let bench = Workbench::new();
    let (fetched, bytes) = bench.fetch(&urls[2..], Expect::nothing()).unwrap();
    assert!(bytes == noise(LENGTH) && fetched.address.to_string() == urls[3]);
    assert_eq!(right.asked()[1].from(), None, "bytes of two servers were mixed without a digest");

    let error = Workbench::new().fetch(&urls[..1], Expect::nothing()).unwrap_err();
    assert!(matches!(error, FetchError::Status { .. }), "{error:?}");
}

#[test]
fn stopping_works_while_a_server_is_silent() {
    let bench = Workbench::new();
    let silent = Server::start(|_, _| fall_silent());
    let (cancel, port) = (bench.cancel.clone(), silent.port);
    let url = silent.url("a");
    let watcher = thread::spawn(move || {
        while silent.asked().is_empty() {
            thread::sleep(Duration::from_millis(5));
        }
        cancel.cancel();
    });
    let error = bench.fetch(&[url], Expect::nothing()).unwrap_err();
    watcher.join().unwrap();
    assert!(matches!(error, FetchError::Cancelled), "{port}: {error:?}");
}

#[test]
fn offline_asks_nobody() {
    let mut bench = Workbench::new();
    bench.settings.offline = true;
    let server = good();
    let error = bench.fetch(&[server.url("a")], Expect::nothing()).unwrap_err();
    assert!(matches!(error, FetchError::Offline(_)), "{error:?}");
    assert!(server.asked().is_empty());
}

#[test]
fn nobody_there_is_told_after_a_few_tries() {
    let bench = Workbench::new();
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let error = bench.fetch(&[format!("http://127.0.0.1:{port}/a")], Expect::nothing()).unwrap_err();
    assert!(matches!(error, FetchError::Connect { .. }), "{error:?}");
    assert_eq!(bench.events.borrow().iter().filter(|event| matches!(event, Event::Retry { .. })).count(), 2);
}

#[test]
fn proxies_are_used_but_never_for_this_machine() {
    let mut bench = Workbench::new();
    let proxy = Server::start(|asked, stream| {
        assert!(asked.path.starts_with("http://models.example/"), "{}", asked.path);
        serve(asked, stream, &noise(1000), TAG, usize::MAX);
    });
    bench.settings.proxy = Some(format!("127.0.0.1:{}", proxy.port));
    let (_, bytes) =
        bench.fetch(&["http://models.example/a".to_owned()], Expect::digest_of(&noise(1000))).unwrap();
    assert!(bytes == noise(1000) && proxy.asked().len() == 1);
    bench.fetch(&[good().url("b")], Expect::nothing()).unwrap();
    assert_eq!(proxy.asked().len(), 1);
    let plain = bench.fetch(&["http://models.example/c".to_owned()], Expect::nothing()).unwrap_err();
    assert!(matches!(plain, FetchError::Untrusted(_)), "{plain:?}");
}
