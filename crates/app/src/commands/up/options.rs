//! Choices of a page as the options that could be typed instead.

use clap::Parser;

use super::problem::problem;
use crate::cli::{Cli, Command, Start};
use biowatch_api::Problem;

/// What of a model's options the pages offer.
#[derive(Debug, Default)]
pub(super) struct Choices<'a> {
    pub(super) country: Option<&'a str>,
    pub(super) device: Option<&'a str>,
    pub(super) engine: Option<&'a str>,
    pub(super) threshold: Option<f64>,
}

/// As `biowatch start MODEL` takes them. What it would refuse is refused here.
pub(super) fn start(model: &str, choices: &Choices<'_>) -> Result<Start, Problem> {
    let mut words = vec!["biowatch".to_owned(), "start".to_owned()];
    let threshold = choices.threshold.map(|threshold| threshold.to_string());
    let pairs = [
        ("country", choices.country),
        ("device", choices.device),
        ("engine", choices.engine),
        ("threshold", threshold.as_deref()),
    ];
    for (name, value) in pairs {
        words.extend(value.filter(|value| !value.is_empty()).map(|value| format!("--{name}={value}")));
    }
    words.extend(["--".to_owned(), model.to_owned()]);
    match Cli::try_parse_from(words) {
        Ok(Cli { command: Command::Start(start), .. }) => Ok(start),
        Ok(_) => Err(Problem::internal("the options were understood as another command")),
        Err(error) => {
            let text = error.to_string();
            let first = text.lines().next().unwrap_or_default().trim_start_matches("error: ").to_owned();
            let failure = crate::exit::Failure::message(crate::exit::Exit::Usage, first);
            Err(problem(failure))
        }
    }
}
