//! Where an ONNX graph can be cut in two: after each node, which values are still needed.
//!
//! Reads only names from the file; weights are stepped over. A file this reader does not understand has no
//! cuts, which costs nothing but a slower cancel.

use std::collections::{HashMap, HashSet};
use std::io::{self, BufReader, Cursor, Read, Seek};

use super::cache::Source;

/// A place between two nodes and the values alive there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Cut {
    alive: Vec<String>,
}

/// Every place where `source` can be cut, in the order of its nodes.
pub(super) fn read(source: &Source) -> io::Result<Vec<Cut>> {
    let graph = match source {
        Source::Memory { graph, .. } => Names::read(&mut Cursor::new(graph), graph.len() as u64)?,
        Source::File(path) | Source::Entry(path) => {
            let file = fs_err::File::open(path)?;
            let length = file.metadata()?.len();
            Names::read(&mut BufReader::new(file), length)?
        }
    };
    Ok(graph.cuts())
}

/// At most `pieces - 1` of `cuts`, spread evenly, each where the fewest values are alive. `find` says which
/// values the engine still knows: its optimiser removes some.
pub(super) fn choose<T>(cuts: &[Cut], pieces: usize, find: impl Fn(&str) -> Option<T>) -> Vec<Vec<T>> {
    let window = cuts.len() / pieces;
    if window == 0 {
        return Vec::new();
    }
    let pick = |window: &[Cut]| {
        let mut window: Vec<_> = window.iter().collect();
        window.sort_by_key(|cut| cut.alive.len());
        window.into_iter().find_map(|cut| cut.alive.iter().map(|name| find(name)).collect())
    };
    // The first window holds the cut at the very start, where nothing is computed yet.
    cuts.chunks(window).skip(1).filter_map(pick).collect()
}

/// The names in a graph: what each node takes and gives, and what the graph gives.
#[derive(Default)]
struct Names {
    nodes: Vec<Node>,
    outputs: Vec<String>,
}

#[derive(Default)]
struct Node {
    takes: Vec<String>,
    gives: Vec<String>,
}

// Field numbers of the ONNX schema.
const MODEL_GRAPH: u64 = 7;
const GRAPH_NODE: u64 = 1;
const GRAPH_OUTPUT: u64 = 12;
const NODE_INPUT: u64 = 1;
const NODE_OUTPUT: u64 = 2;
const NODE_ATTRIBUTE: u64 = 5;
const ATTRIBUTE_GRAPH: u64 = 6;
const VALUE_NAME: u64 = 1;

/// Longest name, in bytes, that is believed.
const MAX_NAME: u64 = 4096;

impl Names {
    fn read(file: &mut (impl Read + Seek), length: u64) -> io::Result<Self> {
        let mut names = Self::default();
        each_field(file, length, &mut |file, field, length| match field {
            MODEL_GRAPH => {
                each_field(file, length, &mut |file, field, length| names.field(file, field, length))
            }
            _ => skip(file, length),
        })?;
        Ok(names)
    }

    fn field<R: Read + Seek>(&mut self, file: &mut R, field: u64, length: u64) -> io::Result<()> {
        match field {
            GRAPH_NODE => {
                let mut node = Node::default();
                each_field(file, length, &mut |file, field, length| node.field(file, field, length))?;
                self.nodes.push(node);
                Ok(())
            }
            GRAPH_OUTPUT => each_field(file, length, &mut |file, field, length| match field {
                VALUE_NAME => text(file, length).map(|name| self.outputs.push(name)),
                _ => skip(file, length),
            }),
            _ => skip(file, length),
        }
    }

    /// A value is alive after node `i` when a node up to `i` gives it and a later one, or the graph, takes it.
    fn cuts(&self) -> Vec<Cut> {
        let mut last_use: HashMap<&str, usize> = HashMap::new();
        for (at, node) in self.nodes.iter().enumerate() {
            last_use.extend(node.takes.iter().map(|name| (name.as_str(), at)));
        }
        last_use.extend(self.outputs.iter().map(|name| (name.as_str(), usize::MAX)));
        let mut alive: Vec<&str> = Vec::new();
        let mut seen = HashSet::new();
        let mut cuts = Vec::with_capacity(self.nodes.len());
        for (at, node) in self.nodes.iter().enumerate() {
            alive.extend(node.gives.iter().map(String::as_str).filter(|name| seen.insert(*name)));
            alive.retain(|name| last_use.get(name).is_some_and(|last| *last > at));
            cuts.push(Cut { alive: alive.iter().map(|name| (*name).to_owned()).collect() });
        }
        cuts
    }
}

