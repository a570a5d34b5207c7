//! Run-length coded palette indices.

/// Indices row by row in the order of the file, as far as they go, at most a picture of them.
///
/// What an escape passes over is colour 0. `data_at` is where the data begin in the file: absolute runs are
/// padded to even places of the file, as Pillow reads them.
pub(super) fn indices(
    data: &[u8],
    data_at: usize,
    (width, height): (usize, usize),
    nibbles: bool,
) -> Vec<u8> {
    let mut runs =
        Runs { data, at: 0, data_at, nibbles, width, limit: width * height, x: 0, indices: Vec::new() };
    while runs.indices.len() < runs.limit && runs.step().is_some() {}
    runs.indices.truncate(runs.limit);
    runs.indices
}

struct Runs<'a> {
    data: &'a [u8],
    at: usize,
    data_at: usize,
    nibbles: bool,
    width: usize,
    limit: usize,
    x: usize,
    indices: Vec<u8>,
}

impl Runs<'_> {
    fn byte(&mut self) -> Option<u8> {
        let byte = *self.data.get(self.at)?;
        self.at += 1;
        Some(byte)
    }

    /// One instruction; `None` at the end of the picture or of the data.
    fn step(&mut self) -> Option<()> {
        let (count, value) = (self.byte()?, self.byte()?);
        match (count, value) {
            (0, 0) => {
                self.append_blank(self.indices.len().next_multiple_of(self.width) - self.indices.len());
                self.x = 0;
            }
            (0, 1) => return None,
            (0, 2) => {
                let (right, down) = (usize::from(self.byte()?), usize::from(self.byte()?));
                self.append_blank(right + down * self.width);
                self.x = self.indices.len() % self.width;
            }
            (0, count) => self.absolute(usize::from(count))?,
            _ => self.run(usize::from(count), value),
        }
        Some(())
    }

    fn append_blank(&mut self, count: usize) {
        let length = (self.indices.len() + count).min(self.limit);
        self.indices.resize(length, 0);
    }

    fn run(&mut self, count: usize, value: u8) {
        let count = count.min(self.width.saturating_sub(self.x));
        let pair = if self.nibbles { [value >> 4, value & 15] } else { [value; 2] };
        self.indices.extend(pair.into_iter().cycle().take(count));
        self.x += count;
    }

    fn absolute(&mut self, count: usize) -> Option<()> {
        let wanted = if self.nibbles { count / 2 } else { count };
        let rest = self.data.get(self.at..)?;
        let stored = rest.get(..wanted).unwrap_or(rest);
        self.at += stored.len();
        if self.nibbles {
            self.indices.extend(stored.iter().flat_map(|pair| [pair >> 4, pair & 15]));
        } else {
            self.indices.extend_from_slice(stored);
        }
        if stored.len() < wanted {
            return None;
        }
        self.x += count;
        self.at += (self.data_at + self.at) % 2;
        Some(())
    }
}
