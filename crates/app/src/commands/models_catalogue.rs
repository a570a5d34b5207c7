//! `biowatch models catalogue ...`.

use std::path::Path;

use anyhow::Error;
use biowatch_zoo::address::Address;
use biowatch_zoo::catalogue::{AddCatalogueError, Catalogue, Origin};
use biowatch_zoo::fetch;
use biowatch_zoo::network::Network;
use biowatch_zoo::place::Zoo;
use serde_json::json;

use crate::cli::{CatalogueAdd, CatalogueList, CatalogueRemove};
use crate::exit::{Exit, Failure};
use crate::interrupt::Interrupt;
use crate::printer::Printer;

/// Everything that is known. What had to be left out is told.
pub(crate) fn load(zoo: &Zoo, printer: Printer) -> Catalogue {
    let (catalogue, broken) = Catalogue::load(zoo);
    for broken in broken {
        let error = Error::new(broken);
        let causes: Vec<_> = error.chain().map(ToString::to_string).collect();
        printer.warn(&causes.join(": "));
    }
    for (name, origin) in catalogue.hidden() {
        printer.warn(&format!("{name} of the {origin} is left out: another entry for it comes first"));
    }
    catalogue
}

/// Adds one.
pub(crate) fn add(
    typed: &CatalogueAdd,
    zoo: &Zoo,
    network: &Network,
    printer: Printer,
) -> Result<Exit, Failure> {
    let address = typed.from.contains("://").then(|| typed.from.parse::<Address>()).transpose();
    let address = address.map_err(|error| Failure::new(Exit::Usage, error))?;
    let (bytes, file_name) = match &address {
        Some(address) => {
            let interrupt = Interrupt::listen(printer, "stopping")?;
            let bytes = fetch::small(network, address, interrupt.cancel()).map_err(|error| {
                let hint = error.hint();
                let failure = Failure::new(Exit::NotFetched, error);
                Failure { hint: hint.map(str::to_owned), ..failure }
            })?;
            (bytes, address.file_name().to_owned())
        }
        None => {
            let bytes = fs_err::read(&typed.from).map_err(|error| Failure::new(Exit::NoSuchPath, error))?;
            let name = Path::new(&typed.from).file_name().map(|name| name.to_string_lossy().into_owned());
            (bytes, name.unwrap_or_default())
        }
    };
    let stem = file_name.strip_suffix(".json").unwrap_or(&file_name).replace('.', "-");
    let name = typed.name.clone().unwrap_or(stem);
    let entries = Catalogue::add(zoo, &name, &bytes).map_err(|error| {
        let hint = match &error {
            AddCatalogueError::Parse(_) => {
                Some("docs/catalogue.schema.json helps editors; docs/models.md explains it")
            }
            AddCatalogueError::Known(..) => {
                Some("give the entry another version or id, such as `mine-speciesnet`")
            }
            AddCatalogueError::Name(_) => Some("name it with `--name`"),
            _ => None,
        };
        let error = Error::new(error).context(format!("`{}` is not added", typed.from));
        Failure { exit: Exit::Failed, error, hint: hint.map(str::to_owned) }
    })?;
    let names: Vec<_> = entries.iter().map(|entry| entry.name().to_string()).collect();
    printer.say(&format!("added the catalogue `{name}`: {}", names.join(", ")));
    Ok(Exit::Done)
}

/// Lists them.
pub(crate) fn list(typed: &CatalogueList, zoo: &Zoo, printer: Printer) -> Result<Exit, Failure> {
    let catalogue = load(zoo, printer);
    let mut origins: Vec<(Origin, Vec<String>)> = Vec::new();
    for (entry, origin) in catalogue.entries() {
        let name = entry.name().to_string();
        match origins.iter_mut().find(|(known, _)| known == origin) {
            Some((_, names)) => names.push(name),
            None => origins.push((origin.clone(), vec![name])),
        }
    }
    if typed.json {
        let listed: Vec<_> = origins
            .iter()
            .map(|(origin, names)| {
                let name = match origin {
                    Origin::BuiltIn => None,
                    Origin::User(name) => Some(name),
                };
                json!({"name": name, "built_in": name.is_none(), "models": names})
            })
            .collect();
        printer.line(&serde_json::to_string_pretty(&listed)?)?;
    } else {
        let lines = origins.iter().map(|(origin, names)| format!("{origin}: {}\n", names.join(", ")));
        printer.data(lines.collect::<String>())?;
    }
    Ok(Exit::Done)
}

/// Removes one.
pub(crate) fn remove(typed: &CatalogueRemove, zoo: &Zoo, printer: Printer) -> Result<Exit, Failure> {
    Catalogue::remove(zoo, &typed.name).map_err(|error| {
        Failure::new(Exit::Failed, error).hint("`biowatch models catalogue list` shows what there is")
    })?;
    printer.say(&format!("removed the catalogue `{}`; models that were installed from it stay", typed.name));
    Ok(Exit::Done)
}
