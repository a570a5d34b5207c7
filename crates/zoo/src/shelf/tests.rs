use biowatch_contract::manifest::FileName;

use super::*;
use crate::record::RecordedFile;

fn install(zoo: &Zoo, id: &str, version: &str) -> PathBuf {
    let name = ModelName::new(id, version).unwrap();
    let folder = zoo.folder(&name);
    fs_err::create_dir_all(&folder).unwrap();
    fs_err::write(folder.join("a.pt"), "abc").unwrap();
    let file = RecordedFile {
        name: FileName::new("a.pt").unwrap(),
        bytes: 3,
        sha256: "0".repeat(64).parse().unwrap(),
        pinned: false,
    };
    Record::now(name, String::new(), vec![file]).write(&folder).unwrap();
    folder
}

fn biowatch(zoo: &Zoo, id: &str, version: &str) -> PathBuf {
    let folder = zoo.biowatch_models().join(id).join(version);
    fs_err::create_dir_all(&folder).unwrap();
    fs_err::write(folder.join("b.pt"), "abcd").unwrap();
    folder
}

#[test]
fn the_newest_is_found_ours_first_and_nothing_half() {
    let root = tempfile::tempdir().unwrap();
    let zoo = Zoo::new(root.path());
    assert!(all(&zoo).is_empty());
    let ours = install(&zoo, "a", "1.9");
    let theirs = biowatch(&zoo, "a", "1.10");
    biowatch(&zoo, "a", "1.9");
    biowatch(&zoo, "a", "1.11");
    let damaged = install(&zoo, "a", "2");
    fs_err::remove_file(damaged.join("a.pt")).unwrap();
    fs_err::create_dir_all(zoo.models().join("a").join("3")).unwrap();
    let notes = "a:\n  '1.11':\n    state: extract\n";
    fs_err::write(zoo.biowatch_models().join("manifest.yaml"), notes).unwrap();
    fs_err::create_dir_all(zoo.biowatch_models().join("archives/a")).unwrap();

    let find = |reference: &str| find(&zoo, &reference.parse().unwrap(), |_| true).map(|model| model.folder);
    assert_eq!(find("a"), Some(theirs));
    assert_eq!(find("a:1.9"), Some(ours));
    for absent in ["a:1.11", "a:2", "a:3", "b"] {
        assert_eq!(find(absent), None, "{absent}");
    }
    let states: Vec<_> =
        all(&zoo).into_iter().map(|model| (model.name.version.clone(), model.is_usable())).collect();
    let expected =
        [("1.9", true), ("1.9", true), ("1.10", true), ("1.11", false), ("2", false), ("3", false)];
    assert_eq!(states, expected.map(|(version, usable)| (version.to_owned(), usable)));
    assert_eq!(all(&zoo)[2].bytes(), 4);
}
