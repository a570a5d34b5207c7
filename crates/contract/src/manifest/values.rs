//! The kinds of values. Each reader says in words what it expects when it does not get it.

use std::ops::RangeInclusive;

use serde_json::Value;

use super::section::Expected;

/// Characters of a wrong value that are shown.
const SHOWN: usize = 40;

/// A value in words, short whatever it is.
pub(super) fn describe(value: &Value) -> String {
    match value {
        Value::Null => "null".to_owned(),
        Value::Bool(_) | Value::Number(_) => shortened(&value.to_string()),
        Value::String(text) => format!("\"{}\"", shortened(text)),
        Value::Array(items) => match (items.len(), items.iter().all(Value::is_number)) {
            (0, _) => "an empty list".to_owned(),
            (1..=4, true) => shortened(&value.to_string()),
            (count, _) => format!("a list of {count}"),
        },
        Value::Object(_) => "an object".to_owned(),
    }
}

/// The beginning of a text, without control characters.
pub(super) fn shortened(text: &str) -> String {
    let mut shown: String = text.chars().take(SHOWN).flat_map(char::escape_debug).collect();
    if text.chars().nth(SHOWN).is_some() {
        shown.push('…');
    }
    shown
}

/// A whole number.
pub(super) fn whole(range: RangeInclusive<u64>) -> impl Fn(&Value) -> Result<u64, Expected> {
    move |value| {
        let number = value.as_u64().filter(|number| range.contains(number));
        number.ok_or_else(|| match (range.start(), range.end()) {
            (least, most) if least == most => format!("the number {least}"),
            (least, most) => format!("a whole number from {least} to {most}"),
        })
    }
}

/// A number.
pub(super) fn number(range: RangeInclusive<f64>) -> impl Fn(&Value) -> Result<f64, Expected> {
    move |value| {
        let number = value.as_f64().filter(|number| range.contains(number));
        number.ok_or_else(|| format!("a number from {} to {}", range.start(), range.end()))
    }
}

/// A number for each of red, green and blue.
pub(super) fn colours(range: RangeInclusive<f64>) -> impl Fn(&Value) -> Result<[f32; 3], Expected> {
    move |value| {
        let three: Option<Vec<f64>> = value
            .as_array()
            .filter(|items| items.len() == 3)
            .and_then(|items| items.iter().map(Value::as_f64).collect());
        match three.as_deref() {
            Some(&[red, green, blue]) if [red, green, blue].iter().all(|number| range.contains(number)) => {
                Ok([red, green, blue].map(|number| number as f32))
            }
            _ => {
                let (least, most) = (range.start(), range.end());
                Err(format!("three numbers from {least} to {most}, for red, green and blue"))
            }
        }
    }
}

/// Rows and columns: one number for both, or a list of the two.
pub(super) fn size(range: RangeInclusive<u64>) -> impl Fn(&Value) -> Result<[usize; 2], Expected> {
    move |value| {
        let one = |value: &Value| {
            value.as_u64().filter(|side| range.contains(side)).and_then(|side| usize::try_from(side).ok())
        };
        let both = match value.as_array().map(Vec::as_slice) {
            Some([rows, columns]) => one(rows).zip(one(columns)),
            Some(_) => None,
            None => one(value).map(|side| (side, side)),
        };
        let (least, most) = (range.start(), range.end());
        let expected = || {
            format!("pixels as one whole number from {least} to {most}, or as a list of two, [rows, columns]")
        };
        both.map(|(rows, columns)| [rows, columns]).ok_or_else(expected)
    }
}

/// A text with something in it, on one line.
pub(super) fn text(most: usize) -> impl Fn(&Value) -> Result<String, Expected> {
    move |value| {
        let good = |text: &&str| {
            !text.trim().is_empty() && text.chars().count() <= most && !text.chars().any(char::is_control)
        };
        let expected = || format!("a text on one line, of at most {most} characters");
        value.as_str().filter(good).map(str::to_owned).ok_or_else(expected)
    }
}

/// A list of texts.
pub(super) fn texts(
    count: RangeInclusive<usize>,
    most: usize,
) -> impl Fn(&Value) -> Result<Vec<String>, Expected> {
    move |value| {
        let items = value.as_array().filter(|items| count.contains(&items.len()));
        let texts: Option<Vec<String>> =
            items.and_then(|items| items.iter().map(|item| text(most)(item).ok()).collect());
        let (least, largest) = (count.start(), count.end());
        texts.ok_or_else(|| format!("a list of {least} to {largest} texts of at most {most} characters each"))
    }
}

/// A short name.
pub(super) fn id(value: &Value) -> Result<String, Expected> {
    let good = |id: &&str| {
        let first = id.bytes().next();
        first.is_some_and(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
            && id.len() <= 64
            && id
                .bytes()
                .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"-_.".contains(&byte))
    };
    let expected = || {
        "a short name of lower-case letters, digits, `-`, `_` and `.`, at most 64, beginning with a letter or digit"
            .to_owned()
    };
    value.as_str().filter(good).map(str::to_owned).ok_or_else(expected)
}

/// A version.
pub(super) fn version(value: &Value) -> Result<String, Expected> {
    let good = |version: &&str| {
        (1..=64).contains(&version.len())
            && version.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.+".contains(&byte))
    };
    let expected = || {
        "a version as a text of letters, digits, `.`, `-`, `_` and `+`, at most 64, for instance \"1.0\""
            .to_owned()
    };
    value.as_str().filter(good).map(str::to_owned).ok_or_else(expected)
}

/// One of some words.
pub(super) fn choice<T: Copy>(words: &[(&'static str, T)]) -> impl Fn(&Value) -> Result<T, Expected> {
    move |value| {
        let typed = value.as_str().unwrap_or_default();
        let found = words.iter().find(|(word, _)| *word == typed).map(|(_, meaning)| *meaning);
        found.ok_or_else(|| {
            let all: Vec<_> = words.iter().map(|(word, _)| format!("\"{word}\"")).collect();
            let meant = closest(typed, words.iter().map(|(word, _)| *word));
            let advice = meant.map(|meant| format!(" (did you mean \"{meant}\"?)")).unwrap_or_default();
            format!("one of {}{advice}", all.join(", "))
        })
    }
}

/// The word that `typed` is most likely a slip of.
pub(super) fn closest<'w>(typed: &str, words: impl Iterator<Item = &'w str>) -> Option<&'w str> {
    let typed: Vec<char> = typed.chars().take(SHOWN).map(|letter| letter.to_ascii_lowercase()).collect();
    let near = words.map(|word| (distance(&typed, word), word)).min_by_key(|(distance, _)| *distance)?;
    let (distance, word) = near;
    (!typed.is_empty() && distance <= 1 + word.len() / 4).then_some(word)
}

/// Letters to put in, take out or change between two short words.
fn distance(typed: &[char], word: &str) -> usize {
    let mut row: Vec<usize> = (0..=typed.len()).collect();
    for (index, letter) in word.chars().enumerate() {
        let mut diagonal = index;
        let mut left = index + 1;
        let mut next = vec![left];
        for (above, other) in row.iter().skip(1).zip(typed) {
            let changed = diagonal + usize::from(*other != letter);
            left = changed.min(left + 1).min(above + 1);
            diagonal = *above;
            next.push(left);
        }
        row = next;
    }
    row.last().copied().unwrap_or_default()
}
