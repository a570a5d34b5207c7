"""Makes the graphs beside this script: `python make.py`, with onnx 1.23 and numpy 2.

small.onnx       conv, SiLU, pool, resize, concatenation; two outputs; height and width free
small.expected   its outputs by onnx's reference evaluator, one after the other, f32 little-endian, for an
                 input of [1, 3, 32, 64] with values ((i * 2654435761 mod 2^32) >> 8) / 2^24
external/        the same with its weights in a file beside it, as a graph cache entry has them
long.onnx        400 convolutions that share one kernel: tiny on disk, long to compute on a big picture
two-inputs.onnx  refused: a session has one input
int-output.onnx  refused: outputs are f32
"""

import pathlib

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper
from onnx.reference import ReferenceEvaluator

HERE = pathlib.Path(__file__).parent
RANDOM = np.random.default_rng(7)


def kernel(name, out_channels, in_channels, side):
    values = RANDOM.normal(0, (in_channels * side * side) ** -0.5, (out_channels, in_channels, side, side))
    return numpy_helper.from_array(values.astype("f4"), name)


def conv(source, weights, target, side, stride=1):
    pads = [side // 2] * 4
    # The built-in engine wants the dilations spelled out.
    return helper.make_node(
        "Conv", [source, weights], [target], pads=pads, strides=[stride, stride], dilations=[1, 1]
    )


def silu(source, target):
    gate = target + ".gate"
    return [helper.make_node("Sigmoid", [source], [gate]), helper.make_node("Mul", [source, gate], [target])]


def picture(name, channels=3, kind=TensorProto.FLOAT):
    return helper.make_tensor_value_info(name, kind, [1, channels, "height", "width"])


def save(name, nodes, inputs, outputs, weights):
    graph = helper.make_graph(nodes, name, inputs, outputs, weights)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    onnx.checker.check_model(model)
    onnx.save(model, HERE / f"{name}.onnx")
    return model


def small():
    nodes = [
        conv("images", "w0", "a0", 3, stride=2),
        *silu("a0", "a"),
        conv("a", "w1", "b0", 3, stride=2),
        *silu("b0", "b"),
        helper.make_node("MaxPool", ["b"], ["pooled"], kernel_shape=[5, 5], pads=[2] * 4, strides=[1, 1]),
        helper.make_node("Concat", ["b", "pooled"], ["both"], axis=1),
        helper.make_node("Resize", ["both", "", "scales"], ["wide"], mode="nearest",
                         coordinate_transformation_mode="asymmetric", nearest_mode="floor"),
        helper.make_node("Concat", ["wide", "a"], ["all"], axis=1),
        conv("all", "w2", "level0", 1),
        conv("both", "w3", "level1", 1),
    ]
    weights = [
        kernel("w0", 8, 3, 3), kernel("w1", 16, 8, 3), kernel("w2", 6, 40, 1), kernel("w3", 6, 32, 1),
        numpy_helper.from_array(np.array([1, 1, 2, 2], "f4"), "scales"),
    ]
    outputs = [helper.make_tensor_value_info(f"level{i}", TensorProto.FLOAT, [1, 6, f"h{i}", f"w{i}"]) for i in (0, 1)]
    model = save("small", nodes, [picture("images")], outputs, weights)
    values = ((np.arange(3 * 32 * 64, dtype="u8") * 2654435761 % 2**32) >> 8) / 2**24
    results = ReferenceEvaluator(model).run(None, {"images": values.astype("f4").reshape(1, 3, 32, 64)})
    (HERE / "small.expected").write_bytes(b"".join(result.astype("<f4").tobytes() for result in results))
    (HERE / "external").mkdir(exist_ok=True)
    (HERE / "external/graph.data").unlink(missing_ok=True)
    onnx.save(model, HERE / "external/graph.onnx", save_as_external_data=True, location="graph.data", size_threshold=64)


def long():
    nodes, last = [], "images"
    for i in range(400):
        nodes.append(conv(last, "w", f"c{i}", 3))
        last = f"c{i}"
    nodes.append(helper.make_node("Identity", [last], ["level0"]))
    # Averages of averages: neither vanish nor explode.
    values = RANDOM.random((8, 8, 3, 3))
    values /= values.sum(axis=(1, 2, 3), keepdims=True)
    weights = [numpy_helper.from_array(values.astype("f4"), "w")]
    save("long", nodes, [picture("images", 8)], [picture("level0", 8)], weights)


def refused():
    add = helper.make_node("Add", ["images", "others"], ["sum"])
    save("two-inputs", [add], [picture("images"), picture("others")], [picture("sum")], [])
    cast = helper.make_node("Cast", ["images"], ["whole"], to=TensorProto.INT32)
    save("int-output", [cast], [picture("images")], [picture("whole", kind=TensorProto.INT32)], [])


small()
long()
refused()
