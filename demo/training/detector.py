"""Trains the demo's detector and writes it as a YOLOv5 checkpoint.

    python detector.py FOLDER... --out demo_detector.pt [--epochs 14] [--rate 3e-3] [--seed 0] [--plain]

The pipeline feeds 1280-pixel letterboxes. The first layer averages 4 x 4 pixels and is fixed, so training runs on photos
that were averaged beforehand. Classes of the modules: `benches/replica/make_detector.py`, which only have the names and
attributes of the original code. The layers before the head run in bfloat16 unless `--plain` is given; weights, head and
loss are single precision.
"""

import argparse
import copy
import math
import pathlib
import sys
import time

import cv2
import numpy as np
import torch
from torch import nn

import photos

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "benches" / "replica"))
import make_detector as yolo  # noqa: E402

STRIDES = [32.0, 64.0]
WIDTH, HEIGHT = 320, 240
# Share of photos that are zoomed, and in the last third of the epochs, which settle on photos as they are.
ZOOMS, LAST_ZOOMS = 0.6, 0.1


def layout(anchors):
    up = [-1, 1, "nn.Upsample", [None, 2, "nearest"]]
    backbone = [[-1, 1, "Conv", [8, 4, 4, 0]], [-1, 1, "Conv", [32, 6, 4, 1]], [-1, 1, "C3", [32]], [-1, 1, "Conv", [64, 3, 2]],
                [-1, 1, "C3", [64]], [-1, 1, "Conv", [128, 3, 2]], [-1, 1, "C3", [128]], [-1, 1, "SPPF", [128, 5]]]
    head = [[-1, 1, "Conv", [64, 1, 1]], up, [[-1, 4], 1, "Concat", [1]], [-1, 1, "C3", [64, False]],
            [[11, 7], 1, "Detect", ["nc", "anchors"]]]
    return {"nc": 3, "depth_multiple": 1.0, "width_multiple": 1.0, "anchors": anchors, "backbone": backbone, "head": head}


def build(anchors):
    yolo.ANCHORS, yolo.STRIDES = anchors, STRIDES
    model = yolo.Model(layout(anchors))
    first = model.model[0]
    first.act = nn.Identity()
    with torch.no_grad():
        first.conv.weight.zero_()
        for channel in range(3):
            first.conv.weight[channel, channel] = 1 / 16
        first.bn.running_var.fill_(1.0 - first.bn.eps)
    for parameter in first.parameters():
        parameter.requires_grad = False
    with torch.no_grad():
        for conv, stride in zip(model.model[-1].m, STRIDES):
            bias = conv.bias.view(3, -1)
            bias[:, 4] = math.log(4 / (1280 / stride * 960 / stride))
            bias[:, 5:] = math.log(0.6 / 2)
    return model


def raw(model, x, half=False):
    """Maps of the head for averaged photos [n, 3, 240, 320]: what follows the fixed layer, whose other channels are 0."""
    maps, head = [], model.model[-1]
    for conv, features in zip(head.m, body(model, x, half)):
        y = conv(features.float())
        n, _, h, w = y.shape
        maps.append(y.view(n, head.na, head.no, h, w).permute(0, 1, 3, 4, 2))
    return maps


def body(model, x, half):
    """Inputs of the head."""
    second = model.model[1]
    weight, stride, pad = second.conv.weight[:, :3], second.conv.stride, second.conv.padding
    with torch.autocast("cpu", torch.bfloat16, enabled=half):
        x = second.act(second.bn(nn.functional.conv2d(x, weight, None, stride, pad)))
        kept = [None, x]
        for layer in model.model[2:-1]:
            if layer.f != -1:
                x = kept[layer.f] if isinstance(layer.f, int) else [x if j == -1 else kept[j] for j in layer.f]
            x = layer(x)
            kept.append(x)
    return [kept[j] for j in model.model[-1].f]


def find_anchors(all_boxes, seed):
    """Six sizes in letterbox pixels, by k-means on the logarithms."""
    rng = np.random.default_rng(seed)
    sizes = np.log(all_boxes[:, 3:] * [1280, 960])
    centres = sizes[rng.choice(len(sizes), 6, replace=False)]
    for _ in range(60):
        nearest = ((sizes[:, None] - centres[None]) ** 2).sum(-1).argmin(1)
        centres = np.stack([sizes[nearest == k].mean(0) if (nearest == k).any() else centres[k] for k in range(6)])
    ordered = np.exp(centres)[np.argsort(centres.sum(1))].round()
    return [row.reshape(-1).tolist() for row in ordered.reshape(2, 3, 2)]


