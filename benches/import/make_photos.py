#!/usr/bin/env python3
"""Makes a folder of very many small photos, each with a content, a date and a camera of its own.

    make_photos.py FOLDER COUNT

A photo is a grey JPEG of 16 x 16 pixels with an EXIF block and a comment, about 0.6 KB; 1000 lie in a folder.
"""

import base64
import datetime
import pathlib
import struct
import sys

PIXELS = base64.b64decode(
    "/9sAQwAKCigvKC83Nzc3NzdBPEFDQ0NBQUFBQ0NDSEhIVVVVSEhIQ0NISFBQVVVcX1xXVVVXX19kZGR4eHNzjIyRrKzP"
    "/8QASgABAAAAAAAAAAAAAAAAAAAAAAEBAAAAAAAAAAAAAAAAAAAAABABAAAAAAAAAAAAAAAAAAAAABEBAAAAAAAAAAAA"
    "AAAAAAAAAP/AABEIABAAEAMBEgACEgADEgD/2gAMAwEAAhEDEQA/AAAAAP/Z"
)
ASCII, LONG = 2, 4
MAKE, MODEL, EXIF, DATE, SERIAL = 0x10F, 0x110, 0x8769, 0x9003, 0xA431


def directory(start, entries, next_free):
    """One TIFF directory whose texts come after it."""
    table, texts = struct.pack(">H", len(entries)), b""
    free = next_free(start, len(entries))
    for tag, value in sorted(entries.items()):
        if isinstance(value, int):
            table += struct.pack(">HHII", tag, LONG, 1, value)
        else:
            text = value.encode() + b"\0"
            if len(text) <= 4:
                table += struct.pack(">HHI", tag, ASCII, len(text)) + text.ljust(4, b"\0")
            else:
                table += struct.pack(">HHII", tag, ASCII, len(text), free + len(texts))
                texts += text
    return table + b"\0\0\0\0" + texts


def exif(date, serial):
    after = lambda start, count: start + 2 + 12 * count + 4
    camera = {MAKE: "RECONYX", MODEL: "HYPERFIRE 2 COVERT"}
    length = len(directory(8, {**camera, EXIF: 0}, after))
    first = directory(8, {**camera, EXIF: 8 + length}, after)
    second = directory(8 + length, {DATE: date, SERIAL: serial}, after)
    return b"Exif\0\0MM\0*\0\0\0\x08" + first + second


def segment(marker, body):
    return struct.pack(">BBH", 0xFF, marker, len(body) + 2) + body


def photo(number):
    camera = number // 1000
    when = datetime.datetime(2021, 3, 1) + datetime.timedelta(seconds=37 * number)
    block = exif(when.strftime("%Y:%m:%d %H:%M:%S"), f"SN{camera:06}")
    return b"\xff\xd8" + segment(0xE1, block) + segment(0xFE, f"{number:08}".encode()) + PIXELS


def main():
    folder, count = pathlib.Path(sys.argv[1]), int(sys.argv[2])
    for number in range(count):
        camera = folder / f"site{number // 10000:03}" / f"cam{number // 1000:04}"
        if number % 1000 == 0:
            camera.mkdir(parents=True, exist_ok=True)
        (camera / f"IMG_{number % 1000:04}.JPG").write_bytes(photo(number))


main()
