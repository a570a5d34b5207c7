//! The two frames a box lives in, and the way from one to the other.

/// Corners in pixels of the letterboxed picture; x to the right, y down. May reach outside.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct NetworkBox {
    /// Left edge.
    pub x1: f32,
    /// Top edge.
    pub y1: f32,
    /// Right edge.
    pub x2: f32,
    /// Bottom edge.
    pub y2: f32,
}

/// Corners in pixels of the upright photo, inside it; whole pixels where the [`WayBack`] rounds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PhotoBox {
    /// Left edge, 0..=width.
    pub x1: f32,
    /// Top edge, 0..=height.
    pub y1: f32,
    /// Right edge, 0..=width.
    pub x2: f32,
    /// Bottom edge, 0..=height.
    pub y2: f32,
}

/// Width and height in pixels.
type Size = (usize, usize);

/// How a box of the letterboxed picture becomes one of the photo: padding off, scaled, clipped, perhaps rounded.
///
/// The reference programs differ in the last pixel, so each has a constructor of its own.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct WayBack {
    pad_x: f32,
    pad_y: f32,
    gain_x: f32,
    gain_y: f32,
    photo: Size,
    whole_pixels: bool,
}

impl WayBack {
    /// yolov5, and with it SpeciesNet and the MegaDetector package's classic mode: corners are rounded half to
    /// even.
    ///
    /// Padding is computed anew from the two sizes, `(width, height)`, and may be fractional, as the
    /// reference does it; the letterbox's own whole pixels would give other edges.
    pub fn yolov5(network: Size, photo: Size) -> Self {
        let (gain, pad_x, pad_y) = gain_and_padding(network, photo);
        let (pad_x, pad_y) = (pad_x as f32, pad_y as f32);
        let gain = gain as f32;
        Self { pad_x, pad_y, gain_x: gain, gain_y: gain, photo, whole_pixels: true }
    }

    /// ultralytics 8.3: padding is rounded, corners are not.
    pub fn ultralytics(network: Size, photo: Size) -> Self {
        let (gain, pad_x, pad_y) = gain_and_padding(network, photo);
        let whole = |pad: f64| (pad - 0.1).round_ties_even() as f32;
        let (pad_x, pad_y, gain) = (whole(pad_x), whole(pad_y), gain as f32);
        Self { pad_x, pad_y, gain_x: gain, gain_y: gain, photo, whole_pixels: false }
    }

    /// The MegaDetector package's modern mode: the photo was resized to `inner` and lies in the middle of the
    /// network's picture; the scale of the rows serves the columns too; corners are rounded half to even.
    pub fn centred(network: Size, inner: Size, photo: Size) -> Self {
        let pad = |network: usize, inner: usize| ((network as f64 - inner as f64) / 2.0) as f32;
        let gain = (inner.1 as f64 / photo.1 as f64) as f32;
        let (pad_x, pad_y) = (pad(network.0, inner.0), pad(network.1, inner.1));
        Self { pad_x, pad_y, gain_x: gain, gain_y: gain, photo, whole_pixels: true }
    }

    /// A photo that was pulled to the network's size: nothing was padded, and each side has a scale of its own.
    pub fn stretched(network: Size, photo: Size) -> Self {
        let gain = |network: usize, photo: usize| (network as f64 / photo as f64) as f32;
        let (gain_x, gain_y) = (gain(network.0, photo.0), gain(network.1, photo.1));
        Self { pad_x: 0.0, pad_y: 0.0, gain_x, gain_y, photo, whole_pixels: false }
    }

    /// The box in the photo.
    pub fn take(&self, bbox: NetworkBox) -> PhotoBox {
        let place = |value: f32, pad: f32, gain: f32, most: usize| {
            let value = ((value - pad) / gain).clamp(0.0, most as f32);
            if self.whole_pixels { value.round_ties_even() } else { value }
        };
        let x = |x: f32| place(x, self.pad_x, self.gain_x, self.photo.0);
        let y = |y: f32| place(y, self.pad_y, self.gain_y, self.photo.1);
        PhotoBox { x1: x(bbox.x1), y1: y(bbox.y1), x2: x(bbox.x2), y2: y(bbox.y2) }
    }
}

/// The scale that fits the photo into the network's picture, and the space left at its sides and above.
fn gain_and_padding(network: Size, photo: Size) -> (f64, f64, f64) {
    let (network_w, network_h) = (network.0 as f64, network.1 as f64);
    let (photo_w, photo_h) = (photo.0 as f64, photo.1 as f64);
    let gain = (network_h / photo_h).min(network_w / photo_w);
    (gain, (network_w - photo_w * gain) / 2.0, (network_h - photo_h * gain) / 2.0)
}

impl NetworkBox {
    /// The box in the photo by [`WayBack::yolov5`]; sizes are `(width, height)`.
    pub fn in_photo(self, network: Size, photo: Size) -> PhotoBox {
        WayBack::yolov5(network, photo).take(self)
    }
}

impl PhotoBox {
    /// `[xmin, ymin, width, height]` as fractions of a photo of `(width, height)` pixels, 0..=1.
    ///
    /// Centre and size are divided in f32, the corner is taken in f64: stored results carry exactly these
    /// digits.
    pub fn fractions(self, (width, height): Size) -> [f64; 4] {
        let (width, height) = (width as f32, height as f32);
        let cx = f64::from((self.x1 + self.x2) / 2.0 / width);
        let cy = f64::from((self.y1 + self.y2) / 2.0 / height);
        let w = f64::from((self.x2 - self.x1) / width);
        let h = f64::from((self.y2 - self.y1) / height);
        [cx - w / 2.0, cy - h / 2.0, w, h]
    }
    /// `[centre x, centre y, width, height]` as fractions of a photo of `(width, height)` pixels, 0..=1, all in f32
    /// and then widened.
    pub fn centred_fractions(self, (width, height): Size) -> [f64; 4] {
        let (width, height) = (width as f32, height as f32);
        let cx = (self.x1 + self.x2) / 2.0 / width;
        let cy = (self.y1 + self.y2) / 2.0 / height;
        [cx, cy, (self.x2 - self.x1) / width, (self.y2 - self.y1) / height].map(f64::from)
    }

    /// `[left, top, right, bottom]`, widened.
    pub fn corners(self) -> [f64; 4] {
        [self.x1, self.y1, self.x2, self.y2].map(f64::from)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stretched_box_has_a_scale_for_each_side() {
        let way_back = WayBack::stretched((100, 50), (400, 100));
        let bbox = NetworkBox { x1: 10.0, y1: 10.0, x2: 50.0, y2: 60.0 };
        assert_eq!(way_back.take(bbox), PhotoBox { x1: 40.0, y1: 20.0, x2: 200.0, y2: 100.0 });
    }
}