def varied(image, rows, rng, zooms):
    """Flipped, brighter or darker, a share of them zoomed, some of those grey."""
    if rng.random() < 0.5:
        image, rows = image[:, ::-1], rows * [1, -1, 1, 1, 1] + [0, 1, 0, 0, 0] if len(rows) else rows
    if rng.random() < zooms:
        zoom = rng.uniform(0.65, 1.3)
        dx, dy = rng.uniform(-0.5, 0.5) * abs(1 - zoom) * WIDTH * 1.2, rng.uniform(-0.5, 0.5) * abs(1 - zoom) * HEIGHT * 1.2
        matrix = np.array([[zoom, 0, (1 - zoom) * WIDTH / 2 + dx], [0, zoom, (1 - zoom) * HEIGHT / 2 + dy]], "f4")
        image = cv2.warpAffine(np.ascontiguousarray(image), matrix, (WIDTH, HEIGHT), borderValue=(114, 114, 114), flags=cv2.INTER_AREA)
        if len(rows):
            scale, shift = np.array([WIDTH, HEIGHT]), matrix[:, 2]
            low = (rows[:, 1:3] - rows[:, 3:] / 2) * scale * zoom + shift
            high = (rows[:, 1:3] + rows[:, 3:] / 2) * scale * zoom + shift
            area = (high - low).prod(1)
            low, high = np.clip(low, 0, scale), np.clip(high, 0, scale)
            keep = (high - low).min(1) > 4
            keep &= (high - low).prod(1) > 0.35 * area
            rows = np.concatenate((rows[:, :1], (low + high) / 2 / scale, (high - low) / scale), 1)[keep]
    image = image.astype("f4") / 255
    image = np.clip(image * rng.uniform(0.75, 1.25) + rng.uniform(-0.06, 0.06), 0, 1) ** rng.uniform(0.8, 1.25)
    if rng.random() < zooms * 0.2:
        image = np.repeat(image.mean(2, keepdims=True), 3, 2)
    return image, rows


def assign(rows, shapes, anchors):
    """Per level: (photo, anchor, row, column, class, box in cells) of the cells that answer for a box."""
    out = []
    for (h, w), sizes in zip(shapes, anchors):
        if not len(rows):
            out.append(None)
            continue
        cells = rows[:, None, 2:] * torch.tensor([w, h, w, h])
        ratio = cells[:, :, 2:] / sizes[None]
        fits = torch.maximum(ratio, 1 / ratio).amax(2) < 4
        which, anchor = fits.nonzero(as_tuple=True)
        box = cells[which, 0]
        parts = [(which, anchor, box, torch.zeros_like(box[:, :2]))]
        for axis in (0, 1):
            for step in (-1.0, 1.0):
                near = (box[:, axis] % 1 < 0.5) if step < 0 else (box[:, axis] % 1 > 0.5)
                shift = torch.zeros_like(box[:, :2])
                shift[:, axis] = step
                parts.append((which[near], anchor[near], box[near], shift[near]))
        which, anchor, box, shift = (torch.cat(p) for p in zip(*parts))
        cell = (box[:, :2] + shift).floor()
        inside = (cell[:, 0] >= 0) & (cell[:, 1] >= 0) & (cell[:, 0] < w) & (cell[:, 1] < h)
        which, anchor, box, cell = which[inside], anchor[inside], box[inside], cell[inside].long()
        out.append((rows[which, 0].long(), anchor, cell[:, 1], cell[:, 0], rows[which, 1].long(), box))
    return out


def overlap(a, b):
    """Complete IoU of boxes given by centre and size."""
    a0, a1, b0, b1 = a[:, :2] - a[:, 2:] / 2, a[:, :2] + a[:, 2:] / 2, b[:, :2] - b[:, 2:] / 2, b[:, :2] + b[:, 2:] / 2
    inter = (torch.minimum(a1, b1) - torch.maximum(a0, b0)).clamp(0).prod(1)
    iou = inter / (a[:, 2:].prod(1) + b[:, 2:].prod(1) - inter + 1e-7)
    hull = torch.maximum(a1, b1) - torch.minimum(a0, b0)
    distance = ((a[:, :2] - b[:, :2]) ** 2).sum(1) / ((hull**2).sum(1) + 1e-7)
    v = 4 / math.pi**2 * (torch.atan(b[:, 2] / b[:, 3]) - torch.atan(a[:, 2] / a[:, 3])) ** 2
    with torch.no_grad():
        alpha = v / (v - iou + 1 + 1e-7)
    return iou, iou - distance - alpha * v


def loss(maps, rows, anchors):
    bce = nn.functional.binary_cross_entropy_with_logits
    shapes = [m.shape[2:4] for m in maps]
    total = 0
    for m, found, sizes, weight in zip(maps, assign(rows, shapes, anchors), anchors, (1.5, 0.8)):
        objectness = torch.zeros_like(m[..., 4])
        if found is not None and len(found[0]):
            photo, anchor, y, x, kind, box = found
            p = m[photo, anchor, y, x]
            centre = p[:, :2].sigmoid() * 2 - 0.5 + torch.stack((x, y), 1)
            size = (p[:, 2:4].sigmoid() * 2) ** 2 * sizes[anchor]
            iou, complete = overlap(torch.cat((centre, size), 1), box)
            total = total + 0.12 * (1 - complete).mean()
            objectness[photo, anchor, y, x] = (0.5 + 0.5 * iou.detach().clamp(0)).to(objectness.dtype)
            total = total + 0.02 * bce(p[:, 5:], nn.functional.one_hot(kind, 3).float())
        total = total + weight * bce(m[..., 4], objectness)
    return total * len(maps[0])


