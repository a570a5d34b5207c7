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

/// Corners in whole pixels of the upright photo, inside it.
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

impl NetworkBox {
    /// The box in the photo: padding taken off, scaled, clipped, rounded half to even.
    ///
    /// Padding is computed anew from the two sizes, `(width, height)`, and may be fractional, as the
    /// reference does it; the letterbox's own whole pixels would give other edges.
    pub fn in_photo(self, network: Size, photo: Size) -> PhotoBox {
        let (network_w, network_h) = (network.0 as f64, network.1 as f64);
        let (photo_w, photo_h) = (photo.0 as f64, photo.1 as f64);
        let gain = (network_h / photo_h).min(network_w / photo_w);
        let pad_x = ((network_w - photo_w * gain) / 2.0) as f32;
        let pad_y = ((network_h - photo_h * gain) / 2.0) as f32;
        let gain = gain as f32;
        let x = |x: f32| ((x - pad_x) / gain).clamp(0.0, photo_w as f32).round_ties_even();
        let y = |y: f32| ((y - pad_y) / gain).clamp(0.0, photo_h as f32).round_ties_even();
        PhotoBox { x1: x(self.x1), y1: y(self.y1), x2: x(self.x2), y2: y(self.y2) }
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
}
