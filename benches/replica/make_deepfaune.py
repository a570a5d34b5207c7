"""Writes full-size stand-ins for DeepFaune's two files, or Manas's three, with random weights, in their published formats.

    python make_deepfaune.py OUT_FOLDER PHOTO... [--manas] [--imgsz 640] [--seed 0] [--threads N]

Needs torch, ultralytics, timm and OpenCV, which build the networks and write the files; photos are only looked
at. The detector is a YOLOv10x, stripped and in half precision, its statistics taken from the photos and its
class rows shifted so that every photo has some animals above 0.25: the classifier has work to do. DeepFaune's
classifier is a ViT-L/14 (DINOv2) under `base_model.` with 34 classes, Manas's a traced EfficientNetV2-L with 11.
"""

import argparse
import collections
import copy
import math
import pathlib
import pickle
import sys

import cv2
import numpy as np
import torch
from torch import nn

DETECTOR = "MDV6-yolov10x.pt"
DEEPFAUNE = "deepfaune-vit_large_patch14_dinov2.lvd142m.v3.pt"
BACKBONE = "vit_large_patch14_dinov2.lvd142m"
NAMES = {0: "animal", 1: "person", 2: "vehicle"}
# Cells of every photo, at least, with a confidence above 0.25: of a class at a time.
SURE_CELLS = (6, 2, 1)
# A random row is sure of most of one photo and of nothing in another: the evenest of this many is taken.
TRIES = 100
MANAS = ["aves", "canidae", "caprinae", "leporidae", "marmota", "muridae", "mustelidae", "ochotonidae",
         "panthera_uncia", "ursidae", "vide"]


def pictures(photos, height, width):
    """All photos as one batch, RGB in 0..1, the aspect not kept."""
    read = [cv2.imdecode(np.fromfile(photo, np.uint8), cv2.IMREAD_COLOR) for photo in photos]
    same = [cv2.resize(picture, (width, height), interpolation=cv2.INTER_AREA)[:, :, ::-1] for picture in read]
    return torch.from_numpy(np.stack(same)).permute(0, 3, 1, 2).float() / 255


@torch.no_grad()
def calm(module, batch, gen):
    """Small gains around the steep part of SiLU keep a deep random network from being chaotic."""
    norms = [norm for norm in module.modules() if isinstance(norm, nn.BatchNorm2d)]
    momenta = [norm.momentum for norm in norms]
    for norm in norms:
        norm.weight.uniform_(0.35, 0.6, generator=gen)
        norm.bias.normal_(0.4, 0.3, generator=gen)
        norm.momentum = 1.0
    module.train()(batch)
    module.eval()
    for norm, momentum in zip(norms, momenta):
        norm.momentum = momentum
        norm.running_var.clamp_(min=1e-3)


@torch.no_grad()
def inputs_of(layers, run):
    """What reaches each layer while `run` goes through."""
    seen = {}
    hooks = [layer.register_forward_pre_hook(lambda _, x, i=i: seen.__setitem__(i, x[0].clone()))
             for i, layer in enumerate(layers)]
    run()
    for hook in hooks:
        hook.remove()
    return [seen[i] for i in range(len(layers))]


@torch.no_grad()
def sort_out_head(head, run, gen):
    """Boxes of a few cells' size, and as many sure cells as `SURE_CELLS` says."""
    boxes = [branch[-1] for branch in head.one2one_cv2]
    classes = [branch[-1] for branch in head.one2one_cv3]
    seen = inputs_of(boxes + classes, run)
    for conv, x in zip(boxes, seen):
        conv.bias.zero_()
        conv.weight.normal_(0, 1, generator=gen)
        conv.weight.div_(conv(x).std(dim=(0, 2, 3)).view(-1, 1, 1, 1))
        bins = conv.out_channels // 4
        slope = -0.2 * torch.arange(bins).float().repeat(4)
        conv.bias.copy_(slope - conv(x).mean(dim=(0, 2, 3)))
    features = seen[len(boxes):]
    for kind, count in enumerate(SURE_CELLS):
        tries = [rows_of_a_class(features, count, gen) for _ in range(TRIES)]
        rows, bias = min(tries, key=lambda row: row[0])[1:]
        for conv, row, shift in zip(classes, rows, bias):
            conv.weight[kind], conv.bias[kind] = row.view_as(conv.weight[kind]), shift


def rows_of_a_class(features, count, gen):
    """The most sure cells on a photo, where every photo has `count`; a row a level; a bias a level."""
    rows, biases, logits = [], [], []
    for x in features:
        row = torch.randn(x.shape[1], generator=gen)
        y = torch.einsum("nchw,c->nhw", x, row).flatten(1)
        rows.append(row / y.std())
        biases.append(-float(y.mean() / y.std()))
        logits.append(y / y.std() + biases[-1])
    logits = torch.cat(logits, 1)
    limit = float(logits.topk(count, dim=1).values[:, -1].min())  # of the photo that stirs it least
    most = int((logits > limit).sum(1).max())
    return most, rows, [bias - limit - math.log(3) + 0.1 for bias in biases]


