"""Makes the two toy networks of the examples. Run: python3 make_networks.py   Needs: pip install onnx

The detector finds what is much brighter than the rest of the picture and calls it an animal. The classifier names
it by its colour. They are toys: small enough to read, and with the inputs and outputs of real exports.
"""

import pathlib

import numpy as np
from onnx import TensorProto, checker, helper, numpy_helper, save

HERE = pathlib.Path(__file__).parent
SIDE, STRIDE, BOX = 128, 16, 32.0


def model(nodes, name, input_shape, output, output_shape, constants):
    graph = helper.make_graph(
        nodes,
        name,
        [helper.make_tensor_value_info("images", TensorProto.FLOAT, input_shape)],
        [helper.make_tensor_value_info(output, TensorProto.FLOAT, output_shape)],
        [numpy_helper.from_array(value, key) for key, value in constants.items()],
    )
    made = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    checker.check_model(made, full_check=True)
    return made


def detector():
    """images [1, 3, 128, 128], RGB, 0..1 -> output0 [1, 4 + 2 classes, 64], as YOLOv8 exports have it."""
    cells = SIDE // STRIDE
    centres = (np.arange(cells, dtype=np.float32) + 0.5) * STRIDE
    y, x = np.meshgrid(centres, centres, indexing="ij")
    size = np.full_like(x, BOX)
    constants = {
        # Centre x and y, width, height of each cell's box, in pixels of the input.
        "boxes": np.stack([x, y, size, size]).reshape(1, 4, -1),
        "grey": np.full((1, 3, 1, 1), 1 / 3, np.float32),
        "steepness": np.float32(20.0),
        "least": np.float32(0.35),
        "person": np.zeros((1, 1, cells * cells), np.float32),
        "row": np.array([1, 1, cells * cells], np.int64),
    }
    nodes = [
        helper.make_node("Conv", ["images", "grey"], ["brightness"], kernel_shape=[1, 1], strides=[1, 1], pads=[0] * 4),
        helper.make_node("AveragePool", ["brightness"], ["of_cell"], kernel_shape=[STRIDE] * 2, strides=[STRIDE] * 2),
        helper.make_node("GlobalAveragePool", ["brightness"], ["of_picture"]),
        helper.make_node("Sub", ["of_cell", "of_picture"], ["difference"]),
        helper.make_node("Sub", ["difference", "least"], ["above"]),
        helper.make_node("Mul", ["above", "steepness"], ["logit"]),
        helper.make_node("Sigmoid", ["logit"], ["score"]),
        helper.make_node("Reshape", ["score", "row"], ["animal"]),
        helper.make_node("Concat", ["boxes", "animal", "person"], ["output0"], axis=1),
    ]
    return model(nodes, "detector", [1, 3, SIDE, SIDE], "output0", [1, 6, cells * cells], constants)


def classifier():
    """images [1, 3, 32, 32], RGB, 0..1 -> logits [1, 3]."""
    constants = {
        "weight": 8 * np.eye(3, dtype=np.float32),
        "bias": np.zeros(3, np.float32),
    }
    nodes = [
        helper.make_node("GlobalAveragePool", ["images"], ["means"]),
        helper.make_node("Flatten", ["means"], ["colour"]),
        helper.make_node("Gemm", ["colour", "weight", "bias"], ["logits"]),
    ]
    return model(nodes, "classifier", [1, 3, 32, 32], "logits", [1, 3], constants)


save(detector(), HERE / "detector" / "detector.onnx")
save(detector(), HERE / "detector-and-classifier" / "detector.onnx")
save(classifier(), HERE / "detector-and-classifier" / "classifier.onnx")
