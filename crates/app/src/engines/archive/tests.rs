use std::path::PathBuf;

use flate2::Compression;
use flate2::write::{DeflateEncoder, GzEncoder};

use super::*;

const CONTENT: &[u8] = b"\x7fELF pretend library, pretend library, pretend library";

/// A zip file of one entry. `lie` may change the bytes before they are written.
fn zip(name: &str, deflated: bool, lie: impl Fn(&mut Vec<u8>)) -> Vec<u8> {
    let mut checksum = Crc::new();
    checksum.update(CONTENT);
    let packed = if deflated {
        let mut encoder = DeflateEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(CONTENT).unwrap();
        encoder.finish().unwrap()
    } else {
        CONTENT.to_vec()
    };
    let mut common = Vec::new();
    common.extend(20_u16.to_le_bytes());
    common.extend(0_u16.to_le_bytes());
    common.extend(if deflated { 8_u16 } else { 0 }.to_le_bytes());
    common.extend([0; 4]);
    common.extend(checksum.sum().to_le_bytes());
    common.extend((packed.len() as u32).to_le_bytes());
    common.extend((CONTENT.len() as u32).to_le_bytes());
    common.extend((name.len() as u16).to_le_bytes());
    common.extend(0_u16.to_le_bytes());
    let mut bytes = [b"PK\x03\x04", common.as_slice(), name.as_bytes(), &packed].concat();
    let offset = bytes.len() as u32;
    let mut directory = [b"PK\x01\x02\x14\x03", common.as_slice(), &[0; 6]].concat();
    directory.extend((0o100_644_u32 << 16).to_le_bytes());
    directory.extend(0_u32.to_le_bytes());
    directory.extend(name.as_bytes());
    bytes.extend(&directory);
    bytes.extend(b"PK\x05\x06\0\0\0\0\x01\0\x01\0");
    bytes.extend((directory.len() as u32).to_le_bytes());
    bytes.extend(offset.to_le_bytes());
    bytes.extend([0; 2]);
    lie(&mut bytes);
    bytes
}

fn tgz(entries: &[(&str, tar::EntryType)]) -> Vec<u8> {
    let mut tar = tar::Builder::new(GzEncoder::new(Vec::new(), Compression::fast()));
    for (name, kind) in entries {
        let mut header = tar::Header::new_ustar();
        header.as_mut_bytes()[..name.len()].copy_from_slice(name.as_bytes());
        header.set_entry_type(*kind);
        let content = if kind.is_file() { CONTENT } else { &[] };
        if !kind.is_file() {
            header.set_link_name("/etc/passwd").unwrap();
        }
        header.set_size(content.len() as u64);
        header.set_mode(0o644);
        header.set_cksum();
        tar.append(&header, content).unwrap();
    }
    tar.into_inner().unwrap().finish().unwrap()
}

fn take_out(bytes: &[u8], limits: Limits) -> (Result<Extracted, ExtractError>, Vec<PathBuf>) {
    let folder = tempfile::tempdir().unwrap();
    let archive = folder.path().join("archive");
    let out = folder.path().join("a/b/out");
    fs_err::create_dir_all(&out).unwrap();
    fs_err::write(&archive, bytes).unwrap();
    let result = extract(&archive, &out, limits);
    if let Ok(library) = &result {
        assert_eq!(fs_err::read(out.join(&library.name)).unwrap(), CONTENT);
    }
    let strays = fs_err::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().path());
    (result, strays.filter(|path| *path != archive && !path.ends_with("a")).collect())
}

#[test]
fn takes_the_library_out_of_every_kind_of_package() {
    let name = DEFAULT_NAME;
    let npm = format!("package/bin/napi-v6/{}/{}/{name}", node_os(), node_arch());
    let other = format!("package/bin/napi-v6/{}/s390x/{name}", node_os());
    let file = tar::EntryType::Regular;
    let archives = [
        zip(&format!("onnxruntime/capi/{name}"), true, |_| ()),
        zip(&format!("onnxruntime/capi/{name}"), false, |_| ()),
        tgz(&[("package/package.json", file), (&other, file), (&npm, file)]),
        tgz(&[(&format!("x/lib/{name}"), tar::EntryType::Symlink), (&format!("x/lib/{name}"), file)]),
        zip(&format!("../../{name}"), true, |_| ()),
        tgz(&[(&format!("../../../{name}"), file)]),
        CONTENT.to_vec(),
    ];
    for bytes in archives {
        let (result, strays) = take_out(&bytes, Limits::default());
        let library = result.unwrap();
        assert_eq!((library.name.as_str(), library.size), (name, CONTENT.len() as u64));
        assert_eq!(library.sha256.len(), 64);
        assert!(strays.is_empty(), "{strays:?}");
    }
}

#[test]
fn refuses_what_is_no_package_and_what_lies() {
    let name = DEFAULT_NAME;
    let path = format!("onnxruntime/capi/{name}");
    let file = tar::EntryType::Regular;
    let small = Limits { library: 10, ..Limits::default() };
    let short = Limits { unpacked: 700, ..Limits::default() };
    let few = Limits { entries: 1, ..Limits::default() };
    let bomb_size = |bytes: &mut Vec<u8>| {
        let at = bytes.windows(4).rposition(|window| window == b"PK\x01\x02").unwrap();
        bytes[at + 24..at + 28].copy_from_slice(&5_u32.to_le_bytes());
    };
    let cases = [
        (b"".to_vec(), Limits::default(), "neither a zip"),
        (b"hello there".to_vec(), Limits::default(), "neither a zip"),
        (b"PK\x03\x04".to_vec(), Limits::default(), "no end record"),
        (zip("readme.txt", true, |_| ()), Limits::default(), "no ONNX Runtime library"),
        (tgz(&[("a/b.so", file)]), Limits::default(), "no ONNX Runtime library"),
        (tgz(&[(&path, tar::EntryType::Symlink)]), Limits::default(), "no ONNX Runtime library"),
        (zip(&path, true, |_| ()), small, "more than 10 bytes"),
        (tgz(&[(&path, file)]), small, "more than 10 bytes"),
        (tgz(&[("a", file), (&path, file)]), few, "more than 1 entries"),
        (tgz(&[("a", file), (&path, file)]), short, "cannot be read"),
        (zip(&path, true, bomb_size), Limits::default(), "checksum differ"),
        (zip(&path, false, |bytes| bytes[70] ^= 1), Limits::default(), "checksum differ"),
    ];
    for (bytes, limits, expected) in cases {
        let message = take_out(&bytes, limits).0.unwrap_err().to_string();
        assert!(message.contains(expected), "{message:?} does not say {expected:?}");
    }
}

/// What follows the library in a tar archive, and the last two bytes of a zip file, are never read, so a cut
/// there goes unseen: `take_out` checks that whatever comes out is the whole library.
#[test]
fn every_cut_of_an_archive_is_an_error_or_the_whole_library() {
    let name = format!("onnxruntime/capi/{DEFAULT_NAME}");
    let (zip, tgz) = (zip(&name, true, |_| ()), tgz(&[(&name, tar::EntryType::Regular)]));
    for (archive, unseen) in [(&zip, 2), (&tgz, tgz.len() / 3)] {
        let cuts = 0..archive.len();
        let whole = cuts.filter(|length| take_out(&archive[..*length], Limits::default()).0.is_ok()).count();
        assert!(whole <= unseen, "{whole} of {} cuts went unseen", archive.len());
    }
}
