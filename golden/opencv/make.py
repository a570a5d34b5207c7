"""Tiny pictures in every form that OpenCV and Pillow read differently, and what OpenCV makes of them.

    python make.py          writes pictures.json beside this file

Needs opencv-python-headless 4.11.0.86, Pillow 12.1.1, numpy 1.26.
"""

import base64
import hashlib
import io
import json
import struct
import zlib
from pathlib import Path

import cv2
import numpy as np
from PIL import Image

HERE = Path(__file__).parent
W, H = 19, 13
y, x = np.mgrid[0:H, 0:W]
RGB = np.stack([(x * 13 + y * 7) % 256, (x * 5 + y * 19) % 256, (x * y) % 256], -1).astype(np.uint8)
GREY16 = ((x * 3001 + y * 5003) % 65536).astype(np.uint16)
FILES = {}


def saved(image, kind, **options):
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def exif(orientation):
    tags = Image.Exif()
    tags[274] = orientation
    return tags.tobytes()


def png(colour, depth, rows, extra=b"", interlace=0, end=True):
    def chunk(kind, body):
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    head = struct.pack(">IIBBBBB", W, H, depth, colour, 0, 0, interlace)
    data = zlib.compress(b"".join(b"\0" + row for row in rows))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + extra + chunk(b"IDAT", data) + (chunk(b"IEND", b"") if end else b"")


