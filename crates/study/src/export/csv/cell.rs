//! What may stand in a cell.

/// Text that no spreadsheet runs: one that begins like a formula gets a `'` before it.
pub(crate) fn text(text: &str) -> String {
    let mut cell = String::with_capacity(text.len() + 1);
    if is_formula(text) {
        cell.push('\'');
    }
    cell.extend(text.chars().filter(|letter| *letter != '\0'));
    cell
}

/// Whether a spreadsheet would take it for a formula. Blanks before it do not help, nor do wide letters.
pub(crate) fn is_formula(text: &str) -> bool {
    text.starts_with(['\t', '\r', '\n'])
        || text.trim_start().starts_with(['=', '+', '-', '@', '＝', '＋', '－', '＠', '|', '%'])
}

/// A number with `.`, or nothing.
pub(crate) fn number(number: Option<f64>) -> String {
    number.filter(|number| number.is_finite()).map(|number| number.to_string()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formulas_are_disarmed_and_other_text_stays() {
        for formula in ["=HYPERLINK(\"x\")", "+1", "-1", "@SUM(A1)", "\t=1", "  =1", "\r\n=1", "＝1"] {
            assert_eq!(text(formula), format!("'{formula}"));
        }
        for plain in ["fox", "Rüppell's fox", "a=b", "", "1-2", "a, \"b\"\nc"] {
            assert_eq!(text(plain), plain);
        }
        assert_eq!((number(Some(-1.5)), number(None)), ("-1.5".into(), String::new()));
    }
}
