//! Any bytes as the pickle of a checkpoint: every value is looked at.
#![no_main]

use std::collections::HashSet;

use biowatch_fuzz::limits;
use biowatch_weights::Pickle;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let Ok(pickle) = Pickle::with_storages(data, &limits()) else { return };
    let mut seen = HashSet::new();
    let mut waiting = vec![pickle.root()];
    while let Some(view) = waiting.pop() {
        if !seen.insert(view.id()) {
            continue;
        }
        let _ = (view.kind(), view.describe(), view.attr("weight"), view.class());
        if let Some(tensor) = view.tensor() {
            assert!(tensor.is_empty() || !tensor.is_contiguous() || tensor.len() <= tensor.storage_len());
        }
        waiting.extend(view.items());
        waiting.extend(view.entries().flat_map(|(key, value)| [key, value]));
        waiting.extend(view.args().into_iter().chain(view.state()));
    }
});
