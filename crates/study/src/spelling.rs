//! One name, several spellings: `é` is one letter to Windows and Linux, and an `e` with an accent to a Mac.

use icu_normalizer::{ComposingNormalizerBorrowed, DecomposingNormalizerBorrowed};

/// With every letter as one where that can be (NFC).
pub(crate) fn composed(text: &str) -> String {
    ComposingNormalizerBorrowed::new_nfc().normalize(text).into_owned()
}

/// All spellings of `text`, as it stands first.
pub(crate) fn all(text: &str) -> Vec<String> {
    let mut all = vec![text.to_owned()];
    if !text.is_ascii() {
        let decomposed = DecomposingNormalizerBorrowed::new_nfd().normalize(text).into_owned();
        for other in [composed(text), decomposed] {
            if !all.contains(&other) {
                all.push(other);
            }
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_has_as_many_spellings_as_it_needs() {
        assert_eq!(all("fox.jpg"), ["fox.jpg"]);
        assert_eq!(all("re\u{301}nard"), ["re\u{301}nard", "r\u{e9}nard"]);
        assert_eq!(all("r\u{e9}nard"), ["r\u{e9}nard", "re\u{301}nard"]);
        assert_eq!(all("лиса"), ["лиса"]);
    }
}