def batches(images, rows, order, rng, zooms, batch):
    """The photos of an epoch, varied and stacked: (pixels, boxes with the photo's place before them)."""
    for start in range(0, len(order) // batch * batch, batch):
        ones = [varied(images[i], rows[i], rng, zooms) for i in order[start : start + batch]]
        x = torch.from_numpy(np.stack([one[0] for one in ones]).astype("f4")).permute(0, 3, 1, 2)
        y = [np.concatenate((np.full((len(one[1]), 1), k), one[1]), 1) for k, one in enumerate(ones)]
        yield x, torch.from_numpy(np.concatenate(y)).float()


def train(model, images, rows, epochs, seed, rate, half, out, batch=16):
    rng, order = np.random.default_rng(seed), np.random.default_rng(seed + 1)
    model = model.to(memory_format=torch.channels_last)
    anchors = model.model[-1].anchors.clone()
    weights = [p for p in model.parameters() if p.requires_grad]
    optimiser = torch.optim.AdamW([{"params": [p for p in weights if p.dim() > 1], "weight_decay": 5e-4},
                                   {"params": [p for p in weights if p.dim() < 2], "weight_decay": 0.0}], lr=rate)
    steps = epochs * (len(images) // batch)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, rate, steps, pct_start=0.1)
    average = {k: v.clone().float() for k, v in model.state_dict().items()}
    step, started = 0, time.time()
    for epoch in range(epochs):
        model.train()
        model.model[0].eval()
        mean = 0.0
        zooms = ZOOMS if epoch < epochs * 2 // 3 else LAST_ZOOMS
        for x, y in batches(images, rows, order.permutation(len(images)), rng, zooms, batch):
            value = loss(raw(model, x, half), y, anchors)
            optimiser.zero_grad()
            value.backward()
            nn.utils.clip_grad_norm_(weights, 10.0)
            optimiser.step()
            schedule.step()
            step += 1
            mean += value.item()
            keep = min(0.998, step / (step + 60))
            for k, v in model.state_dict().items():
                average[k].lerp_(v.float(), 1 - keep)
        print(f"epoch {epoch + 1}/{epochs}: loss {mean / (len(images) // batch):.4f}, {time.time() - started:.0f} s", flush=True)
        kept = copy.deepcopy(model)
        kept.load_state_dict(average)
        save(kept, out)


@torch.no_grad()
def top_boxes(model, images, least=0.01):
    """The best box of each photo, (left, top, width, height, confidence) in shares, or None."""
    model.eval()
    head, best = model.model[-1], []
    for start in range(0, len(images), 32):
        x = torch.from_numpy(np.stack(images[start : start + 32])).permute(0, 3, 1, 2).float() / 255
        rows = []
        for m, sizes, stride in zip(raw(model, x), head.anchors, STRIDES):
            n, _, h, w, _ = m.shape
            p = m.sigmoid()
            gy, gx = torch.meshgrid(torch.arange(h), torch.arange(w), indexing="ij")
            xy = (p[..., :2] * 2 - 0.5 + torch.stack((gx, gy), -1)) * stride / torch.tensor([1280, 960])
            wh = (p[..., 2:4] * 2) ** 2 * sizes.view(1, 3, 1, 1, 2) * stride / torch.tensor([1280, 960])
            score = p[..., 4:5] * p[..., 5:].amax(-1, keepdim=True)
            rows.append(torch.cat((xy - wh / 2, wh, score), -1).view(n, -1, 5))
        for row in torch.cat(rows, 1):
            box = row[row[:, 4].argmax()]
            best.append(box.tolist() if box[4] > least else None)
    return best


def save(model, out):
    for parameter in model.parameters():
        parameter.requires_grad = False
    for layer in yolo.upsamples(model):
        layer.recompute_scale_factor = None
    model = model.half().to(memory_format=torch.contiguous_format).eval()
    torch.save({"epoch": -1, "best_fitness": None, "model": model, "ema": None, "updates": None, "optimizer": None, "wandb_id": None,
                "date": "2026-11-24T00:00:00"}, out)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("folders", nargs="+")
    parser.add_argument("--out", required=True)
    parser.add_argument("--epochs", type=int, default=14)
    parser.add_argument("--rate", type=float, default=3e-3, help="largest learning rate")
    parser.add_argument("--plain", action="store_true", help="no bfloat16")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--threads", type=int, default=2)
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    torch.manual_seed(args.seed)
    yolo.install_modules()
    found = photos.truths(*args.folders)
    images = [photos.shrunk(photos.read(file)) for file, _ in found]
    rows = [photos.boxes(truth) for _, truth in found]
    anchors = find_anchors(np.concatenate(rows), args.seed)
    print(f"{len(images)} photos, {sum(map(len, rows))} boxes, anchors {anchors}", flush=True)
    model = build(anchors)
    print(f"{sum(p.numel() for p in model.parameters()):,} parameters", flush=True)
    train(model, images, rows, args.epochs, args.seed, args.rate, not args.plain, args.out)


if __name__ == "__main__":
    main()
