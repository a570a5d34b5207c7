//! From a classifier's logits to its best classes.

use thiserror::Error;

/// A logit was NaN, or all were infinite: the network computed nonsense.
#[derive(Debug, Error, PartialEq, Eq)]
#[error("the classifier's answer is not a number")]
pub(crate) struct NotANumber;

/// The best classes, most probable first: class number and softmax (f32 widened to f64, 0..=1). At most
/// `count`; of equal ones the lower class comes first.
///
/// The softmax subtracts the largest logit first, and runs over all logits.
pub(crate) fn best(logits: &[f32], count: usize) -> Result<Vec<(usize, f64)>, NotANumber> {
    let largest = logits.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let powers: Vec<f32> = logits.iter().map(|logit| (logit - largest).exp()).collect();
    // Summed in f64: the rounding of a few thousand f32 additions would show in the last digits.
    let sum = powers.iter().copied().map(f64::from).sum::<f64>() as f32;
    if !sum.is_finite() {
        return Err(NotANumber);
    }
    let mut classes: Vec<(usize, f32)> = powers.into_iter().enumerate().collect();
    classes.sort_by(|(_, a), (_, b)| b.total_cmp(a));
    classes.truncate(count);
    Ok(classes.into_iter().map(|(class, power)| (class, f64::from(power / sum))).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_to_one_and_sorts() {
        let all = best(&[1.0, 3.0, 2.0, -1.0], 9).unwrap();
        assert_eq!(all.iter().map(|(class, _)| *class).collect::<Vec<_>>(), [1, 2, 0, 3]);
        assert!((all.iter().map(|(_, score)| score).sum::<f64>() - 1.0).abs() < 1e-6);
        assert!((all[0].1 - 0.657_233_2).abs() < 1e-6);
        assert_eq!(best(&[1.0, 3.0, 2.0, -1.0], 2).unwrap(), all[..2]);
    }

    #[test]
    fn of_equal_classes_the_first_comes_first() {
        let classes =
            |logits: &[f32]| best(logits, 3).unwrap().iter().map(|(class, _)| *class).collect::<Vec<_>>();
        assert_eq!(classes(&[0.0; 6]), [0, 1, 2]);
        assert_eq!(classes(&[0.0, 5.0, 1.0, 5.0, 5.0, 5.0]), [1, 3, 4]);
    }

    #[test]
    fn large_logits_do_not_overflow() {
        assert_eq!(best(&[1e30, 0.0, -1e30], 1).unwrap(), [(0, 1.0)]);
        assert_eq!(best(&[f32::NEG_INFINITY, 1.0], 2).unwrap(), [(1, 1.0), (0, 0.0)]);
    }

    #[test]
    fn nonsense_is_an_error() {
        for logits in [&[f32::NAN, 1.0][..], &[f32::INFINITY, 1.0], &[f32::NEG_INFINITY; 2]] {
            assert_eq!(best(logits, 5), Err(NotANumber), "{logits:?}");
        }
        assert_eq!(best(&[], 5), Ok(vec![]));
    }
}
