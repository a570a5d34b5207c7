//! `biowatch-renderer`: folders of camera-trap photos that never were.

#![expect(clippy::print_stderr, reason = "a tool for developers that says how far it is")]

use std::error::Error;
use std::path::PathBuf;
use std::process::ExitCode;

use biowatch_renderer::deployment::Format;
use biowatch_renderer::folder::{self, Plan};
use biowatch_renderer::show;
use clap::{Parser, Subcommand};

#[derive(Parser)]
#[command(about = "Renders camera-trap photos with the truth about what is in them", version)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// A folder of photos as cameras leave them: one folder a camera, bursts, EXIF, and `truth.ndjson`
    Folder {
        /// Where to
        out: PathBuf,
        /// How many photos
        #[arg(long, default_value_t = 300)]
        count: u64,
        /// What everything follows from: the same seed gives the same bytes
        #[arg(long, default_value_t = 1)]
        seed: u64,
        /// Width in pixels; the height is three quarters of it
        #[arg(long, default_value_t = 1280, value_parser = clap::value_parser!(u16).range(160..=4096))]
        width: u16,
        /// Photos a camera takes before the next is set up
        #[arg(long, default_value_t = 90, value_parser = clap::value_parser!(u64).range(1..))]
        per_camera: u64,
        /// Photos a burst
        #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u32).range(1..=20))]
        burst: u32,
        /// One sample a pixel instead of four: four times as fast, rougher edges
        #[arg(long)]
        rough: bool,
        /// Quality of the JPEG
        #[arg(long, default_value_t = 85, value_parser = clap::value_parser!(u8).range(1..=100))]
        quality: u8,
    },
    /// The demo's scenes, with `truth.json`
    Scenes {
        /// Where to
        out: PathBuf,
        /// Width in pixels
        #[arg(long, default_value_t = show::WIDTH, value_parser = clap::value_parser!(u16).range(160..=4096))]
        width: u16,
        /// Only the scene with this number
        #[arg(long)]
        only: Option<usize>,
    },
}

fn main() -> ExitCode {
    match run(Arguments::parse().command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            let mut cause = error.source();
            while let Some(error) = cause {
                eprintln!("  because: {error}");
                cause = error.source();
            }
            ExitCode::FAILURE
        }
    }
}

fn run(command: Command) -> Result<(), Box<dyn Error>> {
    match command {
        Command::Folder { out, count, seed, width, per_camera, burst, rough, quality } => {
            let format =
                Format { width: usize::from(width), fine: if rough { 1 } else { 2 }, quality, at_most: None };
            let plan = Plan { count, seed, per_deployment: per_camera, burst, format };
            folder::write(&plan, &out, |done| {
                if done % 100 == 0 || done == count {
                    eprintln!("{done} of {count}");
                }
            })?;
        }
        Command::Scenes { out, width, only } => show::write(&out, usize::from(width), only)?,
    }
    Ok(())
}
