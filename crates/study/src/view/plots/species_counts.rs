//! How much of each species.

use serde_json::json;

use super::PlotTable;
use crate::view::filter::Filter;
use crate::view::reader::{ReadError, Reader};

pub(super) fn table(reader: &Reader, filter: &Filter) -> Result<PlotTable, ReadError> {
    let rows = reader.species_table(filter)?.into_iter().map(|one| {
        vec![
            json!(one.scientific_name),
            json!(one.common_name),
            json!(one.kind),
            json!(one.media),
            json!(one.events),
            json!(one.individuals),
            json!(one.reviewed),
        ]
    });
    Ok(PlotTable {
        columns: vec!["scientificName", "commonName", "type", "media", "events", "individuals", "reviewed"],
        rows: rows.collect(),
        notes: vec!["Individuals are the largest number at once in each event, summed up".to_owned()],
    })
}
