"""Writes a checkpoint with the layout of MegaDetector v5 (YOLOv5x6) and random weights.

    python make_detector.py OUT.pt [--width 1.25] [--depth 1.33] [--classes 3] [--seed 0] [--threads N]

Needs torch and nothing else. The file has the form the original training code leaves behind: a dict whose
`model` is a pickled `models.yolo.Model`, half precision, batch norm apart from its convolution, `names` a
list. The classes below are our own; only their names and attributes match, because only those are pickled.

They also have a `forward`, so that `load(path)` gives the PyTorch side of a comparison. Gains are small and
the statistics are calibrated on smooth noise, which keeps a deep random network finite and not chaotic.
"""

import argparse
import math
import sys
import types

import torch
from torch import nn

ANCHORS = [
    [19, 27, 44, 40, 38, 94],
    [96, 68, 86, 152, 180, 137],
    [140, 301, 303, 264, 238, 542],
    [436, 615, 739, 380, 925, 792],
]
STRIDES = [8.0, 16.0, 32.0, 64.0]


class Conv(nn.Module):
    def __init__(self, c_in, c_out, k=1, s=1, p=None):
        super().__init__()
        self.conv = nn.Conv2d(c_in, c_out, k, s, k // 2 if p is None else p, bias=False)
        self.bn = nn.BatchNorm2d(c_out, eps=1e-3, momentum=0.03)
        self.act = SILU

    def forward(self, x):
        return self.act(self.bn(self.conv(x)))


class Bottleneck(nn.Module):
    def __init__(self, c_in, c_out, shortcut):
        super().__init__()
        self.cv1 = Conv(c_in, c_out, 1)
        self.cv2 = Conv(c_out, c_out, 3)
        self.add = shortcut and c_in == c_out

    def forward(self, x):
        y = self.cv2(self.cv1(x))
        return x + y if self.add else y


class C3(nn.Module):
    def __init__(self, c_in, c_out, n=1, shortcut=True):
        super().__init__()
        half = c_out // 2
        self.cv1 = Conv(c_in, half)
        self.cv2 = Conv(c_in, half)
        self.cv3 = Conv(2 * half, c_out)
        self.m = nn.Sequential(*(Bottleneck(half, half, shortcut) for _ in range(n)))

    def forward(self, x):
        return self.cv3(torch.cat((self.m(self.cv1(x)), self.cv2(x)), 1))


class SPPF(nn.Module):
    def __init__(self, c_in, c_out, k=5):
        super().__init__()
        self.cv1 = Conv(c_in, c_in // 2)
        self.cv2 = Conv(c_in * 2, c_out)
        self.m = nn.MaxPool2d(k, 1, k // 2)

    def forward(self, x):
        x = self.cv1(x)
        a = self.m(x)
        b = self.m(a)
        return self.cv2(torch.cat((x, a, b, self.m(b)), 1))


class Concat(nn.Module):
    def __init__(self, d=1):
        super().__init__()
        self.d = d

    def forward(self, x):
        return torch.cat(x, self.d)


class Detect(nn.Module):
    def __init__(self, classes, channels):
        super().__init__()
        anchors = torch.tensor(ANCHORS).float().view(len(ANCHORS), -1, 2)
        self.nc, self.no, self.nl, self.na = classes, classes + 5, len(ANCHORS), anchors.shape[1]
        self.stride = torch.tensor(STRIDES)
        self.grid = [torch.zeros(1)] * self.nl
        self.anchor_grid = [torch.zeros(1)] * self.nl
        self.register_buffer("anchors", anchors / self.stride.view(-1, 1, 1))
        self.m = nn.ModuleList(nn.Conv2d(c, self.no * self.na, 1) for c in channels)
        self.inplace = True

    def forward(self, xs):
        rows = []
        for level, (conv, x) in enumerate(zip(self.m, xs)):
            y = conv(x)
            n, _, h, w = y.shape
            y = y.view(n, self.na, self.no, h, w).permute(0, 1, 3, 4, 2).sigmoid()
            gy, gx = torch.meshgrid(torch.arange(h), torch.arange(w), indexing="ij")
            grid = torch.stack((gx, gy), -1).to(y) - 0.5
            stride = float(self.stride[level])
            size = (self.anchors[level].to(y) * stride).view(1, self.na, 1, 1, 2)
            xy = (y[..., :2] * 2 + grid) * stride
            wh = (y[..., 2:4] * 2) ** 2 * size
            rows.append(torch.cat((xy, wh, y[..., 4:]), -1).view(n, -1, self.no))
        return torch.cat(rows, 1)


class Model(nn.Module):
    def __init__(self, layout):
        super().__init__()
        self.yaml = layout
        self.model, self.save = build(layout)
        self.names = ["animal", "person", "vehicle"][: layout["nc"]]
        self.names += [f"class{i}" for i in range(len(self.names), layout["nc"])]
        self.nc = layout["nc"]
        self.inplace = True
        self.stride = self.model[-1].stride

    def features(self, x):
        """Inputs of the head, one a level."""
        kept = []
        for layer in self.model[:-1]:
            if layer.f != -1:
                x = kept[layer.f] if isinstance(layer.f, int) else [x if j == -1 else kept[j] for j in layer.f]
            x = layer(x)
            kept.append(x if layer.i in self.save else None)
        return [kept[j] for j in self.model[-1].f]

    def forward(self, x):
        return self.model[-1](self.features(x))


SILU = nn.SiLU(inplace=True)


def x6(width, depth, classes):
    """The P6 layout: one line a layer, [from, repeats, class, arguments]."""
    up = [-1, 1, "nn.Upsample", [None, 2, "nearest"]]

    def conv(c, k=3, s=2, *p):
        return [-1, 1, "Conv", [c, k, s, *p]]

    def c3(c, n=3, *shortcut):
        return [-1, n, "C3", [c, *shortcut]]

    def cat(i):
        return [[-1, i], 1, "Concat", [1]]

    backbone = [conv(64, 6, 2, 2), conv(128), c3(128), conv(256), c3(256, 6), conv(512), c3(512, 9)]
    backbone += [conv(768), c3(768), conv(1024), c3(1024), [-1, 1, "SPPF", [1024, 5]]]
    head = []
    for c, skip in ((768, 8), (512, 6), (256, 4)):
        head += [conv(c, 1, 1), up, cat(skip), c3(c, 3, False)]
    for c, skip in ((256, 20), (512, 16), (768, 12)):
        head += [conv(c), cat(skip), c3({256: 512, 512: 768, 768: 1024}[c], 3, False)]
    head.append([[23, 26, 29, 32], 1, "Detect", ["nc", "anchors"]])
    return {"nc": classes, "depth_multiple": depth, "width_multiple": width, "anchors": ANCHORS,
            "backbone": backbone, "head": head}


def build(layout):
    width, depth = layout["width_multiple"], layout["depth_multiple"]
    layers, channels, save = [], [], []
    for i, (f, n, kind, args) in enumerate(layout["backbone"] + layout["head"]):
        c_in = channels[f] if isinstance(f, int) and channels else 3
        c_out = math.ceil(args[0] * width / 8) * 8 if kind in ("Conv", "C3", "SPPF") else c_in
        n = max(round(n * depth), 1) if n > 1 else n
        if kind == "Conv":
            layer = Conv(c_in, c_out, *args[1:])
        elif kind == "C3":
            layer = C3(c_in, c_out, n, *args[1:])
        elif kind == "SPPF":
            layer = SPPF(c_in, c_out, *args[1:])
        elif kind == "nn.Upsample":
            layer = nn.Upsample(scale_factor=2, mode="nearest")
        elif kind == "Concat":
            layer, c_out = Concat(*args), sum(channels[j] for j in f)
        else:
            layer = Detect(layout["nc"], [channels[j] for j in f])
        layer.i, layer.f, layer.type = i, f, f"models.common.{kind}"
        layer.np = sum(p.numel() for p in layer.parameters())
        save += [j for j in ([f] if isinstance(f, int) else f) if j != -1]
        layers.append(layer)
        channels.append(c_out)
    return nn.Sequential(*layers), sorted(save)


def smooth_noise(gen, n, size):
    coarse = [torch.rand(n, 3, size // k, size // k, generator=gen) for k in (4, 16, 64)]
    return sum(nn.functional.interpolate(c, size=(size, size), mode="bilinear") for c in coarse) / 3


@torch.no_grad()
def randomise(model, seed):
    gen = torch.Generator().manual_seed(seed)
    for module in model.modules():
        if isinstance(module, nn.Conv2d):
            fan_in = module.weight[0].numel()
            module.weight.normal_(0, fan_in**-0.5, generator=gen)
        if isinstance(module, nn.BatchNorm2d):
            module.weight.uniform_(0.3, 0.5, generator=gen)
            module.bias.normal_(0.5, 0.3, generator=gen)
            module.momentum = 1.0
    model.train()
    noise = smooth_noise(gen, 2, 256)
    features = model.features(noise)
    model.eval()
    for module in model.modules():
        if isinstance(module, nn.BatchNorm2d):
            module.momentum = 0.03
    head = model.model[-1]
    for conv, x in zip(head.m, features):
        conv.bias.zero_()
        spread = conv(x).std(dim=(0, 2, 3)).clamp(min=1e-3)
        conv.weight.div_(2 * spread.view(-1, 1, 1, 1))
        # Photos stir a random network more than noise does: sizes stay near the anchors, and few boxes are sure.
        rows = conv.weight.view(head.na, head.no, -1)
        rows[:, 2:4].mul_(0.02)
        rows[:, 4].mul_(0.1)
        bias = conv.bias.view(head.na, head.no)
        bias.normal_(0, 0.3, generator=gen)
        bias[:, 4] -= conv(x).mean(dim=(0, 2, 3)).view(head.na, head.no)[:, 4] + 6.0


def install_modules():
    """Puts the classes where a pickle of the original code looks for them."""
    package = types.ModuleType("models")
    package.yolo, package.common = types.ModuleType("models.yolo"), types.ModuleType("models.common")
    for name, classes in (("yolo", (Model, Detect)), ("common", (Conv, C3, Bottleneck, SPPF, Concat))):
        for cls in classes:
            cls.__module__ = f"models.{name}"
            setattr(getattr(package, name), cls.__name__, cls)
        sys.modules[f"models.{name}"] = getattr(package, name)
    sys.modules["models"] = package


def load(path):
    """The network in single precision, ready to run."""
    install_modules()
    model = torch.load(path, map_location="cpu", weights_only=False)["model"].float().eval()
    for layer in upsamples(model):
        layer.recompute_scale_factor = None
    return model


def upsamples(model):
    return [layer for layer in model.modules() if isinstance(layer, nn.Upsample)]


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("out")
    parser.add_argument("--width", type=float, default=1.25)
    parser.add_argument("--depth", type=float, default=1.33)
    parser.add_argument("--classes", type=int, default=3)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--threads", type=int, default=0)
    args = parser.parse_args()
    if args.threads:
        torch.set_num_threads(args.threads)
    install_modules()
    torch.manual_seed(args.seed)
    model = Model(x6(args.width, args.depth, args.classes))
    randomise(model, args.seed + 1)
    for parameter in model.parameters():
        parameter.requires_grad = False
    for layer in upsamples(model):
        del layer.recompute_scale_factor  # as in files older than that attribute
    checkpoint = {"epoch": -1, "best_fitness": None, "model": model.half().eval(), "ema": None, "updates": None,
                  "optimizer": None, "wandb_id": None, "date": "2022-06-01T00:00:00"}
    torch.save(checkpoint, args.out)
    print(f"{args.out}: {sum(p.numel() for p in model.parameters()):,} parameters", file=sys.stderr)


if __name__ == "__main__":
    main()
