//! Photos with boxes and names on them, in the folders that they had. Originals are read, never written.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use fs_err as fs;

use super::picture::{self, People, Picture};
use super::place::{found, free, painted_name};
use super::sheet::{Sheet, State};
use super::{ExportError, Exported, Job};

/// Writes the folder.
pub(super) fn write(job: &mut Job<'_>, out: &Path) -> Result<Exported, ExportError> {
    fs::create_dir(out)?;
    let mut exported = Exported::default();
    let roots = job.roots()?;
    let blur = job.options.blur_people;
    let Some(paint) = job.paint.take() else { return Err(ExportError::NoPainter) };
    let mut folders = HashSet::new();
    job.each_sheet(|sheet| {
        let original = match drawable(&sheet) {
            Ok(original) => original,
            Err(why) => {
                exported.leave_out(why);
                return Ok(());
            }
        };
        let people = picture::people(&sheet).filter(|_| blur).unwrap_or(People::Shown);
        let picture = Picture { original, marks: picture::marks(&sheet), people };
        let Ok(jpeg) = paint(&picture) else {
            exported.leave_out("photos that cannot be read");
            return Ok(());
        };
        let place = free(&out.join(painted_name(&roots.relative(&sheet.medium))));
        make_folder(&place, &mut folders)?;
        fs::write(&place, jpeg)?;
        exported.files += 1;
        exported.rows += 1;
        Ok(())
    })?;
    Ok(exported)
}

/// The photo to draw on; or why there is none.
fn drawable(sheet: &Sheet) -> Result<PathBuf, &'static str> {
    let original = found(&sheet.medium)?;
    match &sheet.state {
        _ if sheet.medium.is_video() => Err("videos"),
        State::Waiting => Err("not predicted yet"),
        State::Failed(_) => Err("photos that could not be predicted"),
        State::Seen(_) | State::Blank(_) => Ok(original),
    }
}

/// Makes the folder of a file, once.
fn make_folder(place: &Path, made: &mut HashSet<PathBuf>) -> Result<(), ExportError> {
    if let Some(folder) = place.parent()
        && !made.contains(folder)
    {
        fs::create_dir_all(folder)?;
        if made.len() > 1000 {
            made.clear();
        }
        made.insert(folder.to_owned());
    }
    Ok(())
}
