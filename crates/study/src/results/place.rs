//! Which medium of the study a file of the results is: the one at its path, however that is spelt, the one that the same results
//! meant before, or the one with its content; else a new one.

use std::path::{Path, PathBuf};

use uuid::Uuid;

use super::TakenIn;
use super::path::{self, Named};
use crate::facts::{Clock, Facts, Place, Stamp};
use crate::media_type::MediaType;
use crate::relink::folder_name;
use crate::spelling;
use crate::sql::media::{Known, Location};
use crate::sql::{self, Reading, SqlError, Writing};

/// Where paths of the results are taken to lie.
#[derive(Debug)]
pub(super) struct Folders<'a> {
    media: &'a Path,
    media_text: &'a str,
    media_parts: Vec<String>,
    /// Where the same results were taken to lie when they came in before, if elsewhere.
    before: Option<PathBuf>,
    /// What absolute paths of the results begin with.
    common: &'a [String],
}

/// A file of the results, looked for on the disk.
#[derive(Debug)]
pub(super) struct Looked {
    /// Below the folder of the media, as the disk spells it where it is there; or an address.
    path: String,
    is_address: bool,
    media_type: &'static str,
    is_found: bool,
    /// None where the file is not there or was read before.
    facts: Option<Facts>,
}

impl<'a> Folders<'a> {
    pub(super) fn new(
        media: &'a Path,
        media_text: &'a str,
        before: Option<String>,
        common: &'a [String],
    ) -> Self {
        let media_parts = match path::read(media_text) {
            Ok(Named::Absolute(parts)) => parts,
            _ => Vec::new(),
        };
        let before = before.filter(|before| before != media_text).map(PathBuf::from);
        Self { media, media_text, media_parts, before, common }
    }

    /// Looks for the file that the results call `named`. Reads it, unless it was read and has not changed. The inner error says
    /// what is wrong with the path.
    pub(super) fn look(&self, reading: Reading<'_>, named: &str) -> Result<Result<Looked, String>, SqlError> {
        let wrong = |what: &str| Ok(Err(format!("its path {what}")));
        let below = match path::read(named) {
            Err(what) => return wrong(what),
            Ok(Named::Address(address)) => {
                let media_type = path::media_type(&address).unwrap_or("image/jpeg");
                return Ok(Ok(Looked {
                    path: address,
                    is_address: true,
                    media_type,
                    is_found: true,
                    facts: None,
                }));
            }
            Ok(Named::Relative(below)) => below,
            Ok(Named::Absolute(parts)) => {
                let below =
                    parts.strip_prefix(self.media_parts.as_slice()).filter(|_| !self.media_parts.is_empty());
                match below.or_else(|| parts.strip_prefix(self.common)).filter(|below| !below.is_empty()) {
                    Some(below) => below.join("/"),
                    None => return wrong("is not below the folder of the media"),
                }
            }
        };
        let Some(media_type) = path::media_type(&below) else {
            return wrong("is neither a photo's nor a video's by its ending");
        };
        let found = spelling::all(&below).into_iter().find(|spelt| self.media.join(spelt).is_file());
        let mut looked = Looked {
            is_address: false,
            media_type,
            is_found: found.is_some(),
            path: found.unwrap_or(below),
            facts: None,
        };
        looked.facts = self.read(reading, &looked)?;
        Ok(Ok(looked))
    }

    fn read(&self, reading: Reading<'_>, looked: &Looked) -> Result<Option<Facts>, SqlError> {
        let file = self.media.join(&looked.path);
        let (true, Some(media_type), Some(text)) = (looked.is_found, MediaType::of(&file), file.to_str())
        else {
            return Ok(None);
        };
        let Ok(stamp) = Stamp::of(&file) else { return Ok(None) };
        let is_read = sql::media::at_path(reading, text)?.iter().any(|known| known.stamp == Some(stamp));
        Ok(if is_read { None } else { Facts::read(&file, media_type, &Clock::default()).ok() })
    }

