//! CPU time of the pixel stages for each JPEG named on the command line, stages interleaved, best of several rounds:
//! `cargo bench -p biowatch-vision --bench pixels -- photo.jpg`.
#![allow(
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a bench prints, and stops where it cannot go on"
)]

use std::hint::black_box;
use std::path::Path;
use std::time::{Duration, Instant};

use biowatch_vision::crop::{Crop, classifier_input};
use biowatch_vision::decode::{self, Limits};
use biowatch_vision::letterbox::{Frame, Letterbox};

const ROUNDS: usize = 9;

fn main() {
    let photos: Vec<_> = std::env::args().skip(1).filter(|argument| !argument.starts_with("--")).collect();
    if photos.is_empty() {
        println!("no photo named");
    }
    for photo in photos {
        measure(Path::new(&photo));
    }
}

/// One thread works, so the time that passes is the time it takes.
fn timed<T>(best: &mut Duration, work: impl FnOnce() -> T) -> T {
    let start = Instant::now();
    let result = black_box(work());
    *best = (*best).min(start.elapsed());
    result
}

fn measure(path: &Path) {
    let bytes = fs_err::read(path).unwrap();
    let [mut decoding, mut letterboxing, mut cropping] = [Duration::MAX; 3];
    let mut input = Vec::new();
    let mut size = (0, 0);
    for _ in 0..ROUNDS {
        let image = timed(&mut decoding, || decode::from_bytes(&bytes, &Limits::default()).unwrap());
        size = (image.width(), image.height());
        let letterbox = Letterbox::fit(size.0, size.1, Frame { side: 1280, stride: Some(64) }).unwrap();
        timed(&mut letterboxing, || letterbox.write_planes(&image, &mut input));
        timed(&mut cropping, || classifier_input(&image, &Crop::whole(&image), 480));
    }
    let ms = |time: Duration| time.as_secs_f64() * 1000.0;
    println!(
        "{} {}x{}: decode {:.1} ms, letterbox {:.1} ms, classifier input {:.1} ms",
        path.display(),
        size.0,
        size.1,
        ms(decoding),
        ms(letterboxing),
        ms(cropping)
    );
}
