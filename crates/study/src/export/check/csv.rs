//! The four tables of the CSV export.

use std::io::{BufReader, Read};
use std::path::Path;

use super::super::csv::TABLES;
use super::super::csv::cell::is_formula;
use super::ids::Ids;
use super::{CheckError, Checked, is_inside};

pub(super) fn check(folder: &Path) -> Result<Checked, CheckError> {
    let mut checked = Checked::default();
    let (mut files, mut rows) = (Ids::default(), Ids::default());
    for (name, columns) in TABLES {
        let file = folder.join(format!("{name}.csv"));
        let wrong = |error| CheckError::Csv(file.clone(), error);
        let mut table = csv::Reader::from_reader(without_mark(&file)?);
        let headers = table.headers().map_err(wrong)?.clone();
        checked
            .must(headers.iter().eq(columns.iter().copied()), || format!("`{name}.csv` has other columns"));
        for record in table.records() {
            let record = record.map_err(|error| CheckError::Csv(file.clone(), error))?;
            let cell = |column: &str| {
                let place = columns.iter().position(|known| *known == column);
                place.and_then(|place| record.get(place)).unwrap_or_default()
            };
            for (column, value) in columns.iter().zip(&record) {
                let safe = !is_formula(value) || value.parse::<f64>().is_ok();
                checked.must(safe, || format!("`{name}.csv` has a formula in `{column}`"));
            }
            let id = cell("file_id");
            match name {
                "files" => {
                    checked.files += 1;
                    let path = cell("relative_path").trim_start_matches('\'');
                    checked.must(files.insert(id), || format!("file `{id}` is there twice"));
                    checked.must(is_inside(path), || format!("`{path}` is no path inside the folder"));
                    let blank_or_so = ["seen", "blank", "failed", "not predicted"].contains(&cell("state"));
                    checked.must(blank_or_so, || format!("file `{id}` has an unknown state"));
                }
                "detections" => {
                    checked.rows += 1;
                    let row = cell("detection_id");
                    checked.must(rows.insert(row), || format!("detection `{row}` is there twice"));
                    checked.must(files.contains(id), || format!("detection `{row}` is of no file"));
                }
                _ => {}
            }
        }
    }
    Ok(checked)
}

/// The file from behind its byte-order mark, if it has one.
fn without_mark(file: &Path) -> Result<impl Read, CheckError> {
    let mut reader = BufReader::new(fs_err::File::open(file)?);
    let mut first = [0; 3];
    let mut read = 0;
    while read < first.len() {
        let Some(rest) = first.get_mut(read..) else { break };
        match reader.read(rest)? {
            0 => break,
            more => read += more,
        }
    }
    let kept = first.get(..read).filter(|first| *first != "\u{feff}".as_bytes()).unwrap_or_default().to_vec();
    Ok(std::io::Cursor::new(kept).chain(reader))
}
