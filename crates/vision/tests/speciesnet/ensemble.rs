//! The ensemble's decisions, to the bit.

use biowatch_vision::speciesnet::ensemble::{Candidate, Ensemble, NO_SIGHTING, Sighting, Subject};
use biowatch_vision::speciesnet::label::{Label, Level};
use biowatch_vision::speciesnet::package::{Limits, Package};
use biowatch_vision::speciesnet::place::{Country, Place, Region};
use libtest_mimic::Trial;
use serde_json::{Value, json};

use crate::{cases, golden, goldens, verdict};

const LEVELS: [Level; 6] =
    [Level::Species, Level::Genus, Level::Family, Level::Order, Level::Class, Level::Kingdom];

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        golden("ensemble::decisions", || each("cases", 559, decision)),
        golden("ensemble::ancestors", || each("ancestor_cases", 38, ancestors)),
        golden("ensemble::geofence", || each("geofence_cases", 160, blocked)),
        golden("ensemble::roll_ups", || each("rollup_cases", 60, roll_up)),
    ]
}

/// Compares what `answer` gives with what the case expects: both as JSON, so digit by digit.
fn each(key: &str, count: usize, answer: fn(&Package, &Value) -> (Value, Value)) -> Result<(), String> {
    let folder = goldens::folder().join("speciesnet/model");
    let package = Package::open(&folder, &Limits::default()).unwrap();
    let file = goldens::json(&goldens::folder().join("speciesnet/ensemble-cases.json"));
    let outliers: Vec<String> = cases(&file, key, count)
        .iter()
        .filter_map(|case| {
            let (got, expected) = answer(&package, case);
            (got != expected).then(|| format!("{case}\n  expected {expected}\n  got      {got}"))
        })
        .collect();
    verdict(&outliers, count)
}

fn ensemble<'a>(package: &'a Package, case: &Value) -> Ensemble<'a> {
    let place = Place {
        country: case["country"].as_str().and_then(Country::verbatim),
        admin1_region: case["admin1_region"].as_str().and_then(Region::verbatim),
    };
    let on = case["geofence"].as_bool().unwrap_or(true);
    Ensemble { taxonomy: &package.taxonomy, geofence: on.then_some(&package.geofence), place }
}

fn label(value: &Value) -> Label {
    Label::parse(value.as_str().unwrap()).unwrap()
}

fn labels(value: &Value) -> Vec<Label> {
    value.as_array().unwrap().iter().map(label).collect()
}

fn candidates<'a>(labels: &'a [Label], scores: &Value) -> Vec<Candidate<'a>> {
    let scores = scores.as_array().unwrap().iter().map(|score| score.as_f64().unwrap());
    labels.iter().zip(scores).map(|(label, score)| Candidate { label, score }).collect()
}

fn decision(package: &Package, case: &Value) -> (Value, Value) {
    let classes = labels(&case["classes"]);
    let sighting = case["detections"].get(0).map_or(NO_SIGHTING, |top| Sighting {
        subject: match top["label"].as_str().unwrap() {
            "animal" => Subject::Animal,
            "human" => Subject::Human,
            "vehicle" => Subject::Vehicle,
            other => panic!("{other}"),
        },
        confidence: top["conf"].as_f64().unwrap(),
    });
    let decision = ensemble(package, case).decide(&candidates(&classes, &case["scores"]), sighting);
    let got = json!({
        "prediction": decision.label.as_str(),
        "prediction_score": decision.score,
        "prediction_source": decision.source.to_string(),
    });
    (got, case["expected"].clone())
}

fn ancestors(package: &Package, case: &Value) -> (Value, Value) {
    let label = label(&case["label"]);
    let mut got = json!({"label": label.as_str()});
    for level in LEVELS {
        got[level.name()] = json!(package.taxonomy.ancestor(&label, level).map(Label::as_str));
    }
    (got, case.clone())
}

fn blocked(package: &Package, case: &Value) -> (Value, Value) {
    (json!(ensemble(package, case).blocks(&label(&case["label"]))), case["blocked"].clone())
}

fn roll_up(package: &Package, case: &Value) -> (Value, Value) {
    let labels = labels(&case["labels"]);
    let named = |name: &Value| LEVELS.into_iter().find(|level| level.name() == name).unwrap();
    let levels: Vec<Level> = case["levels"].as_array().unwrap().iter().map(named).collect();
    let threshold = case["threshold"].as_f64().unwrap();
    let up = ensemble(package, case).roll_up(&candidates(&labels, &case["scores"]), &levels, threshold);
    let got = up.map(|up| {
        let source = format!("classifier+rollup_to_{}", up.level.name());
        json!({"label": up.label.as_str(), "score": up.score, "source": source})
    });
    (json!(got), case["expected"].clone())
}
