//! Looking into a study: numbers, errors, problems.

use crate::sql::jobs;
use crate::sql::{self, DeploymentSummary, FileError, Problem, RunSummary, SpeciesCount, SqlError, Totals};
use crate::study::Study;

impl Study {
    /// How much of what there is.
    pub fn totals(&self) -> Result<Totals, SqlError> {
        sql::summary::totals(self.database.reading())
    }

    /// Every species and on how many media it is, the commonest first.
    pub fn species(&self) -> Result<Vec<SpeciesCount>, SqlError> {
        sql::summary::species(self.database.reading())
    }

    /// All deployments by name.
    pub fn deployments(&self) -> Result<Vec<DeploymentSummary>, SqlError> {
        sql::deployments::list(self.database.reading())
    }

    /// All runs, the latest first.
    pub fn runs(&self) -> Result<Vec<RunSummary>, SqlError> {
        sql::runs::list(self.database.reading())
    }

    /// Hands over every file that could not be predicted, in the order of paths.
    pub fn errors(&self, each: &mut dyn FnMut(FileError)) -> Result<(), SqlError> {
        sql::errors::each(self.database.reading(), each)
    }

    /// Queues every file with an error again; tells how many.
    pub fn retry(&mut self) -> Result<usize, SqlError> {
        self.database.write(|writing| jobs::retry(writing, None))
    }

    /// Checks the file and all that must hold between its rows. Nothing: all is well.
    pub fn problems(&self) -> Result<Vec<Problem>, SqlError> {
        sql::check::problems(self.database.reading())
    }
}
