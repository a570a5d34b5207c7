//! Which animals do not live in a country, as the package's rules say.

use std::collections::{BTreeMap, HashMap};

use serde::Deserialize;

use super::label::Label;
use super::place::{Country, Place, Region};

/// The rules by taxon (`class;order;family;genus;species`; higher taxa leave the lower fields empty).
#[derive(Debug, Default, Deserialize)]
#[serde(transparent)]
pub struct Geofence {
    rules: HashMap<Box<str>, Rule>,
}

/// Regions by country; an empty list means the whole country.
type Regions = BTreeMap<Country, Box<[Region]>>;

#[derive(Debug, Default, Deserialize)]
struct Rule {
    /// When it names any country, the animal lives in these only.
    allow: Option<Regions>,
    /// The animal does not live here; beats `allow`.
    block: Option<Regions>,
}

impl Geofence {
    /// Whether the rules say that `label` does not live at `place`. Taxa without a rule live everywhere;
    /// without a region, rules about regions let pass; without a country, nothing is blocked.
    pub fn blocks(&self, label: &Label, place: &Place) -> bool {
        let (Some(country), Some(rule)) = (place.country, self.rules.get(label.taxon())) else {
            return false;
        };
        rule.misses(country, place.admin1_region) || rule.excludes(country, place.admin1_region)
    }
}

impl Rule {
    /// There is a list of allowed places, and this is none of them.
    fn misses(&self, country: Country, region: Option<Region>) -> bool {
        let Some(allow) = self.allow.as_ref().filter(|allow| !allow.is_empty()) else {
            return false;
        };
        match allow.get(&country) {
            None => true,
            Some(regions) => region.is_some_and(|region| !regions.is_empty() && !regions.contains(&region)),
        }
    }

    /// There is a list of blocked places, and this is one of them.
    fn excludes(&self, country: Country, region: Option<Region>) -> bool {
        let Some(regions) = self.block.as_ref().and_then(|block| block.get(&country)) else {
            return false;
        };
        regions.is_empty() || region.is_some_and(|region| regions.contains(&region))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_of_countries_and_regions() {
        let geofence: Geofence = serde_json::from_str(
            r#"{"a;;;;": {"allow": {"FRA": [], "USA": ["NY", "CA"]}},
                "b;;;;": {"block": {"FRA": [], "USA": ["NY"]}},
                "c;;;;": {"allow": {"FRA": []}, "block": {"FRA": []}},
                "d;;;;": {"allow": {}, "block": null}}"#,
        )
        .unwrap();
        let cases = [
            ("a", "FRA", None, false),
            ("a", "DEU", None, true),
            ("a", "fra", None, true),
            ("a", "USA", None, false),
            ("a", "USA", Some("NY"), false),
            ("a", "USA", Some("TX"), true),
            ("a", "FRA", Some("XX"), false),
            ("b", "FRA", None, true),
            ("b", "DEU", None, false),
            ("b", "USA", None, false),
            ("b", "USA", Some("NY"), true),
            ("b", "USA", Some("TX"), false),
            ("c", "FRA", None, true),
            ("d", "FRA", None, false),
            ("e", "FRA", None, false),
        ];
        for (class, country, region, blocked) in cases {
            let label = Label::parse(&format!("u;{class};;;;;name")).unwrap();
            let place = Place {
                country: Country::verbatim(country),
                admin1_region: region.and_then(Region::verbatim),
            };
            assert_eq!(geofence.blocks(&label, &place), blocked, "{class} {country} {region:?}");
            assert!(!geofence.blocks(&label, &Place::default()));
        }
    }

    #[test]
    fn refuses_codes_that_are_none() {
        let refused = |text| serde_json::from_str::<Geofence>(text).unwrap_err().to_string();
        assert!(refused(r#"{"a;;;;": {"allow": {"FRANCE": []}}}"#).contains("a code of 3 letters"));
        assert!(refused(r#"{"a;;;;": {"block": {"USA": ["New York"]}}}"#).contains("a code of 2 letters"));
    }
}
