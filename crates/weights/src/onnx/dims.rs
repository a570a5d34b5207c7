//! Sizes of axes, known or not yet, and what is known about how they relate.

/// One axis of a value: a fraction of a root size, which may be unknown, and a few pixels more or less.
///
/// A stride-2 convolution of an image of unknown height `h` gives `h × 1 / 2`, a 2x2 pool in steps of one
/// `h - 1`, so two branches that meet can be compared without knowing `h`. Fractions are exact where the root
/// is a multiple of the largest stride, which is what detectors ask of their images.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Dim {
    root: usize,
    times: usize,
    over: usize,
    plus: i64,
}

/// The shape of a value, outermost axis first.
pub(crate) type Shape = Vec<Dim>;

#[derive(Debug, Default)]
struct Root {
    name: Option<&'static str>,
    size: Option<usize>,
}

/// Every root size of one graph.
#[derive(Debug, Default)]
pub(crate) struct Dims(Vec<Root>);

impl Dims {
    /// An axis of `size`.
    pub(crate) fn fixed(&mut self, size: usize) -> Dim {
        self.push(Root { name: None, size: Some(size) })
    }

    /// An axis of unknown size.
    pub(crate) fn free(&mut self) -> Dim {
        self.push(Root::default())
    }

    /// An axis of unknown size that is called `name` in the written file.
    pub(crate) fn named(&mut self, name: &'static str) -> Dim {
        self.push(Root { name: Some(name), size: None })
    }

    fn push(&mut self, root: Root) -> Dim {
        self.0.push(root);
        Dim { root: self.0.len() - 1, times: 1, over: 1, plus: 0 }
    }

    /// The size, if known.
    pub(crate) fn size(&self, dim: Dim) -> Option<usize> {
        let root = self.0.get(dim.root)?.size?;
        let size = root.checked_mul(dim.times).map(|size| size / dim.over)?;
        usize::try_from(i64::try_from(size).ok()?.checked_add(dim.plus)?).ok()
    }

    /// The name in the written file of an axis whose size is unknown.
    pub(crate) fn label(&self, dim: Dim) -> String {
        let name = match self.0.get(dim.root).and_then(|root| root.name) {
            Some(name) => name.to_owned(),
            None => format!("axis_{}", dim.root),
        };
        let fraction = match (dim.times, dim.over) {
            (1, 1) => name,
            (times, 1) => format!("{name}*{times}"),
            (1, over) => format!("{name}/{over}"),
            (times, over) => format!("{name}*{times}/{over}"),
        };
        if dim.plus == 0 { fraction } else { format!("{fraction}{:+}", dim.plus) }
    }

    /// How many pixels of `image` lie under one of `map`, if the one was made from the other.
    pub(crate) fn stride(&self, image: Dim, map: Dim) -> Option<f64> {
        let related = image.root == map.root && image.plus == 0 && map.plus == 0;
        related.then(|| (map.over * image.times) as f64 / (map.times * image.over) as f64)
    }

    /// `dim × times / over`, rounded down once the size is known.
    pub(crate) fn scaled(&mut self, dim: Dim, times: usize, over: usize) -> Dim {
        if let Some(size) = self.size(dim) {
            return match size.checked_mul(times) {
                Some(product) => self.fixed(product / over.max(1)),
                None => self.free(),
            };
        }
        let plus = i64::try_from(times).ok().and_then(|times| dim.plus.checked_mul(times));
        let plus = plus.zip(i64::try_from(over).ok()).and_then(|(plus, over)| plus.checked_div_euclid(over));
        match (dim.times.checked_mul(times), dim.over.checked_mul(over), plus) {
            (Some(whole), Some(part), Some(plus)) if whole > 0 && part > 0 => {
                let shared = greatest_common_divisor(whole, part);
                Dim { root: dim.root, times: whole / shared, over: part / shared, plus }
            }
            _ => self.free(),
        }
    }

    /// An axis of unknown size after a window of `reach` pixels moved along it and a border of `padding` in steps
    /// of `stride`, a last window that reaches over the border not counted.
    pub(crate) fn slid(&mut self, dim: Dim, padding: usize, reach: usize, stride: usize) -> Dim {
        let room = dim.plus.checked_add(padding as i64).and_then(|room| room.checked_sub(reach as i64));
        let steps = room.zip(i64::try_from(stride).ok());
        let steps = steps.and_then(|(room, stride)| room.checked_div_euclid(stride)?.checked_add(1));
        let Some(plus) = steps else { return self.free() };
        let scaled = self.scaled(Dim { plus: 0, ..dim }, 1, stride);
        Dim { plus, ..scaled }
    }

