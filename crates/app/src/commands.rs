//! The menu: one file a verb.

use tracing_subscriber::filter::LevelFilter;

use crate::cli::{Cli, Command, Engine, Models, Weights};
use crate::data_folder::DataFolder;
use crate::environment::Environment;
use crate::exit::{Exit, Failure};
use crate::logging;
use crate::printer::Printer;
use crate::script::{self, ParseScriptError, Script};
use crate::settings::{ModelSettings, NamedLibrary, PredictSettings, ServeSettings, log_level};

mod doctor;
mod engine_install;
mod engine_list;
mod engine_remove;
mod export;
mod models_check;
mod predict;
mod run_program;
mod serve;
mod weights_inspect;

/// Runs what was typed.
pub(crate) fn run(cli: Cli, environment: &Environment, printer: Printer) -> Result<Exit, Failure> {
    let global = cli.global;
    let fallback =
        if matches!(cli.command, Command::Serve(_)) { LevelFilter::INFO } else { LevelFilter::WARN };
    logging::start(log_level(global.log, environment, fallback));
    let data = DataFolder::find(global.data_dir.clone(), environment);
    let library = |flag| NamedLibrary::find(flag, environment);
    match cli.command {
        Command::Predict(typed) => {
            predict::run(&PredictSettings::resolve(typed, global, environment), printer)
        }
        Command::Serve(typed) => serve::run(ServeSettings::resolve(typed, global, environment), printer),
        Command::Doctor(typed) => {
            let engine_library = library(typed.engine_library);
            let home = environment.home.clone().filter(|_| !typed.full_paths);
            let ffmpeg = typed.ffmpeg.or_else(|| environment.ffmpeg.clone());
            doctor::run(&doctor::Settings { json: typed.json, home, data, engine_library, ffmpeg }, printer)
        }
        Command::Export(typed) => export::run(&typed, &data, printer),
        Command::Engine(Engine::List(typed)) => {
            engine_list::run(&data, library(typed.engine_library), typed.json, printer)
        }
        Command::Engine(Engine::Install(typed)) => engine_install::run(&typed, &data, printer),
        Command::Engine(Engine::Remove(typed)) => engine_remove::run(&typed.version, &data, printer),
        Command::Models(Models::Check(typed)) => {
            models_check::run(&ModelSettings::resolve(typed.model, data, environment), printer)
        }
        Command::Models(Models::RunProgram(typed)) => run_program::run(&typed),
        Command::Weights(Weights::Inspect(typed)) => weights_inspect::run(&typed.file, typed.json, printer),
    }
}

/// Runs the script form. As with the Python servers, every failure to start exits with 1.
pub(crate) fn run_script(
    script: Result<Script, ParseScriptError>,
    environment: &Environment,
    printer: Printer,
) -> Exit {
    logging::start(log_level(None, environment, LevelFilter::INFO));
    let (model, flags) = match script {
        Ok(Script::Serve(model, flags)) => (model, flags),
        Ok(Script::Help(model)) => {
            let _ = printer.data(script::help(model));
            return Exit::Done;
        }
        Err(error) => {
            printer.say(&format!("FATAL Flags parsing error: {error}"));
            printer.say("Pass --helpshort or --helpfull to see help on flags.");
            return Exit::Failed;
        }
    };
    serve::announce(model, &flags, printer);
    match serve::run(ServeSettings::from_script(model, flags, environment), printer) {
        Ok(exit) => exit,
        Err(failure) => {
            printer.failure(&failure);
            if failure.exit == Exit::EngineDied { failure.exit } else { Exit::Failed }
        }
    }
}
