//! `biowatch up`: the application in the browser, until Ctrl-C.

mod doings;
mod engines;
mod exports;
mod options;
mod password;
mod pictures;
mod place;
mod problem;
mod runs;
mod servers;

use std::io;
use std::net::{IpAddr, Ipv4Addr, TcpListener, UdpSocket};
use std::time::Duration;

use biowatch_api::{Api, Pages};
use biowatch_supervisor::Key;

use self::place::Place;
use crate::cli::Up;
use crate::data_folder::DataFolder;
use crate::environment::Environment;
use crate::exit::{Exit, Failure};
use crate::interrupt;
use crate::printer::Printer;
use crate::web;

/// The first port that is tried, and how many after it.
const PORTS: std::ops::Range<u16> = 7420..7440;
/// How long blocking work that is left may delay the end.
const LEFTOVERS: Duration = Duration::from_secs(5);

/// What was typed, and where.
pub(crate) struct Settings<'a> {
    /// Its options.
    pub(crate) typed: Up,
    /// The data folder.
    pub(crate) data: DataFolder,
    /// The rest.
    pub(crate) environment: &'a Environment,
}

/// Serves until it is asked to end. Where the application is open on this data folder already, shows that one.
pub(crate) fn run(settings: &Settings<'_>, printer: Printer) -> Result<Exit, Failure> {
    serve(settings, "", printer)
}

/// Shows a study: here, or in the application that is open on this data folder already.
pub(crate) fn show_study(
    data: &DataFolder,
    environment: &Environment,
    study: &str,
    printer: Printer,
) -> Result<Exit, Failure> {
    let typed = Up { port: None, lan: false, no_open: false };
    serve(&Settings { typed, data: data.clone(), environment }, &format!("studies/{study}"), printer)
}

/// The same, shown at `path`.
fn serve(settings: &Settings<'_>, path: &str, printer: Printer) -> Result<Exit, Failure> {
    fs_err::create_dir_all(settings.data.root())?;
    let Some(place) = Place::take(&settings.data)? else {
        return elsewhere(settings, path, printer);
    };
    let password = settings.typed.lan.then(|| password::get(settings.environment, printer)).transpose()?;
    let listener = bind(&settings.typed)?;
    let port = listener.local_addr()?.port();
    let key = Key::random()?;
    let address = place::Address { port, key: key.clone(), pid: std::process::id() };
    let api = Api::new(
        biowatch_api::Settings {
            data: settings.data.root().to_owned(),
            home: settings.environment.home.clone(),
            version: env!("CARGO_PKG_VERSION"),
            port,
            lan: settings.typed.lan,
            key,
            password: password.map(|password| Key::new(password.reveal())),
        },
        doings::all(settings),
        Pages::new(web::PAGES),
    );
    place.tell(&address)?;
    show(&address, settings, path, printer)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let served = runtime.block_on(biowatch_api::serve(listener, api.clone(), ending(printer)));
    api.end();
    runtime.shutdown_timeout(LEFTOVERS);
    served?;
    printer.say("ended");
    Ok(Exit::Done)
}

/// The first wish to end; the second ends at once.
async fn ending(printer: Printer) {
    if interrupt::signal().await.is_err() {
        std::future::pending::<()>().await;
    }
    printer.say("\nending; Ctrl-C again ends at once");
    tokio::spawn(async {
        if interrupt::signal().await.is_ok() {
            interrupt::leave();
        }
    });
}

fn bind(typed: &Up) -> Result<TcpListener, Failure> {
    let host = if typed.lan { Ipv4Addr::UNSPECIFIED } else { Ipv4Addr::LOCALHOST };
    if let Some(port) = typed.port {
        return TcpListener::bind((host, port)).map_err(|error| {
            let text = format!("port {port} cannot be had");
            Failure { exit: Exit::PortInUse, error: anyhow::Error::new(error).context(text), hint: None }
                .hint("leave `--port` out to take a free one; `biowatch doctor` says who has it")
        });
    }
    let first = PORTS.clone().find_map(|port| TcpListener::bind((host, port)).ok());
    first.map_or_else(|| Ok(TcpListener::bind((host, 0))?), Ok)
}

fn show(
    address: &place::Address,
    settings: &Settings<'_>,
    path: &str,
    printer: Printer,
) -> Result<(), Failure> {
    let url = address.url(path);
    if web::PAGES.is_empty() {
        printer.warn("this program was built without its pages: only the API is there");
    }
    let open = !settings.typed.no_open && printer.is_terminal() && open::that_detached(&url).is_ok();
    printer.say(if open { "opened in the browser:" } else { "open this address in a browser:" });
    printer.line(&url)?;
    if settings.typed.lan {
        match lan_address() {
            Ok(ip) => printer.say(&format!(
                "from other machines: http://{ip}:{} with the password. The way there is not encrypted: use it in a network you trust",
                address.port
            )),
            Err(_) => printer.say("other machines cannot come in: this one is in no network"),
        }
    }
    printer.say("Ctrl-C ends it");
    Ok(())
}

/// The address of this machine in its network. Nothing is sent.
fn lan_address() -> io::Result<IpAddr> {
    let socket = UdpSocket::bind((Ipv4Addr::UNSPECIFIED, 0))?;
    // An address for documentation (RFC 5737): the way to it is the way out.
    socket.connect((Ipv4Addr::new(192, 0, 2, 1), 9))?;
    Ok(socket.local_addr()?.ip())
}

/// Shows the one that is open.
fn elsewhere(settings: &Settings<'_>, path: &str, printer: Printer) -> Result<Exit, Failure> {
    let Some(address) = Place::other(&settings.data) else {
        let text = "another process has this data folder open and does not say where";
        return Err(Failure::message(Exit::Failed, text).hint("try again in a moment"));
    };
    let url = address.url(path);
    let open = !settings.typed.no_open && printer.is_terminal() && open::that_detached(&url).is_ok();
    let opened = if open { ", opened in the browser" } else { "" };
    printer.say(&format!("it is open already (process {}){opened}:", address.pid));
    printer.line(&url)?;
    Ok(Exit::Done)
}
