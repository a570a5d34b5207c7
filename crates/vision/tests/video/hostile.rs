//! Videos that want more than they should get, and videos that are none.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use biowatch_contract::prediction::Frame;
use biowatch_vision::cancel::Cancel;
use biowatch_vision::decode::Limits;
use biowatch_vision::image::RgbImage;
use biowatch_vision::video::{Video, VideoError, VideoLimits, VideoSettings};
use libtest_mimic::Trial;

use crate::{ffmpeg, needs_ffmpeg};

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        needs_ffmpeg("hostile::names", names),
        needs_ffmpeg("hostile::playlists_lead_nowhere", playlists_lead_nowhere),
        needs_ffmpeg("hostile::wrong_endings_are_read", wrong_endings_are_read),
        needs_ffmpeg("hostile::no_video", no_video),
        needs_ffmpeg("hostile::limits", limits),
        needs_ffmpeg("hostile::claims", claims),
        needs_ffmpeg("hostile::cuts", cuts),
        needs_ffmpeg("hostile::cancelled", cancelled),
        needs_ffmpeg("hostile::turned", turned),
        needs_ffmpeg("hostile::sampling", sampling),
        #[cfg(target_os = "linux")]
        needs_ffmpeg("hostile::a_stalled_decoder", a_stalled_decoder),
        #[cfg(target_os = "linux")]
        needs_ffmpeg("hostile::a_killed_parent", a_killed_parent),
    ]
}

/// A clip of a moving test picture.
fn clip(folder: &Path, name: &str, options: &[&str]) -> PathBuf {
    let path = folder.join(name);
    let mut file = std::ffi::OsString::from("file:");
    file.push(&path);
    let made = Command::new(ffmpeg::tools().unwrap().ffmpeg())
        .args(["-v", "error", "-y", "-f", "lavfi", "-i", "testsrc=size=64x48:rate=10:duration=3"])
        .args(options)
        .arg(file)
        .status();
    assert!(made.unwrap().success(), "{name}");
    path
}

fn open(path: &Path) -> Result<Video, VideoError> {
    open_with(path, &ffmpeg::settings(false), &Limits::default())
}

fn open_with(path: &Path, settings: &VideoSettings, limits: &Limits) -> Result<Video, VideoError> {
    Video::open(path.to_str().unwrap(), 1.0, settings, limits, &Cancel::default())
}

fn frames(mut video: Video) -> Vec<(RgbImage, Frame)> {
    std::iter::from_fn(|| video.next_frame().unwrap()).collect()
}

fn names() {
    let folder = tempfile::tempdir().unwrap();
    let names =
        ["-i.mp4", "http:x.mp4", "concat:a|b.mp4", "%d \u{732b} \".mp4", "pipe:0.mp4", "a'b;$(c).mp4"];
    for name in names {
        let path = clip(folder.path(), name, &["-c:v", "mpeg4"]);
        assert_eq!(frames(open(&path).unwrap()).len(), 3, "{name}");
    }
}

fn playlists_lead_nowhere() {
    let folder = tempfile::tempdir().unwrap();
    let secret = clip(folder.path(), "secret.mp4", &["-c:v", "mpeg4"]);
    let secret = secret.display();
    let lists = [
        ("hls.avi", format!("#EXTM3U\n#EXT-X-TARGETDURATION:3\n#EXTINF:3,\n{secret}\n#EXT-X-ENDLIST\n")),
        ("concat.mkv", format!("ffconcat version 1.0\nfile '{secret}'\n")),
        (
            "dash.mp4",
            format!("<?xml version=\"1.0\"?><MPD><Period><BaseURL>{secret}</BaseURL></Period></MPD>"),
        ),
        ("rtsp.mov", "v=0\no=- 0 0 IN IP4 127.0.0.1\nm=video 9 RTP/AVP 96\n".to_owned()),
    ];
    for (name, text) in lists {
        let path = folder.path().join(name);
        fs_err::write(&path, text).unwrap();
        assert!(matches!(open(&path).err(), Some(VideoError::NoVideo { .. })), "{name}");
    }
}

fn wrong_endings_are_read() {
    let folder = tempfile::tempdir().unwrap();
    let path = clip(folder.path(), "clip.mkv", &["-c:v", "mjpeg"]);
    let other = folder.path().join("clip.mp4");
    fs_err::rename(path, &other).unwrap();
    assert_eq!(frames(open(&other).unwrap()).len(), 3);
}

