"""Writes the hostile files of this folder and the table in README.md. Run: python3 attacks/make.py

Python's standard library only. Nothing here unpickles anything: streams are put together byte by byte.
"""

import json
import pathlib
import struct
import zlib

HERE = pathlib.Path(__file__).parent
CASES = []


def case(name, trick, expected, data):
    CASES.append((name, trick, expected))
    (HERE / name).write_bytes(data)


# Zip ---------------------------------------------------------------------------------------------------------


class Entry:
    """One entry. Everything a header says can be made to lie, in both headers or in the local one only."""

    def __init__(self, name, data, deflate=False, local=None, **lies):
        self.packed = data
        if deflate:
            squeeze = zlib.compressobj(9, zlib.DEFLATED, -15)
            self.packed = squeeze.compress(data) + squeeze.flush()
        says = dict(
            name=name.encode() if isinstance(name, str) else name, flags=0, method=8 if deflate else 0,
            crc=zlib.crc32(data), packed=len(self.packed), size=len(data), offset=None, extra=b"",
        )
        says.update(lies)
        self.says = says
        self.local = {**says, **(local or {})}

    def local_bytes(self):
        s = self.local
        head = struct.pack(
            "<IHHHHHIIIHH", 0x04034B50, 0, s["flags"], s["method"], 0, 0, s["crc"], s["packed"], s["size"],
            len(s["name"]), 0,
        )
        return head + s["name"] + self.packed

    def central_bytes(self, offset):
        s = self.says
        offset = offset if s["offset"] is None else s["offset"]
        head = struct.pack(
            "<IHHHHHHIIIHHHHHII", 0x02014B50, 0, 0, s["flags"], s["method"], 0, 0, s["crc"], s["packed"], s["size"],
            len(s["name"]), len(s["extra"]), 0, 0, 0, 0, offset,
        )
        return head + s["name"] + s["extra"]


def archive(*entries, count=None, directory_offset=None, wide=None, disks=0):
    body = b""
    directory = b""
    for entry in entries:
        directory += entry.central_bytes(len(body))
        body += entry.local_bytes()
    count = len(entries) if count is None else count
    start = len(body) if directory_offset is None else directory_offset
    records = b""
    if wide is not None:
        says = dict(count=count, size=len(directory), offset=start)
        says.update(wide)
        at = len(body) + len(directory)
        records += struct.pack(
            "<IQHHIIQQQQ", 0x06064B50, 44, 0, 0, 0, 0, says["count"], says["count"], says["size"], says["offset"]
        )
        records += struct.pack("<IIQI", 0x07064B50, 0, at, 1)
        if says["count"] != count:
            count = 0xFFFF
    end = struct.pack("<IHHHHIIH", 0x06054B50, disks, disks, count, count, len(directory), start, 0)
    return body + directory + records + end


# Pickle ------------------------------------------------------------------------------------------------------


def text(value):
    data = value.encode()
    return b"X" + struct.pack("<I", len(data)) + data


def integer(value):
    if -(2**31) <= value < 2**31:
        return b"J" + struct.pack("<i", value)
    return b"\x8a\x09" + value.to_bytes(9, "little", signed=True)


def name(module, attribute):
    return b"c" + module.encode() + b"\n" + attribute.encode() + b"\n"


def pack(*values):
    return b"(" + b"".join(values) + b"t"


def storage(kind="FloatStorage", key="0", count=4):
    return pack(text("storage"), name("torch", kind), text(key), text("cpu"), integer(count)) + b"Q"


def tensor(kind="FloatStorage", count=4, offset=0, size=(2, 2), stride=(2, 1), rebuild="_rebuild_tensor_v2"):
    return (
        name("torch._utils", rebuild)
        + pack(
            storage(kind, count=count), integer(offset), pack(*map(integer, size)), pack(*map(integer, stride)),
            b"\x89", name("collections", "OrderedDict") + b")R",
        )
        + b"R"
    )


def dictionary(**values):
    return b"}(" + b"".join(text(key) + value for key, value in values.items()) + b"u"


def stream(body, protocol=2):
    return b"\x80" + bytes([protocol]) + body + b"."


FLOATS = struct.pack("<4f", 1, 2, 3, 4)
GOOD = stream(dictionary(weight=tensor()))


def checkpoint(pickle=GOOD, data=FLOATS, deflate=False, extra=(), without=(), **how):
    entries = [
        Entry("a/data.pkl", pickle, deflate),
        Entry("a/byteorder", b"little"),
        Entry("a/data/0", data),
        Entry("a/version", b"3\n"),
    ]
    entries = [entry for entry in entries if entry.says["name"].decode() not in without]
    return archive(*entries, *extra, **how)


def with_pickle(body, **how):
    return checkpoint(stream(body), **how)


# Containers that lie -----------------------------------------------------------------------------------------

whole = checkpoint()
pickled = Entry("a/data.pkl", GOOD)
case("good.pt", "nothing: the file the others are made from", "opens: a dict of 1", whole)
case("zip-empty.pt", "no bytes at all", "the file is empty", b"")
case("zip-cut.pt", "the directory cut in half", "no zip end record", whole[:-100])
case("zip-directory-elsewhere.pt", "directory said to start past the end", "the central directory should end at byte",
     checkpoint(directory_offset=0x7FFFFFFF))
case("zip-prefixed.pt", "a second file put in front", "the central directory should end at byte", b"MZ" + b"\0" * 64 + whole)
case("zip-count-low.pt", "an entry more than declared", "declares 3 entries and holds 4", checkpoint(count=3))
case("zip-count-giant.pt", "2^60 entries declared", "more than 65536 entries", checkpoint(wide=dict(count=1 << 60)))
case("zip-records-disagree.pt", "zip and zip64 end records tell two stories",
     "the end records disagree on the directory offset", checkpoint(wide=dict(offset=0)))
case("zip-zip64-lost.pt", "a zip64 locator that points at nothing", "expected a zip64 end record at byte",
     checkpoint(wide={}).replace(b"PK\x06\x06", b"PK\x06\x00"))
case("zip-disks.pt", "parts on other disks", "the archive spans several disks", checkpoint(disks=1))
case("zip-bomb-declared.pt", "1 GiB declared from a few bytes", "deflate cannot do that",
     archive(Entry("a/data.pkl", GOOD, deflate=True, size=1 << 30)))
case("zip-bomb-unpacked.pt", "4 MiB in, 4 kB declared", "unpacks to 4097 bytes or more, declared 4096",
     archive(Entry("a/data.pkl", bytes(4 << 20), deflate=True, size=4096)))
