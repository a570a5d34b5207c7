//! Whether an installed model is still what was installed: every byte is read.

use std::io::Read;

use thiserror::Error;

use crate::cancel::Cancel;
use crate::digest::Hasher;
use crate::progress::{Phase, Reporter};
use crate::record::RecordedFile;
use crate::shelf::{Owner, Shelved};

/// Why nothing can be said of a model.
#[derive(Debug, Error)]
pub enum VerifyError {
    /// The caller wants an end.
    #[error("stopped before the end")]
    Cancelled,
    /// Nobody recorded what it should be.
    #[error("the Biowatch app installed it and records no digests: there is nothing to hold it against")]
    NoRecord,
}

/// What is wrong with a model, a sentence each; nothing is good.
pub fn verify(model: &Shelved, reporter: &Reporter<'_>, cancel: &Cancel) -> Result<Vec<String>, VerifyError> {
    let Some(record) = &model.record else {
        return match (&model.state, model.owner) {
            (crate::shelf::State::Damaged(why) | crate::shelf::State::Unfinished(why), _) => {
                Ok(vec![why.clone()])
            }
            (_, Owner::Biowatch) => Err(VerifyError::NoRecord),
            (_, Owner::Zoo) => Ok(vec!["it has no record".to_owned()]),
        };
    };
    reporter.begin(Phase::Verify, model.name.to_string(), 0);
    let (mut problems, mut done) = (Vec::new(), 0);
    for file in &record.files {
        let before = done;
        let at = |bytes: u64| reporter.at(before + bytes, Some(record.bytes()));
        problems.extend(judge(file, model, &at, cancel)?);
        done += file.bytes;
    }
    Ok(problems)
}

fn judge(
    file: &RecordedFile,
    model: &Shelved,
    at: &dyn Fn(u64),
    cancel: &Cancel,
) -> Result<Option<String>, VerifyError> {
    let path = model.folder.join(file.name.as_str());
    match fs_err::symlink_metadata(&path) {
        Err(_) => return Ok(Some(format!("`{}` is missing", file.name))),
        Ok(data) if !data.is_file() => return Ok(Some(format!("`{}` is no plain file any more", file.name))),
        Ok(data) if data.len() != file.bytes => {
            return Ok(Some(format!("`{}` has {} bytes, expected {}", file.name, data.len(), file.bytes)));
        }
        Ok(_) => {}
    }
    let unreadable = |error: std::io::Error| Ok(Some(format!("`{}` cannot be read: {error}", file.name)));
    let mut content = match fs_err::File::open(&path) {
        Ok(content) => content,
        Err(error) => return unreadable(error),
    };
    let (mut hasher, mut bytes, mut buffer) = (Hasher::default(), 0, vec![0; 1 << 18]);
    loop {
        if cancel.asked() {
            return Err(VerifyError::Cancelled);
        }
        let count = match content.read(&mut buffer) {
            Ok(count) => count,
            Err(error) => return unreadable(error),
        };
        let Some(read @ [_, ..]) = buffer.get(..count) else { break };
        hasher.update(read);
        bytes += read.len() as u64;
        at(bytes);
    }
    let got = hasher.finish();
    let changed = || {
        format!("`{}` has the SHA-256 {got}, expected {}: its content has changed", file.name, file.sha256)
    };
    Ok((got != file.sha256).then(changed))
}