fn no_video() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str, bytes: &[u8]| {
        let path = folder.path().join(name);
        fs_err::write(&path, bytes).unwrap();
        path
    };
    let noise: Vec<u8> = (0..100_000_u32).map(|i| (i.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
    let sound = folder.path().join("sound.mp4");
    let made = Command::new(ffmpeg::tools().unwrap().ffmpeg())
        .args(["-v", "error", "-f", "lavfi", "-i", "sine=duration=1", "-c:a", "aac"])
        .arg(&sound)
        .status();
    assert!(made.unwrap().success());
    let files = [at("empty.mp4", b""), at("text.avi", b"no video\n"), at("noise.mkv", &noise), sound];
    for path in files {
        let error = open(&path).err().unwrap();
        assert!(matches!(error, VideoError::NoVideo { .. }), "{}: {error}", path.display());
        assert!(error.in_reference_words("x.mp4").starts_with("Cannot open video: x.mp4"));
    }
    let none = VideoSettings::default();
    let error = open_with(&folder.path().join("empty.mp4"), &none, &Limits::default()).err().unwrap();
    assert!(matches!(error, VideoError::NoTools(_)), "{error}");
}

fn limits() {
    let folder = tempfile::tempdir().unwrap();
    let path = clip(folder.path(), "clip.mp4", &["-c:v", "mpeg4"]);
    let small = Limits { max_pixels: 64 * 48 - 1, ..Limits::default() };
    let error = open_with(&path, &ffmpeg::settings(false), &small).err();
    assert!(matches!(error, Some(VideoError::TooManyPixels { width: 64, height: 48, .. })));
    let short = VideoLimits { max_duration_s: 2.0, ..VideoLimits::default() };
    let settings = VideoSettings { limits: short, ..ffmpeg::settings(false) };
    let error = open_with(&path, &settings, &Limits::default()).err().unwrap();
    let words = "Invalid video metadata (fps=10.0, frame_count=30, duration=3.0): x";
    assert_eq!(error.in_reference_words("x"), words);
}

/// The frame count of an AVI stands in its headers, where anybody can write another.
fn claims() {
    let folder = tempfile::tempdir().unwrap();
    let sound = fs_err::read(clip(folder.path(), "sound.avi", &["-c:v", "mjpeg"])).unwrap();
    let stream = sound.windows(4).position(|window| window == b"strh").unwrap() + 8;
    let with = |at: usize, value: u32| {
        let mut bytes = sound.clone();
        bytes[at..at + 4].copy_from_slice(&value.to_le_bytes());
        let path = folder.path().join(format!("claim-{at}-{value}.avi"));
        fs_err::write(&path, bytes).unwrap();
        path
    };
    let (scale, rate, length) = (stream + 20, stream + 24, stream + 32);
    let started = Instant::now();
    let cases =
        [with(length, 1_000_000_000), with(length, 0), with(rate, 0), with(scale, 0), with(scale, u32::MAX)];
    for path in cases {
        match open(&path) {
            Ok(video) => assert!(frames(video).len() <= 31, "{}", path.display()),
            Err(error) => {
                let words = error.in_reference_words("x");
                let known = words.starts_with("Invalid video metadata (") || words == "Cannot open video: x";
                assert!(known, "{}: {error}", path.display());
            }
        }
    }
    assert!(started.elapsed() < Duration::from_secs(60));
}

/// Wherever a file is cut, it ends in frames or an error, and soon.
fn cuts() {
    let folder = tempfile::tempdir().unwrap();
    for (name, options) in [
        ("clip.mkv", &["-c:v", "mjpeg"][..]),
        ("clip.mp4", &["-c:v", "mpeg4"]),
        ("clip.webm", &["-c:v", "libvpx"]),
    ] {
        let whole = fs_err::read(clip(folder.path(), name, options)).unwrap();
        for part in 1..8 {
            let path = folder.path().join(format!("cut{part}-{name}"));
            fs_err::write(&path, &whole[..whole.len() * part / 8]).unwrap();
            if let Ok(mut video) = open(&path) {
                let mut count = 0;
                while let Ok(Some(_)) = video.next_frame() {
                    count += 1;
                }
                assert!(count <= 3, "{count} frames of {}", path.display());
            }
        }
    }
}

fn cancelled() {
    let folder = tempfile::tempdir().unwrap();
    let path = clip(folder.path(), "clip.mp4", &["-c:v", "mpeg4"]);
    let cancel = Cancel::default();
    let settings = ffmpeg::settings(false);
    let mut video =
        Video::open(path.to_str().unwrap(), 10.0, &settings, &Limits::default(), &cancel).unwrap();
    assert!(video.next_frame().unwrap().is_some());
    cancel.cancel();
    assert!(video.next_frame().unwrap().is_none());
}

/// Phones store films on their side; the reference leaves them so.
fn turned() {
    let folder = tempfile::tempdir().unwrap();
    let path = clip(folder.path(), "clip.mp4", &["-c:v", "mpeg4", "-metadata:s:v", "rotate=90"]);
    let upright = clip(folder.path(), "upright.mp4", &["-c:v", "mpeg4"]);
    let settings = VideoSettings { upright_frames: true, ..ffmpeg::settings(false) };
    let asked = frames(open_with(&path, &settings, &Limits::default()).unwrap());
    let (left, upright) = (frames(open(&path).unwrap()), frames(open(&upright).unwrap()));
    assert_eq!(left[0].0, upright[0].0);
    let (image, stored) = (&asked[0].0, &left[0].0);
    if (image.width(), image.height()) == (stored.width(), stored.height()) {
        // Newer FFmpeg does not write this tag.
        return;
    }
    assert_eq!((image.width(), image.height()), (48, 64));
    // The top left corner of what is stored is the top right one when it is upright.
    assert_eq!(stored.data()[..3], image.data()[47 * 3..48 * 3]);
}

fn sampling() {
    let folder = tempfile::tempdir().unwrap();
    let path = clip(folder.path(), "clip.mkv", &["-c:v", "mjpeg"]);
    for (sample_fps, expected) in [(1.0, 3), (3.0, 10), (10.0, 30), (1000.0, 30), (0.001, 1), (0.5, 2)] {
        let settings = ffmpeg::settings(false);
        let video = Video::open(
            path.to_str().unwrap(),
            sample_fps,
            &settings,
            &Limits::default(),
            &Cancel::default(),
        );
        let frames = frames(video.unwrap());
        assert_eq!(frames.len(), expected, "{sample_fps} frames a second");
        let interval = (10.0 / sample_fps).floor().max(1.0);
        for (number, (_, frame)) in frames.iter().enumerate() {
            assert_eq!(frame.frame_number, number as u64);
            let time = frame.frame_time.unwrap();
            assert!((time - number as f64 * interval / 10.0).abs() < 0.002, "{time}");
        }
    }
}

/// Names the folder of a process that is started to be killed.
#[cfg(target_os = "linux")]
pub(crate) const DOOMED: &str = "BIOWATCH_TEST_DOOMED";

/// A folder with a clip and a decoder that never answers, but writes its process id to the file `pid`.
#[cfg(target_os = "linux")]
fn sleepy(folder: &Path) {
    use std::os::unix::fs::PermissionsExt as _;

    clip(folder, "clip.mp4", &["-c:v", "mpeg4"]);
    let real = ffmpeg::tools().unwrap().ffmpeg().with_file_name("ffprobe");
    let script = |name: &str, text: String| {
        let program = folder.join(name);
        fs_err::write(&program, text).unwrap();
        fs_err::set_permissions(&program, std::fs::Permissions::from_mode(0o755)).unwrap();
    };
    script("ffprobe", format!("#!/bin/sh\nexec '{}' \"$@\"\n", real.display()));
    let answer = "[ \"$1\" = -version ] && { echo 'ffmpeg version 7.0 x'; exit; }";
    let pid = folder.join("pid");
    let sleep = format!("echo $$ > '{0}.part'; mv '{0}.part' '{0}'; exec sleep 600", pid.display());
    script("ffmpeg", format!("#!/bin/sh\n{answer}\n{sleep}\n"));
}

#[cfg(target_os = "linux")]
fn open_sleepy(folder: &Path, patience: Duration) -> Video {
    let tools = biowatch_vision::video::FfmpegTools::find([folder.to_owned()]).unwrap();
    let limits = VideoLimits { patience, ..VideoLimits::default() };
    let settings = VideoSettings { tools: tools.into(), limits, ..VideoSettings::default() };
    open_with(&folder.join("clip.mp4"), &settings, &Limits::default()).unwrap()
}

#[cfg(target_os = "linux")]
fn decoder_runs(folder: &Path) -> bool {
    let pid = fs_err::read_to_string(folder.join("pid")).unwrap();
    Path::new("/proc").join(pid.trim()).exists()
}

/// A decoder that reads and never answers is killed in time, and its process is gone afterwards.
#[cfg(target_os = "linux")]
fn a_stalled_decoder() {
    let folder = tempfile::tempdir().unwrap();
    sleepy(folder.path());
    let mut video = open_sleepy(folder.path(), Duration::from_secs(2));
    let started = Instant::now();
    assert!(matches!(video.next_frame(), Err(VideoError::Stalled { .. })));
    assert!(started.elapsed() < Duration::from_secs(30));
    drop(video);
    assert!(!decoder_runs(folder.path()));
}

/// What the process that is to be killed does.
#[cfg(target_os = "linux")]
pub(crate) fn wait_for_a_frame(folder: &Path) {
    let _ = open_sleepy(folder, Duration::from_secs(600)).next_frame();
}

/// Killing this program in the hardest way leaves no decoder behind.
#[cfg(target_os = "linux")]
fn a_killed_parent() {
    let folder = tempfile::tempdir().unwrap();
    sleepy(folder.path());
    let mut doomed =
        Command::new(std::env::current_exe().unwrap()).env(DOOMED, folder.path()).spawn().unwrap();
    let within = |what: &dyn Fn() -> bool| {
        let until = Instant::now() + Duration::from_secs(30);
        while !what() && Instant::now() < until {
            std::thread::sleep(Duration::from_millis(20));
        }
        what()
    };
    assert!(within(&|| folder.path().join("pid").exists()), "the decoder does not start");
    assert!(decoder_runs(folder.path()));
    doomed.kill().unwrap();
    doomed.wait().unwrap();
    assert!(within(&|| !decoder_runs(folder.path())), "the decoder outlives its parent");
}
