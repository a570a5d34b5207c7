//! Colour tables.

/// 256 colours; those that a file does not give are black, as in Pillow.
pub(super) struct Palette([[u8; 3]; 256]);

impl Palette {
    pub(super) fn new(colours: impl IntoIterator<Item = [u8; 3]>) -> Self {
        let mut table = [[0; 3]; 256];
        for (entry, colour) in table.iter_mut().zip(colours) {
            *entry = colour;
        }
        Self(table)
    }

    pub(super) fn colour(&self, index: u8) -> [u8; 3] {
        self.0.get(usize::from(index)).copied().unwrap_or_default()
    }
}
