#!/usr/bin/env python3
"""What an import adds to the model's own time: `predict` and `import` of the same photos take turns.

    added.py BIOWATCH MODEL PHOTOS... [--rounds N] [--onnxruntime LIBRARY] [-- options of the model]

Both get a data folder of their own round after round and share one cache of converted graphs, which a run before warms.
CPU time is that of the whole tree of processes, the model's server included; what both need to start is measured with one
photo and taken off, and shown.
"""

import argparse
import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import tempfile
import time


def run(line, environment):
    """CPU and wall seconds of a command and everything it has started and waited for."""
    began, before = time.monotonic(), os.times()
    ended = subprocess.run(line, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    after = os.times()
    if ended.returncode != 0:
        sys.exit(f"{' '.join(map(str, line))} ended with {ended.returncode}\n{ended.stderr}")
    cpu = after.children_user + after.children_system - before.children_user - before.children_system
    return cpu, time.monotonic() - began


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("biowatch")
    parser.add_argument("model")
    parser.add_argument("photos", nargs="+", type=pathlib.Path)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--onnxruntime")
    parser.add_argument("--options", default="", help="of the model, in one word")
    typed = parser.parse_args()
    with tempfile.TemporaryDirectory() as root:
        root = pathlib.Path(root)
        cache = ["--cache-dir", root / "cache", *typed.options.split()]
        environment = dict(os.environ, HOME=str(root))
        if typed.onnxruntime:
            environment["BIOWATCH_ONNXRUNTIME"] = typed.onnxruntime
        folders = {"one": typed.photos[:1], "all": typed.photos}
        for name, photos in folders.items():
            (root / name).mkdir()
            for number, photo in enumerate(photos):
                shutil.copy(photo, root / name / f"{number:03}-{photo.name}")

        def predict(folder):
            line = [typed.biowatch, "predict", typed.model, root / folder, "--quiet", "--out", root / "rows.ndjson"]
            (root / "rows.ndjson").unlink(missing_ok=True)
            return run([*line, *cache], {**environment, "BIOWATCH_DATA_DIR": str(root / "data")})

        def imported(folder):
            data = root / "data"
            shutil.rmtree(data, ignore_errors=True)
            line = [typed.biowatch, "import", root / folder, "--study", "s", "--model", typed.model, "--quiet"]
            return run([*line, *cache], {**environment, "BIOWATCH_DATA_DIR": str(data)})

        predict("one")
        sides = {"predict": predict, "import": imported}
        taken = {(side, folder): [] for side in sides for folder in folders}
        for number in range(typed.rounds):
            for side in sorted(sides, reverse=number % 2 == 0):
                for folder in folders:
                    taken[side, folder].append(sides[side](folder))
        count = len(typed.photos) - 1
        middle = lambda side, folder, kind: statistics.median(pair[kind] for pair in taken[side, folder])
        for kind, name in enumerate(["CPU", "wall"]):
            each = {s: (middle(s, "all", kind) - middle(s, "one", kind)) / count for s in sides}
            start = {s: middle(s, "one", kind) for s in sides}
            print(
                f"{name}: predict {each['predict']:.3f} s a photo, import {each['import']:.3f}, "
                f"ratio {each['import'] / each['predict']:.3f}; with one photo {start['predict']:.2f} and {start['import']:.2f} s"
            )
        for (side, folder), pairs in taken.items():
            print(side, folder, " ".join(f"{cpu:.2f}/{wall:.2f}" for cpu, wall in pairs))
        print("load", os.getloadavg())


main()
