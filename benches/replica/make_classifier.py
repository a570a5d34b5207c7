"""Writes a classifier with the form of SpeciesNet's (EfficientNetV2-M, pickled GraphModule), random weights.

    python make_classifier.py OUT.pt [--classes 2498] [--side 480] [--width 1.0] [--depth 1.0] [--seed 0]

Needs torch, onnx and onnx2torch. The ONNX graph is laid down node by node with the names and kinds that a
Keras EfficientNetV2-M gets from tf2onnx (affine on the NHWC input, transpose, batch norm already folded,
squeeze-excite as pool, squeeze, reshape), then onnx2torch turns it into the module that is pickled.
`torch.load(OUT.pt, weights_only=False)` gives the PyTorch side of a comparison: [N, side, side, 3] in 0..1
to logits [N, classes].
"""

import argparse
import math
import sys

import numpy as np
import onnx
import torch
from onnx import TensorProto, helper, numpy_helper
from onnx2torch import convert

# repeats, channels, stride, expansion, fused
STAGES = [(3, 24, 1, 1, True), (5, 48, 2, 4, True), (5, 80, 2, 4, True), (7, 160, 2, 4, False),
          (14, 176, 1, 6, False), (18, 304, 2, 6, False), (5, 512, 1, 6, False)]
PREFIX = "SpeciesNet/efficientnetv2-m/"


