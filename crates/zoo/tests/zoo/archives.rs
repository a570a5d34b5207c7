//! Archives that mean ill.

use std::io::Write;

use biowatch_zoo::unpack::{Limits, UnpackError, unpack_bytes};
use tar::{EntryType, Header};

use crate::workbench::{gzip, noise, tar};

fn unpack(bytes: &[u8], limits: Limits) -> Result<Vec<String>, UnpackError> {
    let folder = tempfile::tempdir().unwrap();
    let into = folder.path().join("into");
    fs_err::create_dir(&into).unwrap();
    let files = unpack_bytes(bytes, &into, limits);
    let beside: Vec<_> =
        fs_err::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(beside, ["into"], "something was written outside");
    Ok(files?.iter().map(|file| file.name.to_string()).collect())
}

fn refuse(bytes: &[u8]) -> UnpackError {
    unpack(bytes, small()).expect_err("a hostile archive was taken")
}

fn small() -> Limits {
    Limits { bytes: 1 << 22, entries: 50, depth: 3, ratio: 100, ratio_from: 1 << 20 }
}

/// A tar entry with a name of any kind, which the crate would not write.
fn raw(name: &[u8], kind: EntryType, content: &[u8]) -> Vec<u8> {
    let mut header = Header::new_gnu();
    header.set_size(content.len() as u64);
    header.set_mode(0o644);
    header.set_entry_type(kind);
    header.as_mut_bytes()[..name.len()].copy_from_slice(name);
    header.set_cksum();
    let mut bytes = header.as_bytes().to_vec();
    bytes.extend(content);
    bytes.resize(bytes.len().next_multiple_of(512), 0);
    bytes
}

fn tape(entries: &[Vec<u8>]) -> Vec<u8> {
    let mut bytes = entries.concat();
    bytes.extend([0; 1024]);
    bytes
}

fn record(key: &str, value: &str) -> Vec<u8> {
    let rest = format!(" {key}={value}\n");
    let length = (1..).find(|length: &usize| length.to_string().len() + rest.len() == *length).unwrap();
    format!("{length}{rest}").into_bytes()
}

#[test]
fn good_archives_come_out_whole() {
    let files: [(&str, &[u8]); 3] =
        [("top/a.pt", &noise(100_000)), ("top/b/c.txt", b"x"), ("top/._a.pt", b"litter")];
    for bytes in
        [tar(&files), gzip(&tar(&files)), zip(&[("top/a.pt", &noise(100_000)), ("top/b/c.txt", b"x")])]
    {
        assert_eq!(unpack(&bytes, small()).unwrap(), ["top/a.pt", "top/b/c.txt"]);
    }
    let long = format!("{}/{}.pt", "d".repeat(90), "n".repeat(90));
    assert_eq!(unpack(&tar(&[(&long, b"x")]), small()).unwrap(), [long.as_str()]);
    let pax = tape(&[
        raw(b"pax", EntryType::XHeader, &record("path", "ü/long.pt")),
        raw(b"short", EntryType::Regular, b"x"),
    ]);
    assert_eq!(unpack(&pax, small()).unwrap(), ["ü/long.pt"]);
    let global = tape(&[
        raw(b"g", EntryType::XGlobalHeader, &record("comment", "abc")),
        raw(b"a.pt", EntryType::Regular, b"x"),
    ]);
    assert_eq!(unpack(&global, small()).unwrap(), ["a.pt"]);
}

#[test]
fn names_that_lead_elsewhere_are_refused() {
    for name in [
        "../evil",
        "/etc/passwd",
        "a/../../evil",
        "C:\\evil",
        "..\\evil",
        "a/./../..",
        "nul",
        "a:b",
        "a\u{1}b",
    ] {
        let error = refuse(&tape(&[raw(name.as_bytes(), EntryType::Regular, b"x")]));
        assert!(matches!(error, UnpackError::Name(_)), "{name}: {error:?}");
        let error = refuse(&zip(&[(name, b"x")]));
        assert!(matches!(error, UnpackError::Name(_)), "{name}: {error:?}");
        let error = refuse(&tape(&[raw(name.as_bytes(), EntryType::Directory, b"")]));
        assert!(matches!(error, UnpackError::Name(_)), "{name}: {error:?}");
        let error = refuse(&tape(&[
            raw(b"pax", EntryType::XHeader, &record("path", name)),
            raw(b"a", EntryType::Regular, b"x"),
        ]));
        assert!(matches!(error, UnpackError::Name(_)), "{name}: {error:?}");
        let error = refuse(&tape(&[
            raw(b"L", EntryType::GNULongName, name.as_bytes()),
            raw(b"a", EntryType::Regular, b"x"),
        ]));
        assert!(matches!(error, UnpackError::Name(_)), "{name}: {error:?}");
    }
    let error = refuse(&tape(&[raw(b"\xff\xfe", EntryType::Regular, b"x")]));
    assert!(matches!(error, UnpackError::Name(_)), "{error:?}");
}

