//! Bytes from the network into a file: resumed, tried again, from several mirrors, hashed as they flow.
//!
//! The calls here block: call them from a thread of their own.

use std::path::Path;
use std::time::{Duration, Instant};

use reqwest::{Response, StatusCode};

use crate::address::Address;
use crate::cancel::Cancel;
use crate::digest::{Digest, Hasher};
use crate::network::Network;
use crate::partial::{Identity, Partial};
use crate::place::Zoo;
use crate::progress::{Event, Phase, Reporter};

mod answer;
mod error;
mod headers;

use answer::{Rest, ask, within};
pub use error::{Cause, FetchError};

/// Bytes that must come between two failures for them not to count as two in a row.
const PROGRESS: u64 = 1 << 16;

/// A file that is wanted.
#[derive(Debug, Clone, Copy)]
pub struct Wanted<'a> {
    /// Where it lies; the later ones are mirrors of the first.
    pub addresses: &'a [Address],
    /// Its exact size, where it is known.
    pub bytes: Option<u64>,
    /// Its digest, where it is known.
    pub sha256: Option<Digest>,
    /// Bytes that are taken at most.
    pub most_bytes: u64,
}

/// What came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fetched {
    /// From where.
    pub address: Address,
    /// How many bytes.
    pub bytes: u64,
    /// Their digest.
    pub sha256: Digest,
}

/// A file that came whole, still in `.partial/`, where a run that is cut off finds it again.
pub struct Download {
    /// What came.
    pub fetched: Fetched,
    partial: Partial,
}

impl Download {
    /// The file.
    pub fn path(&self) -> &Path {
        self.partial.path()
    }

    /// Removes it, now that nobody needs it any more.
    pub fn remove(self) -> std::io::Result<()> {
        self.partial.remove()
    }
}

/// Brings the wanted file, going on with what an earlier run has left of it. Blocks.
pub fn download(
    zoo: &Zoo,
    network: &Network,
    wanted: &Wanted<'_>,
    reporter: &Reporter<'_>,
    cancel: &Cancel,
) -> Result<Download, FetchError> {
    let mut partial = Partial::open(&zoo.partial(), &partial_name(wanted.addresses), reporter, cancel)?;
    let fetched = fetch(network, wanted, &mut partial, reporter, cancel)?;
    Ok(Download { fetched, partial })
}

/// Fills `partial` with the wanted file. What came before an error stays there for the next try.
pub(crate) fn fetch(
    network: &Network,
    wanted: &Wanted<'_>,
    partial: &mut Partial,
    reporter: &Reporter<'_>,
    cancel: &Cancel,
) -> Result<Fetched, FetchError> {
    let mut last = None;
    for address in wanted.addresses {
        let mut fetching = Fetching { network, wanted, address, partial, reporter, cancel };
        match network.block_on(fetching.again_and_again()) {
            Err(error) if error.would_another_mirror_help() => {
                if let Some(before) = last.replace(error) {
                    reporter.note(format!("the mirror before it: {before}"));
                }
            }
            done => return done,
        }
    }
    Err(last.unwrap_or(FetchError::Cancelled))
}

/// Bytes of a small file, at most: a catalogue.
const MOST_SMALL: u64 = 4 << 20;

/// A small file, into memory.
pub fn small(network: &Network, address: &Address, cancel: &Cancel) -> Result<Vec<u8>, FetchError> {
    let folder = tempfile::tempdir()?;
    let nobody = |_| {};
    let reporter = Reporter::new(&nobody);
    let mut partial = Partial::open(folder.path(), "small", &reporter, cancel)?;
    let addresses = std::slice::from_ref(address);
    let wanted = Wanted { addresses, bytes: None, sha256: None, most_bytes: MOST_SMALL };
    fetch(network, &wanted, &mut partial, &reporter, cancel)?;
    Ok(fs_err::read(partial.path())?)
}

/// The name of the partial download for `addresses`: the same for the same file, whatever the mirror.
pub(crate) fn partial_name(addresses: &[Address]) -> String {
    let first = addresses.first();
    let name = first.map_or("download", Address::file_name);
    let letters = name.chars().filter(|c| c.is_ascii_alphanumeric() || "-_.".contains(*c));
    let readable: String = letters.take(60).collect();
    let mut hasher = Hasher::default();
    hasher.update(first.map_or("", Address::full).as_bytes());
    let digest = hasher.finish().to_string();
    format!("{}-{}", readable.trim_start_matches('.'), digest.get(..16).unwrap_or(&digest))
}

