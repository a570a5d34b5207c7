//! Where the photos were taken: what the geofence goes by.

use std::fmt;

use serde::de::{Deserialize, Deserializer, Error, Unexpected, Visitor};
use thiserror::Error;

/// `AFG AF Afghanistan`: ISO 3166-1 alpha-3, alpha-2, a short name; one line each, sorted.
const COUNTRIES: &str = include_str!("countries.txt");

/// Codes of the states, the district and the territories of the USA that a geofence may name.
const USA_REGIONS: &str = "AK AL AR AS AZ CA CO CT DC DE FL GA GU HI IA ID IL IN KS KY LA MA MD ME MI MN \
     MO MP MS MT NC ND NE NH NJ NM NV NY OH OK OR PA PR RI SC SD TN TX UM UT VA VI VT WA WI WV WY";

/// Most countries named in a hint.
const MOST_HINTS: usize = 5;

/// A code of exactly `N` bytes. Comparison minds the case, as the reference's does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Code<const N: usize>([u8; N]);

/// ISO 3166-1 alpha-3.
pub type Country = Code<3>;

/// First-level division of a country; two letters, for instance a state of the USA.
pub type Region = Code<2>;

impl<const N: usize> Code<N> {
    /// Takes `text` as it is; `None` unless it has `N` ASCII characters.
    pub fn verbatim(text: &str) -> Option<Self> {
        text.as_bytes().try_into().ok().filter(|code: &[u8; N]| code.is_ascii()).map(Self)
    }

    /// The code as text.
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or_default()
    }
}

impl<const N: usize> fmt::Display for Code<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl<'de, const N: usize> Deserialize<'de> for Code<N> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Text<const N: usize>;
        impl<const N: usize> Visitor<'_> for Text<N> {
            type Value = Code<N>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "a code of {N} letters")
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Code<N>, E> {
                Code::verbatim(text).ok_or_else(|| E::invalid_value(Unexpected::Str(text), &self))
            }
        }
        deserializer.deserialize_str(Text)
    }
}

/// Country and region of all photos of a run; both may be unknown.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Place {
    /// Without it nothing is geofenced.
    pub country: Option<Country>,
    /// Without it rules about regions let everything pass.
    pub admin1_region: Option<Region>,
}

/// Why text names no place.
#[derive(Debug, Error, PartialEq, Eq)]
pub enum PlaceError {
    /// No such country.
    #[error(
        "unknown country `{given}`: expected an ISO 3166-1 alpha-3 code such as KEN{}",
        hint(" or, close to what was given: ", close)
    )]
    Country {
        /// What was given.
        given: String,
        /// Countries whose code or name is close, `FRA (France)`; may be empty.
        close: Vec<String>,
    },
    /// No such region.
    #[error("unknown region `{given}` of {country}: expected {expected}")]
    Region {
        /// What was given.
        given: String,
        /// The country it was given with.
        country: Country,
        /// What a region of that country looks like.
        expected: &'static str,
    },
    /// A region without its country.
    #[error("region `{0}` was given without a country: give the country as well")]
    RegionAlone(String),
}

fn hint(lead: &str, close: &[String]) -> String {
    if close.is_empty() { String::new() } else { format!("{lead}{}", close.join(", ")) }
}

impl Place {
    /// Reads what a person typed. Lower case is taken for upper case, and the row then echoes the upper-case
    /// code; empty text is no country.
    ///
    /// The reference takes any text and, for a code it does not know, blocks nearly every animal. A
    /// mistyped code must not do that, so codes outside ISO 3166-1 are refused here.
    pub fn parse(country: Option<&str>, admin1_region: Option<&str>) -> Result<Self, PlaceError> {
        let given =
            |text: Option<&str>| text.map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned);
        match (given(country), given(admin1_region)) {
            (None, None) => Ok(Self::default()),
            (None, Some(region)) => Err(PlaceError::RegionAlone(region)),
            (Some(country), region) => {
                let country = parse_country(&country)?;
                let admin1_region = region.map(|region| parse_region(&region, country)).transpose()?;
                Ok(Self { country: Some(country), admin1_region })
            }
        }
    }
}

