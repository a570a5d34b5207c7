//! `media.csv`.

use std::collections::HashSet;
use std::path::Path;

use serde_json::Value;

use super::{Ended, Incoming, Package, Unkept, source};
use crate::export::check::ids::Ids;
use crate::relink::folder_name;
use crate::results::Watch;
use crate::results::path::{self, Named};
use crate::spelling;
use crate::sql::media::Location;
use crate::sql::{self, SqlError, Writing};

const KEPT: [&str; 9] = [
    "mediaID",
    "deploymentID",
    "timestamp",
    "filePath",
    "filePublic",
    "fileName",
    "fileMediatype",
    "exifData",
    "favorite",
];

/// Files of the package.
#[derive(Default)]
pub(super) struct Listed {
    /// Their ids in the package.
    pub(super) ids: Ids,
    /// Ids in the study of those that a person has spoken of before.
    pub(super) spoken: HashSet<String>,
}

/// Adds the media that the study has not.
pub(super) fn take(
    incoming: &mut Incoming<'_>,
    writing: &Writing<'_>,
    watch: &mut Watch<'_>,
) -> Result<Listed, Ended> {
    let mut unkept = Unkept::default();
    let mut listed = Listed::default();
    let package = incoming.package;
    // Comments of this program's own say what states say.
    let own = package.is_ours.then_some("mediaComments");
    let kept: Vec<_> = KEPT.into_iter().chain(own).collect();
    package.source.each_row("media", |row| {
        if (watch.is_stopped)() {
            return Err(Ended::Stopped);
        }
        incoming.taken_in.files += 1;
        (watch.progress)(incoming.taken_in.files);
        unkept.note(row, &kept);
        let id = row.get("mediaID");
        if id.is_empty() || !listed.ids.insert(id) {
            incoming.taken_in.leave_out("files without an id of their own", 1);
            return Ok(());
        }
        incoming.medium(writing, row, &mut listed)
    })?;
    unkept.tell("media", &mut incoming.taken_in);
    Ok(listed)
}

impl Incoming<'_> {
    fn medium(
        &mut self,
        writing: &Writing<'_>,
        row: &source::Row<'_>,
        listed: &mut Listed,
    ) -> Result<(), Ended> {
        let id = row.get("mediaID");
        let deployment_in_package = row.get("deploymentID").to_owned();
        let deployment = self.deployment(writing, &deployment_in_package)?;
        let (path, is_address) = match path::read(row.get("filePath")) {
            Ok(Named::Relative(path)) => (path, false),
            Ok(Named::Address(address)) => (address, true),
            Ok(Named::Absolute(_)) => {
                return Ok(self.refuse(writing, row.get("filePath"), "is not below the package")?);
            }
            Err(what) => return Ok(self.refuse(writing, row.get("filePath"), what)?),
        };
        let on_disk =
            spelling::all(&path).into_iter().find(|spelt| !is_address && self.media.join(spelt).is_file());
        let is_found = is_address || on_disk.is_some();
        self.taken_in.not_found += u64::from(!is_found);
        let path = on_disk.unwrap_or(path);
        let whole =
            if is_address { path.clone() } else { self.media.join(&path).to_string_lossy().into_owned() };
        if let Some(stored) = self.known(writing, id, &path, &whole)? {
            self.taken_in.known += 1;
            if sql::observations::has_human(writing.reading(), &stored)? {
                listed.spoken.insert(stored.clone());
            }
            if let Some(deployment) = &deployment {
                sql::media::set_deployment(writing, &stored, deployment)?;
            }
            if stored != id {
                self.renamed.insert(id.to_owned(), stored);
            }
            return Ok(());
        }
        let mut stored = id.to_owned();
        if sql::results::medium(writing.reading(), id)?.is_some() {
            stored = format!("{}:{id}", self.package.prefix);
            self.renamed.insert(id.to_owned(), stored.clone());
        }
        let folder = if is_address { "web".to_owned() } else { folder_name(Path::new(&whole), self.media) };
        let file_name = path.rsplit('/').next().unwrap_or_default();
        let location =
            Location { path: &whole, file_name, import_folder: self.media_text, folder_name: &folder };
        let media_type = row.filled("fileMediatype").filter(|kind| kind.contains('/'));
        let media_type =
            media_type.unwrap_or_else(|| path::media_type(&path).unwrap_or("image/jpeg").to_owned());
        sql::media::insert(writing, &stored, location, &media_type, deployment.as_deref())?;
        let has_offset = !self.without_offset.contains(&deployment_in_package);
        let time = Package::time(row.get("timestamp"), has_offset);
        let exif = row.filled("exifData").filter(|exif| serde_json::from_str::<Value>(exif).is_ok());
        let favourite = row.get("favorite").eq_ignore_ascii_case("true");
        sql::results::detail_medium(writing, &stored, (time.as_deref(), exif.as_deref(), favourite))?;
        self.taken_in.added += 1;
        Ok(())
    }

    /// The medium of the study that a file of the package is: of that id at that place, or at that place.
    fn known(
        &self,
        writing: &Writing<'_>,
        id: &str,
        path: &str,
        whole: &str,
    ) -> Result<Option<String>, SqlError> {
        let reading = writing.reading();
        let prefixed = format!("{}:{id}", self.package.prefix);
        for id in [id, &prefixed] {
            let Some((stored, folder)) = sql::results::medium(reading, id)? else { continue };
            let below = Path::new(&stored).strip_prefix(&folder).ok().and_then(Path::to_str);
            let below = below.map_or_else(|| stored.clone(), |below| below.replace('\\', "/"));
            if spelling::composed(&below) == spelling::composed(path) {
                if stored != whole && !Path::new(&stored).exists() && Path::new(whole).is_file() {
                    let file_name = path.rsplit('/').next().unwrap_or_default();
                    let folder_name = folder_name(Path::new(whole), self.media);
                    let location = Location {
                        path: whole,
                        file_name,
                        import_folder: self.media_text,
                        folder_name: &folder_name,
                    };
                    sql::media::relocate(writing, id, location)?;
                }
                return Ok(Some(id.to_owned()));
            }
        }
        for spelt in spelling::all(path) {
            let spelt = self.media.join(spelt);
            if let Some(known) = sql::media::at_path(reading, &spelt.to_string_lossy())?.into_iter().next() {
                return Ok(Some(known.id));
            }
        }
        Ok(None)
    }

    fn refuse(&mut self, writing: &Writing<'_>, path: &str, what: &str) -> Result<(), SqlError> {
        self.taken_in.failures += 1;
        let path: String = path.chars().filter(|letter| !letter.is_control()).take(500).collect();
        sql::errors::put(writing, &self.run, None, &path, (&format!("its path {what}"), 1))
    }
}
