//! Camtrap DP 1.0.2.

use std::path::Path;

use csv::StringRecord;
use serde_json::Value;

use super::super::camtrap_dp::columns::{Column, DEPLOYMENTS, Holds, MEDIA, OBSERVATIONS, is_path};
use super::super::instant::Clock;
use super::super::paths::is_address;
use super::ids::Ids;
use super::{CheckError, Checked};

pub(super) fn check(folder: &Path) -> Result<Checked, CheckError> {
    let mut checked = Checked::default();
    package(folder, &mut checked)?;
    let (mut deployments, mut media, mut observations) = (Ids::default(), Ids::default(), Ids::default());
    table(folder, "deployments", &DEPLOYMENTS, &mut checked, |row, checked| {
        let id = row.get("deploymentID");
        checked.must(deployments.insert(id), || format!("deployment `{id}` is there twice"));
        in_order(row, ["deploymentStart", "deploymentEnd"], checked);
    })?;
    table(folder, "media", &MEDIA, &mut checked, |row, checked| {
        checked.files += 1;
        let (id, deployment) = (row.get("mediaID"), row.get("deploymentID"));
        checked.must(media.insert(id), || format!("file `{id}` is there twice"));
        checked.must(deployments.contains(deployment), || format!("file `{id}` is of no deployment"));
    })?;
    table(folder, "observations", &OBSERVATIONS, &mut checked, |row, checked| {
        checked.rows += 1;
        let (id, deployment, medium) =
            (row.get("observationID"), row.get("deploymentID"), row.get("mediaID"));
        checked.must(observations.insert(id), || format!("observation `{id}` is there twice"));
        checked.must(deployments.contains(deployment), || format!("observation `{id}` is of no deployment"));
        let of_file = row.get("observationLevel") == "media";
        let joined = if of_file { media.contains(medium) } else { medium.is_empty() };
        checked.must(joined, || format!("observation `{id}` is of no file, or is an event's and of one"));
        checked.must(of_file || !row.get("eventID").is_empty(), || format!("event `{id}` has no id"));
        let blank = row.get("observationType") == "blank";
        checked.must(!blank || row.get("scientificName").is_empty(), || format!("blank `{id}` has a name"));
        in_order(row, ["eventStart", "eventEnd"], checked);
    })?;
    Ok(checked)
}

fn package(folder: &Path, checked: &mut Checked) -> Result<(), CheckError> {
    let file = folder.join("datapackage.json");
    let package: Value =
        serde_json::from_slice(&fs_err::read(&file)?).map_err(|error| CheckError::Json(file, error))?;
    let required =
        ["resources", "profile", "created", "contributors", "project", "spatial", "temporal", "taxonomic"];
    for key in required {
        checked.must(package.get(key).is_some(), || format!("`datapackage.json` has no `{key}`"));
    }
    for key in ["title", "samplingDesign", "captureMethod", "individualAnimals", "observationLevel"] {
        checked.must(package.pointer(&format!("/project/{key}")).is_some(), || {
            format!("`project` has no `{key}`")
        });
    }
    let profile = package.get("profile").and_then(Value::as_str).unwrap_or_default();
    checked
        .must(profile.ends_with("/1.0.2/camtrap-dp-profile.json"), || format!("the profile is `{profile}`"));
    let resources = package.get("resources").and_then(Value::as_array);
    let names: Vec<_> = resources.into_iter().flatten().filter_map(|one| one.get("name")?.as_str()).collect();
    checked
        .must(names == ["deployments", "media", "observations"], || format!("the resources are {names:?}"));
    let people = package.get("contributors").and_then(Value::as_array);
    checked.must(people.is_some_and(|people| !people.is_empty()), || "there are no contributors".to_owned());
    Ok(())
}

struct Row<'a> {
    columns: &'a [Column],
    record: &'a StringRecord,
}

impl Row<'_> {
    fn get(&self, column: &str) -> &str {
        let place = self.columns.iter().position(|known| known.name == column);
        place.and_then(|place| self.record.get(place)).unwrap_or_default()
    }
}

fn table(
    folder: &Path,
    name: &str,
    columns: &[Column],
    checked: &mut Checked,
    mut each: impl FnMut(&Row<'_>, &mut Checked),
) -> Result<(), CheckError> {
    let file = folder.join(format!("{name}.csv"));
    let wrong = |error| CheckError::Csv(file.clone(), error);
    let mut table = csv::Reader::from_reader(fs_err::File::open(&file)?);
    let same = table.headers().map_err(wrong)?.iter().eq(columns.iter().map(|column| column.name));
    checked.must(same, || format!("`{name}.csv` has other columns, or in another order"));
    for record in table.records() {
        let record = record.map_err(|error| CheckError::Csv(file.clone(), error))?;
        for (column, value) in columns.iter().zip(&record) {
            let holds = if value.is_empty() { !column.required } else { may_hold(column.holds, value) };
            checked.must(holds, || format!("`{name}.csv` has `{value}` in `{}`", column.name));
        }
        each(&Row { columns, record: &record }, checked);
    }
    Ok(())
}

fn may_hold(holds: Holds, value: &str) -> bool {
    let number = || value.parse::<f64>().ok().filter(|number| number.is_finite());
    match holds {
        Holds::Text => true,
        Holds::Truth => matches!(value, "true" | "false"),
        Holds::Number(least, most) => number().is_some_and(|number| (least..=most).contains(&number)),
        Holds::Whole(least, most) => {
            value.parse::<i64>().is_ok() && number().is_some_and(|number| (least..=most).contains(&number))
        }
        Holds::Time => {
            let whole_seconds = !value.contains('.') && value.as_bytes().get(10) == Some(&b'T');
            whole_seconds && Clock::read(value).is_some_and(Clock::has_offset)
        }
        Holds::Path => is_address(value) || is_path(value),
        Holds::Json => serde_json::from_str::<Value>(value).is_ok(),
        Holds::Word(words) => words.contains(&value),
    }
}

fn in_order(row: &Row<'_>, [start, end]: [&str; 2], checked: &mut Checked) {
    let [start, end] = [start, end].map(|column| Clock::read(row.get(column)).map(Clock::seconds));
    checked
        .must(start <= end, || format!("`{}` ends before it starts", row.record.get(0).unwrap_or_default()));
}