#[test]
fn links_devices_and_sparse_files_are_refused() {
    for kind in [EntryType::Symlink, EntryType::Link, EntryType::GNULongLink] {
        let error = refuse(&tape(&[raw(b"a", kind, b"")]));
        assert!(matches!(error, UnpackError::Link(_)), "{kind:?}: {error:?}");
    }
    for kind in [
        EntryType::Char,
        EntryType::Block,
        EntryType::Fifo,
        EntryType::GNUSparse,
        EntryType::Continuous,
        EntryType::new(b'Z'),
    ] {
        let error = refuse(&tape(&[raw(b"a", kind, b"")]));
        assert!(matches!(error, UnpackError::Special { .. }), "{kind:?}: {error:?}");
    }
    let sparse = tape(&[
        raw(b"pax", EntryType::XHeader, &record("GNU.sparse.major", "1")),
        raw(b"a", EntryType::Regular, b"x"),
    ]);
    assert!(matches!(refuse(&sparse), UnpackError::Special { what: "a sparse file", .. }));
    let mut link = zip(&[("a", b"/etc/passwd")]);
    let at = link.windows(4).rposition(|window| window == b"PK\x01\x02").unwrap();
    link[at + 38..at + 42].copy_from_slice(&(0o120_777_u32 << 16).to_le_bytes());
    assert!(matches!(refuse(&link), UnpackError::Link(_)));
    let mut locked = zip(&[("a", b"secret")]);
    locked[at + 8 - (b"/etc/passwd".len() - b"secret".len())] |= 1;
    assert!(matches!(refuse(&locked), UnpackError::Special { .. }));
}

#[test]
fn names_that_meet_are_refused() {
    let cases: [&[(&str, &[u8])]; 5] = [
        &[("a.pt", b"1"), ("a.pt", b"2")],
        &[("a.pt", b"1"), ("A.PT", b"2")],
        &[("a", b"1"), ("a/b", b"2")],
        &[("a/b", b"1"), ("A/c", b"2")],
        &[("ä/b", b"1"), ("Ä/b", b"2")],
    ];
    for files in cases {
        for bytes in [tar(files), zip(files)] {
            assert!(matches!(refuse(&bytes), UnpackError::Twice(_)), "{files:?}");
        }
    }
}

#[test]
fn bombs_are_refused() {
    let zeros = vec![0; 3 << 20];
    for bytes in [gzip(&tar(&[("a", &zeros)])), zip(&[("a", &zeros)])] {
        assert!(matches!(refuse(&bytes), UnpackError::Ratio(100)), "{:?}", refuse(&bytes));
    }
    let names: Vec<_> = (0..60).map(|index| format!("f{index}")).collect();
    let many: Vec<_> = names.iter().map(|name| (name.as_str(), &b""[..])).collect();
    for bytes in [tar(&many), gzip(&tar(&many)), zip(&many)] {
        assert!(matches!(refuse(&bytes), UnpackError::Entries(50)));
    }
    assert!(matches!(refuse(&tar(&[("a/b/c/d/e", b"x")])), UnpackError::Deep { .. }));
    let large = noise(5 << 20);
    assert!(matches!(refuse(&tar(&[("a", &large)])), UnpackError::Bytes(_)));
    // A header that promises more than there is costs nothing.
    let mut boast = raw(b"a", EntryType::Regular, b"x");
    let mut header = Header::new_gnu();
    header.set_size(1 << 60);
    header.as_mut_bytes()[0] = b'a';
    header.set_entry_type(EntryType::Regular);
    header.set_cksum();
    boast[..512].copy_from_slice(header.as_bytes());
    assert!(matches!(refuse(&boast), UnpackError::Bytes(_)));
    // A long name that is endless is not read into memory.
    for kind in [EntryType::GNULongName, EntryType::XHeader, EntryType::XGlobalHeader] {
        let error =
            refuse(&tape(&[raw(b"L", kind, &vec![b'a'; 100_000]), raw(b"a", EntryType::Regular, b"x")]));
        assert!(matches!(error, UnpackError::Damaged { .. }), "{error:?}");
    }
    let error = refuse(&gzip(&[tar(&[("a", b"x")]), vec![0; 2 << 20]].concat()));
    assert!(matches!(error, UnpackError::Bytes(_) | UnpackError::Ratio(_)), "{error:?}");
}

