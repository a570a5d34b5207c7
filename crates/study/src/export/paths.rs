//! Paths as exports write them: relative to the folder that was imported, with `/`, never leaving it.

use super::records::Medium;

/// Folders that files of the study were imported from.
#[derive(Debug, Clone, Default)]
pub(crate) struct Roots {
    /// Folder as stored, without a slash at its end, and what stands before its files' paths.
    roots: Vec<(String, String)>,
}

impl Roots {
    /// With one folder, paths begin below it. With several, each is told apart by its name.
    pub(crate) fn new(folders: &[String]) -> Self {
        let folders: Vec<_> = folders.iter().map(|folder| slashed(folder)).collect();
        let mut roots: Vec<(String, String)> = Vec::new();
        for folder in &folders {
            let name =
                folder.rsplit('/').next().filter(|name| !name.is_empty()).unwrap_or("root").replace(':', "_");
            let mut names =
                (1..).map(|count| if count == 1 { name.clone() } else { format!("{name}_{count}") });
            let is_free =
                |name: &String| roots.iter().all(|(_, prefix)| prefix.trim_end_matches('/') != name);
            let prefix = if folders.len() == 1 { None } else { names.find(is_free) };
            roots.push((folder.clone(), prefix.map(|prefix| format!("{prefix}/")).unwrap_or_default()));
        }
        Self { roots }
    }

    /// The path of a file below what was imported. An address (`https://…`) stays as it is.
    pub(crate) fn relative(&self, medium: &Medium) -> String {
        if is_address(&medium.path) {
            return medium.path.clone();
        }
        let path = slashed(&medium.path);
        let import_folder = medium.import_folder.as_deref().map(slashed);
        let root = import_folder.and_then(|folder| self.roots.iter().find(|(root, _)| *root == folder));
        let below = root.and_then(|(root, prefix)| {
            let below = path.strip_prefix(root.as_str())?.strip_prefix('/')?;
            Some(format!("{prefix}{below}"))
        });
        let relative = below.unwrap_or_else(|| {
            let name = path.rsplit('/').next().unwrap_or_default();
            match medium.folder_name.as_deref().map(slashed).filter(|folder| !folder.is_empty()) {
                Some(folder) => format!("{folder}/{name}"),
                None => name.to_owned(),
            }
        });
        let parts = relative.split('/').filter(|part| !matches!(*part, "" | "." | ".."));
        parts.collect::<Vec<_>>().join("/")
    }
}

/// Whether a path is an address on the web.
pub(crate) fn is_address(path: &str) -> bool {
    path.starts_with("http://") || path.starts_with("https://")
}

/// With `/` between folders, if it is a path of Windows; elsewhere `\` is a letter like others.
fn slashed(path: &str) -> String {
    let drive = matches!(path.as_bytes(), [letter, b':', ..] if letter.is_ascii_alphabetic());
    let path = if drive || path.starts_with("\\\\") { path.replace('\\', "/") } else { path.to_owned() };
    path.trim_end_matches('/').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn relative(folders: &[&str], import: &str, path: &str) -> String {
        let folders: Vec<_> = folders.iter().map(|folder| (*folder).to_owned()).collect();
        let medium = Medium {
            path: path.to_owned(),
            import_folder: Some(import.to_owned()),
            folder_name: Some("cam".to_owned()),
            ..Medium::default()
        };
        Roots::new(&folders).relative(&medium)
    }

    #[test]
    fn paths_begin_below_the_imported_folder() {
        assert_eq!(relative(&["/photos"], "/photos", "/photos/A/1.jpg"), "A/1.jpg");
        assert_eq!(relative(&["/photos/"], "/photos", "/photos/1.jpg"), "1.jpg");
        assert_eq!(relative(&["/a/x", "/b/x"], "/b/x", "/b/x/1.jpg"), "x_2/1.jpg");
        assert_eq!(relative(&["C:\\photos"], "C:\\photos", "C:\\photos\\A\\1.jpg"), "A/1.jpg");
        assert_eq!(relative(&["merge:7"], "merge:7", "/elsewhere/1.jpg"), "cam/1.jpg");
        assert_eq!(relative(&["/photos"], "/photos", "/photos/../etc/1.jpg"), "etc/1.jpg");
        assert_eq!(relative(&["/photos"], "/photos", "https://host/1.jpg"), "https://host/1.jpg");
    }
}
