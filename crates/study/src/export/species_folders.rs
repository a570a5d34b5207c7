//! Photos and videos in a folder for each species, with `blank`, `human`, `vehicle`, `not classified` and `failed` beside.
//!
//! Below a species, files keep the folders that they had, so that two cameras' `IMG_0001.JPG` do not meet. Originals are
//! read, never moved. With people covered, a photo with people is written anew, without its EXIF data.

use std::collections::BTreeSet;
use std::path::Path;

use fs_err as fs;

use super::kind::{Kind, taxon};
use super::picture::{self, Paint, People, Picture};
use super::place::{found, free, painted_name};
use super::sheet::{Sheet, State};
use super::{ExportError, Exported, Job, Options};

/// Writes the folder.
pub(super) fn write(job: &mut Job<'_>, out: &Path) -> Result<Exported, ExportError> {
    fs::create_dir(out)?;
    let mut exported = Exported::default();
    let roots = job.roots()?;
    let Options { link, blur_people, .. } = job.options;
    let mut paint = job.paint.take();
    if blur_people && paint.is_none() {
        return Err(ExportError::NoPainter);
    }
    job.each_sheet(|sheet| {
        let original = match found(&sheet.medium) {
            Ok(original) => original,
            Err(why) => {
                exported.leave_out(why);
                return Ok(());
            }
        };
        let mut painted = None;
        if let Some(paint) = paint.as_mut().filter(|_| blur_people) {
            match cover(&sheet, &original, *paint) {
                Ok(covered) => painted = covered,
                Err(why) => {
                    exported.leave_out(why);
                    return Ok(());
                }
            }
        }
        exported.files += 1;
        exported.failures += u64::from(matches!(sheet.state, State::Failed(_)));
        for species in folders(&sheet) {
            let relative = roots.relative(&sheet.medium);
            let name = if painted.is_some() { painted_name(&relative) } else { relative };
            let place = free(&out.join(species).join(name));
            if let Some(folder) = place.parent() {
                fs::create_dir_all(folder)?;
            }
            match &painted {
                Some(jpeg) => fs::write(&place, jpeg)?,
                None => put(&original, &place, link)?,
            }
            exported.rows += 1;
        }
        Ok(())
    })?;
    Ok(exported)
}

/// The photo with its people covered; nothing where it may be copied as it is. A file of which nobody can say who is on it is left
/// out, and so is a video with people.
fn cover(sheet: &Sheet, original: &Path, paint: &mut Paint<'_>) -> Result<Option<Vec<u8>>, &'static str> {
    let people = picture::people(sheet).ok_or("files that nobody looked through for people")?;
    match people {
        People::Shown => return Ok(None),
        _ if sheet.medium.is_video() => return Err("videos with people"),
        _ => {}
    }
    let picture = Picture { original: original.to_owned(), marks: Vec::new(), people };
    paint(&picture).map(Some).map_err(|_| "photos with people that cannot be read")
}

/// Names of the folders that a file belongs into.
fn folders(sheet: &Sheet) -> BTreeSet<String> {
    match &sheet.state {
        State::Blank(_) => BTreeSet::from(["blank".to_owned()]),
        State::Failed(_) => BTreeSet::from(["failed".to_owned()]),
        State::Waiting => BTreeSet::from(["not classified".to_owned()]),
        State::Seen(rows) => {
            let names = rows.iter().map(|(kind, row)| match kind {
                Kind::Animal => folder_name(&taxon(row.scientific_name.as_deref().unwrap_or("animal"))),
                Kind::Unclassified => "not classified".to_owned(),
                other => other.word().to_owned(),
            });
            names.collect()
        }
    }
}

/// A name that every file system takes.
fn folder_name(name: &str) -> String {
    const RESERVED: [&str; 22] = [
        "con", "prn", "aux", "nul", "com1", "com2", "com3", "com4", "com5", "com6", "com7", "com8", "com9",
        "lpt1", "lpt2", "lpt3", "lpt4", "lpt5", "lpt6", "lpt7", "lpt8", "lpt9",
    ];
    let letters = name
        .chars()
        .take(100)
        .map(|letter| if letter.is_control() || "/\\:*?\"<>|".contains(letter) { '_' } else { letter });
    let name: String = letters.collect();
    let name = name.trim_matches([' ', '.']);
    if name.is_empty() || RESERVED.contains(&name.to_lowercase().as_str()) {
        format!("_{name}")
    } else {
        name.to_owned()
    }
}

fn put(original: &Path, place: &Path, link: bool) -> Result<(), ExportError> {
    if link {
        // A hard link costs nothing and needs no rights; it cannot lead to another disk.
        if fs::hard_link(original, place).is_ok() {
            return Ok(());
        }
        #[cfg(unix)]
        return Ok(fs::os::unix::fs::symlink(fs::canonicalize(original)?, place)?);
    }
    fs::copy(original, place)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_name_stays_a_name() {
        for (name, folder) in [
            ("Vulpes vulpes", "Vulpes vulpes"),
            ("../../etc", "_.._etc"),
            ("=HYPERLINK(\"x\")", "=HYPERLINK(_x_)"),
            ("Aux", "_Aux"),
            ("..", "_"),
            ("a\nb", "a_b"),
        ] {
            assert_eq!(folder_name(name), folder);
        }
    }
}
