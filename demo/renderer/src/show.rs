//! The demo's scenes: chosen places, lights and visitors, one scene each.

mod scenes;

use std::path::Path;

use crate::clock::Moment;
use crate::deployment::{Deployment, Format, Hour};
use crate::folder::FolderError;
use crate::photo::{Photo, Truth};
use crate::random::Random;
use crate::scenery::habitat::{Habitat, Season};
use crate::shot::{Shot, Visitor};
use crate::species::{Doing, Species};
use crate::weather::Weather;

/// Width of the scenes in pixels.
pub const WIDTH: u16 = 1024;
/// Largest file: two dozen of them travel in the program.
const MOST_BYTES: usize = 115_000;
/// Seed of the demo's cameras; training uses others.
const SEED: u64 = 2_400;

/// Somebody in a scene: who, what it does, which individual, where across, how far, which way.
type Guest = (Species, Doing, f32, f32, f32, f32);

/// One scene.
struct Scene {
    name: &'static str,
    /// Which camera of the series: chosen by eye.
    camera: u32,
    habitat: Habitat,
    season: Season,
    hour: Hour,
    weather: Weather,
    guests: &'static [Guest],
    /// How many of the last guests are young.
    young: usize,
    blur: f32,
    leaves: u32,
    beams: bool,
    /// Day of the year and time of day.
    at: (u32, u32, u32),
    temperature: i32,
}

fn take(number: usize, scene: &Scene, width: usize) -> Result<Photo, FolderError> {
    let format = Format { width, fine: 2, quality: 84, at_most: Some(MOST_BYTES) };
    let deployment = Deployment::new(SEED, scene.camera, &format, Some(scene.habitat), Some(scene.season));
    let backdrop = deployment.backdrop(scene.hour, scene.weather);
    let mut random = Random::for_purpose(SEED, 100 + number as u64);
    let grown = scene.guests.len() - scene.young;
    let visitors = scene.guests.iter().enumerate().map(
        |(index, &(species, doing, individual, across, distance, turn))| Visitor {
            species,
            doing,
            individual,
            young: index >= grown,
            across,
            distance,
            turn,
            posture: random.bits(),
        },
    );
    let visitors = visitors.collect();
    let (day, hour, minute) = scene.at;
    let shot = Shot {
        hour: scene.hour,
        weather: scene.weather,
        visitors,
        blur: scene.blur,
        leaves: scene.leaves,
        beams: scene.beams,
        moment: Moment {
            day,
            second: hour * 3600 + minute * 60 + random.below(60),
            hundredth: random.below(100),
        },
        temperature: scene.temperature,
        seed: random.bits(),
        exif: true,
        strip: true,
    };
    Ok(shot.take(&deployment, &backdrop, &format, &format!("{:02}-{}.jpg", number + 1, scene.name))?)
}

/// Renders the scenes, or one of them (numbered from 1), into a folder, with the truth about what it renders.
pub fn write(folder: &Path, width: usize, only: Option<usize>) -> Result<(), FolderError> {
    fs_err::create_dir_all(folder)?;
    let mut truths: Vec<Truth> = Vec::new();
    for (number, scene) in scenes::SCENES.iter().enumerate() {
        if only.is_some_and(|only| only != number + 1) {
            continue;
        }
        let photo = take(number, scene, width)?;
        fs_err::write(folder.join(&photo.truth.file), &photo.jpeg)?;
        truths.push(photo.truth);
    }
    let file = folder.join("truth.json");
    let text = serde_json::to_string_pretty(&truths)
        .map_err(|source| FolderError::Truth { file: file.clone(), source })?;
    fs_err::write(file, text + "\n")?;
    Ok(())
}
