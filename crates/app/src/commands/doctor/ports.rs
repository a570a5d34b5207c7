//! The ports that model servers take by custom, and who has them.

use serde::Serialize;

use crate::data_folder::DataFolder;
use crate::servers::{self, Owner};

/// SpeciesNet's, DeepFaune's, Manas's and MegaDetector's while Biowatch is developed; the first is `serve`'s default.
const CUSTOMARY: [u16; 4] = [8000, 8001, 8002, 8003];

/// One port of this machine.
#[derive(Debug, Serialize)]
pub(super) struct Port {
    pub(super) number: u16,
    pub(super) free: bool,
    /// Who has it, in words.
    pub(super) owner: Option<String>,
}

/// Looks at each.
pub(super) fn look(data: &DataFolder) -> Vec<Port> {
    let entries = servers::registry(data).list();
    let port = |number| {
        let owner = Owner::of(number, &entries).map(|owner| owner.words());
        Port { number, free: owner.is_none(), owner }
    };
    CUSTOMARY.map(port).into()
}

/// A line for all that are free and one for each that is not.
pub(super) fn describe(ports: &[Port]) -> Vec<String> {
    let free: Vec<_> = ports.iter().filter(|port| port.free).map(|port| port.number.to_string()).collect();
    let mut lines = Vec::new();
    if !free.is_empty() {
        lines.push(format!("{} free", free.join(", ")));
    }
    for port in ports.iter().filter(|port| !port.free) {
        let owner = port.owner.as_deref().unwrap_or("another program");
        lines.push(format!("{} in use by {owner}; `--port 0` takes a free one", port.number));
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ports_are_told_apart() {
        let port = |number, owner: Option<&str>| Port {
            number,
            free: owner.is_none(),
            owner: owner.map(str::to_owned),
        };
        let ports = [port(8000, Some("`x` (process 1)")), port(8001, None), port(8002, None)];
        assert_eq!(
            describe(&ports),
            ["8001, 8002 free", "8000 in use by `x` (process 1); `--port 0` takes a free one"]
        );
    }
}
