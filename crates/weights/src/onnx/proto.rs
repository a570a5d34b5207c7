//! Protobuf's wire form, as far as ONNX needs it.

/// A message being encoded. Fields appear in the order of the calls.
#[derive(Debug, Default)]
pub(super) struct Message(Vec<u8>);

impl Message {
    pub(super) fn int(mut self, field: u32, value: u64) -> Self {
        self.varint(key(field, 0));
        self.varint(value);
        self
    }

    pub(super) fn float(mut self, field: u32, value: f32) -> Self {
        self.varint(key(field, 5));
        self.0.extend(value.to_le_bytes());
        self
    }

    pub(super) fn bytes(mut self, field: u32, value: &[u8]) -> Self {
        self.varint(key(field, 2));
        self.varint(value.len() as u64);
        self.0.extend(value);
        self
    }

    pub(super) fn text(self, field: u32, value: &str) -> Self {
        self.bytes(field, value.as_bytes())
    }

    pub(super) fn message(self, field: u32, value: &Message) -> Self {
        self.bytes(field, &value.0)
    }

    pub(super) fn ints(mut self, field: u32, values: &[i64]) -> Self {
        for value in values {
            self = self.int(field, value.cast_unsigned());
        }
        self
    }

    /// Announces `length` bytes of `field` that the caller writes after this message.
    pub(super) fn open(mut self, field: u32, length: u64) -> Self {
        self.varint(key(field, 2));
        self.varint(length);
        self
    }

    pub(super) fn len(&self) -> u64 {
        self.0.len() as u64
    }

    pub(super) fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    fn varint(&mut self, mut value: u64) {
        while value >= 0x80 {
            self.0.push((value & 0x7f) as u8 | 0x80);
            value >>= 7;
        }
        self.0.push(value as u8);
    }
}

fn key(field: u32, wire_type: u64) -> u64 {
    u64::from(field) << 3 | wire_type
}

#[cfg(test)]
mod tests {
    use super::Message;

    #[test]
    fn encodes_as_the_protobuf_documentation_shows() {
        let cases: [(Message, &[u8]); 5] = [
            (Message::default().int(1, 150), &[0x08, 0x96, 0x01]),
            (Message::default().text(2, "testing"), b"\x12\x07testing"),
            (Message::default().message(3, &Message::default().int(1, 150)), &[0x1a, 0x03, 0x08, 0x96, 0x01]),
            (
                Message::default().ints(8, &[-1, 2]),
                &[0x40, 255, 255, 255, 255, 255, 255, 255, 255, 255, 1, 0x40, 2],
            ),
            (Message::default().float(20, 1.0), &[0xa5, 0x01, 0, 0, 0x80, 0x3f]),
        ];
        for (message, expected) in cases {
            assert_eq!(message.as_bytes(), expected);
        }
    }

    #[test]
    fn an_open_field_is_only_its_head() {
        let message = Message::default().open(9, 300);
        assert_eq!(message.as_bytes(), [0x4a, 0xac, 0x02]);
        assert_eq!(message.len(), 3);
    }
}
