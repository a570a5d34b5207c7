//! Coordinates that may be believed.

/// A point on the Earth, WGS 84. Never (0, 0): cameras without a fix write that.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Place {
    latitude: f64,
    longitude: f64,
}

impl Place {
    /// Degrees, north and east positive, kept to six decimals (0.1 m). None when out of range or at (0, 0).
    pub fn new(latitude: f64, longitude: f64) -> Option<Self> {
        let round = |degrees: f64| (degrees * 1e6).round() / 1e6;
        let (latitude, longitude) = (round(latitude), round(longitude));
        let is_on_earth = (-90.0..=90.0).contains(&latitude) && (-180.0..=180.0).contains(&longitude);
        (is_on_earth && (latitude, longitude) != (0.0, 0.0)).then_some(Self { latitude, longitude })
    }

    /// Degrees, -90 to 90.
    pub fn latitude(self) -> f64 {
        self.latitude
    }

    /// Degrees, -180 to 180.
    pub fn longitude(self) -> f64 {
        self.longitude
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn null_island_is_no_place_and_the_equator_is() {
        assert_eq!(Place::new(0.0, 0.0), None);
        assert_eq!(Place::new(-0.0, 1e-9), None);
        assert!(Place::new(0.0, 36.8).is_some());
        assert_eq!(Place::new(91.0, 0.0), None);
        assert_eq!(Place::new(f64::NAN, 5.0), None);
        assert_eq!(Place::new(1.234_567_89, 2.0).unwrap().latitude(), 1.234_568);
    }
}
