//! `deployments.csv`.

use super::{Ended, Incoming, Package, Unkept};
use crate::export::records::Deployment;
use crate::facts::Place;
use crate::sql::{self, SqlError, Writing};

const KEPT: [&str; 11] = [
    "deploymentID",
    "locationID",
    "locationName",
    "latitude",
    "longitude",
    "coordinateUncertainty",
    "deploymentStart",
    "deploymentEnd",
    "cameraID",
    "cameraModel",
    "timestampIssues",
];

/// Adds the deployments that the study has not.
pub(super) fn take(incoming: &mut Incoming<'_>, writing: &Writing<'_>) -> Result<(), Ended> {
    let mut unkept = Unkept::default();
    let package = incoming.package;
    package.source.each_row("deployments", |row| {
        let Some(id) = row.filled("deploymentID") else {
            incoming.taken_in.leave_out("deployments without an id", 1);
            return Ok(());
        };
        unkept.note(row, &KEPT);
        let has_offset = !(package.is_ours && row.get("timestampIssues").eq_ignore_ascii_case("true"));
        if !has_offset {
            incoming.without_offset.push(id.clone());
        }
        let time = |column: &str| Package::time(row.get(column), has_offset);
        // The format has no other way to say that a place is not known.
        let place = row.number("latitude").zip(row.number("longitude"));
        let on_earth =
            |(latitude, longitude): &(f64, f64)| latitude.abs() <= 90.0 && longitude.abs() <= 180.0;
        let place = place.filter(on_earth);
        let deployment = Deployment {
            id: id.clone(),
            location_id: row.filled("locationID"),
            location_name: row.filled("locationName"),
            start: time("deploymentStart"),
            end: time("deploymentEnd"),
            latitude: place.map(|place| place.0),
            longitude: place.map(|place| place.1),
            camera_model: row.filled("cameraModel"),
            camera_id: row.filled("cameraID"),
            uncertainty: row.number("coordinateUncertainty").map(|metres| metres as i64),
            ..Deployment::default()
        };
        let stored = incoming.add(writing, deployment)?;
        incoming.deployments.insert(id, stored);
        Ok(())
    })?;
    unkept.tell("deployments", &mut incoming.taken_in);
    Ok(())
}

impl Incoming<'_> {
    /// Adds a deployment; tells its id in the study. One of the same id at the same place is the same.
    fn add(&self, writing: &Writing<'_>, mut deployment: Deployment) -> Result<String, SqlError> {
        let known = sql::results::deployment_place(writing.reading(), &deployment.id)?;
        let here = deployment.latitude.zip(deployment.longitude);
        let round = |place: (f64, f64)| Place::new(place.0, place.1);
        match known {
            Some(known)
                if known.is_none() || here.is_none() || known.and_then(round) == here.and_then(round) =>
            {
                sql::results::fill_deployment(writing, &deployment)?;
                return Ok(deployment.id);
            }
            Some(_) => deployment.id = format!("{}:{}", self.package.prefix, deployment.id),
            None => {}
        }
        sql::results::add_deployment(writing, &deployment)?;
        Ok(deployment.id)
    }

    /// The deployment that `id` of the package is; one that the package does not describe is made up.
    pub(super) fn deployment(&mut self, writing: &Writing<'_>, id: &str) -> Result<Option<String>, SqlError> {
        if id.is_empty() {
            return Ok(None);
        }
        if let Some(known) = self.deployments.get(id) {
            return Ok(Some(known.clone()));
        }
        self.taken_in.leave_out("deployments that are named and not described: they have no place", 1);
        let stored = self.add(writing, Deployment { id: id.to_owned(), ..Deployment::default() })?;
        self.deployments.insert(id.to_owned(), stored.clone());
        Ok(Some(stored))
    }
}
