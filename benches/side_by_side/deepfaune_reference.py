"""The Python side of `compare.py` for DeepFaune and Manas: what their servers do with a photo, without HTTP.

    python deepfaune_reference.py MODEL_FOLDER THREADS      needs ultralytics, timm and torchvision

A path a line in, a row a line out. A folder with a pickle is Manas's. THREADS 0 leaves the libraries' default.
"""

import json
import os
import pathlib
import pickle
import sys

wire = os.fdopen(os.dup(1), "w", buffering=1)
os.dup2(2, 1)  # progress bars and notices of the libraries stay off the wire

import cv2
import numpy as np
import torch
from PIL import Image
from ultralytics import YOLO

MEAN, DEVIATION = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
LABELS = ["bison", "badger", "ibex", "beaver", "red deer", "chamois", "cat", "goat", "roe deer", "dog", "fallow deer",
          "squirrel", "moose", "equid", "genet", "wolverine", "hedgehog", "lagomorph", "wolf", "otter", "lynx",
          "marmot", "micromammal", "mouflon", "sheep", "mustelid", "bird", "bear", "nutria", "raccoon", "fox",
          "reindeer", "wild boar", "cow"]


class DeepFaune:
    labels, side, version, blank, options = LABELS, 182, "1.3", "blank", {}

    def __init__(self, folder):
        import timm

        (file,) = folder.glob("deepfaune-vit*.pt")
        saved = torch.load(file, map_location="cpu", weights_only=False)
        arguments = saved["args"]
        model = timm.create_model(arguments["backbone"], pretrained=False, num_classes=arguments["num_classes"],
                                  dynamic_img_size=True)
        model.load_state_dict({name.removeprefix("base_model."): t for name, t in saved["state_dict"].items()})
        self.classifier = model.eval()


class Manas:
    side, version, blank, options = 480, "1.0", "vide", {"conf": 0.33}

    def __init__(self, folder):
        (pickled,) = folder.glob("*.pickle")
        self.labels = pickle.loads(pickled.read_bytes())
        (file,) = (file for file in folder.glob("*.pt") if not file.name.startswith("MDV6"))
        self.classifier = torch.jit.load(file, map_location="cpu").eval()


def boxes(result):
    rows = []
    for kind, conf, xyxy, xywhn in zip(*(getattr(result.boxes, name).tolist() for name in ("cls", "conf", "xyxy", "xywhn"))):
        rows.append({"class": int(kind), "label": result.names[int(kind)], "conf": conf, "xyxy": xyxy, "xywhn": xywhn})
    return rows


def square(picture, box):
    """The box made square about its middle, cut off at the borders."""
    x1, y1, x2, y2 = box
    width, height = x2 - x1, y2 - y1
    more = int(abs(width - height) / 2)
    if width > height:
        y1, y2 = y1 - more, y2 + more
    elif height > width:
        x1, x2 = x1 - more, x2 + more
    rows, columns = picture.shape[:2]
    return picture[max(0, int(y1)) : min(int(y2), rows), max(0, int(x1)) : min(int(x2), columns), ::-1]


def classify(model, crop):
    resized = Image.fromarray(np.ascontiguousarray(crop)).resize((model.side, model.side), Image.Resampling.BICUBIC)
    x = torch.from_numpy(np.asarray(resized).transpose(2, 0, 1).copy()).float() / 255
    x = (x - torch.tensor(MEAN).view(3, 1, 1)) / torch.tensor(DEVIATION).view(3, 1, 1)
    with torch.no_grad():
        scores = model.classifier(x[None]).softmax(1)[0].tolist()
    best = sorted(range(len(scores)), key=lambda i: -scores[i])[:5]
    return {"labels": [model.labels[i] for i in best], "scores": [scores[i] for i in best]}


def predict(detector, model, path):
    picture = cv2.imdecode(np.fromfile(path, np.uint8), cv2.IMREAD_COLOR)
    found = boxes(detector.predict(picture, verbose=False, **model.options)[0])
    row = {"filepath": path, "classifications": {}, "detections": found}
    animals = [box for box in found if box["label"] == "animal"]
    if animals:
        best = max(animals, key=lambda box: box["conf"])
        top = row["classifications"] = classify(model, square(picture, best["xyxy"]))
        row |= {"prediction": top["labels"][0], "prediction_score": top["scores"][0]}
    elif found:
        row |= {"prediction": found[0]["label"], "prediction_score": found[0]["conf"]}
    else:
        row["prediction"] = model.blank
    return {**row, "model_version": model.version}


def main():
    folder, threads = pathlib.Path(sys.argv[1]), int(sys.argv[2])
    if threads:
        torch.set_num_threads(threads)
    detector = YOLO(folder / "MDV6-yolov10x.pt")
    model = (Manas if list(folder.glob("*.pickle")) else DeepFaune)(folder)
    print(json.dumps({"ready": True}), file=wire)
    for line in sys.stdin:
        print(json.dumps(predict(detector, model, line.rstrip("\n"))), file=wire)


if __name__ == "__main__":
    main()
