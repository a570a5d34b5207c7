use super::super::place::{Country, Region};
use super::*;

const LION: &str = "l;mammalia;carnivora;felidae;panthera;leo;lion";
const TIGER: &str = "t;mammalia;carnivora;felidae;panthera;tigris;tiger";
const PANTHERA: &str = "p;mammalia;carnivora;felidae;panthera;;panthera species";
const FELIDAE: &str = "f;mammalia;carnivora;felidae;;;cat family";
const CARNIVORA: &str = "c;mammalia;carnivora;;;;carnivorous mammal";
const MAMMALIA: &str = "m;mammalia;;;;;mammal";
const BROWN_BEAR: &str = "b;mammalia;carnivora;ursidae;ursus;arctos;brown bear";
const POLAR_BEAR: &str = "o;mammalia;carnivora;ursidae;ursus;maritimus;polar bear";
const PANDA: &str = "g;mammalia;carnivora;ursidae;ailuropoda;melanoleuca;giant panda";
const URSUS: &str = "u;mammalia;carnivora;ursidae;ursus;;ursus species";
const URSIDAE: &str = "r;mammalia;carnivora;ursidae;;;bear family";

fn label(name: &str) -> Label {
    match name {
        "blank" => BLANK.clone(),
        "human" => HUMAN.clone(),
        "vehicle" => VEHICLE.clone(),
        "animal" => ANIMAL.clone(),
        "unknown" => UNKNOWN.clone(),
        line => Label::parse(line).unwrap(),
    }
}

fn taxonomy() -> Taxonomy {
    let lines =
        [LION, TIGER, PANTHERA, FELIDAE, CARNIVORA, MAMMALIA, BROWN_BEAR, POLAR_BEAR, PANDA, URSUS, URSIDAE];
    Taxonomy::new(lines.map(label))
}

fn place(country: &str, region: &str) -> Place {
    Place { country: Country::verbatim(country), admin1_region: Region::verbatim(region) }
}

fn candidates<'a>(labels: &'a [Label], scores: &[f64]) -> Vec<Candidate<'a>> {
    labels.iter().zip(scores).map(|(label, &score)| Candidate { label, score }).collect()
}

