//! An ONNX file written by hand.

/// A field of a protobuf message that holds bytes.
fn field(number: u8, bytes: &[u8]) -> Vec<u8> {
    let mut out = vec![number << 3 | 2];
    let mut length = bytes.len();
    while length >= 0x80 {
        out.push(length as u8 & 0x7f | 0x80);
        length >>= 7;
    }
    out.push(length as u8);
    out.extend(bytes);
    out
}

/// A field that holds a small number.
fn number(number: u8, value: u8) -> Vec<u8> {
    vec![number << 3, value]
}

/// `images` [1, 3, 32, 32] times one number that lies in the file at `place`, as `output0`.
pub(super) fn with_external_data(place: &str) -> Vec<u8> {
    let value = |name: &str| {
        let dims: Vec<u8> = [1, 3, 32, 32].iter().flat_map(|extent| field(1, &number(1, *extent))).collect();
        let tensor = [number(1, 1), field(2, &dims)].concat();
        [field(1, name.as_bytes()), field(2, &field(1, &tensor))].concat()
    };
    let entry =
        |key: &str, value: &str| field(13, &[field(1, key.as_bytes()), field(2, value.as_bytes())].concat());
    let factor = [
        number(1, 1),
        number(2, 1),
        field(8, b"factor"),
        entry("location", place),
        entry("offset", "0"),
        entry("length", "4"),
        number(14, 1),
    ];
    let node = [field(1, b"images"), field(1, b"factor"), field(2, b"output0"), field(4, b"Mul")];
    let graph = [
        field(1, &node.concat()),
        field(2, b"graph"),
        field(5, &factor.concat()),
        field(11, &value("images")),
        field(12, &value("output0")),
    ];
    [number(1, 8), field(7, &graph.concat()), field(8, &number(2, 17))].concat()
}
