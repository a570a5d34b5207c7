"""Rendered photos as the networks see them: decoded once, kept small."""

import json
import pathlib

import cv2
import numpy as np
import torch
import torch.nn.functional as F

DETECTOR_SIDE, FACTOR = 1280, 4  # the pipeline's letterbox, and what the fixed first layer averages
CROP_SIDE, CROP_FACTOR = 480, 5
CLASSES = ["animal", "person", "vehicle"]


def truths(*folders):
    """(file, truth) of every photo, in order."""
    found = []
    for folder in map(pathlib.Path, folders):
        for text in (folder / "truth.ndjson").read_text().splitlines():
            truth = json.loads(text)
            found.append((folder / truth["file"], truth))
    return found


def read(file):
    return cv2.cvtColor(cv2.imread(str(file), cv2.IMREAD_COLOR), cv2.COLOR_BGR2RGB)


def shrunk(rgb):
    """The 1280-pixel letterbox of a 4:3 photo, averaged by FACTOR: what the detector's second layer gets."""
    large = cv2.resize(rgb, (DETECTOR_SIDE, DETECTOR_SIDE * 3 // 4), interpolation=cv2.INTER_LINEAR)
    return cv2.resize(large, (DETECTOR_SIDE // FACTOR, DETECTOR_SIDE * 3 // 4 // FACTOR), interpolation=cv2.INTER_AREA)


def boxes(truth):
    """Rows of class, centre x, centre y, width, height in shares of the sides."""
    rows = [[CLASSES.index(t["category"]), t["bbox"][0] + t["bbox"][2] / 2, t["bbox"][1] + t["bbox"][3] / 2, t["bbox"][2], t["bbox"][3]]
            for t in truth["things"]]
    return np.array(rows, "f4").reshape(-1, 5)


def crop(rgb, box):
    """A box (left, top, width, height in shares) as the classifier's second layer gets it: cut, stretched to 480 without
    antialiasing, averaged by CROP_FACTOR. uint8, [96, 96, 3]."""
    h, w = rgb.shape[:2]
    left, top = min(max(int(box[0] * w), 0), w - 2), min(max(int(box[1] * h), 0), h - 2)
    cut = rgb[top : top + max(int(box[3] * h), 2), left : left + max(int(box[2] * w), 2)]
    tensor = torch.from_numpy(np.ascontiguousarray(cut)).permute(2, 0, 1)[None].float()
    large = F.interpolate(tensor, (CROP_SIDE, CROP_SIDE), mode="bilinear", align_corners=False)
    return F.avg_pool2d(large, CROP_FACTOR)[0].round().permute(1, 2, 0).to(torch.uint8).numpy()
