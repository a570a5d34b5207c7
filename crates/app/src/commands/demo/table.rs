//! What was found, in lines for a terminal.

use std::fmt::Write as _;

use super::finding::{Finding, Verdict};
use super::truth::COUNTRY;

/// The table and a summary.
pub(super) fn lines(findings: &[Finding]) -> String {
    let head = ["photo", "found", "score", "decided by", "really", ""].map(str::to_owned);
    let rows = findings.iter().map(|finding| {
        [
            finding.file.clone(),
            finding.found.clone(),
            finding.score.map(|score| format!("{score:.2}")).unwrap_or_default(),
            finding.decided_by.clone(),
            finding.really.clone(),
            finding.verdict.word().to_owned(),
        ]
    });
    let rows: Vec<_> = std::iter::once(head).chain(rows).collect();
    let mut widths = [0; 6];
    for row in &rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = cell.chars().count().max(*width);
        }
    }
    let mut text = String::new();
    for row in &rows {
        let mut line = String::new();
        for (cell, width) in row.iter().zip(widths) {
            // Writing to a string cannot fail.
            let _ = write!(line, "{cell:width$}  ");
        }
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text.push('\n');
    text.push_str(&summary(findings));
    text.push('\n');
    text
}

/// `20 of 24 right, 3 true and less exact, 1 wrong (country SVN)`.
pub(super) fn summary(findings: &[Finding]) -> String {
    let count = |verdict| findings.iter().filter(|finding| finding.verdict == verdict).count();
    format!(
        "{} of {} right, {} true and less exact, {} wrong (country {COUNTRY})",
        count(Verdict::Right),
        findings.len(),
        count(Verdict::Broader),
        count(Verdict::Wrong)
    )
}