#[test]
fn entries_that_lie_over_each_other_are_refused() {
    let mut bytes = zip(&[("a", &noise(1000)), ("b", &noise(1000))]);
    let at = bytes.windows(4).rposition(|window| window == b"PK\x01\x02").unwrap();
    bytes[at + 42..at + 46].copy_from_slice(&[0; 4]);
    assert!(matches!(refuse(&bytes), UnpackError::Zip(_)));
}

#[test]
fn every_cut_and_most_flips_are_noticed_and_none_panics() {
    let files: [(&str, &[u8]); 2] = [("t/a.pt", &noise(3000)), ("t/b.txt", b"hello")];
    let (packed, zipped) = (gzip(&tar(&files)), zip(&files));
    for bytes in [&packed, &zipped] {
        for length in (0..bytes.len()).step_by(37) {
            assert!(unpack(&bytes[..length], small()).is_err(), "cut at {length}");
        }
        let whole = unpack(bytes, small()).unwrap();
        for at in (0..bytes.len()).step_by(11) {
            let mut flipped = bytes.clone();
            flipped[at] ^= 0x55;
            if let Ok(names) = unpack(&flipped, small()) {
                assert_eq!(names.len(), whole.len(), "flip at {at}");
            }
        }
    }
}

#[test]
fn what_is_no_archive_is_called_what_it_is() {
    assert!(matches!(refuse(b"<!DOCTYPE html><html>log in"), UnpackError::WebPage));
    assert!(matches!(refuse(b"\n  <html>"), UnpackError::WebPage));
    for bytes in [&b""[..], b"hello", b"\x1f", &[0; 600]] {
        assert!(matches!(refuse(bytes), UnpackError::UnknownKind), "{bytes:?}");
    }
    assert!(matches!(refuse(&tar(&[])), UnpackError::UnknownKind | UnpackError::Empty));
    assert!(matches!(refuse(&gzip(&tar(&[]))), UnpackError::Empty));
    assert!(matches!(refuse(&zip(&[])), UnpackError::Empty));
}

/// A zip archive, deflated.
pub(crate) fn zip(files: &[(&str, &[u8])]) -> Vec<u8> {
    let (mut bytes, mut directory) = (Vec::new(), Vec::new());
    for (name, content) in files {
        let mut packer = flate2::write::DeflateEncoder::new(Vec::new(), flate2::Compression::best());
        packer.write_all(content).unwrap();
        let packed = packer.finish().unwrap();
        let mut checksum = flate2::Crc::new();
        checksum.update(content);
        let mut common = Vec::new();
        common.extend([20, 0, 0, 0, 8, 0, 0, 0, 0, 0]);
        common.extend(checksum.sum().to_le_bytes());
        common.extend((packed.len() as u32).to_le_bytes());
        common.extend((content.len() as u32).to_le_bytes());
        common.extend((name.len() as u16).to_le_bytes());
        common.extend([0, 0]);
        directory.extend(b"PK\x01\x02\x14\x03");
        directory.extend(&common);
        directory.extend([0; 6]);
        directory.extend((0o100_644_u32 << 16).to_le_bytes());
        directory.extend((bytes.len() as u32).to_le_bytes());
        directory.extend(name.as_bytes());
        bytes.extend(b"PK\x03\x04");
        bytes.extend(&common);
        bytes.extend(name.as_bytes());
        bytes.extend(packed);
    }
    let place = bytes.len() as u32;
    bytes.extend(&directory);
    bytes.extend(b"PK\x05\x06\0\0\0\0");
    bytes.extend([(files.len() as u16).to_le_bytes(), (files.len() as u16).to_le_bytes()].concat());
    bytes.extend((directory.len() as u32).to_le_bytes());
    bytes.extend(place.to_le_bytes());
    bytes.extend([0, 0]);
    bytes
}