case("zip-traversal.pt", "a name that climbs", "it climbs out of its folder", checkpoint(extra=[Entry("a/../../x", b"")]))
case("zip-absolute.pt", "a name from the root", "it starts at the root", checkpoint(extra=[Entry("/etc/x", b"")]))
case("zip-backslash.pt", "a name that climbs on Windows", "it holds a backslash", checkpoint(extra=[Entry("a\\..\\x", b"")]))
case("zip-nul-name.pt", "a name with a NUL", "it holds a control character", checkpoint(extra=[Entry("a/x\0.txt", b"")]))
case("zip-empty-name.pt", "a name of no letters", "has an unsafe name: it is empty", checkpoint(extra=[Entry("", b"")]))
case("zip-latin-name.pt", "a name that is not UTF-8", "has a name that is not UTF-8", checkpoint(extra=[Entry(b"\xff", b"")]))
case("zip-duplicate.pt", "one storage twice", 'entry "a/data/0" occurs twice', checkpoint(extra=[Entry("a/data/0", FLOATS)]))
case("zip-encrypted.pt", "an encrypted entry", "is encrypted", archive(Entry("a/data.pkl", GOOD, flags=1)))
case("zip-method.pt", "packed with bzip2", "is packed with method 12", archive(Entry("a/data.pkl", GOOD, method=12)))
case("zip-stored-sizes.pt", "stored, with two different sizes", "is stored but declares 8192 bytes unpacked",
     archive(Entry("a/data.pkl", GOOD, size=8192)))
case("zip-giant-entry.pt", "an entry longer than the file", "the entry is cut short: it needs 1073741824 bytes",
     archive(Entry("a/data.pkl", GOOD, packed=1 << 30, size=1 << 30)))
case("zip-giant-entry64.pt", "2^63 bytes through the zip64 field", "the entry is cut short: it needs 9223372036854775808 bytes",
     archive(Entry("a/data.pkl", GOOD, packed=0xFFFFFFFF, size=0xFFFFFFFF,
                   extra=struct.pack("<HHQQ", 1, 16, 1 << 63, 1 << 63))))
case("zip-local-name.pt", "another name in the local header", "the local header says",
     archive(Entry("a/data.pkl", GOOD, local=dict(name=b"a/evil.pkl"))))
case("zip-local-size.pt", "another size in the local header", "for its packed size, the central directory",
     archive(Entry("a/data.pkl", GOOD, local=dict(packed=7))))
case("zip-local-method.pt", "another method in the local header", "for its method, the central directory",
     archive(Entry("a/data.pkl", GOOD, local=dict(method=8))))
inner = Entry("b", b"x" * 8)
case("zip-overlap.pt", "an entry inside another", 'entries "a/data.pkl" and "b" overlap',
     archive(Entry("a/data.pkl", inner.local_bytes()), Entry("b", b"", offset=40, crc=inner.says["crc"], packed=8, size=8)))
case("zip-same-header.pt", "two entries of one header", "entries", archive(pickled, Entry("a/data.pkl", b"", offset=0,
     crc=zlib.crc32(GOOD), packed=len(GOOD), size=len(GOOD))))
case("zip-checksum-pickle.pt", "the pickle does not match its checksum", "is damaged: its checksum is",
     archive(Entry("a/data.pkl", GOOD, crc=1)))
case("zip-checksum-storage.pt", "a storage does not match its checksum", 'entry "a/data/0" is damaged',
     checkpoint(without=["a/data/0"], extra=[Entry("a/data/0", FLOATS, crc=1)]))

# Archives that are no checkpoints ----------------------------------------------------------------------------

case("archive-no-pickle.pt", "a zip of something else", "it has no entry", archive(Entry("readme.txt", b"hello")))
case("archive-two-pickles.pt", "two checkpoints in one", "it has two pickles", checkpoint(extra=[Entry("b/data.pkl", GOOD)]))
case("archive-big-endian.pt", "big-endian storages", 'says "big", expected "little"',
     checkpoint(without=["a/byteorder"], extra=[Entry("a/byteorder", b"big")]))
case("archive-storage-missing.pt", "a storage that is not there", 'storage "0" has no entry', checkpoint(without=["a/data/0"]))
case("archive-storage-deflated.pt", "a compressed storage", "is deflated, expected stored",
     checkpoint(without=["a/data/0"], extra=[Entry("a/data/0", bytes(16), deflate=True)]))
case("archive-storage-short.pt", "a storage shorter than its tensor", "has 8 bytes, expected 16 for a storage of 4 elements",
     checkpoint(data=FLOATS[:8]))
case("archive-storage-long.pt", "bytes hidden behind a storage", "has 32 bytes, expected 16", checkpoint(data=FLOATS * 2))
case("archive-legacy.pt", "a checkpoint of before 1.6", "starts like a checkpoint of PyTorch before 1.6",
     b"\x80\x02\x8a\x0al\xfc\x9cF\xf9 j\xa8P\x19.")
case("archive-tar.pt", "a tar", "starts like a tar archive", bytes(257) + b"ustar" + bytes(250))
case("archive-html.pt", "an error page saved as weights", "starts like an HTML page", b"<!DOCTYPE html><html></html>")
case("archive-hdf5.pt", "a Keras file", "starts like an HDF5 (Keras) file", b"\x89HDF\r\n\x1a\n" + bytes(64))
case("archive-gzip.pt", "a gzip", "starts like a gzip archive", b"\x1f\x8b\x08" + bytes(32))

# Pickles that want to run, or to be too much -----------------------------------------------------------------

call = name("posix", "system") + pack(text("touch /tmp/owned")) + b"R"
case("pickle-os-system.pt", "REDUCE of posix.system", "opens: a call of posix.system", with_pickle(call))
case("pickle-os-system-model.pt", "a command in place of the model", "opens: a dict of 1", with_pickle(dictionary(model=call)))
case("pickle-builtins-eval.pt", "STACK_GLOBAL builtins.eval", "opens: a call of builtins.eval",
     with_pickle(b"\x8c\x08builtins\x8c\x04eval\x93" + pack(text("1")) + b"R"))
case("pickle-setstate.pt", "BUILD on an object of a strange class", "opens: an object of evil.Class",
     with_pickle(name("evil", "Class") + b")\x81" + dictionary(x=b"N") + b"b"))
case("pickle-getattr.pt", "getattr to reach a function", "opens: a call of os.path.os.system",
     with_pickle(name("builtins", "getattr") + pack(name("os", "path.os"), text("system")) + b"R" + pack(text("true")) + b"R"))
case("pickle-call-result.pt", "a call of what a call returned", "opens: a call of something that is no class",
     with_pickle(call + pack(text("x")) + b"R"))
