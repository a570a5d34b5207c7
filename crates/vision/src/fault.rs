//! Faults in words: an error with its causes, a panic with its message.

use std::any::Any;
use std::error::Error;
use std::fmt::Write as _;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// The error and its causes, joined by colons. A cause that the text before it already ends with is left out.
pub(crate) fn chain(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        let cause_text = cause.to_string();
        if !text.ends_with(&cause_text) {
            // Writing to a String never fails.
            let _ = write!(text, ": {cause_text}");
        }
        source = cause.source();
    }
    text
}

/// What `work` returns, or the words of its panic.
///
/// What `work` had borrowed mutably must be usable after it stopped at any point.
pub(crate) fn contain<T>(work: impl FnOnce() -> T) -> Result<T, String> {
    catch_unwind(AssertUnwindSafe(work)).map_err(|panic| format!("a bug in the program: {}", words(&*panic)))
}

fn words(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    text.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("a panic without a message")
}

#[cfg(test)]
mod tests {
    use std::io;

    use super::*;

    #[derive(Debug, thiserror::Error)]
    #[error("cannot read the file")]
    struct Outer(#[source] io::Error);

    #[derive(Debug, thiserror::Error)]
    #[error("told already: {0}")]
    struct Repeating(#[source] Outer);

    #[test]
    fn causes_follow_once() {
        let outer = || Outer(io::Error::other("disk gone"));
        assert_eq!(chain(&outer()), "cannot read the file: disk gone");
        assert_eq!(chain(&Repeating(outer())), "told already: cannot read the file: disk gone");
    }

    #[test]
    fn a_panic_becomes_words() {
        assert_eq!(contain(|| 3), Ok(3));
        let contained = contain(|| panic!("at {}", 7));
        assert_eq!(contained, Err::<(), _>("a bug in the program: at 7".to_owned()));
    }
}
