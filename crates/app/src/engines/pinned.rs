//! ONNX Runtime libraries that this program knows by their SHA-256, and where people get them.
//!
//! The digests are of the library file inside the package, so that the way it was packed does not matter.
//! The official release archives carry libraries of their own builds; their digests are not known here, and
//! `engine install` asks for `--sha256` or `--allow-unpinned` for them.

/// A library whose content is known.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Pinned {
    /// ONNX Runtime's version.
    pub(crate) version: &'static str,
    /// `std::env::consts::OS`.
    pub(crate) os: &'static str,
    /// `std::env::consts::ARCH`.
    pub(crate) arch: &'static str,
    /// File that people download.
    pub(crate) package: &'static str,
    /// Lower-case hexadecimal digest of the library in it.
    pub(crate) sha256: &'static str,
}

/// Where Microsoft publishes the releases of ONNX Runtime.
const RELEASES: &str = "https://github.com/microsoft/onnxruntime/releases/download/";
/// The release that is fetched.
const VERSION: &str = "1.32.0";
/// System, processor, what the archive's name says of both, and its ending.
const RELEASED: [(&str, &str, &str, &str); 5] = [
    ("linux", "x86_64", "linux-x64", "tgz"),
    ("linux", "aarch64", "linux-aarch64", "tgz"),
    ("macos", "aarch64", "osx-arm64", "tgz"),
    ("windows", "x86_64", "win-x64", "zip"),
    ("windows", "aarch64", "win-arm64", "zip"),
];

/// Where the release archive for a machine can be fetched.
pub(crate) fn release(os: &str, arch: &str) -> Option<String> {
    let (_, _, platform, ending) = RELEASED.iter().find(|released| (released.0, released.1) == (os, arch))?;
    Some(format!("{RELEASES}v{VERSION}/onnxruntime-{platform}-{VERSION}.{ending}"))
}

/// Every library known.
pub(crate) const PINNED: [Pinned; 10] = [
    Pinned {
        version: "1.32.0",
        os: "linux",
        arch: "x86_64",
        package: "onnxruntime-1.32.0-cp312-cp312-manylinux_2_28_x86_64.whl",
        sha256: "6c1585d1bbf45b0712ea4a21b705c5fcb4ba04ff2e30f1fbf81a49faf658638f",
    },
    Pinned {
        version: "1.32.0",
        os: "linux",
        arch: "aarch64",
        package: "onnxruntime-1.32.0-cp312-cp312-manylinux_2_28_aarch64.whl",
        sha256: "49852228a93995158b2a813d4df487d47a1b76b0eaa894507ef49e91b6d7954a",
    },
    Pinned {
        version: "1.32.0",
        os: "macos",
        arch: "aarch64",
        package: "onnxruntime-1.32.0-cp312-cp312-macosx_14_0_arm64.whl",
        sha256: "fa585fabbea65b823b9a8f7e27d46aee3989d1be7e36b528203d3a1fd613aae7",
    },
    Pinned {
        version: "1.32.0",
        os: "windows",
        arch: "x86_64",
        package: "onnxruntime-1.32.0-cp312-cp312-win_amd64.whl",
        sha256: "443c0065fcdba17618ddef05050308f4b471893c5c7da0337d6957c9073ad8a7",
    },
    Pinned {
        version: "1.32.0",
        os: "windows",
        arch: "aarch64",
        package: "onnxruntime-1.32.0-cp312-cp312-win_arm64.whl",
        sha256: "a5c1951a7d495fa0c22a0865fe36981fe67f9d5dc7ba3893c20fa7266dd1e994",
    },
    Pinned {
        version: "1.30.0",
        os: "linux",
        arch: "x86_64",
        package: NPM_PACKAGE,
        sha256: "ffb75a925ba05e47b235bb66e3e3911714a80b328a9c9425539feb204aa32a23",
    },
    Pinned {
        version: "1.30.0",
        os: "linux",
        arch: "aarch64",
        package: NPM_PACKAGE,
        sha256: "1f549d46250b005580b597f4164984aaf75b3bcb9f3aeb07c7f8a8fe60b23c76",
    },
    Pinned {
        version: "1.30.0",
        os: "macos",
        arch: "aarch64",
        package: NPM_PACKAGE,
        sha256: "685d2be5dba1309c89d3a5324b7fd06a5c42f1a61bfea32d14c4cc28d072121d",
    },
    Pinned {
        version: "1.30.0",
        os: "windows",
        arch: "x86_64",
        package: NPM_PACKAGE,
        sha256: "508c362f5673483dd3a086379c392795b2e42d10d5e6f3f90ebd7ac21c97af67",
    },
    Pinned {
        version: "1.30.0",
        os: "windows",
        arch: "aarch64",
        package: NPM_PACKAGE,
        sha256: "6c3a2abf5c6aca11c48a0d338a91af309f2266f25ce2e4084e6a87bbcb0fbfd0",
    },
];

const NPM_PACKAGE: &str = "onnxruntime-node-1.30.0.tgz";

/// The library with this digest, whatever platform it is for.
pub(crate) fn by_digest(sha256: &str) -> Option<&'static Pinned> {
    PINNED.iter().find(|pinned| pinned.sha256 == sha256)
}

/// How to come by a library for this platform: package and file names, to be fetched on any machine.
pub(crate) fn where_to_get_it() -> String {
    let here = |pinned: &&Pinned| pinned.os == std::env::consts::OS && pinned.arch == std::env::consts::ARCH;
    let known: Vec<_> = PINNED.iter().filter(here).collect();
    let lines = known.iter().map(|pinned| {
        let fetch = match pinned.package {
            NPM_PACKAGE => "npm pack onnxruntime-node@1.30.0".to_owned(),
            // Some platforms' libraries differ from one Python version to the next.
            _ => format!(
                "pip download --no-deps --only-binary=:all: --python-version 3.12 onnxruntime=={}",
                pinned.version
            ),
        };
        format!("\n  {} (`{fetch}`)", pinned.package)
    });
    let known: String = lines.collect();
    if known.is_empty() {
        return "a release archive of microsoft/onnxruntime for this platform, with `--sha256`".to_owned();
    }
    format!("get one of these on a machine with a network, then pass it with `--from`:{known}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_digest_is_whole_and_occurs_once() {
        for pinned in &PINNED {
            assert!(pinned.sha256.len() == 64 && pinned.sha256.bytes().all(|b| b.is_ascii_hexdigit()));
            assert_eq!(by_digest(pinned.sha256), Some(pinned));
        }
    }

    #[test]
    fn what_is_fetched_has_an_address_that_is_trusted() {
        let addresses = RELEASED.iter().filter_map(|(os, arch, ..)| release(os, arch));
        let trusted =
            addresses.map(|text| text.parse::<biowatch_zoo::address::Address>().unwrap().is_encrypted());
        assert_eq!(trusted.collect::<Vec<_>>(), [true; 5]);
    }

    #[test]
    fn the_way_to_get_one_names_a_file() {
        let text = where_to_get_it();
        assert!(text.contains("onnxruntime"), "{text}");
    }
}