case("pickle-inst.pt", "INST", "INST at byte 3 of the pickle: refused", with_pickle(b"(iposix\nsystem\n"))
case("pickle-obj.pt", "OBJ", "OBJ at byte 17 of the pickle: refused", with_pickle(b"(" + name("posix", "system") + b"o"))
case("pickle-ext1.pt", "EXT1", "EXT1 at byte 2 of the pickle: refused", with_pickle(b"\x82\x01"))
case("pickle-ext2.pt", "EXT2", "EXT2 at byte 2 of the pickle: refused", with_pickle(b"\x83\x01\x01"))
case("pickle-ext4.pt", "EXT4", "EXT4 at byte 2 of the pickle: refused", with_pickle(b"\x84\x01\x01\x01\x01"))
case("pickle-persid.pt", "PERSID, a reference spelled as text", "PERSID at byte 2 of the pickle: refused", with_pickle(b"Pstorage\n"))
case("pickle-buffer.pt", "NEXT_BUFFER, a buffer outside the pickle", "NEXT_BUFFER at byte 2 of the pickle: refused", with_pickle(b"\x97"))
case("pickle-int-text.pt", "INT, a text opcode of protocol 0", "INT at byte 2 of the pickle: refused", with_pickle(b"I01\n"))
case("pickle-unknown.pt", "a byte that is no opcode", "byte 0xff is no opcode", with_pickle(b"\xff"))
case("pickle-protocol-0.pt", "a pickle of protocol 0", "expected the opcode PROTO first", checkpoint(b"(dp0\n."))
case("pickle-protocol-9.pt", "a protocol that does not exist", "expected a protocol from 2 to 5, found 9", checkpoint(b"\x80\x09N."))
case("pickle-unfinished.pt", "no STOP", "the end at byte 3 of the pickle: cut short", checkpoint(b"\x80\x02N"))
case("pickle-trailing.pt", "bytes after STOP", "1 bytes follow the end", checkpoint(GOOD + b"N"))
case("pickle-leftover.pt", "values left on the stack", "1 values besides the result are left", with_pickle(b"NN"))
case("pickle-underflow.pt", "REDUCE on an empty stack", "REDUCE at byte 2 of the pickle: the stack has too few values", with_pickle(b"R"))
case("pickle-below-mark.pt", "reaching below a MARK", "TUPLE2 at byte 5 of the pickle: the stack has too few values", with_pickle(b"NN(\x86"))
case("pickle-no-mark.pt", "TUPLE without a MARK", "TUPLE at byte 2 of the pickle: no MARK to go back to", with_pickle(b"t"))
case("pickle-memo-giant.pt", "memo number 2^32-1", "more than 1000000 numbers in the memo", with_pickle(b"Nr\xff\xff\xff\xff"))
case("pickle-memo-missing.pt", "a memo number nobody set", "number 7 is not in the memo", with_pickle(b"h\x07"))
case("pickle-string-giant.pt", "a string of 2^63 bytes", "more than 16777216 bytes in a string",
     with_pickle(b"\x8d" + struct.pack("<Q", 1 << 63)))
case("pickle-string-cut.pt", "a string longer than the pickle", "cut short: 9000000 bytes expected, 1 left",
     with_pickle(b"X" + struct.pack("<I", 9_000_000)))
case("pickle-bytes-giant.pt", "bytes of 4 GiB", "more than 16777216 bytes in a string", with_pickle(b"B\xff\xff\xff\xff"))
case("pickle-long-giant.pt", "an integer of 2 GiB", "cut short: 2147483647 bytes expected", with_pickle(b"\x8b\xff\xff\xff\x7f"))
case("pickle-frame-giant.pt", "a frame longer than the pickle", "the frame declares 1099511627776 bytes",
     with_pickle(b"\x95" + struct.pack("<Q", 1 << 40) + b"N"))
case("pickle-name-endless.pt", "a class name that never ends", "more than 4096 bytes in a name", with_pickle(b"c" + b"a" * 5000, deflate=True))
case("pickle-not-utf8.pt", "a text that is not UTF-8", "the text is not UTF-8", with_pickle(b"X\x01\0\0\0\xff"))
case("pickle-self-list.pt", "a list that holds itself", "opens: a list of 1", with_pickle(b"]q\0h\0a"))
case("pickle-self-state.pt", "an object that is its own state", "opens: an object of models.yolo.Model",
     with_pickle(name("models.yolo", "Model") + b")\x81q\0h\0b"))
case("pickle-self-tuple.pt", "a tuple that holds itself through a list", "opens: a list of 1", with_pickle(b"]q\0h\0\x85a"))
case("pickle-deep-marks.pt", "5000 open brackets", "more than 1000 open MARKs", with_pickle(b"(" * 5000, deflate=True))
case("pickle-deep-tuples.pt", "100 000 tuples inside one another", "opens: a tuple of 1",
     with_pickle(b"N" + b"\x85" * 100_000, deflate=True))
laughs = b"]q\0" + b"".join(b"](h" + bytes([i]) + b"h" + bytes([i]) + b"eq" + bytes([i + 1]) for i in range(60))
keep_last = b"".join([b"\x85" for _ in range(1)])
case("pickle-laughs.pt", "2^60 values by sharing", "opens: a tuple of 1",
     with_pickle(b"(" + laughs.replace(b"]", b"]", 1) + b"1" + b"h\x3c" + keep_last))
case("pickle-many-opcodes.pt", "3 million opcodes in 3 kB", "more than 2000000 opcodes", with_pickle(b"N0" * 1_500_000, deflate=True))
case("pickle-tall-stack.pt", "a stack of 1.5 million", "more than 1000000 values on the stack", with_pickle(b"N" * 1_500_000, deflate=True))
sets = b"(]q\0(" + b"N" * 100_000 + b"e" + (name("builtins", "set") + b"h\0\x85R0") * 1000
case("pickle-copies.pt", "1000 copies of a long list", "more than 268435456 bytes of decoded values", with_pickle(sets, deflate=True))
names = b"(" + text("x" * 1_000_000) + b"q\0" + (name("builtins", "getattr") + name("a", "b") + b"h\0\x86R0") * 400
case("pickle-long-names.pt", "400 names of a megabyte", "more than 268435456 bytes of decoded values", with_pickle(names, deflate=True))
case("pickle-operand-list.pt", "entries given to a list", "expected a dict, found a list of 0", with_pickle(b"](NNu"))
case("pickle-operand-tuple.pt", "items given to a tuple", "expected a list, found a tuple of 0", with_pickle(b")Na"))
case("pickle-odd-entries.pt", "a key without a value", "SETITEMS at byte 5 of the pickle", with_pickle(b"}(Nu"))
case("pickle-args.pt", "arguments that are no tuple", "expected a tuple of arguments, found the integer 1",
     with_pickle(name("a", "b") + b"K\x01R"))
case("pickle-class.pt", "an object whose class is a number", "expected a class, found the integer 1", with_pickle(b"K\x01)\x81"))
case("pickle-stack-global.pt", "a class name that is a number", "expected a class name, found the integer 1",
     with_pickle(b"\x8c\x01aK\x01\x93"))
case("pickle-second-state.pt", "an object built twice", "the value has its state already",
     with_pickle(name("a", "b") + b")\x81}b}b"))
case("pickle-pairs.pt", "an OrderedDict of no pairs", "expected a list of pairs, found a list of 1",
     with_pickle(name("collections", "OrderedDict") + b"]Na\x85R"))
case("pickle-alone-storage.pickle", "a storage in a pickle of its own", "a pickle on its own has no storages", stream(storage()))
case("pickle-alone-call.pickle", "a command in a list of classes", "opens: a call of posix.system", stream(call, 4))

