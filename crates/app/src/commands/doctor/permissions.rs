//! Whether the folders of the data folder can be used, and are not open to others where that matters.

use std::path::Path;

use serde::Serialize;

use crate::data_folder::DataFolder;

/// Something that is wrong with a folder.
#[derive(Debug, Serialize)]
pub(super) struct Complaint {
    /// In the data folder.
    folder: String,
    problem: &'static str,
}

/// What is wrong. A folder that is not there yet is made when it is needed.
pub(super) fn look(data: &DataFolder) -> Vec<Complaint> {
    let folders = [data.zoo().models(), data.engines(), data.graphs(), data.servers()];
    let mut complaints = Vec::new();
    for folder in folders.iter().filter(|folder| folder.is_dir()) {
        let shown = folder.strip_prefix(data.root()).unwrap_or(folder).display().to_string();
        let mut complain = |problem| complaints.push(Complaint { folder: shown.clone(), problem });
        if fs_err::read_dir(folder).is_err() {
            complain("cannot be read");
        } else if tempfile::tempfile_in(folder).is_err() {
            complain("cannot be written");
        }
        if *folder == data.servers() && is_open_to_others(folder) {
            complain("holds keys and can be read by others: take their rights away (`chmod 700`)");
        }
    }
    complaints
}

#[cfg(unix)]
fn is_open_to_others(folder: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    fs_err::metadata(folder).is_ok_and(|metadata| metadata.permissions().mode() & 0o077 != 0)
}

/// Who may read what is inherited from the user's own folder.
#[cfg(not(unix))]
fn is_open_to_others(_: &Path) -> bool {
    false
}

/// One line.
pub(super) fn describe(complaint: &Complaint) -> String {
    format!("`{}` in the data folder {}", complaint.folder, complaint.problem)
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;
    use crate::environment::Environment;

    #[test]
    fn folders_open_to_others_are_told() {
        let root = tempfile::tempdir().unwrap();
        let data = DataFolder::find(Some(root.path().to_owned()), &Environment::default());
        assert!(look(&data).is_empty());
        fs_err::create_dir_all(data.servers()).unwrap();
        let allow =
            |mode| std::fs::set_permissions(data.servers(), std::fs::Permissions::from_mode(mode)).unwrap();
        allow(0o700);
        assert!(look(&data).is_empty());
        allow(0o755);
        let complaints = look(&data);
        assert!(
            describe(&complaints[0]).contains("`servers` in the data folder holds keys"),
            "{complaints:?}"
        );
    }
}