impl Node {
    fn field<R: Read + Seek>(&mut self, file: &mut R, field: u64, length: u64) -> io::Result<()> {
        match field {
            NODE_INPUT => self.takes.push(text(file, length)?),
            NODE_OUTPUT => self.gives.push(text(file, length)?),
            // A nested graph takes values without naming them as inputs of its node.
            NODE_ATTRIBUTE => each_field(file, length, &mut |file, field, length| match field {
                ATTRIBUTE_GRAPH => Err(io::Error::other("a nested graph")),
                _ => skip(file, length),
            })?,
            _ => skip(file, length)?,
        }
        Ok(())
    }
}

type Visit<'v, R> = &'v mut dyn FnMut(&mut R, u64, u64) -> io::Result<()>;

/// Calls `visit` with number and length of each length-delimited field of the next `length` bytes; it must
/// consume exactly that much. Other fields are stepped over.
fn each_field<R: Read + Seek>(file: &mut R, length: u64, visit: Visit<'_, R>) -> io::Result<()> {
    let end = file.stream_position()?.saturating_add(length);
    let mut at = end - length;
    while at < end {
        let tag = varint(file)?;
        match tag & 7 {
            0 => drop(varint(file)?),
            1 => skip(file, 8)?,
            5 => skip(file, 4)?,
            2 => {
                let length = varint(file)?;
                let start = file.stream_position()?;
                if length > end.saturating_sub(start) {
                    return Err(io::Error::other("a field is longer than what holds it"));
                }
                visit(file, tag >> 3, length)?;
            }
            _ => return Err(io::Error::other("an unknown kind of field")),
        }
        at = file.stream_position()?;
    }
    Ok(())
}

fn varint(file: &mut impl Read) -> io::Result<u64> {
    let mut value = 0;
    for shift in (0..64).step_by(7) {
        let mut byte = [0];
        file.read_exact(&mut byte)?;
        let [byte] = byte;
        value |= u64::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return Ok(value);
        }
    }
    Err(io::Error::other("a number of more than 64 bits"))
}

fn text(file: &mut impl Read, length: u64) -> io::Result<String> {
    if length > MAX_NAME {
        return Err(io::Error::other("a name is too long"));
    }
    let mut text = String::new();
    file.take(length).read_to_string(&mut text)?;
    Ok(text)
}

fn skip(file: &mut impl Seek, length: u64) -> io::Result<()> {
    file.seek_relative(i64::try_from(length).map_err(io::Error::other)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(nodes: &[(&[&str], &[&str])], outputs: &[&str]) -> Names {
        let own = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
        let nodes = nodes.iter().map(|(takes, gives)| Node { takes: own(takes), gives: own(gives) });
        Names { nodes: nodes.collect(), outputs: own(outputs) }
    }

    #[test]
    fn values_live_from_their_maker_to_their_last_user() {
        let graph = names(
            &[(&["in", "w"], &["a"]), (&["a"], &["b"]), (&["b"], &["c"]), (&["c", "a"], &["d"])],
            &["b", "d"],
        );
        let alive: Vec<_> = graph.cuts().into_iter().map(|cut| cut.alive).collect();
        let expected: [&[&str]; 4] = [&["a"], &["a", "b"], &["a", "b", "c"], &["b", "d"]];
        assert_eq!(alive, expected);
    }

    #[test]
    fn cuts_are_spread_and_skip_what_the_engine_forgot() {
        let cut = |alive: &[&str]| Cut { alive: alive.iter().map(|name| (*name).to_owned()).collect() };
        let cuts =
            [cut(&["a"]), cut(&["b"]), cut(&["c", "x"]), cut(&["d"]), cut(&["gone"]), cut(&["e", "x"])];
        let find = |name: &str| (name != "gone").then(|| name.to_owned());
        assert_eq!(choose(&cuts, 3, find), [vec!["d"], vec!["e", "x"]]);
        assert_eq!(choose(&cuts, 7, find), Vec::<Vec<String>>::new());
    }

    #[test]
    fn nonsense_is_refused_without_a_panic() {
        for bytes in [&b"\x3a\xff\xff\xff\xff\x7f"[..], b"\xff", b"\x3a\x05\x0a\x03\x0a\x7fa", b"\x3b"] {
            assert!(Names::read(&mut Cursor::new(bytes), bytes.len() as u64).is_err(), "{bytes:?}");
        }
    }
}
