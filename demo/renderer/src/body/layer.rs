//! The samples that bodies cover: a window of the view.

use crate::surface::Sample;

/// A window of samples.
#[derive(Debug, Clone)]
pub struct Layer {
    /// Leftmost column of the view.
    pub left: usize,
    /// Uppermost row of the view.
    pub top: usize,
    /// Columns.
    pub width: usize,
    /// Rows.
    pub height: usize,
    /// Row by row; [`Sample::NONE`] where no body is.
    pub samples: Vec<Sample>,
    /// Which body each sample belongs to.
    pub owner: Vec<u8>,
}

impl Layer {
    /// An empty window.
    pub fn new(left: usize, top: usize, width: usize, height: usize) -> Self {
        Self {
            left,
            top,
            width,
            height,
            samples: vec![Sample::NONE; width * height],
            owner: vec![0; width * height],
        }
    }

    /// Place in the window of a place of the view.
    pub fn index(&self, x: usize, y: usize) -> Option<usize> {
        let (x, y) = (x.checked_sub(self.left)?, y.checked_sub(self.top)?);
        (x < self.width && y < self.height).then_some(y * self.width + x)
    }

    /// Puts a sample where nothing nearer is.
    pub fn put(&mut self, x: usize, y: usize, sample: Sample, owner: u8) {
        if let Some(index) = self.index(x, y)
            && sample.depth < self.samples[index].depth
        {
            self.samples[index] = sample;
            self.owner[index] = owner;
        }
    }
}
