//! The menu: one file a verb.

use biowatch_study::Order;
use tracing_subscriber::filter::LevelFilter;

use crate::cli::{Catalogue, Cli, Command, Engine, Models, Studies, Weights};
use crate::data_folder::DataFolder;
use crate::environment::Environment;
use crate::exit::{Exit, Failure};
use crate::logging;
use crate::model_files::Source;
use crate::network;
use crate::printer::Printer;
use crate::script::{self, ParseScriptError, Script};
use crate::servers;
use crate::settings::{
    DemoSettings, ImportSettings, ModelSettings, NamedLibrary, PredictSettings, ServeSettings, log_level,
};
use models_install::Wish;

mod demo;
mod doctor;
mod engine_install;
mod engine_list;
mod engine_remove;
mod export;
mod import;
mod keep;
mod logs;
mod models_bundle;
mod models_catalogue;
mod models_check;
mod models_install;
mod models_list;
mod models_remove;
mod models_show;
mod models_try;
mod models_verify;
mod predict;
mod ps;
mod restart;
mod run_program;
mod serve;
mod start;
mod stop;
pub(crate) mod studies;
mod studies_check;
mod studies_correct;
mod studies_errors;
mod studies_events;
mod studies_import;
mod studies_list;
mod studies_relink;
mod studies_resume;
mod studies_retry;
mod studies_runs;
mod studies_show;
mod studies_stop;
mod up;
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
        Command::Demo(typed) => {
            demo::run(&DemoSettings::resolve(typed, global, environment), environment, printer)
        }
        Command::Up(typed) => up::run(&up::Settings { typed, data, environment }, printer),
        Command::Predict(typed) => {
            predict::run(&PredictSettings::resolve(typed, global, environment), printer)
        }
        Command::Serve(typed) => {
            if let Some(parent) = typed.lifeline {
                serve::hang_on(parent)?;
            }
            serve::run(ServeSettings::resolve(typed.options, global, environment), printer)
        }
        Command::Start(start) => {
            let log = global.log;
            let settings = ServeSettings::resolve(start.options.clone(), global, environment);
            start::run(&start::Typed { start, settings, log }, environment, printer)
        }
        Command::Stop(typed) => stop::run(&typed, &servers::registry(&data), printer),
        Command::Restart(typed) => restart::run(&typed, &servers::registry(&data), printer),
        Command::Ps(typed) => ps::run(&typed, &servers::registry(&data), printer),
        Command::Logs(typed) => logs::run(&typed, &servers::registry(&data), printer),
        Command::Keep(typed) => keep::run(&typed.name, &data, environment),
        Command::Import(typed) => {
            import::run(&ImportSettings::resolve(*typed, &data, environment)?, environment, printer)
        }
        Command::Studies(Studies::List(typed)) => studies_list::run(&data, typed.json, printer),
        Command::Studies(Studies::Show(typed)) => studies_show::run(&typed, &data, printer),
        Command::Studies(Studies::Check(typed)) => studies_check::run(&typed, &data, printer),
        Command::Studies(Studies::Import(typed)) => studies_import::run(&typed, &data, printer),
        Command::Studies(Studies::Errors(typed)) => studies_errors::run(&typed, &data, printer),
        Command::Studies(Studies::Retry(typed)) => studies_retry::run(&typed, &data, printer),
        Command::Studies(Studies::Runs(typed)) => studies_runs::run(&typed, &data, printer),
        Command::Studies(Studies::Pause(typed)) => studies_stop::run(&typed, Order::Pause, &data, printer),
        Command::Studies(Studies::Cancel(typed)) => studies_stop::run(&typed, Order::Cancel, &data, printer),
        Command::Studies(Studies::Resume(typed)) => studies_resume::run(&typed, &data, environment, printer),
        Command::Studies(Studies::Relink(typed)) => studies_relink::run(&typed, &data, printer),
        Command::Studies(Studies::Events(typed)) => studies_events::run(&typed, &data, printer),
        Command::Studies(Studies::Correct(typed)) => studies_correct::run(&typed, &data, printer),
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
        Command::Engine(Engine::Install(typed)) => {
            let network = network::open(&typed.network, environment)?;
            engine_install::run(&typed, &data, &network, printer)
        }
        Command::Engine(Engine::Remove(typed)) => engine_remove::run(&typed.version, &data, printer),
        Command::Models(typed) => models(typed, data, environment, printer),
        Command::Weights(Weights::Inspect(typed)) => weights_inspect::run(&typed.file, typed.json, printer),
    }
}

fn models(
    typed: Models,
    data: DataFolder,
    environment: &Environment,
    printer: Printer,
) -> Result<Exit, Failure> {
    match typed {
        Models::List(typed) => models_list::run(&typed, &data, printer),
        Models::Show(typed) => models_show::run(&typed, &data, printer),
        Models::Install(typed) => {
            let network = network::open(&typed.network, environment)?;
            let wish = Wish { reference: Some(typed.reference), from: typed.from, json: typed.json };
            models_install::run(&wish, &data, &network, printer)
        }
        Models::Add(typed) => {
            let network = network::open(&typed.network, environment)?;
            let wish = Wish { reference: None, from: Some(typed.from), json: typed.json };
            models_install::run(&wish, &data, &network, printer)
        }
        Models::Verify(typed) => models_verify::run(&typed, &data, printer),
        Models::Remove(typed) => models_remove::run(&typed, &data, printer),
        Models::Bundle(typed) => models_bundle::run(&typed, &data, printer),
        Models::Catalogue(Catalogue::Add(typed)) => {
            let network = network::open(&typed.network, environment)?;
            models_catalogue::add(&typed, &data.zoo(), &network, printer)
        }
        Models::Catalogue(Catalogue::List(typed)) => models_catalogue::list(&typed, &data.zoo(), printer),
        Models::Catalogue(Catalogue::Remove(typed)) => models_catalogue::remove(&typed, &data.zoo(), printer),
        Models::Check(typed) => {
            models_check::run(&ModelSettings::resolve(typed.model, data, environment), printer)
        }
        Models::Try(typed) => {
            let source = Source::Reference(typed.folder.display().to_string());
            models_try::run(&typed, &ModelSettings::plain(source, data, environment), printer)
        }
        Models::RunProgram(typed) => run_program::run(&typed),
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