# Tensors that reach too far ----------------------------------------------------------------------------------


def one(expected, trick, file, data=FLOATS, **what):
    case(file, trick, expected, with_pickle(dictionary(weight=tensor(**what)), data=data))


one("storage class torch.ComplexFloatStorage is not supported", "complex numbers", "tensor-complex.pt", kind="ComplexFloatStorage")
one("storage class torch.QInt8Storage is not supported", "quantised numbers", "tensor-quantised.pt", kind="QInt8Storage")
one("storage class torch.posix.system is not supported", "a function as storage class", "tensor-storage-function.pt", kind="posix.system")
one("the tensor's last element is number 5 of a storage of 4", "more elements than the storage has", "tensor-outside.pt", size=(3, 2))
one("the tensor's last element is number 4 of a storage of 4", "an offset past the end", "tensor-offset.pt", offset=4, size=(1,), stride=(1,))
one("expected an integer from 0 up, found the integer -1", "a negative stride", "tensor-stride-negative.pt", stride=(-1, 1))
one("expected an integer from 0 up, found the integer -1", "a negative offset", "tensor-offset-negative.pt", offset=-1)
one("expected an integer from 0 up, found the integer -2", "a negative size", "tensor-size-negative.pt", size=(-2, 2))
one("a shape of more elements than can be counted", "2^124 elements", "tensor-overflow.pt", size=(1 << 62, 1 << 62), stride=(0, 0))
one("a shape of more elements than can be counted", "a step beyond 64 bits", "tensor-stride-overflow.pt", size=(4,), stride=((1 << 63) - 1,))
one("a tensor of 17 dimensions", "17 dimensions", "tensor-rank.pt", size=(1,) * 17, stride=(1,) * 17)
one("2 sizes and 1 strides", "a stride too few", "tensor-strides.pt", stride=(1,))
one("1073741824 elements repeated from a storage of 4", "a gigabyte by repeating one number", "tensor-repeated.pt", size=(1 << 30,), stride=(0,))
one("has 16 bytes, expected 18446744073709551615 for a storage of 4611686018427387904 elements", "2^62 numbers in 16 bytes", "tensor-count.pt", count=1 << 62)
one("expected an integer from 0 up, found the integer -4", "a storage of -4 numbers", "tensor-count-negative.pt", count=-4)
one("expected a float type", "integers where weights belong", "tensor-integers.pt", kind="IntStorage")
one("element 2 is NaN", "a weight that is no number", "tensor-nan.pt", data=struct.pack("<4f", 1, 2, float("nan"), 4))
one("element 3 is -inf", "an infinite weight", "tensor-infinite.pt", data=struct.pack("<4f", 1, 2, 3, float("-inf")))
one("element 1 is inf", "a weight beyond f32", "tensor-double.pt", kind="DoubleStorage", data=struct.pack("<4d", 1, 1e300, 3, 4))
one("element 0 is NaN", "a half that is no number", "tensor-half-nan.pt", kind="HalfStorage", data=b"\x01\x7e" + bytes(6))
case("tensor-storage-id.pt", "a storage named by a number", "expected a tuple of 5 that names a storage, found the integer 1", with_pickle(b"K\x01Q"))
case("tensor-storage-tag.pt", "a reference to something else", 'expected the text "storage"',
     with_pickle(pack(text("module"), name("torch", "FloatStorage"), text("0"), text("cpu"), integer(4)) + b"Q"))
case("tensor-no-storage.pt", "a tensor over a list", "expected a storage, found a list of 0",
     with_pickle(name("torch._utils", "_rebuild_tensor_v2") + pack(b"]", integer(0), b")", b")", b"\x89", b"}") + b"R"))
case("tensor-few-arguments.pt", "a tensor of nothing", "expected a storage, an offset, sizes and strides, found a tuple of 0",
     with_pickle(name("torch._utils", "_rebuild_tensor_v2") + b")R"))
case("tensor-key.pt", "a storage named like the pickle", 'has no entry "a/data/../data.pkl"',
     with_pickle(dictionary(weight=storage(key="../data.pkl"))))

# Safetensors -------------------------------------------------------------------------------------------------


def safe(header, data=FLOATS, length=None):
    header = header if isinstance(header, bytes) else json.dumps(header).encode()
    return struct.pack("<Q", len(header) if length is None else length) + header + data


def of(dtype="F32", shape=(2, 2), start=0, end=16, **more):
    return dict(dtype=dtype, shape=list(shape), data_offsets=[start, end], **more)


def safe_case(file, trick, expected, *args, **how):
    case("safetensors-" + file + ".safetensors", trick, expected, safe(*args, **how))


safe_case("good", "nothing: the file the others are made from", "opens: 1 tensors", dict(a=of()))
case("safetensors-short.safetensors", "seven bytes", "a header takes at least 10", bytes(7))
safe_case("header-giant", "a header of 2^63 bytes", "the header declares 9223372036854775808 bytes, more than the limit", dict(a=of()), length=1 << 63)
safe_case("header-cut", "a header longer than the file", "the header declares 5000 bytes", dict(a=of()), length=5000)
safe_case("not-json", "a header that is no JSON", "the header is not the expected JSON", b"{]")
safe_case("deep-json", "a header of 200 brackets", "the header is not the expected JSON", b'{"a":' + b"[" * 2000)
safe_case("duplicate", "one name twice", "occurs twice", b'{"a":%s,"a":%s}' % ((json.dumps(of()).encode(),) * 2))
safe_case("unknown-field", "a field nobody knows", "unknown field", dict(a=of(pickle="x")))
safe_case("dtype", "an element type nobody knows", 'has the element type "C64"', dict(a=of("C64")))
safe_case("overlap", "two tensors in one place", "a gap or an overlap", dict(a=of(), b=of()))
safe_case("gap", "bytes between tensors", "a gap or an overlap", dict(a=of(shape=[1], end=4), b=of(shape=[1], start=12)))
safe_case("trailing", "bytes after the tensors", "the tensors take 16 bytes of data, the file has 20", dict(a=of()), FLOATS + b"evil")
safe_case("cut", "tensors past the end", "the tensors take 16 bytes of data, the file has 8", dict(a=of()), FLOATS[:8])
safe_case("size", "a shape larger than its bytes", "lies in 16 bytes, its type and shape need 24", dict(a=of(shape=[3, 2])))
safe_case("backwards", "an end before the start", "lies in 0 bytes, its type and shape need 16", dict(a=of(start=0, end=0)), b"")
safe_case("overflow", "2^80 elements", "more elements than can be counted", dict(a=of(shape=[1 << 40, 1 << 40])))
safe_case("rank", "17 dimensions", "a tensor of 17 dimensions", dict(a=of(shape=[1] * 17, end=4)), FLOATS[:4])
safe_case("nan", "a weight that is no number", "element 1 is NaN", dict(a=of()), struct.pack("<4f", 1, float("nan"), 3, 4))

