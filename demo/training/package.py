"""Puts trained networks and the texts beside them into a package.

    python package.py OUT --detector demo_detector.pt --classifier always_crop_demo.pt
"""

import argparse
import pathlib
import shutil

import names


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("out", type=pathlib.Path)
    parser.add_argument("--detector", type=pathlib.Path, required=True)
    parser.add_argument("--classifier", type=pathlib.Path, required=True)
    args = parser.parse_args()
    args.out.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(args.detector, args.out / "demo_detector.pt")
    shutil.copyfile(args.classifier, args.out / "always_crop_demo.pt")
    names.write(args.out, "always_crop_demo", "demo_detector.pt")


if __name__ == "__main__":
    main()
