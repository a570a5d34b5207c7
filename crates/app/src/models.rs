//! From what the user typed to a model on disk. Each model's own file joins its weights to its pipeline.

use std::path::{Path, PathBuf};

use crate::data_folder::DataFolder;
use crate::exit::{Exit, Failure};

mod network;
pub(crate) mod own;
pub(crate) mod speciesnet;

/// The file that makes a folder a model.
const INFO_FILE: &str = "info.json";

/// The folder of `reference`: a path, or `<id>` or `<id>:<version>` of an installed model. Without a version
/// the newest is taken.
pub(crate) fn find(reference: &str, data: &DataFolder) -> Result<PathBuf, Failure> {
    let path = Path::new(reference);
    if path.is_dir() {
        return Ok(path.to_owned());
    }
    if reference.starts_with("kaggle:") || reference.starts_with("hf:") {
        let text = format!("`{reference}` names a download, and models are folders here");
        return Err(Failure::message(Exit::ModelNotFound, text)
            .hint("download the model once, unpack it, and give the folder that holds its `info.json`"));
    }
    if path.is_file() {
        let text = format!("`{reference}` is a file, and a model is a folder");
        let folder = path.parent().filter(|folder| folder.join(INFO_FILE).is_file());
        let meant = folder.map_or("the folder that holds its `info.json`".to_owned(), |folder| {
            if folder.as_os_str().is_empty() { "`.`".to_owned() } else { format!("`{}`", folder.display()) }
        });
        return Err(Failure::message(Exit::ModelRefused, text).hint(format!("give {meant}")));
    }
    if reference.contains(['/', '\\']) || reference.starts_with('.') || reference.is_empty() {
        let text = format!("there is no folder `{reference}`");
        return Err(Failure::message(Exit::ModelNotFound, text)
            .hint("give the folder that holds the model's `info.json`, or the name of an installed model: speciesnet"));
    }
    installed(reference, data)
}

fn installed(reference: &str, data: &DataFolder) -> Result<PathBuf, Failure> {
    let (id, version) = match reference.split_once(':') {
        Some((id, version)) => (id, Some(version)),
        None => (reference, None),
    };
    let place = data.models().join(id);
    let found = versions(&place);
    let chosen = match version {
        Some(version) => found.iter().find(|folder| folder.file_name().is_some_and(|name| name == version)),
        None => found.last(),
    };
    chosen.cloned().ok_or_else(|| not_installed(reference, &place, &found))
}

fn not_installed(reference: &str, place: &Path, found: &[PathBuf]) -> Failure {
    let text = format!("`{reference}` is neither a folder nor an installed model");
    let names: Vec<_> = found.iter().filter_map(|folder| folder.file_name()?.to_str()).collect();
    let hint = if names.is_empty() {
        format!(
            "unpack the model's package so that `{}` exists, or give the folder where it is",
            place.join("VERSION").join(INFO_FILE).display()
        )
    } else {
        format!("installed versions: {}", names.join(", "))
    };
    Failure::message(Exit::ModelNotFound, text).hint(hint)
}

/// Every installed model: its id and its folders, oldest version first.
pub(crate) fn all_installed(data: &DataFolder) -> Vec<(String, PathBuf)> {
    let folders = |path: &Path| -> Vec<PathBuf> {
        let entries = fs_err::read_dir(path).into_iter().flatten().flatten();
        let mut folders: Vec<_> = entries.map(|entry| entry.path()).filter(|path| path.is_dir()).collect();
        folders.sort();
        folders
    };
    let models = folders(&data.models());
    let name =
        |path: &Path| path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    models
        .iter()
        .flat_map(|model| versions(model).into_iter().map(|version| (name(model), version)))
        .collect()
}

/// Folders in `model` that hold an `info.json`, in the order of their version numbers.
fn versions(model: &Path) -> Vec<PathBuf> {
    let entries = fs_err::read_dir(model).into_iter().flatten().flatten().map(|entry| entry.path());
    let mut folders: Vec<_> = entries.filter(|folder| folder.join(INFO_FILE).is_file()).collect();
    folders.sort_by_cached_key(|folder| {
        folder.file_name().map(|name| version_key(&name.to_string_lossy())).unwrap_or_default()
    });
    folders
}

/// Splits `4.0.10a` into numbers and letters, so that 10 comes after 9.
pub(crate) fn version_key(version: &str) -> Vec<(u64, String)> {
    version
        .split(['.', '-', '+'])
        .map(|part| {
            let digits = part.bytes().take_while(u8::is_ascii_digit).count();
            let (number, rest) = part.split_at(digits);
            (number.parse().unwrap_or(0), rest.to_owned())
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::environment::Environment;

    fn data(root: &Path) -> DataFolder {
        DataFolder::find(Some(root.to_owned()), &Environment::default())
    }

    fn install(root: &Path, name: &str) -> PathBuf {
        let folder = root.join("model-zoo").join(name);
        fs_err::create_dir_all(&folder).unwrap();
        fs_err::write(folder.join(INFO_FILE), "{}").unwrap();
        folder
    }

    #[test]
    fn finds_folders_and_installed_models() {
        let root = tempfile::tempdir().unwrap();
        let root = root.path();
        let older = install(root, "speciesnet/4.0.2a");
        let newer = install(root, "speciesnet/4.0.10a");
        fs_err::create_dir_all(root.join("model-zoo/speciesnet/9.0")).unwrap();
        let data = data(root);
        assert_eq!(find(older.to_str().unwrap(), &data).unwrap(), older);
        assert_eq!(find("speciesnet", &data).unwrap(), newer);
        assert_eq!(find("speciesnet:4.0.2a", &data).unwrap(), older);
        let names = all_installed(&data);
        assert_eq!(names, [("speciesnet".to_owned(), older), ("speciesnet".to_owned(), newer)]);
    }

    #[test]
    fn says_what_is_missing_and_what_to_do() {
        let root = tempfile::tempdir().unwrap();
        let folder = install(root.path(), "speciesnet/4");
        let file = folder.join(INFO_FILE);
        let data = data(root.path());
        let cases = [
            ("a/b", Exit::ModelNotFound, "there is no folder `a/b`", "info.json"),
            ("kaggle:google/speciesnet", Exit::ModelNotFound, "names a download", "unpack"),
            ("speciesnet:5", Exit::ModelNotFound, "nor an installed model", "installed versions: 4"),
            ("deepfaune", Exit::ModelNotFound, "nor an installed model", "VERSION"),
            ("", Exit::ModelNotFound, "there is no folder", "info.json"),
            (file.to_str().unwrap(), Exit::ModelRefused, "is a file", folder.to_str().unwrap()),
        ];
        for (reference, exit, text, hint) in cases {
            let failure = find(reference, &data).unwrap_err();
            assert_eq!(failure.exit, exit, "{reference}");
            assert!(failure.error.to_string().contains(text), "{failure:?}");
            assert!(failure.hint.as_ref().unwrap().contains(hint), "{failure:?}");
        }
    }
}