    /// How many times `small` goes into `large`, if that is a whole number whatever the root's size.
    pub(crate) fn whole_factor(&self, small: Dim, large: Dim) -> Option<usize> {
        let (one, other) = match (self.size(small), self.size(large)) {
            (Some(small), Some(large)) => (small, large),
            _ if small.root == large.root && small.plus == 0 && large.plus == 0 => {
                (small.times.checked_mul(large.over)?, large.times.checked_mul(small.over)?)
            }
            _ => return None,
        };
        (one > 0 && other.is_multiple_of(one)).then(|| other / one)
    }

    /// Learns that `dim` has `size`. False if it is known to have another.
    pub(crate) fn learn(&mut self, dim: Dim, size: usize) -> bool {
        match self.size(dim) {
            Some(known) => known == size,
            None if dim.times == 1 && dim.over == 1 && dim.plus == 0 => {
                if let Some(root) = self.0.get_mut(dim.root) {
                    root.size = Some(size);
                }
                true
            }
            None => true,
        }
    }

    /// Whether two axes certainly differ.
    pub(crate) fn differ(&self, a: Dim, b: Dim) -> bool {
        match (self.size(a), self.size(b)) {
            (Some(a), Some(b)) => a != b,
            _ => a.root == b.root && (a.times, a.over, a.plus) != (b.times, b.over, b.plus),
        }
    }

    /// Whether two axes certainly are of one size.
    pub(crate) fn same(&self, a: Dim, b: Dim) -> bool {
        a == b || self.size(a).is_some_and(|size| self.size(b) == Some(size))
    }

    /// `[1, 64, height/8, width/8]`, for messages.
    pub(crate) fn describe(&self, shape: &[Dim]) -> String {
        let axes: Vec<String> = shape
            .iter()
            .map(|&dim| self.size(dim).map_or_else(|| self.label(dim), |size| size.to_string()))
            .collect();
        format!("[{}]", axes.join(", "))
    }
}

fn greatest_common_divisor(mut a: usize, mut b: usize) -> usize {
    while b != 0 {
        (a, b) = (b, a % b);
    }
    a
}

#[cfg(test)]
mod tests {
    use super::Dims;

    #[test]
    fn fractions_of_one_root_are_compared() {
        let mut dims = Dims::default();
        let height = dims.named("height");
        let half = dims.scaled(height, 1, 2);
        let quarter = dims.scaled(half, 1, 2);
        let back = dims.scaled(quarter, 2, 1);
        assert!(dims.same(half, back));
        assert!(dims.differ(half, quarter));
        assert_eq!(dims.describe(&[height, quarter, back]), "[height, height/4, height/2]");
        assert_eq!(dims.stride(height, quarter), Some(4.0));
    }

    #[test]
    fn a_pixel_lost_to_a_pool_is_found_by_the_next_stride() {
        let mut dims = Dims::default();
        let height = dims.named("height");
        let pooled = dims.slid(height, 0, 2, 1);
        assert_eq!(dims.label(pooled), "height-1");
        let half = dims.slid(pooled, 2, 3, 2);
        let direct = dims.slid(height, 2, 3, 2);
        assert!(dims.same(half, direct));
        assert_eq!(dims.label(half), "height/2");
        assert_eq!(dims.whole_factor(half, height), Some(2));
        assert_eq!(dims.whole_factor(height, half), None);
    }

    #[test]
    fn a_learnt_size_reaches_every_value_that_shares_the_axis() {
        let mut dims = Dims::default();
        let side = dims.free();
        let half = dims.scaled(side, 1, 2);
        assert!(dims.learn(side, 480));
        assert!(!dims.learn(side, 479));
        assert_eq!(dims.size(half), Some(240));
    }

    #[test]
    fn absurd_scales_become_unknown() {
        let mut dims = Dims::default();
        let side = dims.free();
        let huge = dims.scaled(side, usize::MAX, 1);
        let beyond = dims.scaled(huge, usize::MAX, 1);
        assert_eq!(dims.size(beyond), None);
        assert!(!dims.differ(beyond, side));
    }
}
