//! The graph as ONNX bytes, streamed: every length is counted first, then one weight at a time is read,
//! folded and written.

use std::io::{self, Write};

use thiserror::Error;

use crate::checkpoint::Checkpoint;
use crate::onnx::graph::{Attribute, Graph, Live, Node, Value};
use crate::onnx::proto::Message;
use crate::onnx::weight::{Numbers, Weight};
use crate::onnx::{IR_VERSION, OPSET};
use crate::tensor::TensorError;

/// Protobuf counts in 31 bits.
const MAX_MODEL_BYTES: u64 = i32::MAX as u64;
/// Bytes of weights of any graph, wherever they are written.
const MAX_WEIGHT_BYTES: u64 = 8 << 30;
/// Weights from this size on go to the data file, where there is one.
const LARGE: u64 = 4096;
/// Where a weight of the data file may start: engines map the file, and 4096 is what ONNX asks for.
const ALIGNMENT: u64 = 4096;

const FLOAT: u64 = 1;
const INT64: u64 = 7;

/// Why a graph could not be written.
#[derive(Debug, Error)]
#[non_exhaustive]
#[expect(missing_docs, reason = "the texts say what the fields are")]
pub enum WriteError {
    #[error("the graph takes {bytes} bytes, more than the {limit} that its form can hold")]
    TooLarge { bytes: u64, limit: u64 },
    #[error("weight {weight} cannot be read")]
    Weight { weight: String, source: Box<TensorError> },
    #[error("weight {weight} has {found} numbers, expected {expected}")]
    WrongLength { weight: String, expected: u64, found: usize },
    #[error(
        "weight {weight}: number {index} is {value} once the norm is folded in, expected a finite number"
    )]
    NotFinite { weight: String, index: usize, value: f32 },
    #[error("the output cannot be written")]
    Io(#[from] io::Error),
}

/// Where the bytes of a weight are.
enum Place {
    Inside,
    Outside { offset: u64 },
}

struct Plan<'g, 'c> {
    name: &'g str,
    weight: &'g Weight<'c>,
    bytes: u64,
    place: Place,
    head: Message,
}

/// Writes the whole graph to `out`.
pub(crate) fn inline(
    graph: &Graph<'_>,
    checkpoint: &Checkpoint,
    out: &mut impl Write,
) -> Result<(), WriteError> {
    let live = graph.live();
    let plans = plan(graph, &live, None)?;
    write_model(graph, &live, &plans, checkpoint, out)
}

/// Writes the graph to `out` and its large weights to `data`, which the graph calls `data_name`.
pub(crate) fn split(
    graph: &Graph<'_>,
    checkpoint: &Checkpoint,
    out: &mut impl Write,
    data: &mut impl Write,
    data_name: &str,
) -> Result<(), WriteError> {
    let live = graph.live();
    let plans = plan(graph, &live, Some(data_name))?;
    let mut end = 0;
    for plan in &plans {
        let Place::Outside { offset } = plan.place else { continue };
        io::copy(&mut io::Read::take(io::repeat(0), offset - end), data)?;
        write_numbers(plan, checkpoint, data)?;
        end = offset + plan.bytes;
    }
    data.flush()?;
    write_model(graph, &live, &plans, checkpoint, out)
}

fn plan<'g, 'c>(
    graph: &'g Graph<'c>,
    live: &Live,
    data_name: Option<&str>,
) -> Result<Vec<Plan<'g, 'c>>, WriteError> {
    let (mut plans, mut outside, mut total) = (Vec::new(), 0_u64, 0_u64);
    for (name, weight) in live.weights(graph) {
        let bytes = weight.bytes().unwrap_or(u64::MAX);
        total = total.saturating_add(bytes);
        if total > MAX_WEIGHT_BYTES {
            return Err(WriteError::TooLarge { bytes: total, limit: MAX_WEIGHT_BYTES });
        }
        let element_type = if weight.is_integer() { INT64 } else { FLOAT };
        let head = weight.shape().iter().fold(Message::default(), |head, &size| head.int(1, size as u64));
        let head = head.int(2, element_type).text(8, name);
        let (place, head) = match data_name {
            Some(data_name) if bytes >= LARGE => {
                let offset = outside.next_multiple_of(ALIGNMENT);
                outside = offset + bytes;
                (Place::Outside { offset }, external(head, data_name, offset, bytes))
            }
            _ => (Place::Inside, head.open(9, bytes)),
        };
        plans.push(Plan { name, weight, bytes, place, head });
    }
    Ok(plans)
}

fn external(head: Message, data_name: &str, offset: u64, bytes: u64) -> Message {
    let entry = |key: &str, value: &str| Message::default().text(1, key).text(2, value);
    head.message(13, &entry("location", data_name))
        .message(13, &entry("offset", &offset.to_string()))
        .message(13, &entry("length", &bytes.to_string()))
        .int(14, 1)
}

