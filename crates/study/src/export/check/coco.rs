//! COCO Camera Traps.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use serde_json::Value;

use super::ids::Ids;
use super::{CheckError, Checked, is_box, is_inside, numbers};
use crate::json_parts::{self, Part};

pub(super) fn check(file: &Path) -> Result<Checked, CheckError> {
    let mut checked = Checked::default();
    let (mut images, mut annotations, mut annotated) = (Ids::default(), Ids::default(), Ids::default());
    let mut names: BTreeMap<u64, String> = BTreeMap::new();
    let mut used = BTreeSet::new();
    let mut keys = Vec::new();
    let text =
        |value: &Value, key: &str| value.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
    json_parts::read_all(file, &mut keys, |key, part| match (key, part) {
        ("info", Part::Whole(info)) => {
            checked.must(info.get("version").is_some_and(Value::is_string), || {
                "`info.version` is missing".to_owned()
            });
        }
        ("images", Part::Item(image)) => {
            checked.files += 1;
            let (id, path) = (text(&image, "id"), text(&image, "file_name"));
            checked.must(!id.is_empty() && images.insert(&id), || {
                format!("image `{id}` is there twice, or has no id")
            });
            checked.must(is_inside(&path), || format!("`{path}` is no path inside the folder"));
            checked.must(!text(&image, "location").is_empty(), || format!("`{path}` has no location"));
            let sized = image.get("width").is_some() == image.get("height").is_some();
            checked.must(sized, || format!("`{path}` has half a size"));
        }
        ("annotations", Part::Item(one)) => {
            checked.rows += 1;
            let (id, image) = (text(&one, "id"), text(&one, "image_id"));
            checked.must(!id.is_empty() && annotations.insert(&id), || {
                format!("annotation `{id}` is there twice")
            });
            checked.must(images.contains(&image), || format!("annotation `{id}` is of no image"));
            annotated.insert(&image);
            used.insert(one.get("category_id").and_then(Value::as_u64));
            let relative = one.get("bbox_relative");
            let inside = relative.is_none() || is_box(&numbers(relative));
            checked.must(inside, || format!("annotation `{id}` has a box outside the picture"));
            let sides = numbers(one.get("bbox"));
            let positive =
                one.get("bbox").is_none() || (sides.len() == 4 && sides.iter().all(|side| *side >= 0.0));
            checked.must(positive, || format!("annotation `{id}` has a box that is none"));
        }
        ("categories", Part::Item(one)) => {
            let name = text(&one, "name");
            let is_new = !names.values().any(|known| *known == name);
            checked.must(is_new && !name.is_empty(), || format!("two categories are called `{name}`"));
            checked.must(one.get("id").is_some_and(Value::is_u64), || {
                format!("category `{name}` has no number")
            });
            names.insert(one.get("id").and_then(Value::as_u64).unwrap_or_default(), name);
        }
        (key, _) => checked.must(false, || format!("`{key}` is not of this format")),
    })?;
    for key in ["info", "images", "annotations", "categories"] {
        checked.must(keys.iter().any(|known| known == key), || format!("`{key}` is missing"));
    }
    checked
        .must(names.get(&0).is_some_and(|name| name == "empty"), || "category 0 is not `empty`".to_owned());
    let known = used.iter().all(|id| id.is_some_and(|id| names.contains_key(&id)));
    checked.must(known, || "an annotation has a category that is not listed".to_owned());
    checked.must(annotated.len() == images.len(), || "an image has no annotation".to_owned());
    Ok(checked)
}