fn parse_country(given: &str) -> Result<Country, PlaceError> {
    let upper = given.to_uppercase();
    let known = countries().any(|(code, _, _)| code == upper);
    Country::verbatim(&upper)
        .filter(|_| known)
        .ok_or_else(|| PlaceError::Country { given: given.to_owned(), close: close_countries(&upper) })
}

fn parse_region(given: &str, country: Country) -> Result<Region, PlaceError> {
    let upper = given.to_uppercase();
    let refused = |expected| PlaceError::Region { given: given.to_owned(), country, expected };
    let region = Region::verbatim(&upper).filter(|_| upper.chars().all(|c| c.is_ascii_uppercase()));
    let region = region.ok_or_else(|| refused("two letters"))?;
    if country.as_str() == "USA" && !USA_REGIONS.split(' ').any(|known| known == upper) {
        return Err(refused("the two-letter code of a state, for instance NY"));
    }
    Ok(region)
}

/// alpha-3, alpha-2, name.
pub fn countries() -> impl Iterator<Item = (&'static str, &'static str, &'static str)> {
    COUNTRIES.lines().filter_map(|line| {
        let (alpha3, rest) = line.split_once(' ')?;
        let (alpha2, name) = rest.split_once(' ')?;
        Some((alpha3, alpha2, name))
    })
}

/// Countries whose alpha-2 code or name was given or, failing that, whose code differs in one letter.
fn close_countries(upper: &str) -> Vec<String> {
    let named = |(_, alpha2, name): &(&str, &str, &str)| {
        *alpha2 == upper || (upper.chars().count() > 3 && name.to_uppercase().contains(upper))
    };
    let one_letter_off = |(alpha3, _, _): &(&str, &str, &str)| {
        upper.len() == alpha3.len() && upper.bytes().zip(alpha3.bytes()).filter(|(a, b)| a != b).count() == 1
    };
    let write = |(alpha3, _, name): (&str, &str, &str)| format!("{alpha3} ({name})");
    let by_name: Vec<String> = countries().filter(named).map(write).take(MOST_HINTS).collect();
    if by_name.is_empty() {
        countries().filter(one_letter_off).map(write).take(MOST_HINTS).collect()
    } else {
        by_name
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_is_whole_and_sorted() {
        let codes: Vec<_> = countries().map(|(alpha3, _, _)| alpha3).collect();
        assert_eq!(codes.len(), 249);
        assert!(codes.is_sorted() && codes.iter().all(|code| Country::verbatim(code).is_some()));
        assert_eq!(USA_REGIONS.split(' ').count(), 57);
    }

    #[test]
    fn reads_what_people_type() {
        let place = |country, region| Place::parse(country, region).unwrap();
        assert_eq!(place(None, None), Place::default());
        assert_eq!(place(Some(""), Some(" ")), Place::default());
        assert_eq!(place(Some("FRA"), None).country.unwrap().as_str(), "FRA");
        assert_eq!(place(Some(" fra "), None), place(Some("FRA"), None));
        assert_eq!(place(Some("USA"), Some("ny")).admin1_region.unwrap().as_str(), "NY");
        assert_eq!(place(Some("CAN"), Some("ON")).admin1_region.unwrap().as_str(), "ON");
    }

    #[test]
    fn refusals_say_what_was_expected() {
        let cases = [
            ((Some("FR"), None), "unknown country `FR`", "FRA (France)"),
            ((Some("france"), None), "unknown country `france`", "FRA (France)"),
            ((Some("KEM"), None), "unknown country `KEM`", "KEN (Kenya)"),
            ((Some("猫"), None), "unknown country `猫`", "such as KEN"),
            ((Some("Q"), None), "unknown country `Q`", "such as KEN"),
            ((Some("USA"), Some("XX")), "unknown region `XX` of USA", "for instance NY"),
            ((Some("CAN"), Some("Ontario")), "unknown region `Ontario` of CAN", "two letters"),
            ((None, Some("NY")), "region `NY`", "without a country"),
        ];
        for ((country, region), what, expected) in cases {
            let message = Place::parse(country, region).unwrap_err().to_string();
            assert!(message.contains(what) && message.contains(expected), "{message}");
        }
    }
}