# Networks that lie ---------------------------------------------------------------------------------------------
#
# The numbers of every weight repeat the four of the one storage: strides of 0 make any shape of them.


def items(*values):
    return b"](" + b"".join(values) + b"e"


def instance(path, **state):
    module, _, attribute = path.rpartition(".")
    return name(module, attribute) + b")\x81" + dictionary(**state) + b"b"


def module(path, modules=None, parameters=None, **fields):
    inner = {"_modules": dictionary(**modules or {}), "_parameters": dictionary(**parameters or {}), "_buffers": b"}"}
    return instance(path, **inner, **fields)


def weight(*size, offset=0):
    return tensor(size=size, stride=[0] * len(size), offset=offset)


def conv2d(c_in=3, c_out=8, k=1, said=None, bias=False, **fields):
    said = dict(kernel_size=k, stride=1, padding=0, dilation=1, groups=1) | (said or {})
    fields |= {key: integer(value) for key, value in said.items()}
    parameters = dict(weight=weight(c_out, c_in, k, k)) | (dict(bias=weight(c_out)) if bias else {})
    return module("torch.nn.modules.conv.Conv2d", parameters=parameters, **fields)


def norm(channels=8, variance_at=0):
    buffers = dict(running_mean=weight(channels), running_var=weight(channels, offset=variance_at))
    return instance("torch.nn.modules.batchnorm.BatchNorm2d", _parameters=b"}", _buffers=dictionary(**buffers))


def sequence(*layers):
    return module("torch.nn.modules.container.Sequential", dict((str(i), layer) for i, layer in enumerate(layers)))


def at(source, layer):
    """A layer that takes its input from `source`."""
    return layer[: -len(b"ub")] + text("f") + source + b"ub"


def detect(channels=8, classes=1, anchors=(1, 1, 2), **fields):
    head = sequence(conv2d(channels, 5 + classes))
    return instance("models.yolo.Detect", _modules=dictionary(m=head), _buffers=dictionary(anchors=weight(*anchors)),
                    nc=integer(classes), **fields)


BEFORE = integer(-1)
CONV = at(BEFORE, conv2d())


def network(*layers, **fields):
    fields = dict(names=items(text("animal")), save=items(integer(0))) | fields
    model = module("models.yolo.Model", dict(model=sequence(*layers)), **fields)
    return with_pickle(dictionary(ema=b"N", model=model), data=NUMBERS)


NUMBERS = struct.pack("<4f", 1, 2, 3, -4)
NEGATIVE = 3


def network_case(file, trick, expected, *layers, **fields):
    case("network-" + file + ".pt", trick, expected, network(*layers, **fields))


network_case("good", "nothing: the file the others are made from", "builds", CONV, at(BEFORE, detect()))
network_case("forward", "an input from a later layer", "layer 0 takes its input from 1, expected an earlier layer",
             at(integer(1), conv2d()), at(BEFORE, detect()))
network_case("itself", "an input from itself", "layer 1 takes its input from 1", CONV, at(integer(1), detect()))
network_case("before-first", "an input from before the first layer", "layer 1 takes its input from -9",
             CONV, at(integer(-9), detect()))
network_case("not-kept", "an input that the program has let go", "which the file does not list among those to keep",
             CONV, at(integer(0), detect()), save=b"]")
network_case("no-input", "a layer without an input", "field f: expected a value", conv2d(), at(BEFORE, detect()))
network_case("no-head", "layers and no head", "expected a last layer of class Detect", CONV)
network_case("system", "os.system as a layer", "layers of class posix.system are not known",
             at(BEFORE, instance("posix.system", _modules=b"}")), at(BEFORE, detect()))
network_case("inside-itself", "a layer inside itself", "more than 32 layers inside one another",
             at(BEFORE, name("torch.nn.modules.container", "Sequential") + b")\x81q\x01"
                + dictionary(_modules=b"}(" + text("0") + b"h\x01" + b"u") + b"b"), at(BEFORE, detect()))
LAUGH = b"".join(
    name("torch.nn.modules.container", "Sequential") + b")\x81" + dictionary(
        _modules=b"}(" + b"".join(text(str(i)) + (b"h" + bytes([level + 9]) if level else module("torch.nn.modules.linear.Identity"))
                                  for i in range(10)) + b"u") + b"bq" + bytes([level + 10]) + b"0"
    for level in range(9)
)
case("network-laughs.pt", "ten layers of ten layers of ten layers, nine deep", "more than 50000 layers",
     with_pickle(LAUGH + dictionary(model=module("models.yolo.Model", dict(model=sequence(
         at(BEFORE, sequence(b"h\x12")), at(BEFORE, detect()))), names=items(text("animal")))), data=NUMBERS))
network_case("channels", "a layer for other channels than it gets", "Conv: expected 9 input channels, found [1, 8, height, width]",
             CONV, at(BEFORE, conv2d(9)), at(BEFORE, detect()))
network_case("colours", "a first layer for four colours", "expected 4 input channels, found [1, 3, height, width]",
             at(BEFORE, conv2d(4)), at(BEFORE, detect()))
network_case("kernel", "a kernel of another size than said", "expected a kernel of [3, 3], as the layer says, found 1 x 1",
             at(BEFORE, conv2d(said=dict(kernel_size=3))), at(BEFORE, detect()))
network_case("stride-zero", "a stride of zero", "expected kernel, stride and dilation from 1 to 65536",
             at(BEFORE, conv2d(said=dict(stride=0))), at(BEFORE, detect()))
network_case("padding", "two billion pixels of padding", "field padding: expected one or two integers from 0 to 65536",
             at(BEFORE, conv2d(said=dict(padding=0x7FFFFFFF))), at(BEFORE, detect()))
network_case("groups-zero", "no groups", "expected groups that divide the output channels, found 0 groups",
             at(BEFORE, conv2d(said=dict(groups=0))), at(BEFORE, detect()))
network_case("padding-mode", "a border of reflections", "field padding_mode: expected 'zeros'",
             at(BEFORE, conv2d(padding_mode=text("reflect"))), at(BEFORE, detect()))
network_case("no-channels", "a kernel of no channels", "Conv: expected",
             at(BEFORE, conv2d(c_out=0)), at(BEFORE, detect()))
network_case("norm-length", "a norm for other channels", "BatchNormalization: expected 9 input channels",
             CONV, at(BEFORE, norm(9)), at(BEFORE, detect()))
network_case("norm-negative", "a variance below zero", "once the norm is folded in, expected a finite number",
             CONV, at(BEFORE, norm(variance_at=NEGATIVE)), at(BEFORE, detect()))
network_case("head-channels", "a head of other channels than its classes need", "1 anchors x (5 + 2 classes) = 7 channels",
             CONV, at(BEFORE, detect(classes=1)[: -len(b"ub")] + text("nc") + integer(2) + b"ub"),
             names=items(text("animal"), text("person")))
