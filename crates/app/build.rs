//! Puts the pages of the web application into the program.
//!
//! `web/dist` is taken where it is there. Else the pages are built in a copy of `web/`, where `npm` is on PATH. Where neither
//! works the program is built without pages, and says so. `BIOWATCH_WEB=off` leaves them out; `BIOWATCH_WEB=required` fails
//! without them.

use std::env;
use std::error::Error;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::SystemTime;

type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// What of `web/` the pages are made of.
const SOURCES: [&str; 8] = [
    "package.json",
    "package-lock.json",
    "index.html",
    "vite.config.ts",
    "svelte.config.js",
    "tsconfig.json",
    "src",
    "public",
];

fn main() -> Result<()> {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-env-changed=BIOWATCH_WEB");
    let wish = env::var("BIOWATCH_WEB").unwrap_or_default();
    let out = PathBuf::from(env::var("OUT_DIR")?);
    let web = PathBuf::from(env::var("CARGO_MANIFEST_DIR")?).join("../../web");
    let pages = if wish == "off" { Err("BIOWATCH_WEB=off".into()) } else { pages(&web, &out) };
    let files = match pages {
        Ok(folder) => list(&folder)?,
        Err(why) if wish == "required" => return Err(format!("the pages cannot be built: {why}").into()),
        Err(why) => {
            if wish != "off" {
                println!(
                    "cargo::warning=`biowatch up` is built without its pages: {}",
                    why.to_string().replace('\n', " ")
                );
            }
            Vec::new()
        }
    };
    let mut text = String::from("&[\n");
    for (name, file) in files {
        writeln!(text, "    ({name:?}, include_bytes!({:?})),", file.display().to_string())?;
    }
    text.push_str("]\n");
    fs_err::write(out.join("pages.rs"), text)?;
    Ok(())
}

/// The folder that holds the built pages.
fn pages(web: &Path, out: &Path) -> Result<PathBuf> {
    if !web.is_dir() {
        // Looked for again at each build.
        println!("cargo::rerun-if-changed={}", web.display());
        return Err("there is no folder `web`".into());
    }
    for source in SOURCES.iter().map(|name| web.join(name)).filter(|path| path.exists()) {
        println!("cargo::rerun-if-changed={}", source.display());
    }
    let built = web.join("dist");
    if built.join("index.html").is_file() {
        println!("cargo::rerun-if-changed={}", built.display());
        let newest = SOURCES.iter().map(|name| newest(&web.join(name))).max().flatten();
        if newest > fs_err::metadata(built.join("index.html"))?.modified().ok() {
            println!(
                "cargo::warning=`web/dist` is older than its sources: `npm run build` in `web` makes it anew"
            );
        }
        return Ok(built.canonicalize()?);
    }
    build(web, &out.join("web"))
}

fn newest(path: &Path) -> Option<SystemTime> {
    if path.is_dir() {
        let entries = fs_err::read_dir(path).ok()?;
        return entries.flatten().filter_map(|entry| newest(&entry.path())).max();
    }
    fs_err::metadata(path).ok()?.modified().ok()
}

/// Builds in a copy: a build changes nothing in the sources.
fn build(web: &Path, copy: &Path) -> Result<PathBuf> {
    let installed = copy.join("installed-lock.json");
    for name in SOURCES {
        let to = copy.join(name);
        if to.is_dir() {
            fs_err::remove_dir_all(&to)?;
        }
        copy_all(&web.join(name), &to)?;
    }
    let lock = fs_err::read(copy.join("package-lock.json"))?;
    if fs_err::read(&installed).ok().as_ref() != Some(&lock) {
        npm(copy, &["ci", "--no-audit", "--no-fund"])?;
        fs_err::write(&installed, &lock)?;
    }
    npm(copy, &["run", "build"])?;
    let built = copy.join("dist");
    if built.join("index.html").is_file() {
        Ok(built)
    } else {
        Err("`npm run build` made no index.html".into())
    }
}

fn copy_all(from: &Path, to: &Path) -> Result<()> {
    if from.is_dir() {
        fs_err::create_dir_all(to)?;
        for entry in fs_err::read_dir(from)? {
            let entry = entry?;
            copy_all(&entry.path(), &to.join(entry.file_name()))?;
        }
    } else if from.is_file() {
        fs_err::create_dir_all(to.parent().unwrap_or(to))?;
        fs_err::copy(from, to)?;
    }
    Ok(())
}

fn npm(folder: &Path, words: &[&str]) -> Result<()> {
    let program = if cfg!(windows) { "npm.cmd" } else { "npm" };
    let done = Command::new(program).args(words).current_dir(folder).output();
    let done = done.map_err(|error| format!("`npm` cannot be run ({error})"))?;
    if done.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&done.stderr).into_owned();
    let last: Vec<_> = said.lines().rev().take(3).collect();
    let last: Vec<_> = last.into_iter().rev().collect();
    Err(format!("`npm {}` failed: {}", words.join(" "), last.join(" ")).into())
}

/// Every file below `folder` by its path in it, with `/`.
fn list(folder: &Path) -> Result<Vec<(String, PathBuf)>> {
    let mut files = Vec::new();
    let mut folders = vec![(String::new(), folder.to_owned())];
    while let Some((prefix, folder)) = folders.pop() {
        for entry in fs_err::read_dir(&folder)? {
            let entry = entry?;
            let name =
                entry.file_name().into_string().map_err(|_| "a page has a name that is not Unicode")?;
            let (name, path) = (format!("{prefix}{name}"), entry.path());
            if path.is_dir() {
                folders.push((format!("{name}/"), path));
            } else {
                files.push((name, path));
            }
        }
    }
    files.sort();
    Ok(files)
}
