"""Trains the demo's classifier and writes it in SpeciesNet's form.

    python classifier.py FOLDER... --detector demo_detector.pt --out plain.pt [--epochs 20] [--seed 0] [--plain]

It sees crops as the pipeline makes them: the detector's best box, boxes near the truth, the whole photo, pieces of nothing.
The first convolution averages 5 x 5 pixels and is fixed, so training runs on crops that were averaged beforehand. The
network runs in bfloat16 unless `--plain` is given; weights and loss are single precision. What comes out, batch norm
folded, is laid down node by node as ONNX, turned into a GraphModule by onnx2torch and pickled, as the published classifier
was.
"""

import argparse
import time

import numpy as np
import onnx
import torch
from onnx import TensorProto, helper, numpy_helper
from onnx2torch import convert
from torch import nn

import detector
import names
import photos

WIDTHS = (24, 40, 80, 128)
PREFIX = "SpeciesNet/demo/"
MOST_VIEWS = 11  # of one photo


class Block(nn.Module):
    def __init__(self, c_in, c_out, stride):
        super().__init__()
        self.conv = nn.Conv2d(c_in, c_out, 3, stride, 1, bias=False)
        self.bn = nn.BatchNorm2d(c_out)

    def forward(self, x):
        return nn.functional.silu(self.bn(self.conv(x)))


class Stage(nn.Module):
    """A step down, then two convolutions beside a shortcut."""

    def __init__(self, c_in, c_out):
        super().__init__()
        self.down, self.one, self.two = Block(c_in, c_out, 2), Block(c_out, c_out, 1), Block(c_out, c_out, 1)

    def forward(self, x):
        x = self.down(x)
        return x + self.two(self.one(x))


class Network(nn.Module):
    def __init__(self, classes):
        super().__init__()
        self.stem = Block(3, WIDTHS[0], 2)
        self.stages = nn.ModuleList(Stage(a, b) for a, b in zip(WIDTHS, WIDTHS[1:]))
        self.head = nn.Linear(WIDTHS[-1], classes)

    def forward(self, x):
        x = self.stem(x * 2 - 1)
        for stage in self.stages:
            x = stage(x)
        return self.head(nn.functional.dropout(x.mean((2, 3)), 0.2, self.training))


def jittered(box, rng, amount):
    x, y, w, h = box[:4]
    l, t, r, b = (rng.normal(0, amount, 4) * [w, h, w, h]) + [x, y, x + w, y + h]
    l, t, r, b = np.clip([l, t, r, b], 0, 1)
    return [l, t, max(r - l, 0.02), max(b - t, 0.02)]


def union(boxes, truth):
    inter = [max(0, min(boxes[0] + boxes[2], b[0] + b[2]) - max(boxes[0], b[0])) * max(0, min(boxes[1] + boxes[3], b[1] + b[3]) - max(boxes[1], b[1]))
             for b in truth]
    return max((i / (boxes[2] * boxes[3] + b[2] * b[3] - i) for i, b in zip(inter, truth)), default=0.0)


def views(rgb, truth, top, rng):
    """(crops, class of each) of a photo: what the detector found, boxes near the truth, pieces of nothing."""
    blank, found, crops, labels = names.TRUTH.index("blank"), [t["bbox"] for t in truth["things"]], [], []

    def add(box, label):
        crops.append(photos.crop(rgb, box))
        labels.append(label)

    label = names.TRUTH.index(truth["label"])
    if not found:
        add([0, 0, 1, 1], blank)
        if top:
            add(top, blank)
        for _ in range(3):
            w, h = rng.uniform(0.06, 0.5), rng.uniform(0.06, 0.5)
            add([rng.uniform(0, 1 - w), rng.uniform(0, 1 - h), w, h], blank)
        return crops, labels
    if top and union(top, found) > 0.3:
        add(top, label)
    for box in found[:3]:
        for amount in (0.02, 0.05, 0.09):
            add(jittered(box, rng, amount), label)
    w, h = rng.uniform(0.06, 0.4), rng.uniform(0.06, 0.4)
    other = [rng.uniform(0, 1 - w), rng.uniform(0, 1 - h), w, h]
    if union(other, found) == 0:
        add(other, blank)
    return crops, labels


