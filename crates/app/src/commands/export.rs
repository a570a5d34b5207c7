//! `biowatch export`: a study in a format that other programs read.

mod painter;

use std::path::Path;

use biowatch_study::export::{
    ExportError, Exported, Format, Options, People, Picture, check, export, export_painted,
};
use biowatch_study::{FindStudyError, Studies};

use crate::cli::{Export, ExportFormat};
use crate::data_folder::DataFolder;
use crate::exit::{Exit, Failure};
use crate::printer::Printer;

/// Files between two words of progress on a terminal.
const STEP: u64 = 5_000;

/// Writes the export, or reads one again.
pub(crate) fn run(typed: &Export, data: &DataFolder, printer: Printer) -> Result<Exit, Failure> {
    if let Some(path) = &typed.check {
        return read_again(typed.format, path, printer);
    }
    let (Some(study), Some(out)) = (&typed.study, &typed.out) else {
        return Err(Failure::message(Exit::Usage, "`export` needs a study and a place to write to"));
    };
    let study =
        Studies::new(data.studies(), data.staging()).open(study).map_err(|error| no_study(error, data))?;
    let has_pictures = matches!(typed.format, ExportFormat::SpeciesFolders | ExportFormat::AnnotatedPictures);
    if typed.blur_people && !has_pictures {
        let hint = "`--blur-people` goes with `species-folders` and `annotated-pictures`";
        return Err(Failure::message(Exit::Usage, "this format holds no pictures").hint(hint));
    }
    let options = Options {
        threshold: typed.threshold,
        byte_order_mark: typed.bom,
        link: typed.link,
        blur_people: typed.blur_people,
    };
    let talk = !typed.quiet && printer.is_terminal();
    let mut progress = |files: u64| {
        if talk && files.is_multiple_of(STEP) {
            printer.say(&format!("{files} files read"));
        }
    };
    let format = typed.format.into();
    let mut whole_frames = 0;
    let exported = if has_pictures {
        let mut paint = |picture: &Picture| {
            whole_frames += u64::from(picture.people == People::Everywhere);
            painter::paint(picture)
        };
        export_painted(&study, format, options, out, &mut progress, &mut paint)
    } else {
        export(&study, format, options, out, &mut progress)
    };
    let exported = exported.map_err(not_written)?;
    if !typed.quiet {
        sum_up(&exported, typed.format, out, printer);
        if whole_frames > 0 {
            printer.say(&format!(
                "{whole_frames} photos are covered whole: somebody is on them and no box says where"
            ));
        }
    }
    Ok(Exit::Done)
}

fn read_again(format: ExportFormat, path: &Path, printer: Printer) -> Result<Exit, Failure> {
    let checked = check(format.into(), path).map_err(|error| Failure::new(Exit::NoSuchPath, error))?;
    for problem in &checked.problems {
        printer.line(problem)?;
    }
    let untold = checked.problem_count.saturating_sub(checked.problems.len() as u64);
    if untold > 0 {
        printer.line(&format!("… and {untold} more"))?;
    }
    if checked.problem_count > 0 {
        let count = checked.problem_count;
        return Err(Failure::message(Exit::Failed, format!("`{}` has {count} problems", path.display())));
    }
    printer.say(&format!("{} holds: {} files, {} rows", path.display(), checked.files, checked.rows));
    Ok(Exit::Done)
}

fn sum_up(exported: &Exported, format: ExportFormat, out: &Path, printer: Printer) {
    let Exported { files, rows, failures, left_out, warnings } = exported;
    let rows = match format {
        ExportFormat::SpeciesFolders => format!("{rows} places"),
        ExportFormat::AnnotatedPictures => format!("{rows} pictures"),
        ExportFormat::Megadetector | ExportFormat::Speciesnet | ExportFormat::SpeciesnetPerAnimal => {
            format!("{rows} detections")
        }
        _ => format!("{rows} observations"),
    };
    printer.say(&format!("{}: {files} files, {rows}, {failures} failures; checked", out.display()));
    for (why, count) in left_out {
        printer.say(&format!("left out: {count} {why}"));
    }
    for warning in warnings {
        printer.warn(warning);
    }
    if matches!(Format::from(format), Format::CamtrapDp) {
        printer.say("the package says `opportunistic` sampling and capture by `activityDetection`: change datapackage.json if that is wrong");
    }
}

fn no_study(error: FindStudyError, data: &DataFolder) -> Failure {
    let hint = match &error {
        FindStudyError::NotFound(_) => {
            format!(
                "studies lie in `{}`; a path of a study.db will do too, `./study.db` for one right here",
                data.studies().display()
            )
        }
        FindStudyError::Several { .. } => "name it by the first characters of its id".to_owned(),
        _ => return Failure::new(Exit::Failed, error),
    };
    Failure::new(Exit::NoSuchPath, error).hint(hint)
}

pub(super) fn not_written(error: ExportError) -> Failure {
    let hint = match &error {
        ExportError::Taken(_) => "choose another name, or move the old export away",
        ExportError::Nothing(_) => {
            "Camtrap DP needs coordinates for deployments and times for files; SpeciesNet's format needs its answers; CSV has neither need"
        }
        ExportError::Wrong(_) | ExportError::Check(_) => {
            "nothing was kept; this is a fault of biowatch, please report it"
        }
        _ => return Failure::new(Exit::Failed, error),
    };
    Failure::new(Exit::Failed, error).hint(hint)
}
