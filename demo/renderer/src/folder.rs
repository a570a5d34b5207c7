//! Whole folders of photos, one after another and never held: the cards of several cameras.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use fs_err::File;

use crate::backdrop::Backdrop;
use crate::casting::{Casting, VIEWS, next_in_burst};
use crate::deployment::{Deployment, Format};
use crate::photo::{EncodeError, Photo};

/// What to render.
#[derive(Debug, Clone)]
pub struct Plan {
    /// Photos in all.
    pub count: u64,
    /// What everything follows from.
    pub seed: u64,
    /// Photos a camera takes before the next is set up.
    pub per_deployment: u64,
    /// Photos a burst.
    pub burst: u32,
    /// Size and care.
    pub format: Format,
}

/// Why a folder is not finished.
#[derive(Debug, thiserror::Error)]
pub enum FolderError {
    /// The disk.
    #[error("cannot write the photos")]
    Write(#[from] io::Error),
    /// A picture.
    #[error("cannot make a photo")]
    Encode(#[from] EncodeError),
    /// The truth.
    #[error("cannot write the truth of `{}`", .file.display())]
    Truth {
        /// Of which photo.
        file: PathBuf,
        /// Why.
        #[source]
        source: serde_json::Error,
    },
}

/// Renders the plan's photos in order and hands each over.
pub fn render(
    plan: &Plan,
    mut each: impl FnMut(Photo) -> Result<(), FolderError>,
) -> Result<(), FolderError> {
    let (mut done, mut index) = (0u64, 0u32);
    while done < plan.count {
        let deployment = Deployment::new(plan.seed, index, &plan.format, None, None);
        let mut casting = Casting::new(plan.seed, &deployment);
        let mut views: [Option<Backdrop>; VIEWS] = [const { None }; VIEWS];
        let until = (done + plan.per_deployment).min(plan.count);
        let mut number = 1u32;
        while done < until {
            let (view, mut shot) = casting.event();
            let (hour, weather) = casting.views[view];
            let backdrop = views[view].get_or_insert_with(|| deployment.backdrop(hour, weather));
            for _ in 0..plan.burst.max(1) {
                if done >= until {
                    break;
                }
                let file = format!(
                    "{}/{}/IMG_{:04}.JPG",
                    deployment_folder(&deployment),
                    100 + number / 9999,
                    number % 9999
                );
                each(shot.take(&deployment, backdrop, &plan.format, &file)?)?;
                shot = next_in_burst(&shot);
                done += 1;
                number += 1;
            }
        }
        index += 1;
    }
    Ok(())
}

fn deployment_folder(deployment: &Deployment) -> String {
    format!("{:03}-{}", deployment.index, deployment.name())
}

/// Renders into a folder: the photos, and `truth.ndjson` with a line for each. `progress` hears how many are done.
pub fn write(plan: &Plan, folder: &Path, mut progress: impl FnMut(u64)) -> Result<(), FolderError> {
    fs_err::create_dir_all(folder)?;
    let mut truth = io::BufWriter::new(File::create(folder.join("truth.ndjson"))?);
    let mut done = 0;
    render(plan, |photo| {
        let file = folder.join(&photo.truth.file);
        if let Some(parent) = file.parent() {
            fs_err::create_dir_all(parent)?;
        }
        fs_err::write(&file, &photo.jpeg)?;
        serde_json::to_writer(&mut truth, &photo.truth)
            .map_err(|source| FolderError::Truth { file, source })?;
        truth.write_all(b"\n")?;
        done += 1;
        progress(done);
        Ok(())
    })?;
    truth.flush()?;
    Ok(())
}