/// The edge vectors that the reference's authors' own code answers.
#[test]
fn decides_as_the_reference_at_the_edges() {
    const RULES: &str = r#"{"mammalia;carnivora;felidae;panthera;leo": {"allow": {"KEN": [], "TZA": []}},
        "mammalia;carnivora;felidae;;": {"block": {"GBR": []}},
        "mammalia;carnivora;felidae;panthera;": {"allow": {"USA": ["CA"]}}}"#;
    type Case = (
        &'static [(&'static str, f64)],
        Option<(Subject, f64)>,
        &'static str,
        (&'static str, f64, &'static str),
    );
    use Subject::{Animal, Human, Vehicle};
    let cases: &[Case] = &[
        (&[(LION, 0.5)], Some((Human, 0.70)), "", ("unknown", 0.5, "classifier")),
        (&[(LION, 0.5)], Some((Human, 0.7001)), "", ("human", 0.7001, "detector")),
        (&[("vehicle", 0.51)], Some((Human, 0.3)), "", ("human", 0.51, "classifier")),
        (&[("human", 0.5), ("blank", 0.4)], Some((Human, 0.3)), "", ("unknown", 0.5, "classifier")),
        (&[("human", 0.51)], Some((Vehicle, 0.8)), "", ("human", 0.51, "classifier")),
        (&[("vehicle", 0.41)], Some((Vehicle, 0.3)), "", ("vehicle", 0.41, "classifier")),
        (&[("blank", 0.51), (LION, 0.4)], None, "", ("blank", 0.51, "classifier")),
        (&[("blank", 0.51), (LION, 0.4)], Some((Animal, 0.2)), "", ("unknown", 0.51, "classifier")),
        (&[("blank", 0.991)], Some((Animal, 0.95)), "", ("blank", 0.991, "classifier")),
        (&[("blank", 0.6)], Some((Human, 0.15)), "", ("blank", 0.6, "classifier")),
        (&[(LION, 0.81)], None, "", (LION, 0.81, "classifier")),
        (&[(LION, 0.8)], None, "", (PANTHERA, 0.8, "classifier+rollup_to_genus")),
        (&[(LION, 0.66)], Some((Animal, 0.21)), "", (LION, 0.66, "classifier")),
        (&[(LION, 0.66)], Some((Animal, 0.2)), "", (PANTHERA, 0.66, "classifier+rollup_to_genus")),
        (
            &[(LION, 0.4), (TIGER, 0.3)],
            Some((Animal, 0.1)),
            "",
            (PANTHERA, 0.7, "classifier+rollup_to_genus"),
        ),
        (&[(LION, 0.4), (TIGER, 0.2)], Some((Animal, 0.6)), "", ("animal", 0.6, "detector")),
        (&[(LION, 0.4), (TIGER, 0.2)], Some((Animal, 0.5)), "", ("unknown", 0.4, "classifier")),
        (&[(LION, 0.9)], Some((Animal, 0.9)), "GBR", (CARNIVORA, 0.9, "classifier+geofence+rollup_to_order")),
        (&[(LION, 0.9)], Some((Animal, 0.9)), "KEN", (LION, 0.9, "classifier")),
        (&[("human", 0.9)], Some((Animal, 0.05)), "", (MAMMALIA, 0.9, "classifier+rollup_to_class")),
        (&[("vehicle", 0.9)], Some((Animal, 0.3)), "", ("unknown", 0.9, "classifier")),
        (&[("vehicle", 0.9)], Some((Animal, 0.6)), "", ("animal", 0.6, "detector")),
        (&[(LION, 0.9)], Some((Human, 0.69)), "", (LION, 0.9, "classifier")),
    ];
    let (taxonomy, geofence) = (taxonomy(), serde_json::from_str(RULES).unwrap());
    for (classes, sighting, country, expected) in cases {
        let labels: Vec<Label> = classes.iter().map(|(name, _)| label(name)).collect();
        let scores: Vec<f64> = classes.iter().map(|(_, score)| *score).collect();
        let sighting = sighting.map_or(NO_SIGHTING, |(subject, confidence)| Sighting { subject, confidence });
        let ensemble = Ensemble { taxonomy: &taxonomy, geofence: Some(&geofence), place: place(country, "") };
        let decision = ensemble.decide(&candidates(&labels, &scores), sighting);
        let got = (decision.label.clone(), decision.score, decision.source.to_string());
        assert_eq!(got, (label(expected.0), expected.1, expected.2.to_owned()), "{classes:?} {sighting:?}");
    }
    let ensemble = Ensemble { taxonomy: &taxonomy, geofence: None, place: place("GBR", "") };
    let lion = label(LION);
    let sure = [Candidate { label: &lion, score: 0.9 }];
    assert_eq!(ensemble.decide(&sure, NO_SIGHTING).label, &lion);
}

