//! Which of the rows of a medium count: the rules of the exports, for rows of any shape.

use crate::export::kind::Kind;

/// What the rules look at. `A` orders answers of models by time.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Mark<A> {
    pub(crate) kind: Kind,
    pub(crate) is_human: bool,
    /// None where a medium has one answer only, or the row comes from none.
    pub(crate) answer: Option<A>,
}

/// Drops the rows that do not count: those of an older answer, what machines say where a person says that nothing is there,
/// blanks beside something. Of several blanks one stays.
pub(crate) fn sift<T, A: Ord + Clone>(rows: &mut Vec<T>, mark: impl Fn(&T) -> Mark<A>) {
    let latest = |among_human: bool| {
        let marks = rows.iter().map(&mark).filter(|mark| !among_human || mark.is_human);
        marks.filter_map(|mark| mark.answer).max()
    };
    if let Some(kept) = latest(true).or_else(|| latest(false)) {
        rows.retain(|row| {
            let mark = mark(row);
            mark.is_human || mark.answer.is_none_or(|answer| answer == kept)
        });
    }
    let human =
        |blank: bool| rows.iter().map(&mark).any(|mark| mark.is_human && (mark.kind == Kind::Blank) == blank);
    if human(true) && !human(false) {
        rows.retain(|row| mark(row).is_human);
    }
    if rows.iter().any(|row| mark(row).kind != Kind::Blank) {
        rows.retain(|row| mark(row).kind != Kind::Blank);
    } else if let Some(kept) =
        rows.iter().position(|row| mark(row).is_human).or((!rows.is_empty()).then_some(0))
    {
        rows.swap(0, kept);
        rows.truncate(1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(name: &'static str, is_human: bool, answer: Option<u32>) -> (&'static str, Mark<u32>) {
        (name, Mark { kind: Kind::of_words(Some(name), None), is_human, answer })
    }

    fn names(mut rows: Vec<(&'static str, Mark<u32>)>) -> Vec<&'static str> {
        sift(&mut rows, |(_, mark)| mark.clone());
        rows.into_iter().map(|(name, _)| name).collect()
    }

    #[test]
    fn people_win_over_machines_and_later_answers_over_earlier_ones() {
        let machine = |name, answer| row(name, false, Some(answer));
        let human = |name, answer| row(name, true, Some(answer));
        assert_eq!(names(vec![machine("fox", 1), machine("badger", 2)]), ["badger"]);
        assert_eq!(names(vec![human("fox", 1), machine("hare", 1), machine("badger", 2)]), ["fox", "hare"]);
        assert_eq!(names(vec![row("", true, None), machine("badger", 2)]), [""]);
        assert_eq!(names(vec![row("fox", true, None), machine("", 2)]), ["fox"]);
        assert_eq!(names(vec![machine("", 1), row("", false, None)]), [""]);
        assert_eq!(names(vec![]), [""; 0]);
        assert_eq!(names(vec![row("fox", false, None), row("hare", false, None)]), ["fox", "hare"]);
    }
}