fn write_model(
    graph: &Graph<'_>,
    live: &Live,
    plans: &[Plan<'_, '_>],
    checkpoint: &Checkpoint,
    out: &mut impl Write,
) -> Result<(), WriteError> {
    let nodes = live.nodes(graph).fold(Message::default(), |all, node| all.message(1, &encode(graph, node)));
    let nodes = nodes.text(2, "network");
    let ports = ports(graph, 11, &graph.inputs, Message::default());
    let ports = self::ports(graph, 12, &graph.outputs, ports);

    let inside = |plan: &Plan<'_, '_>| if matches!(plan.place, Place::Inside) { plan.bytes } else { 0 };
    let openings = plans.iter().map(|plan| Message::default().open(5, plan.head.len() + inside(plan)));
    let openings: Vec<Message> = openings.collect();
    let weights: u64 =
        plans.iter().zip(&openings).map(|(plan, open)| open.len() + plan.head.len() + inside(plan)).sum();
    let graph_bytes = nodes.len() + ports.len() + weights;
    let head = Message::default()
        .int(1, IR_VERSION)
        .text(2, "biowatch")
        .message(8, &Message::default().text(1, "").int(2, OPSET))
        .open(7, graph_bytes);
    let bytes = head.len() + graph_bytes;
    if bytes > MAX_MODEL_BYTES {
        return Err(WriteError::TooLarge { bytes, limit: MAX_MODEL_BYTES });
    }

    for part in [&head, &nodes, &ports] {
        out.write_all(part.as_bytes())?;
    }
    for (plan, open) in plans.iter().zip(&openings) {
        out.write_all(open.as_bytes())?;
        out.write_all(plan.head.as_bytes())?;
        if matches!(plan.place, Place::Inside) {
            write_numbers(plan, checkpoint, out)?;
        }
    }
    out.flush()?;
    Ok(())
}

fn encode(graph: &Graph<'_>, node: &Node) -> Message {
    let name = |value: Option<Value>| {
        value.and_then(|value| graph.info(value)).map_or("", |info| info.name.as_str())
    };
    let message = node.inputs.iter().fold(Message::default(), |all, &input| all.text(1, name(input)));
    let message = message.text(2, name(Some(node.output))).text(3, &node.name).text(4, node.operator);
    node.attributes.iter().fold(message, |all, (key, value)| all.message(5, &attribute(key, value)))
}

fn attribute(key: &str, value: &Attribute) -> Message {
    let message = Message::default().text(1, key);
    match value {
        Attribute::Float(value) => message.float(2, *value).int(20, 1),
        Attribute::Int(value) => message.ints(3, &[*value]).int(20, 2),
        Attribute::Text(value) => message.text(4, value).int(20, 3),
        Attribute::Ints(values) => message.ints(8, values).int(20, 7),
    }
}

fn ports(graph: &Graph<'_>, field: u32, values: &[Value], all: Message) -> Message {
    values.iter().filter_map(|&value| graph.info(value)).fold(all, |all, info| {
        let shape = info.shape.iter().fold(Message::default(), |shape, &dim| {
            let axis = match graph.dims.size(dim) {
                Some(size) => Message::default().int(1, size as u64),
                None => Message::default().text(2, &graph.dims.label(dim)),
            };
            shape.message(1, &axis)
        });
        let tensor = Message::default().int(1, FLOAT).message(2, &shape);
        let port = Message::default().text(1, &info.name).message(2, &Message::default().message(1, &tensor));
        all.message(field, &port)
    })
}

fn write_numbers(
    plan: &Plan<'_, '_>,
    checkpoint: &Checkpoint,
    out: &mut impl Write,
) -> Result<(), WriteError> {
    let name = || plan.name.to_owned();
    let numbers = plan.weight.numbers(checkpoint);
    match numbers.map_err(|source| WriteError::Weight { weight: name(), source: source.into() })? {
        Numbers::Floats(values) => {
            if let Some((index, &value)) = values.iter().enumerate().find(|(_, value)| !value.is_finite()) {
                return Err(WriteError::NotFinite { weight: name(), index, value });
            }
            write_elements(plan, &values, f32::to_le_bytes, out)
        }
        Numbers::Ints(values) => write_elements(plan, &values, i64::to_le_bytes, out),
    }
}

fn write_elements<T: Copy, const N: usize>(
    plan: &Plan<'_, '_>,
    values: &[T],
    bytes: impl Fn(T) -> [u8; N],
    out: &mut impl Write,
) -> Result<(), WriteError> {
    if values.len() as u64 * N as u64 != plan.bytes {
        let expected = plan.bytes / N as u64;
        return Err(WriteError::WrongLength { weight: plan.name.to_owned(), expected, found: values.len() });
    }
    let mut block = Vec::with_capacity(4096 * N);
    for values in values.chunks(4096) {
        block.clear();
        block.extend(values.iter().flat_map(|&value| bytes(value)));
        out.write_all(&block)?;
    }
    Ok(())
}