class Graph:
    """Collects nodes and weights; every method returns the name of the value it makes."""

    def __init__(self, seed):
        self.rng = np.random.default_rng(seed)
        self.nodes, self.weights, self.suffix = [], [], 3000

    def constant(self, name, array):
        self.weights.append(numpy_helper.from_array(array, name))
        return name

    def node(self, kind, inputs, name, **attributes):
        output = attributes.pop("output", name + ":0")
        self.nodes.append(helper.make_node(kind, inputs, [output], name=name, **attributes))
        return output

    def numbered(self, name):
        self.suffix += 1
        return f"{name}__{self.suffix}"

    def conv(self, x, c_in, c_out, k, name, stride=1, groups=1, pads=None, gain=1.0, bias=0.1):
        fan_in = c_in // groups * k * k
        weight = self.rng.normal(0, gain / math.sqrt(fan_in), (c_out, c_in // groups, k, k)).astype("f4")
        offset = self.rng.normal(0.0, bias, c_out).astype("f4")
        inputs = [x, self.constant(name + "/w", weight), self.constant(name + "/b", offset)]
        return self.node("Conv", inputs, name, kernel_shape=[k, k], strides=[stride] * 2, group=groups,
                         dilations=[1, 1], pads=pads or [k // 2] * 4)

    def silu(self, x, name):
        return self.node("Mul", [x, self.node("Sigmoid", [x], name + "/Sigmoid")], name + "/mul_1")

    def squeezed_mean(self, x, name):
        pooled = self.node("GlobalAveragePool", [x], name)
        axes = self.constant(self.numbered("axes"), np.array([2, 3]))
        return self.node("Squeeze", [pooled, axes], self.numbered(name + "_Squeeze"))

    def spread(self, x, channels, name):
        shape = self.constant(self.numbered("shape"), np.array([-1, channels, 1, 1]))
        return self.node("Reshape", [x, shape], self.numbered(name))


def same_pads(k, stride):
    """TensorFlow's SAME for an even side: one row more below and to the right when the stride is two."""
    total = k - stride
    return [total // 2, total // 2, total - total // 2, total - total // 2]


def squeeze_excite(g, x, channels, reduced, name):
    s = g.squeezed_mean(x, name + "se_squeeze/Mean")
    s = g.spread(s, channels, name + "se_reduce/BiasAdd")
    s = g.silu(g.conv(s, channels, reduced, 1, name + "se_reduce/BiasAdd"), name + "se_reduce")
    s = g.spread(s, reduced, name + "se_expand/BiasAdd")
    s = g.node("Sigmoid", [g.conv(s, reduced, channels, 1, name + "se_expand/BiasAdd")], name + "se_expand/Sigmoid")
    return g.node("Mul", [x, s], name + "se_excite/mul")


def block(g, x, c_in, c_out, stride, expansion, fused, name):
    entry, wide = x, c_in * expansion
    residual = stride == 1 and c_in == c_out
    gain = 0.4 if residual else 1.4  # branches stay small beside what they are added to
    if fused and expansion == 1:
        x = g.silu(g.conv(x, c_in, c_out, 3, name + "project_conv/Conv2D", stride, pads=same_pads(3, stride),
                          gain=gain), name + "project_activation")
    elif fused:
        x = g.conv(x, c_in, wide, 3, name + "expand_conv/Conv2D", stride, pads=same_pads(3, stride), gain=1.4)
        x = g.conv(g.silu(x, name + "expand_activation"), wide, c_out, 1, name + "project_conv/Conv2D", gain=gain)
    else:
        x = g.silu(g.conv(x, c_in, wide, 1, name + "expand_conv/Conv2D", gain=1.4), name + "expand_activation")
        x = g.conv(x, wide, wide, 3, name + "dwconv2/depthwise", stride, wide, same_pads(3, stride), gain=1.4)
        x = squeeze_excite(g, g.silu(x, name + "activation"), wide, max(1, c_in // 4), name)
        x = g.conv(x, wide, c_out, 1, name + "project_conv/Conv2D", gain=1.4 * gain)
    if residual:
        x = g.node("Add", [x, entry], name + "add/add")
    return x


def round_to_8(channels):
    return max(8, int(channels + 4) // 8 * 8)


def network(side, classes, width, depth, seed):
    g = Graph(seed)
    x = g.node("Mul", ["input", g.constant("scale", np.array(2, "f4"))], PREFIX + "rescaling/mul")
    x = g.node("Add", [x, g.constant("offset", np.array(-1, "f4"))], PREFIX + "rescaling/add")
    x = g.node("Transpose", [x], PREFIX + "stem_conv/Conv2D__6", perm=[0, 3, 1, 2])
    c = round_to_8(24 * width)
    x = g.silu(g.conv(x, 3, c, 3, PREFIX + "stem_conv/Conv2D", 2, pads=same_pads(3, 2)), PREFIX + "stem_activation")
    for stage, (repeats, channels, stride, expansion, fused) in enumerate(STAGES, 1):
        c_out = round_to_8(channels * width)
        for i in range(max(1, math.ceil(repeats * depth))):
            name = f"{PREFIX}block{stage}{chr(ord('a') + i)}_"
            x = block(g, x, c, c_out, stride if i == 0 else 1, expansion, fused, name)
            c = c_out
    top = round_to_8(1280 * width)
    x = g.silu(g.conv(x, c, top, 1, PREFIX + "top_conv/Conv2D", gain=2.0), PREFIX + "top_activation")
    x = g.squeezed_mean(x, PREFIX + "avg_pool/Mean")
    head = g.constant("kernel", g.rng.normal(0, 2.0 / math.sqrt(top), (top, classes)).astype("f4"))
    x = g.node("MatMul", [x, head], "SpeciesNet/dense/MatMul")
    bias = g.constant("bias", g.rng.normal(0, 0.3, classes).astype("f4"))
    g.node("Add", [x, bias], "SpeciesNet/dense/BiasAdd", output="dense")
    inputs = [helper.make_tensor_value_info("input", TensorProto.FLOAT, ["n", side, side, 3])]
    outputs = [helper.make_tensor_value_info("dense", TensorProto.FLOAT, ["n", classes])]
    graph = helper.make_graph(g.nodes, "classifier", inputs, outputs, g.weights)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 15)], ir_version=8)
    return onnx.shape_inference.infer_shapes(model)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("out")
    parser.add_argument("--classes", type=int, default=2498)
    parser.add_argument("--side", type=int, default=480)
    parser.add_argument("--width", type=float, default=1.0)
    parser.add_argument("--depth", type=float, default=1.0)
    parser.add_argument("--seed", type=int, default=0)
    args = parser.parse_args()
    module = convert(network(args.side, args.classes, args.width, args.depth, args.seed)).eval()
    noise = torch.rand(1, args.side, args.side, 3, generator=torch.Generator().manual_seed(0))
    with torch.no_grad():
        for buffer in module.initializers.buffers():
            if buffer.dim() == 2:
                buffer.div_(module(noise).std() / 2)
        logits = module(noise)
    assert torch.isfinite(logits).all()
    torch.save(module, args.out)
    print(f"{args.out}: {sum(p.numel() for p in module.parameters()):,} parameters, "
          f"logits {logits.min():.2f} to {logits.max():.2f}", file=sys.stderr)


if __name__ == "__main__":
    main()
