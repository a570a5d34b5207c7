//! How much a file may ask of us.

/// Bounds on what a reader takes from one file. Every refusal names the bound it met.
///
/// The defaults leave ten times the room of the largest checkpoint known (YOLOv9-e: 191 000 opcodes; TorchScript
/// EfficientNetV2-L: 4 365 entries) and keep the memory for a file's structure under 256 MiB. Storages do not
/// count: they stay in the mapped file until one is read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// Entries in an archive. Default 65 536.
    pub entries: usize,
    /// Bytes of the archive's central directory. Default 16 MiB.
    pub directory_bytes: usize,
    /// Bytes of an entry that is unpacked or copied: the pickle, a text. Default 64 MiB.
    pub entry_bytes: usize,
    /// Opcodes of a pickle. Default 2 000 000.
    pub opcodes: usize,
    /// Values waiting on the pickle's stack. Default 1 000 000.
    pub stack: usize,
    /// Unfinished lists, tuples and dicts inside one another. Default 1 000.
    pub nesting: usize,
    /// Numbers in the pickle's memo. Default 1 000 000.
    pub memo: usize,
    /// Bytes of one string. Default 16 MiB.
    pub string_bytes: usize,
    /// Bytes of everything decoded from a pickle. Default 256 MiB.
    pub decoded_bytes: usize,
    /// Dimensions of a tensor. Default 16.
    pub rank: usize,
    /// Elements of a tensor that repeats its storage (a stride of 0, or overlapping rows). Default 16 777 216.
    pub repeated_elements: usize,
    /// Bytes of a safetensors header. Default 16 MiB.
    pub header_bytes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            entries: 65_536,
            directory_bytes: 16 << 20,
            entry_bytes: 64 << 20,
            opcodes: 2_000_000,
            stack: 1_000_000,
            nesting: 1_000,
            memo: 1_000_000,
            string_bytes: 16 << 20,
            decoded_bytes: 256 << 20,
            rank: 16,
            repeated_elements: 1 << 24,
            header_bytes: 16 << 20,
        }
    }
}