def varied(x, gen):
    """A batch flipped, brightened, softened, shifted, greyed."""
    n = len(x)
    flip = torch.rand(n, generator=gen) < 0.5
    x[flip] = x[flip].flip(3)
    gain, shift = torch.rand(n, 1, 1, 1, generator=gen) * 0.5 + 0.75, torch.rand(n, 1, 1, 1, generator=gen) * 0.16 - 0.08
    x = (x * gain + shift).clamp(0, 1)
    grey = torch.rand(n, generator=gen) < 0.15
    x[grey] = x[grey].mean(1, keepdim=True)
    x = x + torch.randn(x.shape, generator=gen) * (torch.rand(n, 1, 1, 1, generator=gen) * 0.03)
    theta = torch.eye(2, 3).repeat(n, 1, 1)
    theta[:, 0, 0] = torch.rand(n, generator=gen) * 0.3 + 0.85
    theta[:, 1, 1] = torch.rand(n, generator=gen) * 0.3 + 0.85
    theta[:, :, 2] = torch.rand(n, 2, generator=gen) * 0.16 - 0.08
    theta[:, 0, 1] = torch.rand(n, generator=gen) * 0.2 - 0.1
    grid = nn.functional.affine_grid(theta, list(x.shape), align_corners=False)
    return nn.functional.grid_sample(x, grid, padding_mode="border", align_corners=False)


def gather(found, finder, seed):
    """Views of all photos: crops [n, 96, 96, 3], their classes, and which belong to each photo.

    The crops lie in one array that is claimed at the start, of which only the part that is filled takes memory. Kept one by
    one they end up between the buffers of whole photos on the heap, which then cannot be used again: twenty gigabytes.
    """
    rng = np.random.default_rng(seed)
    side = photos.CROP_SIDE // photos.CROP_FACTOR
    crops, labels, groups = np.empty((MOST_VIEWS * len(found), side, side, 3), "u1"), [], []
    for file, truth in found:
        rgb = photos.read(file)
        top = detector.top_boxes(finder, [photos.shrunk(rgb)])[0] if finder else None
        some, theirs = views(rgb, truth, top, rng)
        groups.append(np.arange(len(labels), len(labels) + len(theirs)))
        crops[groups[-1]] = some
        labels += theirs
    return crops[: len(labels)], np.array(labels), groups


def train(model, crops, labels, groups, epochs, seed, half, batch=64):
    """`groups` lists the crops of each photo: an epoch takes two of every photo."""
    rng, gen = np.random.default_rng(seed), torch.Generator().manual_seed(seed)
    crops, labels = torch.from_numpy(crops), torch.from_numpy(labels)
    model.to(memory_format=torch.channels_last)
    optimiser = torch.optim.AdamW(model.parameters(), lr=2e-3, weight_decay=0.03)
    per_epoch = 2 * len(groups) // batch
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, 3e-3, epochs * per_epoch, pct_start=0.15)
    average = {k: v.clone() for k, v in model.state_dict().items()}
    started, step = time.time(), 0
    for epoch in range(epochs):
        model.train()
        taken = rng.permutation(np.concatenate([rng.choice(g, 2, replace=len(g) < 2) for g in groups]))
        mean, right = 0.0, 0
        for chunk in np.array_split(taken[: per_epoch * batch], per_epoch):
            x, y = varied(crops[chunk].permute(0, 3, 1, 2).float() / 255, gen), labels[chunk]
            with torch.autocast("cpu", torch.bfloat16, enabled=half):
                logits = model(x.contiguous(memory_format=torch.channels_last)).float()
            value = nn.functional.cross_entropy(logits, y, label_smoothing=0.03)
            optimiser.zero_grad()
            value.backward()
            optimiser.step()
            schedule.step()
            step += 1
            mean, right = mean + value.item() / per_epoch, right + (logits.argmax(1) == y).sum().item() / (per_epoch * batch)
            keep = min(0.995, step / (step + 40))
            for k, v in model.state_dict().items():
                if v.is_floating_point():
                    average[k].lerp_(v, 1 - keep)
                else:
                    average[k].copy_(v)
        print(f"epoch {epoch + 1}/{epochs}: loss {mean:.4f}, right {right:.3f}, {time.time() - started:.0f} s", flush=True)
    model.load_state_dict(average)
    model.to(memory_format=torch.contiguous_format).eval()


