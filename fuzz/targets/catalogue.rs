//! Catalogues that somebody else wrote.

#![no_main]

use biowatch_zoo::catalogue::parse;
use biowatch_zoo::reference::ModelName;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    match parse(data) {
        Ok(entries) => {
            for entry in &entries {
                assert!(ModelName::new(&*entry.id, &*entry.version).is_ok());
                assert!(!entry.files.is_empty());
                assert!(!entry.citation.chars().any(char::is_control));
            }
        }
        Err(error) => assert!(!error.to_string().is_empty()),
    }
});
