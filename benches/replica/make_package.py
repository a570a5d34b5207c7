"""Joins a detector and a classifier into a SpeciesNet package folder.

    python make_package.py OUT_FOLDER --texts PACKAGE --detector DET.pt --classifier CLS.pt

`--texts` is any SpeciesNet package whose labels have as many lines as the classifier has classes; its
labels, taxonomy and geofence are copied. Weights are hard-linked where the disk allows, else copied.
"""

import argparse
import json
import os
import pathlib
import shutil


def place(source, target):
    target.unlink(missing_ok=True)
    try:
        os.link(source, target)
    except OSError:
        shutil.copyfile(source, target)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("out", type=pathlib.Path)
    parser.add_argument("--texts", type=pathlib.Path, required=True)
    parser.add_argument("--detector", type=pathlib.Path, required=True)
    parser.add_argument("--classifier", type=pathlib.Path, required=True)
    args = parser.parse_args()
    info = json.loads((args.texts / "info.json").read_text())
    args.out.mkdir(parents=True, exist_ok=True)
    for key in ("classifier_labels", "taxonomy", "geofence"):
        target = args.out / info[key]
        target.unlink(missing_ok=True)
        shutil.copyfile(args.texts / info[key], target)
    info["detector"], info["classifier"] = args.detector.name, args.classifier.name
    place(args.detector, args.out / args.detector.name)
    place(args.classifier, args.out / args.classifier.name)
    (args.out / "info.json").write_text(json.dumps(info, indent=2) + "\n")


if __name__ == "__main__":
    main()
