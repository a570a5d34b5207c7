"""Holds rows of `biowatch predict` against the truth of a rendered folder, for choosing; what is published is measured by a test.

    biowatch predict MODEL FOLDER --engine built-in --out rows.ndjson
    python measure.py FOLDER rows.ndjson

Prints the mean average precision at an overlap of one half, the share of photos with animals that are named right, and the
precision and recall of blanks, as `crates/app/tests/demo` does.
"""

import argparse
import json
import pathlib

import numpy as np

import photos


def overlap(a, b):
    across = max(0.0, min(a[0] + a[2], b[0] + b[2]) - max(a[0], b[0]))
    down = max(0.0, min(a[1] + a[3], b[1] + b[3]) - max(a[1], b[1]))
    return across * down / (a[2] * a[3] + b[2] * b[3] - across * down)


def average_precision(pairs, category):
    hits, total = [], 0
    for truth, row in pairs:
        boxes = [t["bbox"] for t in truth["things"] if t["category"] == photos.CLASSES[category]]
        total += len(boxes)
        found = [d for d in row["detections"] if d["category"] == str(category + 1)]
        for one in sorted(found, key=lambda d: -d["conf"]):
            best = max(boxes, key=lambda box: overlap(box, one["bbox"]), default=None)
            hit = best is not None and overlap(best, one["bbox"]) >= 0.5
            if hit:
                boxes.remove(best)
            hits.append((one["conf"], hit))
    hits = np.array([hit for _, hit in sorted(hits, key=lambda h: -h[0])])
    right = hits.cumsum()
    precision = np.maximum.accumulate((right / np.arange(1, len(hits) + 1))[::-1])[::-1]
    return (precision * np.diff(right / total, prepend=0.0)).sum()


def said(row):
    fields = row["prediction"].split(";")
    if fields[-1] in ("blank", "human", "vehicle"):
        return fields[-1]
    return f"{fields[4]} {fields[5]}" if fields[5] else fields[6]


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("rows", type=pathlib.Path)
    parser.add_argument("--wrong", action="store_true", help="name the photos that are answered wrongly")
    args = parser.parse_args()
    rows = {pathlib.Path(row["filepath"]).resolve(): row for row in map(json.loads, args.rows.read_text().splitlines())}
    pairs = [(truth, rows[file.resolve()]) for file, truth in photos.truths(args.folder)]
    each = [average_precision(pairs, category) for category in range(3)]
    print(f"{len(pairs)} photos, mAP50 {np.mean(each):.3f}:", ", ".join(f"{n} {v:.3f}" for n, v in zip(photos.CLASSES, each)))
    names = [(truth["label"], said(row), row["prediction_source"], truth["file"]) for truth, row in pairs]
    animals = [name for name in names if name[0] not in ("blank", "human", "vehicle")]
    right = sum(is_ == says for is_, says, *_ in animals)
    print(f"species: {right} of {len(animals)} right, {right / len(animals):.3f}")
    both = sum(is_ == says == "blank" for is_, says, *_ in names)
    say, are = sum(says == "blank" for _, says, *_ in names), sum(is_ == "blank" for is_, *_ in names)
    print(f"blank: precision {both / say:.3f} ({both} of {say}), recall {both / are:.3f} ({both} of {are})")
    for is_, says, source, file in names if args.wrong else []:
        if is_ != says:
            print(f"  {is_} taken for {says} ({source}, {file})")


if __name__ == "__main__":
    main()