class Graph:
    """Collects nodes and weights; every method returns the name of the value it makes."""

    def __init__(self):
        self.nodes, self.weights = [], []

    def constant(self, name, array):
        self.weights.append(numpy_helper.from_array(np.ascontiguousarray(array), name))
        return name

    def node(self, kind, inputs, name, output=None, **attributes):
        output = output or name + ":0"
        self.nodes.append(helper.make_node(kind, inputs, [output], name=name, **attributes))
        return output

    def conv(self, x, weight, bias, stride, pad, name):
        inputs = [x, self.constant(name + "/w", weight), self.constant(name + "/b", bias)]
        k = weight.shape[2]
        return self.node("Conv", inputs, name, kernel_shape=[k, k], strides=[stride] * 2, group=1, dilations=[1, 1], pads=[pad] * 4)

    def block(self, x, block, name):
        scale = (block.bn.weight / (block.bn.running_var + block.bn.eps).sqrt()).detach()
        weight = (block.conv.weight * scale.view(-1, 1, 1, 1)).detach().numpy()
        bias = (block.bn.bias - block.bn.running_mean * scale).detach().numpy()
        x = self.conv(x, weight, bias, block.conv.stride[0], 1, name + "_conv/Conv2D")
        return self.node("Mul", [x, self.node("Sigmoid", [x], name + "_activation/Sigmoid")], name + "_activation/mul_1")


def to_onnx(model, classes):
    g = Graph()
    x = g.node("Mul", ["input", g.constant("scale", np.array(2, "f4"))], PREFIX + "rescaling/mul")
    x = g.node("Add", [x, g.constant("offset", np.array(-1, "f4"))], PREFIX + "rescaling/add")
    x = g.node("Transpose", [x], PREFIX + "box/Conv2D__6", perm=[0, 3, 1, 2])
    k = photos.CROP_FACTOR
    mean = np.zeros((3, 3, k, k), "f4")
    for channel in range(3):
        mean[channel, channel] = 1 / k**2
    x = g.conv(x, mean, np.zeros(3, "f4"), k, 0, PREFIX + "box/Conv2D")
    x = g.block(x, model.stem, PREFIX + "stem")
    for index, stage in enumerate(model.stages, 1):
        name = f"{PREFIX}block{index}"
        x = g.block(x, stage.down, name + "a_expand")
        y = g.block(g.block(x, stage.one, name + "b_expand"), stage.two, name + "b_project")
        x = g.node("Add", [y, x], name + "b_add/add")
    x = g.node("GlobalAveragePool", [x], PREFIX + "avg_pool/Mean")
    x = g.node("Squeeze", [x, g.constant("axes", np.array([2, 3]))], PREFIX + "avg_pool/Mean_Squeeze__3825")
    x = g.node("MatMul", [x, g.constant("kernel", model.head.weight.detach().numpy().T)], "SpeciesNet/dense/MatMul")
    g.node("Add", [x, g.constant("bias", model.head.bias.detach().numpy())], "SpeciesNet/dense/BiasAdd", output="dense")
    side = photos.CROP_SIDE
    inputs = [helper.make_tensor_value_info("input", TensorProto.FLOAT, ["n", side, side, 3])]
    outputs = [helper.make_tensor_value_info("dense", TensorProto.FLOAT, ["n", classes])]
    graph = helper.make_graph(g.nodes, "classifier", inputs, outputs, g.weights)
    made = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 15)], ir_version=8)
    return onnx.shape_inference.infer_shapes(made)


def save(model, out):
    module = convert(to_onnx(model, len(names.LABELS))).eval()
    x = torch.rand(2, photos.CROP_SIDE, photos.CROP_SIDE, 3, generator=torch.Generator().manual_seed(0))
    with torch.no_grad():
        small = nn.functional.avg_pool2d(x.permute(0, 3, 1, 2), photos.CROP_FACTOR)
        apart = (module(x) - model(small)).abs().max().item()
    assert apart < 1e-3, f"the exported network differs by {apart}"
    torch.save(module, out)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("folders", nargs="+")
    parser.add_argument("--detector")
    parser.add_argument("--out", required=True)
    parser.add_argument("--epochs", type=int, default=20)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--plain", action="store_true", help="no bfloat16")
    parser.add_argument("--threads", type=int, default=2)
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    torch.manual_seed(args.seed)
    finder = detector.yolo.load(args.detector) if args.detector else None
    crops, labels, groups = gather(photos.truths(*args.folders), finder, args.seed)
    print(f"{len(groups)} photos, {len(labels)} crops", flush=True)
    model = Network(len(names.LABELS))
    print(f"{sum(p.numel() for p in model.parameters()):,} parameters", flush=True)
    train(model, crops, labels, groups, args.epochs, args.seed, not args.plain)
    save(model, args.out)


if __name__ == "__main__":
    main()
