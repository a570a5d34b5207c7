//! Photos and videos in a folder for each species, with `blank`, `human`, `vehicle`, `not classified` and `failed` beside.
//!
//! Below a species, files keep the folders that they had, so that two cameras' `IMG_0001.JPG` do not meet. Originals are
//! read, never moved.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use fs_err as fs;

use super::kind::{Kind, taxon};
use super::paths::is_address;
use super::sheet::{Sheet, State};
use super::{ExportError, Exported, Job};

/// Writes the folder.
pub(super) fn write(job: &mut Job<'_>, out: &Path) -> Result<Exported, ExportError> {
    fs::create_dir(out)?;
    let mut exported = Exported::default();
    let roots = job.roots()?;
    let link = job.options.link;
    job.each_sheet(|sheet| {
        let original = Path::new(&sheet.medium.path);
        if is_address(&sheet.medium.path) {
            exported.leave_out("files that lie on the web");
            return Ok(());
        }
        if !original.is_file() {
            exported.leave_out("files that are not where they were");
            return Ok(());
        }
        exported.files += 1;
        exported.failures += u64::from(matches!(sheet.state, State::Failed(_)));
        for species in folders(&sheet) {
            let place = free(&out.join(species).join(roots.relative(&sheet.medium)));
            if let Some(folder) = place.parent() {
                fs::create_dir_all(folder)?;
            }
            put(original, &place, link)?;
            exported.rows += 1;
        }
        Ok(())
    })?;
    Ok(exported)
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

/// The place, or the same with `_2`, `_3`, … where it is taken.
fn free(place: &Path) -> PathBuf {
    let stem = place.file_stem().unwrap_or_default().to_string_lossy();
    let ending = place.extension().map(|ending| format!(".{}", ending.to_string_lossy())).unwrap_or_default();
    let others = (2..).map(|count| place.with_file_name(format!("{stem}_{count}{ending}")));
    let mut places = std::iter::once(place.to_owned()).chain(others);
    places.find(|place| fs::symlink_metadata(place).is_err()).unwrap_or_else(|| place.to_owned())
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
