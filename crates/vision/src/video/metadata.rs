//! What OpenCV's reader says of a video, from what ffprobe says of it.

use serde::Deserialize;

use crate::image::Orientation;

/// Below, OpenCV takes a number for missing.
const NOTHING: f64 = 0.000_025;

/// A video stream as OpenCV describes it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Metadata {
    /// Columns of a frame as stored.
    pub width: usize,
    /// Rows of a frame as stored.
    pub height: usize,
    /// `CAP_PROP_FPS`.
    pub fps: f64,
    /// `CAP_PROP_FRAME_COUNT`.
    pub frame_count: i64,
    /// Whether `frame_count` stands in the container, and was not computed from its duration.
    pub is_counted: bool,
    /// How frames have to be turned to be upright.
    pub orientation: Orientation,
    /// Whether luma and chroma use the whole range of a byte, by the pixel format's name.
    pub full_range: bool,
}

/// ffprobe's answer, as far as it is looked at.
#[derive(Deserialize)]
struct Answer {
    #[serde(default)]
    streams: Vec<Stream>,
    format: Option<Container>,
}

#[derive(Deserialize)]
struct Stream {
    width: Option<usize>,
    height: Option<usize>,
    pix_fmt: Option<String>,
    avg_frame_rate: Option<String>,
    time_base: Option<String>,
    duration: Option<String>,
    nb_frames: Option<String>,
    #[serde(default)]
    side_data_list: Vec<SideData>,
}

#[derive(Deserialize)]
struct Container {
    duration: Option<String>,
}

#[derive(Deserialize)]
struct SideData {
    rotation: Option<f64>,
}

impl Metadata {
    /// What to ask ffprobe for.
    pub(super) const ENTRIES: &str = "stream=width,height,pix_fmt,avg_frame_rate,time_base,duration,\
         nb_frames:stream_side_data=rotation:format=duration";

    /// Reads ffprobe's JSON; `None` where there is no video stream with a size.
    pub(super) fn read(json: &[u8]) -> Option<Self> {
        let answer: Answer = serde_json::from_slice(json).ok()?;
        let stream = answer.streams.first()?;
        let (width, height) = (stream.width?, stream.height?);
        if width == 0 || height == 0 {
            return None;
        }
        let fps = frames_per_second(stream);
        let counted = stream.nb_frames.as_deref().and_then(|count| count.parse::<i64>().ok());
        let counted = counted.filter(|count| *count != 0);
        let container = answer.format.and_then(|format| number(format.duration.as_deref()));
        let duration = match container {
            Some(duration) if duration >= NOTHING => duration,
            _ => number(stream.duration.as_deref()).unwrap_or(0.0),
        };
        let rotation = stream.side_data_list.iter().find_map(|data| data.rotation).unwrap_or(0.0);
        let format = stream.pix_fmt.as_deref().unwrap_or_default();
        Some(Self {
            width,
            height,
            fps,
            frame_count: counted.unwrap_or((duration * fps + 0.5).floor() as i64),
            is_counted: counted.is_some(),
            orientation: orientation(rotation),
            full_range: format.starts_with("yuvj"),
        })
    }
}

/// The average frame rate, and the ticks of the clock where there is none.
fn frames_per_second(stream: &Stream) -> f64 {
    let average = ratio(stream.avg_frame_rate.as_deref()).unwrap_or(0.0);
    if average >= NOTHING {
        return average;
    }
    let tick = ratio(stream.time_base.as_deref()).filter(|tick| *tick > 0.0);
    tick.map_or(0.0, |tick| 1.0 / tick)
}

fn number(text: Option<&str>) -> Option<f64> {
    text?.parse().ok().filter(|number: &f64| number.is_finite())
}

/// `30000/1001`.
fn ratio(text: Option<&str>) -> Option<f64> {
    let (over, under) = text?.split_once('/')?;
    let (over, under): (f64, f64) = (over.parse().ok()?, under.parse().ok()?);
    Some(over / under).filter(|ratio| ratio.is_finite())
}

/// The display matrix turns anticlockwise. Other angles than quarter turns are left alone.
fn orientation(anticlockwise: f64) -> Orientation {
    match (-anticlockwise).round().rem_euclid(360.0) as u32 {
        90 => Orientation::Rotate90Clockwise,
        180 => Orientation::Rotate180,
        270 => Orientation::Rotate90Anticlockwise,
        _ => Orientation::Upright,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(stream: &str, format: &str) -> Option<Metadata> {
        let json = format!(r#"{{"streams":[{{"width":4,"height":2,{stream}}}],"format":{{{format}}}}}"#);
        Metadata::read(json.as_bytes())
    }

    #[test]
    fn counts_are_the_containers_or_computed() {
        let counted = r#""avg_frame_rate":"30000/1001","time_base":"1/30000","nb_frames":"117""#;
        let counted = read(counted, r#""duration":"3.903900""#).unwrap();
        assert_eq!((counted.fps, counted.frame_count, counted.is_counted), (30_000.0 / 1001.0, 117, true));

        let computed = r#""avg_frame_rate":"25/1","time_base":"1/1000""#;
        let computed = read(computed, r#""duration":"2.019000""#).unwrap();
        assert_eq!((computed.fps, computed.frame_count, computed.is_counted), (25.0, 50, false));
    }

    #[test]
    fn absurd_rates_are_replaced_as_opencv_replaces_them() {
        let rates = [
            (r#""avg_frame_rate":"200/9","time_base":"1/15360""#, 200.0 / 9.0),
            (r#""avg_frame_rate":"0/0","time_base":"1/600""#, 600.0),
            (r#""time_base":"1/90000""#, 90_000.0),
            (r#""avg_frame_rate":"x","time_base":"0/1""#, 0.0),
            (r#""avg_frame_rate":"-5/1""#, 0.0),
        ];
        for (stream, fps) in rates {
            assert_eq!(read(stream, "").unwrap().fps, fps, "{stream}");
        }
    }

    #[test]
    fn turns_and_refusals() {
        let turned = read(r#""side_data_list":[{},{"rotation":-90}]"#, "").unwrap();
        assert_eq!(turned.orientation, Orientation::Rotate90Clockwise);
        assert_eq!(orientation(90.0), Orientation::Rotate90Anticlockwise);
        assert_eq!(orientation(180.0), Orientation::Rotate180);
        assert_eq!(orientation(12.0), Orientation::Upright);
        assert_eq!(Metadata::read(br#"{"streams":[],"format":{}}"#), None);
        assert_eq!(Metadata::read(b"{"), None);
        assert_eq!(Metadata::read(br#"{"streams":[{"width":0,"height":2}]}"#), None);
    }
}