    /// The id of the medium, which is added where the study has none.
    pub(super) fn settle(
        &self,
        writing: &Writing<'_>,
        looked: &Looked,
        place: Option<Place>,
        taken_in: &mut TakenIn,
    ) -> Result<String, SqlError> {
        taken_in.not_found += u64::from(!looked.is_found);
        let whole =
            if looked.is_address { PathBuf::from(&looked.path) } else { self.media.join(&looked.path) };
        let text = whole.to_string_lossy();
        let folder = folder_name(&whole, self.media);
        let folder = if looked.is_address { "web" } else { folder.as_str() };
        let file_name = looked.path.rsplit('/').next().unwrap_or_default();
        let location =
            Location { path: &text, file_name, import_folder: self.media_text, folder_name: folder };
        let deployment = |writing: &Writing<'_>| deployment(writing, self.media_text, folder, place);
        let note = |writing: &Writing<'_>, id: &str| match &looked.facts {
            Some(facts) => sql::media::set_facts(writing, id, facts),
            None => Ok(()),
        };
        if let Some(known) = self.known(writing.reading(), looked)? {
            if looked.is_found && known.path != text && !looked.is_address && !Path::new(&known.path).exists()
            {
                sql::media::relocate(writing, &known.id, location)?;
            }
            note(writing, &known.id)?;
            if !known.has_deployment {
                sql::media::set_deployment(writing, &known.id, &deployment(writing)?)?;
            }
            return Ok(known.id);
        }
        let content = looked.facts.as_ref().and_then(|facts| facts.content);
        if let Some(content) = content
            && let Some(known) = sql::media::with_content(writing.reading(), &content)?
        {
            if Path::new(&known.path).exists() {
                sql::media::add_copy(
                    writing,
                    &known.id,
                    &text,
                    looked.facts.as_ref().and_then(|facts| facts.stamp),
                )?;
            } else {
                sql::media::relocate(writing, &known.id, location)?;
                note(writing, &known.id)?;
            }
            return Ok(known.id);
        }
        let id = Uuid::new_v4().to_string();
        let deployment = deployment(writing)?;
        sql::media::insert(writing, &id, location, looked.media_type, Some(&deployment))?;
        note(writing, &id)?;
        if let Some(place) = looked.facts.as_ref().and_then(|facts| facts.place) {
            sql::deployments::set_place(writing, &deployment, place)?;
        }
        taken_in.added += 1;
        Ok(id)
    }

    /// The medium at the path, or at the path that the same results meant before.
    fn known(&self, reading: Reading<'_>, looked: &Looked) -> Result<Option<Known>, SqlError> {
        if looked.is_address {
            return Ok(sql::media::at_path(reading, &looked.path)?.into_iter().next());
        }
        let content = looked.facts.as_ref().and_then(|facts| facts.content);
        let folders = std::iter::once(self.media).chain(self.before.as_deref());
        for folder in folders {
            for spelt in spelling::all(&looked.path) {
                let path = folder.join(spelt);
                let mut known = sql::media::at_path(reading, &path.to_string_lossy())?.into_iter();
                let same = known
                    .find(|known| content.is_none() || known.content.is_none() || known.content == content);
                if same.is_some() {
                    return Ok(same);
                }
            }
        }
        Ok(None)
    }
}

/// The deployment of a folder, made when there is none.
fn deployment(
    writing: &Writing<'_>,
    import_folder: &str,
    folder_name: &str,
    place: Option<Place>,
) -> Result<String, SqlError> {
    let id = match sql::deployments::of_folder(writing.reading(), import_folder, folder_name)? {
        Some(id) => id,
        None => {
            let id = Uuid::new_v4().to_string();
            sql::deployments::insert(writing, &id, import_folder, folder_name)?;
            id
        }
    };
    if let Some(place) = place {
        sql::deployments::set_place(writing, &id, place)?;
    }
    Ok(id)
}
