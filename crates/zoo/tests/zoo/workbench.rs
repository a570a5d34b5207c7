//! What the tests work with: a data folder, a network with little patience, a judge that takes everything.

use std::cell::RefCell;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::Duration;

use biowatch_zoo::address::Address;
use biowatch_zoo::cancel::Cancel;
use biowatch_zoo::catalogue::Catalogue;
use biowatch_zoo::digest::Digest;
use biowatch_zoo::fetch::{self, FetchError, Fetched, Wanted};
use biowatch_zoo::install::{self, Done, From, InstallError, Request, Tools, Verdict};
use biowatch_zoo::network::{Network, NetworkSettings, Patience};
use biowatch_zoo::place::Zoo;
use biowatch_zoo::progress::{Event, Reporter};
use biowatch_zoo::unpack::Limits;
use flate2::Compression;
use flate2::write::GzEncoder;

pub(crate) struct Workbench {
    folder: tempfile::TempDir,
    pub(crate) settings: NetworkSettings,
    pub(crate) events: RefCell<Vec<Event>>,
    pub(crate) cancel: Cancel,
}

impl Workbench {
    pub(crate) fn new() -> Self {
        let patience = Patience {
            connect: Duration::from_secs(5),
            answer: Duration::from_secs(30),
            stall: Duration::from_secs(30),
            least_bytes: 64,
            tries: 3,
            first_wait: Duration::from_millis(10),
            longest_wait: Duration::from_millis(50),
            longest_retry_after: Duration::from_secs(5),
        };
        Self {
            folder: tempfile::tempdir().unwrap(),
            settings: NetworkSettings { patience, ..NetworkSettings::default() },
            events: RefCell::default(),
            cancel: Cancel::default(),
        }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn zoo(&self) -> Zoo {
        Zoo::new(self.path("data"))
    }

    /// Fetches, and gives the bytes as well.
    pub(crate) fn fetch(&self, urls: &[String], expect: Expect) -> Result<(Fetched, Vec<u8>), FetchError> {
        let addresses: Vec<Address> = urls.iter().map(|url| url.parse().unwrap()).collect();
        let Expect { bytes, sha256, most_bytes } = expect;
        let wanted = Wanted { addresses: &addresses, bytes, sha256, most_bytes };
        let network = Network::new(&self.settings).unwrap();
        let tell = |event| self.events.borrow_mut().push(event);
        let reporter = Reporter::new(&tell);
        let download = fetch::download(&self.zoo(), &network, &wanted, &reporter, &self.cancel)?;
        let bytes = fs_err::read(download.path()).unwrap();
        Ok((download.fetched.clone(), bytes))
    }

    pub(crate) fn install(&self, model: Option<&str>, from: Option<&str>) -> Result<Done, InstallError> {
        self.install_with(model, from, &|_, _| Ok(verdict("toy", "1.0")))
    }

    /// Installs `model` into another data folder.
    pub(crate) fn install_into(&self, root: &Path, model: &str) -> Done {
        let request = Request { model: Some(model.parse().unwrap()), from: None, limits: Limits::default() };
        self.run(&Zoo::new(root), &request, &|_, _| Ok(verdict("toy", "1.0"))).unwrap()
    }

    pub(crate) fn install_with(
        &self,
        model: Option<&str>,
        from: Option<&str>,
        judge: install::Judge<'_>,
    ) -> Result<Done, InstallError> {
        let from = from.map(|from| match from.parse() {
            Ok(address) => From::Address(address),
            Err(_) => From::Path(PathBuf::from(from)),
        });
        let limits = Limits { bytes: 1 << 24, ratio_from: 1 << 20, entries: 100, ..Limits::default() };
        let request = Request { model: model.map(|model| model.parse().unwrap()), from, limits };
        self.run(&self.zoo(), &request, judge)
    }

    fn run(&self, zoo: &Zoo, request: &Request, judge: install::Judge<'_>) -> Result<Done, InstallError> {
        let tell = |event| self.events.borrow_mut().push(event);
        let tools = Tools {
            zoo,
            catalogue: &Catalogue::load(zoo).0,
            network: &Network::new(&self.settings).unwrap(),
            judge,
            reporter: &Reporter::new(&tell),
            cancel: &self.cancel,
        };
        install::install(request, &tools)
    }

    /// Nothing is installed and nothing is left of the attempt, but perhaps of the download.
    pub(crate) fn assert_nothing_there(&self) {
        let files = |folder: PathBuf| -> Vec<String> {
            let entries = fs_err::read_dir(folder).into_iter().flatten().flatten();
            entries
                .map(|entry| entry.file_name().into_string().unwrap())
                .filter(|name| !name.ends_with(".lock"))
                .collect()
        };
        assert_eq!(files(self.zoo().staging()), [""; 0]);
        for model in files(self.zoo().models()) {
            assert_eq!(files(self.zoo().models().join(model)), [""; 0]);
        }
    }
}

/// What is known of a file.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Expect {
    pub(crate) bytes: Option<u64>,
    pub(crate) sha256: Option<Digest>,
    pub(crate) most_bytes: u64,
}

impl Expect {
    pub(crate) fn nothing() -> Self {
        Self { bytes: None, sha256: None, most_bytes: 1 << 24 }
    }

    pub(crate) fn digest_of(body: &[u8]) -> Self {
        Self { sha256: Some(digest(body)), ..Self::nothing() }
    }
}

pub(crate) fn digest(bytes: &[u8]) -> Digest {
    use sha2::Digest as _;
    let digest = sha2::Sha256::digest(bytes);
    digest.iter().map(|byte| format!("{byte:02x}")).collect::<String>().parse().unwrap()
}

pub(crate) fn verdict(id: &str, version: &str) -> Verdict {
    Verdict { id: id.to_owned(), version: Some(version.to_owned()), ..Verdict::default() }
}

/// Bytes that do not pack well, the same every time.
pub(crate) fn noise(length: usize) -> Vec<u8> {
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    let next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state.to_le_bytes()[3]
    };
    std::iter::repeat_with(next).take(length).collect()
}

/// A tar archive of plain files.
pub(crate) fn tar(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut tape = tar::Builder::new(Vec::new());
    for (name, content) in files {
        let mut header = tar::Header::new_gnu();
        header.set_size(content.len() as u64);
        header.set_mode(0o644);
        tape.append_data(&mut header, name, *content).unwrap();
    }
    tape.into_inner().unwrap()
}

pub(crate) fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut packed = GzEncoder::new(Vec::new(), Compression::fast());
    packed.write_all(bytes).unwrap();
    packed.finish().unwrap()
}

/// The files of a model, in the one folder that archives have.
pub(crate) fn toy_archive() -> Vec<u8> {
    gzip(&tar(&[("1.0/toy.pt", &noise(300_000)), ("1.0/labels.txt", b"fox\nhare\n")]))
}

pub(crate) fn read(folder: &Path, name: &str) -> Vec<u8> {
    fs_err::read(folder.join(name)).unwrap()
}
