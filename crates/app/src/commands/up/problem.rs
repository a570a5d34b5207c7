//! Failures of this room as answers.

use biowatch_api::Problem;

use crate::exit::{Exit, Failure};

/// What a terminal would be told.
pub(super) fn problem(failure: Failure) -> Problem {
    let causes: Vec<_> = failure.error.chain().map(ToString::to_string).collect();
    let text = causes.join(": ");
    let problem = match failure.exit {
        Exit::ModelNotFound | Exit::StudyNotFound | Exit::NoSuchServer => Problem::unfit(text),
        Exit::PortInUse | Exit::EngineNotAvailable => Problem::conflict(text),
        Exit::Usage
        | Exit::UnknownCountry
        | Exit::NoSuchPath
        | Exit::ModelRefused
        | Exit::NothingToPredict => Problem::unfit(text),
        _ => Problem::internal(text),
    };
    problem.maybe_hint(failure.hint)
}
