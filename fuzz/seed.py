"""Fills fuzz/corpus from attacks/ and, when given, a folder of checkpoints.

Run: python3 fuzz/seed.py [FOLDER]     Standard library only; nothing is unpickled.
"""

import io
import pathlib
import struct
import sys
import tarfile
import zipfile

ROOT = pathlib.Path(__file__).parent.parent
CORPUS = ROOT / "fuzz" / "corpus"
LARGEST = 140_000
# SMALL_BYTES of lib.rs.
SMALL = 256


def seed(target, name, data):
    if len(data) <= LARGEST:
        folder = CORPUS / target
        folder.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)


def seed_checkpoint(path):
    seed("zip", path.name, path.read_bytes())
    try:
        archive = zipfile.ZipFile(path)
        pickles = [entry for entry in archive.infolist() if entry.filename.endswith("/data.pkl")]
        # Attacks lie about their sizes: read no more than a seed may have.
        data = archive.open(pickles[0]).read(LARGEST + 1)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, IndexError, OSError, EOFError):
        return
    seed("pickle", path.name, data)
    seed("graph", path.name, struct.pack("<I", len(data)) + data + small_storages(archive))
    if text := class_texts(archive):
        seed("script", path.name, struct.pack("<I", len(data)) + data + text)


def small_storages(archive):
    """What `checkpoint` of lib.rs expects after the pickle."""
    keyed = [(entry.filename.partition("/data/")[2], entry) for entry in archive.infolist()]
    small = sorted(((key, entry) for key, entry in keyed if key and entry.file_size <= SMALL), key=lambda pair: pair[0])
    try:
        return b"".join(archive.read(entry) for _, entry in small)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError):
        return b""


def class_texts(archive):
    """One text of each class name: what `script` of lib.rs expects after the pickle."""
    texts = {}
    for entry in archive.infolist():
        if "/code/" in entry.filename and entry.filename.endswith(".py") and entry.file_size <= LARGEST:
            for part in archive.read(entry).split(b"class ")[1:]:
                texts.setdefault(part.partition(b"(")[0], b"class " + part)
    return b"".join(texts.values())


for folder in [ROOT / "attacks", *map(pathlib.Path, sys.argv[1:])]:
    for path in sorted(folder.rglob("*.pt")):
        seed_checkpoint(path)
    for path in sorted(folder.rglob("*.pickle")):
        seed("pickle", path.name, path.read_bytes())
    for path in sorted(folder.rglob("*.safetensors")):
        seed("safetensors", path.name, path.read_bytes())

for path in sorted((ROOT / "docs" / "examples").rglob("biowatch-model.json")):
    seed("manifest", path.parent.name + ".json", path.read_bytes())

for path in sorted((ROOT / "catalog").glob("*.json")):
    seed("catalogue", path.name, path.read_bytes())


def small_archives():
    """A model's archive in each form that is unpacked."""
    for form in [tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT]:
        for packing in ["", "gz"]:
            out = io.BytesIO()
            with tarfile.open(fileobj=out, mode=f"w:{packing}", format=form) as archive:
                for name in ["1.0/a.pt", "1.0/labels.txt", f"1.0/{'long' * 20}.txt", "1.0/._a.pt"]:
                    entry = tarfile.TarInfo(name)
                    entry.size = 5
                    archive.addfile(entry, io.BytesIO(b"hello"))
            yield f"{form}.tar.{packing}", out.getvalue()
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("1.0/a.pt", b"hello")
        archive.writestr("1.0/labels.txt", b"fox" * 100)
    yield "model.zip", out.getvalue()


for name, data in small_archives():
    seed("unpack", name, data)
for path in sorted((ROOT / "attacks").glob("zip-*.pt")):
    seed("unpack", path.name, path.read_bytes())
