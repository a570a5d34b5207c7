//! From a model's label to a name in the study.

/// What a label says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Named {
    /// None for nothing, and where the model could not tell.
    pub(super) scientific: Option<String>,
    pub(super) common: Option<String>,
    /// Whether the model saw something and could not tell what.
    pub(super) is_unknown: bool,
}

/// Labels of models without a taxonomy that mean: nothing here.
const NOTHING: [&str; 4] = ["blank", "empty", "vide", "error"];
/// What Biowatch shows for labels that are not names of their own.
const COMMON: [(&str, &str); 6] = [
    ("cat", "domestic cat"),
    ("dog", "domestic dog"),
    ("panthera_uncia", "snow leopard"),
    ("canidae", "canid"),
    ("homo sapiens", "human"),
    ("animal", "animal"),
];

/// Reads `label` of a model. A label with semicolons is `uuid;class;order;family;genus;species;common name`.
pub(super) fn name(label: &str, model_id: &str) -> Named {
    if label.contains(';') { taxonomy(label) } else { plain(label, model_id) }
}

fn taxonomy(label: &str) -> Named {
    let parts: Vec<_> = label.split(';').collect();
    let from_end =
        |count: usize| parts.len().checked_sub(count).and_then(|at| parts.get(at)).copied().unwrap_or("");
    let last = from_end(1);
    let is_unknown = last.trim() == "no cv result";
    if is_unknown || matches!(last.trim(), "blank" | "error") {
        return Named { is_unknown, ..Named::default() };
    }
    let binomial = tidy(&format!("{} {}", from_end(3), from_end(2)));
    let scientific = if binomial.is_empty() { tidy(last) } else { binomial };
    let common = Some(tidy(last)).filter(|name| !name.is_empty());
    Named { scientific: Some(scientific).filter(|name| !name.is_empty()), common, is_unknown: false }
}

fn plain(label: &str, model_id: &str) -> Named {
    let label = tidy(label);
    if label.is_empty() || NOTHING.contains(&&*label) {
        return Named::default();
    }
    // Biowatch's export would call a `person` an animal.
    let scientific = if matches!(&*label, "person" | "human") { "homo sapiens".to_owned() } else { label };
    let known = COMMON.iter().find(|(name, _)| *name == scientific).map(|(_, common)| (*common).to_owned());
    // DeepFaune's labels are common names.
    let common =
        known.or_else(|| (model_id == "deepfaune" && scientific != "vehicle").then(|| scientific.clone()));
    Named { scientific: Some(scientific), common, is_unknown: false }
}

/// Lower case, single spaces, none at the ends.
fn tidy(text: &str) -> String {
    text.to_lowercase().split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_of_biowatch() {
        let cases = [
            (
                "speciesnet",
                "u;mammalia;lagomorpha;leporidae;oryctolagus;cuniculus;european rabbit",
                Some("oryctolagus cuniculus"),
                Some("european rabbit"),
            ),
            (
                "speciesnet",
                "u;mammalia;lagomorpha;leporidae;sylvilagus;;sylvilagus species",
                Some("sylvilagus"),
                Some("sylvilagus species"),
            ),
            (
                "speciesnet",
                "u;mammalia;lagomorpha;leporidae;;;rabbit and hare family",
                Some("rabbit and hare family"),
                Some("rabbit and hare family"),
            ),
            ("speciesnet", "1f;;;;;;animal", Some("animal"), Some("animal")),
            ("speciesnet", "e2;;;;;;vehicle", Some("vehicle"), Some("vehicle")),
            (
                "speciesnet",
                "99;mammalia;primates;hominidae;homo;sapiens;human",
                Some("homo sapiens"),
                Some("human"),
            ),
            ("speciesnet", "f1;;;;;;blank", None, None),
            ("deepfaune", "roe deer", Some("roe deer"), Some("roe deer")),
            ("deepfaune", "cat", Some("cat"), Some("domestic cat")),
            ("deepfaune", "person", Some("homo sapiens"), Some("human")),
            ("deepfaune", "empty", None, None),
            ("manas", "panthera_uncia", Some("panthera_uncia"), Some("snow leopard")),
            ("manas", "vide", None, None),
            ("manas", "marmota", Some("marmota"), None),
            ("megadetector", "homo sapiens", Some("homo sapiens"), Some("human")),
            ("own", "  Lynx   LYNX ", Some("lynx lynx"), None),
        ];
        for (model, label, scientific, common) in cases {
            let named = name(label, model);
            assert_eq!(
                (named.scientific.as_deref(), named.common.as_deref()),
                (scientific, common),
                "{label}"
            );
            assert!(!named.is_unknown);
        }
        let part = "no cv result";
        let unknown = name(&format!("f2;{}", [part; 6].join(";")), "speciesnet");
        assert_eq!(unknown, Named { is_unknown: true, ..Named::default() });
    }
}
