"""Compares rows of `biowatch predict` with those of the Python reference (speciesnet 5.0.3) on the same photos.

    biowatch predict demo/model demo/scenes --country SVN --engine built-in --out rows.ndjson
    python demo/training/parity.py demo/model rows.ndjson --country SVN
"""

import argparse
import json
import pathlib

from speciesnet import SpeciesNet


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("model")
    parser.add_argument("rows", type=pathlib.Path)
    parser.add_argument("--country")
    args = parser.parse_args()
    ours = {row["filepath"]: row for row in map(json.loads, args.rows.read_text().splitlines())}
    model = SpeciesNet(args.model, geofence=True)
    theirs = model.predict(filepaths=list(ours), country=args.country, run_mode="single_thread", progress_bars=False)
    equal, sources, score, box, confidence = 0, 0, 0.0, 0.0, 0.0
    for row in theirs["predictions"]:
        mine = ours[row["filepath"]]
        equal += row["prediction"] == mine["prediction"]
        sources += row["prediction_source"] == mine["prediction_source"]
        score = max(score, abs(row["prediction_score"] - mine["prediction_score"]))
        one = dict(zip(row["classifications"]["classes"], row["classifications"]["scores"]))
        for name, value in zip(mine["classifications"]["classes"], mine["classifications"]["scores"]):
            score = max(score, abs(one.get(name, value) - value))
        if row["detections"] and mine["detections"]:
            a, b = row["detections"][0], mine["detections"][0]
            confidence = max(confidence, abs(a["conf"] - b["conf"]))
            box = max(box, *(abs(x - y) for x, y in zip(a["bbox"], b["bbox"])))
        if row["prediction"] != mine["prediction"]:
            print("differs:", row["filepath"], row["prediction"], mine["prediction"])
    print(f"{len(ours)} photos: {equal} predictions equal, {sources} sources equal; largest difference of a score {score:.2e}, "
          f"of a top box {box:.2e} of the side, of its confidence {confidence:.2e}")


if __name__ == "__main__":
    main()