network_case("names", "three names for one class", "field names: expected a name for each class and no more",
             CONV, at(BEFORE, detect()), names=items(text("a"), text("b"), text("c")))
network_case("classes", "two billion classes", "field nc: expected a sensible number",
             CONV, at(BEFORE, detect()[: -len(b"ub")] + text("nc") + integer(0x7FFFFFFF) + b"ub"))
network_case("anchors", "anchors of three sides", "field anchors: expected [levels, anchors, 2]",
             CONV, at(BEFORE, detect(anchors=(1, 1, 3))))
network_case("strides", "strides that the layers do not make", "where the layers make [1.0]",
             CONV, at(BEFORE, detect(stride=tensor(size=[1], stride=[1], offset=1))))
network_case("heavy", "a hundred and fifty layers of 64 MiB out of sixteen bytes", "bytes, more than the 8589934592",
             at(BEFORE, conv2d(3, 4096)),
             at(BEFORE, sequence(conv2d(4096, 4096) + b"q\x01", *[b"h\x01"] * 150)), at(BEFORE, detect(4096)))


def graph_module(code, deflate=False, **modules):
    constants = instance("torch.nn.modules.module.Module", _buffers=dictionary(k=weight(1)))
    body = dictionary(_code=text(code), _modules=dictionary(initializers=constants, **modules))
    return with_pickle(name("torch.fx.graph_module", "reduce_graph_module") + pack(body, text("import os")) + b"R",
                       data=NUMBERS, deflate=deflate)


def code_case(file, trick, expected, *lines, head="def forward(self, x):", **modules):
    code = "\n".join([head, *("    " + line for line in lines)])
    case("network-code-" + file + ".pt", trick, expected, graph_module(code, **modules))


LINEAR = module("torch.nn.modules.linear.Linear", parameters=dict(weight=weight(2, 3)))
POOL = module("onnx2torch.node_converters.global_average_pool.OnnxGlobalAveragePool")
FLAT = module("torch.nn.modules.flatten.Flatten", start_dim=integer(1), end_dim=integer(-1))
code_case("good", "nothing: the file the others are made from", "builds", "a = self.p(x);  x = None", "b = self.f(a)",
          "c = self.m(b)", "return c", p=POOL, f=FLAT, m=LINEAR)
code_case("import", "code that imports", "line 2: expected v = self.path", "import os", "return x")
code_case("call", "code that calls what is no module", "line 2: expected v = self.path", "a = os.system('true')", "return x")
code_case("builtins", "code that reaches through getattr", "line 2: expected v = self.path",
          "a = getattr(__builtins__, \"eval\")(x)", "return x")
code_case("dunder", "a path out of the modules", "line 2: expected a module of the file", "a = self.__class__.__init__(x)", "return a")
code_case("two-inputs", "two inputs", "line 1: expected def forward(self, <one input>):", "return x", head="def forward(self, x, y):")
code_case("no-return", "code without an end", "expected a return", "a = self.p(x)", p=POOL)
code_case("unset", "a variable that nobody set", "line 2: expected a variable that has a value", "a = self.p(b)", "return a", p=POOL)
code_case("forgotten", "a variable that was let go", "line 3: expected a variable that has a value", "x = None", "a = self.p(x)", "return a", p=POOL)
code_case("unknown", "a module that runs commands", "layers of class subprocess.Popen with 1 inputs are not known",
          "a = self.p(x)", "return a", p=module("subprocess.Popen"))
code_case("arguments", "a pool of two inputs", "with 2 inputs are not known", "a = self.p(x, x)", "return a", p=POOL)
code_case("features", "a layer for other features than it gets", "MatMul: expected matrices that can be multiplied",
          "a = self.m(x)", "b = self.n(a)", "return b", m=LINEAR, n=LINEAR)
code_case("picture", "a picture where logits are due", "return: expected [batch, classes]", "return x")
code_case("long", "two hundred thousand statements", "more than 100000 statements", "x=None;" * 200000, "return x", deflate=True)

# Detectors without anchors -----------------------------------------------------------------------------------


def branches(channels, outputs, count=1):
    return sequence(*[sequence(conv2d(channels, outputs)) for _ in range(count)])


def detect_free(channels=8, classes=1, bins=16, sides=None, levels=1, dfl=None, **fields):
    modules = dict(cv2=branches(channels, 4 * bins if sides is None else sides, levels), cv3=branches(channels, classes, levels))
    if dfl:
        modules["dfl"] = module("ultralytics.nn.modules.block.DFL", dict(conv=dfl))
    fields = dict(nc=integer(classes), reg_max=integer(bins)) | fields
    return module("ultralytics.nn.modules.head.Detect", modules, **fields)


def block(path, modules, **fields):
    return at(BEFORE, module("ultralytics.nn.modules.block." + path, modules, **fields))


def attention(heads=1, key=2, head=8, qkv=12):
    modules = dict(qkv=conv2d(8, qkv), proj=conv2d(8, 8), pe=conv2d(8, 8))
    return block("Attention", modules, num_heads=integer(heads), key_dim=integer(key), head_dim=integer(head))


def free_case(file, trick, expected, *layers, **fields):
    network_case("free-" + file, trick, expected, *layers, **fields)


free_case("good", "nothing: the file the others are made from", "builds", CONV, attention(), at(BEFORE, detect_free()))
case("network-both.pt", "a second model that is no network", "builds",
     with_pickle(dictionary(ema=module("ultralytics.nn.tasks.DetectionModel", dict(model=sequence(CONV, at(BEFORE, detect_free()))),
                                       names=items(text("animal")), save=b"]"), model=module("posix.system")), data=NUMBERS))
free_case("bins", "two billion bins", "field reg_max: expected a sensible number",
          CONV, at(BEFORE, detect_free(reg_max=integer(0x7FFFFFFF))))
free_case("one-bin", "boxes without bins", "a box of single numbers instead of bins is not supported", CONV, at(BEFORE, detect_free(bins=1)))
free_case("other-bins", "bins of other numbers", "expected the numbers 0, 1, 2, ... of the bins",
          CONV, at(BEFORE, detect_free(bins=4, dfl=conv2d(4, 1))))
free_case("sides", "a box branch of other channels than its bins need", "Detect: expected 64 channels", CONV, at(BEFORE, detect_free(sides=63)))
free_case("levels", "more branches than inputs", "expected a branch for each input", CONV, at(BEFORE, detect_free(levels=2)))
free_case("names", "two names for one class", "field names: expected a name for each class and no more",
          CONV, at(BEFORE, detect_free()), names=items(text("a"), text("b")))
free_case("odd-half", "half of nine channels", "Split: expected an even number of channels",
          CONV, block("C2f", dict(cv1=conv2d(8, 9), m=sequence(), cv2=conv2d(9, 8))), at(BEFORE, detect_free()))
