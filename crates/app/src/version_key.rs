//! The order of version numbers.

/// Splits `4.0.10a` into numbers and letters, so that 10 comes after 9.
pub(crate) fn version_key(version: &str) -> Vec<(u64, String)> {
    version
        .split(['.', '-', '+'])
        .map(|part| {
            let digits = part.bytes().take_while(u8::is_ascii_digit).count();
            let (number, rest) = part.split_at(digits);
            (number.parse().unwrap_or(0), rest.to_owned())
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ten_comes_after_nine() {
        let mut versions = ["4.0.10a", "4.0.9", "4.0.10", "1.32.0", "1.4"];
        versions.sort_by_cached_key(|version| version_key(version));
        assert_eq!(versions, ["1.4", "1.32.0", "4.0.9", "4.0.10", "4.0.10a"]);
    }
}