/// Roll-ups of the reference's own unit tests.
#[test]
fn rolls_up_as_the_reference() {
    use Level::{Class, Family, Genus, Kingdom, Order, Species};
    let labels = [BROWN_BEAR, POLAR_BEAR, PANDA, "blank", LION, "human", "animal"].map(label);
    type Case = (&'static [Level], f64, [f64; 7], &'static str, Option<(&'static str, f64)>);
    let cases: &[Case] = &[
        (&[Species], 0.9, [0.9, 0.1, 0.0, 0.0, 0.0, 0.0, 0.0], "", None),
        (&[Species], 0.9, [1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0], "", Some((BROWN_BEAR, 1.0))),
        (&[Genus], 0.9, [0.7, 0.25, 0.01, 0.01, 0.01, 0.01, 0.01], "", Some((URSUS, 0.95))),
        (&[Family], 0.8, [0.4, 0.21, 0.2, 0.0, 0.0, 0.0, 0.0], "", Some((URSIDAE, 0.81))),
        (&[Family], 0.8, [0.4, 0.1, 0.1, 0.1, 0.1, 0.0, 0.0], "", None),
        (&[Order], 0.8, [0.3, 0.2, 0.1, 0.1, 0.23, 0.0, 0.0], "", Some((CARNIVORA, 0.83))),
        (&[Class], 0.8, [0.2, 0.2, 0.1, 0.1, 0.22, 0.1, 0.0], "", Some((MAMMALIA, 0.82))),
        (&[Kingdom], 0.81, [0.2, 0.2, 0.1, 0.1, 0.23, 0.1, 0.1], "", Some(("animal", 0.93))),
        (
            &[Genus, Family, Order, Class, Kingdom],
            0.75,
            [0.6, 0.1, 0.1, 0.1, 0.1, 0.0, 0.0],
            "",
            Some((URSIDAE, 0.8)),
        ),
        (&[Species], 0.1, [0.2, 0.3, 0.15, 0.0, 0.35, 0.0, 0.0], "", Some((LION, 0.35))),
        (
            &[Species, Genus, Family, Order, Class],
            0.4,
            [0.1, 0.2, 0.2, 0.45, 0.0, 0.0, 0.0],
            "",
            Some((URSIDAE, 0.5)),
        ),
        (
            &[Species, Genus, Family, Order, Class],
            0.4,
            [0.1, 0.2, 0.2, 0.45, 0.0, 0.0, 0.0],
            "GBR",
            Some((CARNIVORA, 0.5)),
        ),
    ];
    let geofence = r#"{"mammalia;carnivora;ursidae;;": {"block": {"GBR": []}}}"#;
    let (taxonomy, geofence) = (taxonomy(), serde_json::from_str(geofence).unwrap());
    for (levels, threshold, scores, country, expected) in cases {
        let ensemble = Ensemble { taxonomy: &taxonomy, geofence: Some(&geofence), place: place(country, "") };
        let got = ensemble.roll_up(&candidates(&labels, scores), levels, *threshold);
        let got = got.map(|up| (up.label.clone(), (up.score * 1e9).round() / 1e9));
        let expected = expected.map(|(name, score)| (label(name), score));
        assert_eq!(got, expected, "{levels:?} over {threshold} of {scores:?}");
    }
}

/// Geofenced answers of the reference's own unit tests.
#[test]
fn geofences_as_the_reference() {
    const RULES: &str = r#"{"mammalia;carnivora;felidae;panthera;leo": {"allow": {"KEN": [], "TZA": []}},
        "mammalia;carnivora;felidae;;": {"allow": {"FRA": [], "KEN": [], "TZA": [], "USA": []},
                                         "block": {"FRA": [], "USA": ["NY"]}}}"#;
    let labels = [LION, POLAR_BEAR, "blank", FELIDAE].map(label);
    let cases = [
        ("TZA", "", LION, 0.4, "classifier"),
        ("USA", "", FELIDAE, 0.5, "classifier+geofence+rollup_to_family"),
        ("USA", "NY", CARNIVORA, 0.8, "classifier+geofence+rollup_to_order"),
    ];
    let (taxonomy, geofence) = (taxonomy(), serde_json::from_str(RULES).unwrap());
    for (country, region, line, score, source) in cases {
        let ensemble =
            Ensemble { taxonomy: &taxonomy, geofence: Some(&geofence), place: place(country, region) };
        let all = candidates(&labels, &[0.4, 0.3, 0.2, 0.1]);
        let decision = ensemble.geofenced(&all, all[0]);
        assert_eq!((decision.label, decision.source.to_string().as_str()), (&label(line), source));
        assert!((decision.score - score).abs() < 1e-9, "{country} {region}: {}", decision.score);
    }
}

#[test]
fn subjects_are_the_detectors_classes() {
    let words = [0, 1, 2].map(|class| Subject::of_class(class).map(|s| (s.category(), s.label())));
    assert_eq!(words, [Some(("1", "animal")), Some(("2", "human")), Some(("3", "vehicle"))]);
    assert_eq!(Subject::of_class(3), None);
}