free_case("heads", "no heads", "expected numbers that make the channels of qkv and of the input", CONV, attention(heads=0), at(BEFORE, detect_free()))
free_case("head-giant", "2^31 heads of 2^31 channels", "expected numbers that make the channels of qkv and of the input",
          CONV, attention(heads=0x7FFFFFFF, key=0x7FFFFFFF, head=0x7FFFFFFF), at(BEFORE, detect_free()))
free_case("head-negative", "a head of -8 channels", "expected numbers that make the channels of qkv and of the input",
          CONV, attention(heads=-1, head=-8), at(BEFORE, detect_free()))
free_case("deal", "channels dealt that are not there", "field c2s: expected numbers of channels that add up",
          CONV, block("CBLinear", dict(conv=conv2d(8, 8)), c2s=items(integer(4), integer(5))), at(BEFORE, detect_free()))
free_case("deal-negative", "-4 and 12 channels dealt", "field c2s: expected numbers of channels that add up",
          CONV, block("CBLinear", dict(conv=conv2d(8, 8)), c2s=items(integer(-4), integer(12))), at(BEFORE, detect_free()))
DEALT = block("CBLinear", dict(conv=conv2d(8, 8)), c2s=items(integer(8)))
free_case("deal-list", "a list of maps where one is due", "a list of maps as the input", CONV, DEALT, at(BEFORE, detect_free()))
free_case("fuse-index", "the tenth of one map", "field idx: expected the number of a map of that input",
          CONV, DEALT, at(items(integer(1), integer(0)), module("ultralytics.nn.modules.block.CBFuse", idx=items(integer(9)))),
          at(BEFORE, detect_free()), save=items(integer(0), integer(1)))
free_case("fuse-size", "a map that fits no whole number of times", "expected a map that goes a whole number of times into",
          CONV, DEALT, at(integer(0), conv2d(8, 8, said=dict(stride=2))),
          at(items(integer(1), integer(2)), module("ultralytics.nn.modules.block.CBFuse", idx=items(integer(0)))),
          at(BEFORE, detect_free()), save=items(integer(0), integer(1), integer(2)))

# State dicts ---------------------------------------------------------------------------------------------------


def vit(prefix="base_model.", width=64, places=2, patch=2, classes=3, args=None, transform=None, without=(), **more):
    w, hidden = width, 4
    tensors = {
        "cls_token": weight(1, 1, w), "pos_embed": weight(1, places, w), "patch_embed.proj.weight": weight(w, 3, patch, patch),
        "patch_embed.proj.bias": weight(w), "norm.weight": weight(w), "norm.bias": weight(w),
        "head.weight": weight(classes, w), "head.bias": weight(classes),
    }
    block = {
        "norm1.weight": (w,), "norm1.bias": (w,), "attn.qkv.weight": (3 * w, w), "attn.qkv.bias": (3 * w,), "attn.proj.weight": (w, w),
        "attn.proj.bias": (w,), "ls1.gamma": (w,), "norm2.weight": (w,), "norm2.bias": (w,), "mlp.fc1.weight": (hidden, w),
        "mlp.fc1.bias": (hidden,), "mlp.fc2.weight": (w, hidden), "mlp.fc2.bias": (w,), "ls2.gamma": (w,),
    }
    tensors |= {"blocks.0." + name: weight(*shape) for name, shape in block.items()}
    tensors |= {key.replace("__", "."): value for key, value in more.items()}
    table = dictionary(**{prefix + name: value for name, value in tensors.items() if name not in without})
    args = dictionary(num_classes=integer(classes)) if args is None else args
    return with_pickle(dictionary(args=args, state_dict=table, **(dict(transform=transform) if transform else {})), data=NUMBERS)


def compose(*size):
    three = items(b"K\x01", b"K\x01", b"K\x01")
    steps = items(instance("torchvision.transforms.transforms.Resize", size=pack(*map(integer, size))),
                  instance("torchvision.transforms.transforms.Normalize", mean=three, std=three))
    return instance("torchvision.transforms.transforms.Compose", transforms=steps)


def vit_case(file, trick, expected, **how):
    case("network-vit-" + file + ".pt", trick, expected, vit(**how))


vit_case("good", "nothing: the file the others are made from", "builds")
vit_case("width", "heads of 63 numbers", "a width of whole heads of 64", width=63)
vit_case("places", "places that are no square", "a class token and a square of patches, found shape [1, 4, 64]", places=4)
vit_case("no-places", "no places at all", "a class token and a square of patches, found shape [1, 0, 64]", places=0)
vit_case("places-giant", "a table of 2^34 places", "elements repeated from a storage of 4", places=1 << 34)
vit_case("patch-zero", "patches of no pixels", "tensor patch_embed.proj.weight: expected [width, 3, patch, patch]", patch=0)
vit_case("picture", "a picture of two billion pixels a side", "builds", transform=compose(0x7FFFFFFF, 0x7FFFFFFF))
vit_case("picture-patches", "sixteen million patches", "expected a square of whole patches, not too many", transform=compose(8192, 8192))
vit_case("picture-parts", "a picture of parts of patches", "expected a square of whole patches", transform=compose(183, 183))
vit_case("classes", "other classes than the last layer has", "2 where the last layer has 3", args=dictionary(num_classes=integer(2)))
vit_case("missing", "a layer without its bias", "tensor base_model.blocks.0.mlp.fc2.bias: expected a tensor, found nothing",
         without=("blocks.0.mlp.fc2.bias",))
vit_case("no-blocks", "no blocks", "field blocks: expected blocks 0, 1, ...", without=("blocks.0.norm1.weight",))
vit_case("leftover", "tensors that no layer takes", "1 tensors have no place in this network, the first is base_model.backdoor",
         backdoor=weight(1))
vit_case("shape", "queries of another width", "tensor base_model.blocks.0.attn.qkv.weight: expected shape [192, 64], found shape [192, 63]",
         blocks__0__attn__qkv__weight=weight(192, 63))
vit_case("integers", "integers where weights belong", "expected a float type", cls_token=tensor("LongStorage", count=2, size=(1, 1, 64), stride=(0, 0, 0)))
vit_case("system", "a command among the tensors", "expected tensors of one network by name",
         backdoor=name("posix", "system") + pack(text("true")) + b"R")
vit_case("registers", "a thousand registers", "at most 64 registers", reg_token=weight(1, 1000, 64))

BIRD = {"0.weight": (4, 6), "0.bias": (4,), "1.weight": (4,), "1.bias": (4,), "1.running_mean": (4,), "1.running_var": (4,),
        "4.weight": (3, 4), "4.bias": (3,)}


def bird_case(file, trick, expected, **shapes):
    shapes = BIRD | {key.replace("__", "."): shape for key, shape in shapes.items()}
    table = dictionary(**{"bird_model." + key.strip("_"): weight(*shape) for key, shape in shapes.items()})
    case("network-bird-" + file + ".pt", trick, expected, with_pickle(table, data=NUMBERS))


bird_case("good", "nothing: the file the others are made from", "builds")
bird_case("norm", "a norm for other numbers", "tensor bird_model.1.running_var: expected shape [4], found shape [5]",
          **{"1.running_var": (5,)})
