#!/usr/bin/env python3
"""Validates exports with MegaDetector's own tools.

    megadetector_tools.py FOLDER          needs: pip install megadetector-utils

FOLDER holds `megadetector.json`, `coco.json`, `speciesnet.json` and `speciesnet-per-animal.json`. Exits 1 on any error or
warning. The command lines of these tools exit with 0 on errors, so their functions are called.
"""

import json
import sys
import tempfile
from pathlib import Path

from megadetector.data_management import integrity_check_json_db
from megadetector.utils.wi_taxonomy_utils import generate_md_results_from_predictions_json
from megadetector.postprocessing.validate_batch_results import ValidateBatchResultsOptions, validate_batch_results
from megadetector.utils.wi_taxonomy_utils import is_valid_prediction_string, validate_predictions_file


def results(file):
    """Batch results."""
    options = ValidateBatchResultsOptions()
    options.raise_errors = True
    found = validate_batch_results(str(file), options)["validation_results"]
    assert not found["errors"] and not found["warnings"], found
    images = json.loads(Path(file).read_text())["images"]
    print(f"{file.name}: {len(images)} images, no errors, no warnings")


def coco(file):
    """COCO Camera Traps."""
    options = integrity_check_json_db.IntegrityCheckOptions()
    options.validateBoxes = "error"
    options.requireInfo = True
    options.verbose = False
    _, data, errors = integrity_check_json_db.integrity_check_json_db(str(file), options)
    assert not errors["validation_errors"], errors["validation_errors"]
    bare = [image for image in data["images"] if image["_count"] == 0]
    assert not bare, bare
    print(f"{file.name}: {len(data['images'])} images, {len(data['annotations'])} annotations, no errors")


def predictions(file):
    """SpeciesNet predictions: names, counts, and the way into batch results where MegaDetector's tools know it."""
    data = validate_predictions_file(str(file))
    predictions = (data or json.loads(file.read_text()))["predictions"]
    for one in predictions:
        boxes = one.get("detections") or []
        names = [box["processed_classification"]["class"] for box in boxes if "processed_classification" in box]
        for name in names + ([one["prediction"]] if "prediction" in one else []):
            assert is_valid_prediction_string(name), name
    print(f"{file.name}: {len(predictions)} predictions, every name of seven parts")


def converted(file):
    """The second form turned into batch results by MegaDetector's converter."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "converted.json"
        generate_md_results_from_predictions_json(str(file), str(out))
        results(out)


folder = Path(sys.argv[1])
results(folder / "megadetector.json")
coco(folder / "coco.json")
predictions(folder / "speciesnet.json")
predictions(folder / "speciesnet-per-animal.json")
converted(folder / "speciesnet-per-animal.json")
