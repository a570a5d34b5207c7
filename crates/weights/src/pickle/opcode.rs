//! The opcodes by their bytes, with the names of Python's `pickletools`.

macro_rules! opcodes {
    ($($name:ident = $byte:expr,)*) => {
        $(pub(super) const $name: u8 = $byte;)*

        /// The opcode's name, when the byte is one that is read.
        fn accepted_name(byte: u8) -> Option<&'static str> {
            match byte {
                $($name => Some(stringify!($name)),)*
                _ => None,
            }
        }
    };
}

opcodes! {
    MARK = b'(', STOP = b'.', POP = b'0', POP_MARK = b'1', DUP = b'2',
    BINFLOAT = b'G', BININT = b'J', BININT1 = b'K', BININT2 = b'M', NONE = b'N',
    REDUCE = b'R', BINPERSID = b'Q', BINSTRING = b'T', SHORT_BINSTRING = b'U', BINUNICODE = b'X',
    BINBYTES = b'B', SHORT_BINBYTES = b'C',
    APPEND = b'a', APPENDS = b'e', BUILD = b'b', GLOBAL = b'c',
    DICT = b'd', EMPTY_DICT = b'}', LIST = b'l', EMPTY_LIST = b']',
    BINGET = b'h', LONG_BINGET = b'j', BINPUT = b'q', LONG_BINPUT = b'r',
    SETITEM = b's', SETITEMS = b'u', TUPLE = b't', EMPTY_TUPLE = b')',
    PROTO = 0x80, NEWOBJ = 0x81,
    TUPLE1 = 0x85, TUPLE2 = 0x86, TUPLE3 = 0x87, NEWTRUE = 0x88, NEWFALSE = 0x89,
    LONG1 = 0x8a, LONG4 = 0x8b,
    SHORT_BINUNICODE = 0x8c, BINUNICODE8 = 0x8d, BINBYTES8 = 0x8e, EMPTY_SET = 0x8f,
    ADDITEMS = 0x90, FROZENSET = 0x91, NEWOBJ_EX = 0x92, STACK_GLOBAL = 0x93, MEMOIZE = 0x94,
    FRAME = 0x95, BYTEARRAY8 = 0x96,
}

const OLD_TEXT: &str = "an opcode of protocol 0, which no checkpoint uses";
const RUNS_CODE: &str = "it only serves to call a class by name";
const EXTENSION: &str = "extension codes stand for classes that only Python's registry knows";
const OUT_OF_BAND: &str = "buffers outside the pickle are not read";

/// The name of an opcode that exists and is refused, and why.
pub(super) fn refused(byte: u8) -> Option<(&'static str, &'static str)> {
    Some(match byte {
        b'I' => ("INT", OLD_TEXT),
        b'L' => ("LONG", OLD_TEXT),
        b'F' => ("FLOAT", OLD_TEXT),
        b'S' => ("STRING", OLD_TEXT),
        b'V' => ("UNICODE", OLD_TEXT),
        b'p' => ("PUT", OLD_TEXT),
        b'g' => ("GET", OLD_TEXT),
        b'P' => ("PERSID", OLD_TEXT),
        b'i' => ("INST", RUNS_CODE),
        b'o' => ("OBJ", RUNS_CODE),
        0x82 => ("EXT1", EXTENSION),
        0x83 => ("EXT2", EXTENSION),
        0x84 => ("EXT4", EXTENSION),
        0x97 => ("NEXT_BUFFER", OUT_OF_BAND),
        0x98 => ("READONLY_BUFFER", OUT_OF_BAND),
        _ => return None,
    })
}

/// What to call a byte in a message.
pub(super) fn name(byte: u8) -> &'static str {
    accepted_name(byte).or_else(|| refused(byte).map(|(name, _)| name)).unwrap_or("an unknown opcode")
}