bird_case("last", "a last layer for other numbers", "Gemm: expected matrices that can be multiplied", **{"4.weight": (3, 5)})
bird_case("more", "a layer more", "tensors have no place in this network", **{"5.weight": (3, 3)})

# TorchScript ---------------------------------------------------------------------------------------------------

SCRIPT = "__torch__.m."
CONVOLUTION = "torch._convolution(x, weight, None, [{s}, {s}], [0, 0], [1, 1], False, [0, 0], {g}, False, False, True, True)"
NORM = "torch.batch_norm(x, weight, bias, mean, var, False, 0.1, {e}, True)"


def script_module(path, **fields):
    return instance(SCRIPT + path, **fields)


def script_class(path, body):
    return f"class {path}(Module):\n  def forward(self, x):\n    y = {body}\n    return y\n"


def script_norm(act=script_module("SiLU")):
    vector = weight(8)
    return script_module("BatchNormAct2d", weight=vector, bias=vector, running_mean=vector, running_var=vector, act=act)


def script(conv=CONVOLUTION.format(s=1, g=1), norm=NORM.format(e=0.001), blocks=None, text_of=None, deflate=True, **fields):
    """conv_stem, any blocks, conv_head and classifier of timm."""
    stem = script_module("Conv2d", weight=weight(8, 3, 1, 1))
    head = script_module("Conv2d", weight=weight(8, 8, 1, 1))
    root = dict(conv_stem=stem, bn1=script_norm(), blocks=blocks or script_module("Sequential"), conv_head=head, bn2=script_norm(),
                classifier=script_module("Linear", weight=weight(2, 8), bias=weight(2))) | fields
    code = script_class("Conv2d", conv) + script_class("BatchNormAct2d", norm) + script_class("ConvBnAct", "torch.relu(x)")
    code = code if text_of is None else text_of
    extra = [Entry("a/constants.pkl", stream(b")")), *([Entry("a/code/__torch__/m.py", code.encode(), deflate)] if code else [])]
    return with_pickle(script_module("EfficientNet", **root), data=NUMBERS, extra=extra)


def script_case(file, trick, expected, **how):
    case("network-script-" + file + ".pt", trick, expected, script(**how))


script_case("good", "nothing: the file the others are made from", "builds")
script_case("no-text", "classes without text", 'the text of the class cannot be read from entry "a/code/__torch__/m.py"', text_of="")
script_case("no-class", "a text of other classes", "the text of the class cannot be read", text_of="class Other(Module):\n")
script_case("no-numbers", "a text without numbers", "field stride: expected stride, padding, dilation and groups in the text",
            conv="os.system('true')")
script_case("stride-giant", "a stride of 2^40", "field stride: expected stride, padding, dilation and groups in the text",
            conv=CONVOLUTION.format(s=1 << 40, g=1))
script_case("stride-zero", "a stride of zero", "expected kernel, stride and dilation from 1 to 65536", conv=CONVOLUTION.format(s=0, g=1))
script_case("groups", "three groups of eight channels", "Conv: expected groups that divide the output channels", conv=CONVOLUTION.format(s=1, g=3))
script_case("turned", "a transposed convolution", "field stride: expected stride, padding, dilation and groups in the text",
            conv=CONVOLUTION.format(s=1, g=1).replace("False, [0", "True, [0"))
script_case("twice", "two convolutions in one", "field stride: expected stride, padding, dilation and groups in the text",
            conv=CONVOLUTION.format(s=1, g=1) + "\n    y = " + CONVOLUTION.format(s=2, g=1))
script_case("epsilon", "an epsilon that is no number", "field eps: expected a number from 0 to 1", norm=NORM.format(e="nan"))
script_case("text-giant", "a megabyte of text", "the text of the class cannot be read", text_of="# " + "x" * (1 << 20))
script_case("activation", "an activation nobody knows", "layers of class posix.system are not known",
            bn1=script_norm(instance("posix.system")))
script_case("block", "a block nobody knows", "layers of class __torch__.m.Popen are not known",
            blocks=script_module("Sequential", **{"0": script_module("Sequential", **{"0": script_module("Popen")})}))
script_case("inside-itself", "blocks inside themselves", "layers of class __torch__.m.Sequential are not known",
            blocks=name("__torch__.m", "Sequential") + b")\x81q\x01" + dictionary(**{"0": b"h\x01"}) + b"b")
script_case("no-head", "no last layer", "field classifier: expected a module", classifier=b"N")
script_case("channels", "a layer for other channels than it gets", "Conv: expected 9 input channels",
            conv_head=script_module("Conv2d", weight=weight(8, 9, 1, 1)))
case("network-script-other.pt", "a program of another class", "no known network",
     with_pickle(script_module("Detector"), data=NUMBERS, extra=[Entry("a/constants.pkl", stream(b")"))]))

# Class names -----------------------------------------------------------------------------------------------------


def classes_case(file, trick, expected, body):
    case("classes-" + file + ".pickle", trick, expected, stream(body, 4))


def pairs(*numbers):
    return b"}(" + b"".join(integer(number) + text(f"class {number}") for number in numbers) + b"u"


classes_case("good", "nothing: a dict in another order", "2 classes", pairs(1, 0))
classes_case("tuple", "a tuple", "expected a list of class names or a dict from 0, 1, 2, ... to them, found a tuple of 1", pack(text("a")))
classes_case("gap", "a number left out", "expected the numbers 0 to 1 once each as keys, found 2", pairs(0, 2))
classes_case("twice", "a number twice", "expected the numbers 0 to 1 once each as keys, found 0", pairs(0, 0))
classes_case("negative", "a number below zero", "expected the numbers 0 to 0 once each as keys, found -1", pairs(-1))
classes_case("giant", "the number 2^62", "expected the numbers 0 to 0 once each as keys, found 4611686018427387904", pairs(1 << 62))
classes_case("number", "a number for a name", "expected a text as the name of class 1, found the integer 7", items(text("a"), integer(7)))
classes_case("call", "a command for a list", "found a call of posix.system", name("posix", "system") + pack(text("true")) + b"R")
classes_case("none", "an empty list", "0 classes, expected from 1 to 100000", b"]")

# The table ---------------------------------------------------------------------------------------------------

HEAD = """# Attacks

Small hostile files, one for each trick, and what stops it. `make.py` writes them and this page; the test
`crates/weights/tests/attacks.rs` opens every one of them and looks for the words of the last column, so the table
cannot be out of date. "opens" means that the file is read as data and nothing in it ran.

| file | trick | what we say |
|---|---|---|
"""
rows = "".join(f"| {file} | {trick} | {expected} |\n" for file, trick, expected in CASES)
(HERE / "README.md").write_text(HEAD + rows)
for stale in {path.name for path in HERE.iterdir()} - {file for file, _, _ in CASES} - {"make.py", "README.md"}:
    (HERE / stale).unlink()