def detector(photos, imgsz, seed, out):
    from ultralytics import __version__
    from ultralytics.cfg import DEFAULT_CFG, DEFAULT_CFG_DICT
    from ultralytics.nn.tasks import DetectionModel
    from ultralytics.utils.torch_utils import strip_optimizer

    gen = torch.Generator().manual_seed(seed)
    model = DetectionModel("yolov10x.yaml", nc=len(NAMES), verbose=False)
    model.names, model.nc, model.task, model.args = dict(NAMES), len(NAMES), "detect", copy.copy(DEFAULT_CFG)
    batch = pictures(photos, imgsz * 3 // 4 // 32 * 32, imgsz)
    calm(model, batch, gen)
    with torch.no_grad():
        sort_out_head(model.model[-1], lambda: model(batch), gen)
    arguments = {**DEFAULT_CFG_DICT, "imgsz": imgsz, "model": "yolov10x.pt", "data": "md.yaml", "task": "detect",
                 "mode": "train"}
    torch.save({"epoch": 99, "best_fitness": 0.5, "model": None, "ema": model.half(), "updates": 1000,
                "optimizer": None, "train_args": arguments, "train_metrics": {"fitness": 0.5},
                "train_results": {"epoch": [1]}, "date": "2025-01-01T00:00:00", "version": __version__}, out)
    strip_optimizer(str(out))
    return model


@torch.no_grad()
def spread(head, x, gen):
    """A head whose answers are neither flat nor certain."""
    head.weight.normal_(0, 1, generator=gen)
    head.bias.zero_()
    head.weight.div_(head(x).std() / 2)
    head.bias.copy_(-head(x).mean(0) + torch.randn(head.out_features, generator=gen))


def vision_transformer(photos, seed, out):
    import timm
    from torchvision.transforms import InterpolationMode, transforms

    gen = torch.Generator().manual_seed(seed)
    base = timm.create_model(BACKBONE, pretrained=False, num_classes=34, dynamic_img_size=True).eval()
    with torch.no_grad():
        for name, parameter in base.named_parameters():
            if name.endswith("gamma"):
                parameter.uniform_(0.1, 0.3, generator=gen)
            elif parameter.dim() > 1 and not name.endswith("embed"):
                parameter.normal_(0, parameter[0].numel() ** -0.5, generator=gen)
        mean, deviation = torch.tensor([0.485, 0.456, 0.406]), torch.tensor([0.229, 0.224, 0.225])
        x = (pictures(photos, 182, 182) - mean.view(3, 1, 1)) / deviation.view(3, 1, 1)
        spread(base.head, base.forward_features(x)[:, 0], gen)
    holder = nn.Module()
    holder.base_model = base
    resize = transforms.Resize(size=(182, 182), interpolation=InterpolationMode.BICUBIC)
    transform = transforms.Compose([resize, transforms.ToTensor(), transforms.Normalize(mean, deviation)])
    torch.save({"args": {"backbone": BACKBONE, "num_classes": 34},
                "state_dict": collections.OrderedDict(holder.state_dict()), "transform": transform}, out)
    return base


def efficientnet(photos, seed, out):
    import timm

    gen = torch.Generator().manual_seed(seed)
    torch.manual_seed(seed)
    model = timm.create_model("tf_efficientnetv2_l", pretrained=False, num_classes=len(MANAS)).eval()
    mean, deviation = torch.tensor([0.485, 0.456, 0.406]), torch.tensor([0.229, 0.224, 0.225])
    x = (pictures(photos, 240, 240) - mean.view(3, 1, 1)) / deviation.view(3, 1, 1)
    calm(model, x, gen)
    (features,) = inputs_of([model.classifier], lambda: model(x))
    spread(model.classifier, features, gen)
    with torch.no_grad():
        torch.jit.save(torch.jit.trace(model, torch.rand(1, 3, 480, 480, generator=gen)), str(out))
    return model


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("out", type=pathlib.Path)
    parser.add_argument("photos", nargs="+")
    parser.add_argument("--manas", action="store_true")
    parser.add_argument("--imgsz", type=int, default=640)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--threads", type=int, default=0)
    args = parser.parse_args()
    if args.threads:
        torch.set_num_threads(args.threads)
    torch.manual_seed(args.seed)
    args.out.mkdir(parents=True, exist_ok=True)
    made = {args.out / DETECTOR: detector(args.photos, args.imgsz, args.seed, args.out / DETECTOR)}
    if args.manas:
        (args.out / "classes_replica.pickle").write_bytes(pickle.dumps(MANAS))
        out = args.out / "best_model_replica.pt"
        made[out] = efficientnet(args.photos, args.seed + 1, out)
    else:
        out = args.out / DEEPFAUNE
        made[out] = vision_transformer(args.photos, args.seed + 1, out)
    for path, model in made.items():
        print(f"{path}: {sum(p.numel() for p in model.parameters()):,} parameters", file=sys.stderr)


if __name__ == "__main__":
    main()