/// Whether an earlier run left a part of `addresses` in `folder`: how many bytes.
pub fn left_of(folder: &Path, addresses: &[Address]) -> Option<u64> {
    let path = folder.join(format!("{}.part", partial_name(addresses)));
    fs_err::metadata(path).ok().map(|data| data.len()).filter(|bytes| *bytes > 0)
}

struct Fetching<'a> {
    network: &'a Network,
    wanted: &'a Wanted<'a>,
    address: &'a Address,
    partial: &'a mut Partial,
    reporter: &'a Reporter<'a>,
    cancel: &'a Cancel,
}

impl Fetching<'_> {
    async fn again_and_again(&mut self) -> Result<Fetched, FetchError> {
        let patience = self.network.patience;
        let (mut failures, mut furthest) = (0, self.partial.length());
        let mut from_zero = false;
        loop {
            let resumed = self.partial.length() > 0;
            let error = match self.once().await {
                Ok(fetched) => return Ok(fetched),
                Err(error) => error,
            };
            // What is wrong may be the part that was there before.
            if let FetchError::WrongDigest { .. } | FetchError::WrongSize { .. } = error {
                self.partial.restart()?;
                if resumed && !from_zero {
                    from_zero = true;
                    self.reporter.note(format!("{error}; it is fetched again from the beginning"));
                    continue;
                }
                return Err(error);
            }
            if !error.is_transient() {
                return Err(error);
            }
            failures =
                if self.partial.length() >= furthest.saturating_add(PROGRESS) { 1 } else { failures + 1 };
            furthest = furthest.max(self.partial.length());
            let wait = match error.retry_after() {
                Some(asked) if asked > patience.longest_retry_after => return Err(error),
                Some(asked) => asked,
                None => back_off(patience.first_wait, failures).min(patience.longest_wait),
            };
            if failures >= patience.tries {
                return Err(error);
            }
            let reason = sentence(&error).replace(&self.address.to_string(), self.address.host());
            self.reporter.tell(Event::Retry { reason, seconds: wait.as_secs_f64() });
            within(wait, self.cancel, std::future::pending::<()>()).await?;
        }
    }

    /// One try: the rest of the file, or the whole of it.
    async fn once(&mut self) -> Result<Fetched, FetchError> {
        let rest = self.rest();
        if rest.is_none() && self.partial.length() > 0 {
            self.partial.restart()?;
        }
        if self.is_whole() {
            return self.finish();
        }
        self.reporter.begin(Phase::Download, self.address.to_string(), self.partial.length());
        let known = self.wanted.sha256.is_some();
        let mut answer = ask(self.network, self.address, rest.as_ref(), known, self.cancel).await?;
        if answer.status() == StatusCode::RANGE_NOT_SATISFIABLE {
            // What is here is no part of what is there.
            self.partial.restart()?;
            answer = ask(self.network, self.address, None, known, self.cancel).await?;
        }
        let total = self.take_head(&answer)?;
        self.take_body(answer, total).await?;
        if total.is_some_and(|total| total != self.partial.length()) {
            return Err(self.wrong_size(self.partial.length(), total.unwrap_or_default()));
        }
        self.finish()
    }

    /// What to ask for, when the bytes here can be gone on with: they are from this address and its file can be told
    /// from another state of it, or a digest judges the whole.
    fn rest(&self) -> Option<Rest> {
        let identity = self.partial.identity()?;
        let from = self.partial.length();
        let same = identity.address == self.key();
        if from == 0 || from > self.wanted.bytes.unwrap_or(u64::MAX) {
            return None;
        }
        match &identity.validator {
            Some(validator) if same => Some(Rest { from, validator: Some(validator.clone()) }),
            _ if self.wanted.sha256.is_some() => Some(Rest { from, validator: None }),
            _ => None,
        }
    }

    fn is_whole(&self) -> bool {
        let length = self.partial.length();
        let total = self.wanted.bytes.or_else(|| self.partial.identity()?.total);
        length > 0 && total == Some(length)
    }

    /// The address, without what it may hold of keys.
    fn key(&self) -> String {
        let mut hasher = Hasher::default();
        hasher.update(self.address.full().as_bytes());
        hasher.finish().to_string()
    }

    /// Judges the head of an answer, and makes `partial` ready for its body. Gives the size of the whole file.
    fn take_head(&mut self, answer: &Response) -> Result<Option<u64>, FetchError> {
        let status = answer.status();
        let headers = answer.headers();
        let validator = headers::validator(headers);
        let length = answer.content_length();
        let total = if status == StatusCode::PARTIAL_CONTENT {
            let range = headers::content_range(headers);
            let fits = range.and_then(|range| {
                let (first, last) = range.part?;
                let here = first == self.partial.length() && first > 0;
                let told = length.is_none_or(|length| length == last - first + 1);
                let whole = range.total.is_none_or(|total| last + 1 == total);
                (here && told && whole).then_some(last + 1)
            });
            let before = self.partial.identity().cloned().unwrap_or_default();
            let same = before.address != self.key() || validator.is_none() || before.validator == validator;
            let same_size = before.total.is_none() || fits == before.total;
            match fits {
                Some(total) if same && same_size => Some(total),
                _ => {
                    let got = headers::text(headers, reqwest::header::CONTENT_RANGE).unwrap_or("no range");
                    let error = FetchError::OtherPart { address: self.address.clone(), got: got.to_owned() };
                    self.partial.restart()?;
                    return Err(error);
                }
            }
        } else if status == StatusCode::OK {
            self.partial.restart()?;
            length
        } else {
            return Err(FetchError::Status { address: self.address.clone(), status, retry_after: None });
        };
        if let (Some(got), Some(expected)) = (total, self.wanted.bytes)
            && got != expected
        {
            return Err(self.wrong_size(got, expected));
        }
        if total.is_some_and(|total| total > self.most()) {
            return Err(FetchError::TooLarge { address: self.address.clone(), limit: self.most() });
        }
        self.partial.describe(Identity { address: self.key(), validator, total })?;
        Ok(total)
    }

    fn most(&self) -> u64 {
        self.wanted.bytes.unwrap_or(self.wanted.most_bytes)
    }

    async fn take_body(&mut self, mut answer: Response, total: Option<u64>) -> Result<(), FetchError> {
        let patience = self.network.patience;
        let (mut window, mut before) = (Instant::now(), self.partial.length());
        let stalled =
            |bytes| FetchError::Stalled { address: self.address.clone(), bytes, after: patience.stall };
        loop {
            let Some(chunk) = within(patience.stall, self.cancel, answer.chunk()).await? else {
                return Err(stalled(self.partial.length().saturating_sub(before)));
            };
            let chunk = chunk.map_err(|error| FetchError::Broken {
                address: self.address.clone(),
                bytes: self.partial.length(),
                source: error.into(),
            })?;
            let Some(chunk) = chunk else { return Ok(()) };
            let after = self.partial.length().saturating_add(chunk.len() as u64);
            if after > self.most() {
                self.partial.restart()?;
                return Err(FetchError::TooLarge { address: self.address.clone(), limit: self.most() });
            }
            self.partial.append(&chunk)?;
            self.reporter.at(self.partial.length(), total.or(self.wanted.bytes));
            if window.elapsed() >= patience.stall {
                let came = self.partial.length().saturating_sub(before);
                if came < patience.least_bytes {
                    return Err(stalled(came));
                }
                (window, before) = (Instant::now(), self.partial.length());
            }
        }
    }

    fn finish(&self) -> Result<Fetched, FetchError> {
        let bytes = self.partial.length();
        if let Some(expected) = self.wanted.bytes.filter(|expected| *expected != bytes) {
            return Err(self.wrong_size(bytes, expected));
        }
        let sha256 = self.partial.hasher().finish();
        if let Some(expected) = self.wanted.sha256.filter(|expected| *expected != sha256) {
            return Err(FetchError::WrongDigest { address: self.address.clone(), got: sha256, expected });
        }
        Ok(Fetched { address: self.address.clone(), bytes, sha256 })
    }

    fn wrong_size(&self, got: u64, expected: u64) -> FetchError {
        FetchError::WrongSize { address: self.address.clone(), got, expected }
    }
}

/// Twice as long each time.
fn back_off(first: Duration, failures: u32) -> Duration {
    first.saturating_mul(1 << failures.saturating_sub(1).min(16))
}

/// An error with its causes, on one line.
pub fn sentence(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text = format!("{text}: {error}");
        cause = error.source();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waiting_doubles() {
        let waits: Vec<_> =
            (1..=4).map(|failures| back_off(Duration::from_secs(1), failures).as_secs()).collect();
        assert_eq!(waits, [1, 2, 4, 8]);
        assert!(back_off(Duration::from_secs(1), u32::MAX) < Duration::from_secs(100_000));
    }

    #[test]
    fn partial_downloads_have_names_that_hold_no_keys() {
        let address: Address = "https://ada:pass@example.org/..%2f/4.0.2a.tar.gz?token=x".parse().unwrap();
        let name = partial_name(&[address]);
        assert!(name.starts_with("4.0.2a.tar.gz-") && name.len() == 30, "{name}");
    }
}