def bmp(bits, rows, compression=0, masks=b"", palette=b"", height=H):
    body = b"".join(rows)
    offset = 14 + 40 + len(masks) + len(palette)
    info = struct.pack("<IiiHHIIiiII", 40, W, height, 1, bits, compression, len(body), 0, 0, len(palette) // 4, 0)
    return b"BM" + struct.pack("<IHHI", offset + len(body), 0, 0, offset) + info + masks + palette + body


def be16(array):
    return [row.astype(">u2").tobytes() for row in array]


def padded(row, unit=4):
    return row + b"\0" * (-len(row) % unit)


def build():
    image = Image.fromarray(RGB)
    jpeg = saved(image, "JPEG", quality=90)
    progressive = saved(image, "JPEG", quality=90, progressive=True)
    FILES["whole.jpg"] = jpeg
    FILES["grey.jpg"] = saved(image.convert("L"), "JPEG")
    FILES["cmyk.jpg"] = saved(image.convert("CMYK"), "JPEG")
    FILES["cut_end_marker.jpg"] = jpeg[:-2]
    FILES["cut_one_byte.jpg"] = jpeg[:-1]
    FILES["no_end_marker_but_zeros.jpg"] = jpeg[:-2] + bytes(100)
    FILES["cut_data.jpg"] = jpeg[:-40]
    FILES["trailing.jpg"] = jpeg + b"behind the end"
    FILES["progressive.jpg"] = progressive
    FILES["progressive_cut.jpg"] = progressive[:-30]
    for number in range(1, 10):
        FILES[f"exif{number}.jpg"] = saved(image, "JPEG", exif=exif(number))
    FILES["exif_no_tiff_header.jpg"] = jpeg[:2] + b"\xff\xe1\x00\x10Exif\0\0nothing!" + jpeg[2:]
    xmp = b'http://ns.adobe.com/xap/1.0/\0<x tiff:Orientation="6"/>'
    FILES["xmp6.jpg"] = jpeg[:2] + b"\xff\xe1" + struct.pack(">H", len(xmp) + 2) + xmp + jpeg[2:]

    rgb16 = np.stack([GREY16, GREY16[::-1], GREY16[:, ::-1]], -1)
    alpha16 = np.concatenate([rgb16, GREY16[..., None] // 2], -1)
    FILES["grey16.png"] = png(0, 16, be16(GREY16))
    FILES["rgb16.png"] = png(2, 16, be16(rgb16))
    FILES["rgba16.png"] = png(6, 16, be16(alpha16))
    FILES["grey_alpha16.png"] = png(4, 16, be16(np.stack([GREY16, GREY16 // 3], -1)))
    FILES["rgba.png"] = saved(Image.fromarray(np.concatenate([RGB, RGB[..., :1]], -1)), "PNG")
    FILES["palette.png"] = saved(image.quantize(16), "PNG")
    FILES["transparent_colour.png"] = saved(image, "PNG", transparency=(0, 0, 0))
    FILES["transparent_palette.png"] = saved(image.quantize(16), "PNG", transparency=3)
    FILES["grey2.png"] = png(0, 2, [bytes([0b00011011] * 5)] * H)
    whole = saved(image, "PNG")
    FILES["exif6.png"] = saved(image, "PNG", exif=exif(6))
    FILES["no_end.png"] = png(2, 8, [row.tobytes() for row in RGB], end=False)
    FILES["cut_data.png"] = whole[:-60]
    FILES["cut_checksum.png"] = whole[:-14]
    FILES["wrong_data_checksum.png"] = whole[:-16] + bytes([whole[-16] ^ 1]) + whole[-15:]
    FILES["wrong_end_checksum.png"] = whole[:-1] + bytes([whole[-1] ^ 1])
    FILES["short_data.png"] = png(2, 8, [row.tobytes() for row in RGB[:5]])
    text = b"tEXtAuthor\0me"
    FILES["wrong_text_checksum.png"] = whole[:33] + struct.pack(">I", 9) + text + b"\0\0\0\0" + whole[33:]

    bgr = [padded(row[:, ::-1].tobytes()) for row in RGB[::-1]]
    words = (RGB[..., 0] >> 3).astype(np.uint16) << 10 | (RGB[..., 1] >> 3).astype(np.uint16) << 5 | RGB[..., 2] >> 3
    FILES["rgb24.bmp"] = bmp(24, bgr)
    FILES["rgb24_top_down.bmp"] = bmp(24, bgr[::-1], height=-H)
    FILES["rgb24_cut.bmp"] = bmp(24, bgr)[:-30]
    FILES["rgb24_padding_cut.bmp"] = bmp(24, bgr)[:-2]
    FILES["rgb555.bmp"] = bmp(16, [padded(row.tobytes()) for row in words[::-1].astype("<u2")])
    words = (RGB[..., 0] >> 3).astype(np.uint16) << 11 | (RGB[..., 1] >> 2).astype(np.uint16) << 5 | RGB[..., 2] >> 3
    masks = struct.pack("<III", 0xF800, 0x7E0, 0x1F)
    FILES["rgb565.bmp"] = bmp(16, [padded(row.tobytes()) for row in words[::-1].astype("<u2")], 3, masks)
    bgra = np.concatenate([RGB[..., ::-1], RGB[..., :1]], -1)[::-1]
    FILES["rgb32.bmp"] = bmp(32, [row.tobytes() for row in bgra])
    palette = b"".join(bytes([i * 7 % 256, i * 3 % 256, 255 - i, 0]) for i in range(256))
    indexed = [padded(bytes((x[0] * 11 + r) % 256)) for r in range(H)]
    FILES["palette8.bmp"] = bmp(8, indexed, palette=palette)
    FILES["palette8_run_length.bmp"] = bmp(8, [b"".join(bytes([1, v]) for v in row[:W]) + b"\0\0" for row in indexed] + [b"\0\1"], 1, palette=palette)
    FILES["palette4.bmp"] = bmp(4, [padded(bytes([r * 16 + c & 255 for c in range(10)])) for r in range(H)], palette=palette[:64])
    FILES["palette1.bmp"] = bmp(1, [padded(bytes([0xA5, r, 0xF0])) for r in range(H)], palette=palette[4:12])

    FILES["exif8.webp"] = saved(image, "WEBP", lossless=True, exif=exif(8))
    FILES["lossy.webp"] = saved(image, "WEBP", quality=80)
    FILES["alpha.webp"] = saved(Image.fromarray(np.concatenate([RGB, RGB[..., :1]], -1)), "WEBP", lossless=True)
    FILES["lossy_alpha.webp"] = saved(Image.fromarray(np.concatenate([RGB, RGB[..., :1]], -1)), "WEBP", quality=80)
    FILES["cut.webp"] = FILES["lossy.webp"][:-20]
    frames = [image, image.transpose(0)]
    FILES["animated.webp"] = saved(frames[0], "WEBP", save_all=True, append_images=frames[1:], lossless=True)

    FILES["rgb.tif"] = saved(image, "TIFF")
    FILES["lzw.tif"] = saved(image, "TIFF", compression="tiff_lzw")
    FILES["deflate.tif"] = saved(image, "TIFF", compression="tiff_adobe_deflate")
    FILES["packbits.tif"] = saved(image, "TIFF", compression="packbits")
    FILES["grey.tif"] = saved(image.convert("L"), "TIFF")
    FILES["grey16.tif"] = saved(Image.fromarray(GREY16), "TIFF")
    FILES["rgba.tif"] = saved(Image.fromarray(np.concatenate([RGB, RGB[..., :1]], -1)), "TIFF")
    FILES["bilevel.tif"] = saved(image.convert("1"), "TIFF")
    FILES["palette.tif"] = saved(image.quantize(16), "TIFF")
    FILES["cmyk.tif"] = saved(image.convert("CMYK"), "TIFF")
    for number in (2, 3, 6, 8):
        FILES[f"orientation{number}.tif"] = saved(image, "TIFF", tiffinfo={274: number})
    FILES["cut.tif"] = FILES["rgb.tif"][:8] + FILES["rgb.tif"][8:-100]
    FILES["still.gif"] = saved(image, "GIF")
    FILES["pixels.ppm"] = saved(image, "PPM")
    FILES["nothing.jpg"] = b"\xff\xd8\xff"
    FILES["text.jpg"] = b"no picture at all\n"


def main():
    build()
    cases = {}
    for name, data in FILES.items():
        try:
            image = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)
        except cv2.error:
            image = None
        if image is None:
            cases[name] = {}
        else:
            rgb = np.ascontiguousarray(image[:, :, ::-1])
            cases[name] = {"size": [rgb.shape[1], rgb.shape[0]], "rgb_sha256": hashlib.sha256(rgb.tobytes()).hexdigest()}
        cases[name]["file_base64"] = base64.b64encode(data).decode()
    document = {"opencv": cv2.__version__, "cases": cases}
    (HERE / "pictures.json").write_text(json.dumps(document, indent=1) + "\n")


if __name__ == "__main__":
    main()
