"""A bird head in miniature: 128 features to 8 logits. Its numbers mean nothing.

    python make.py          writes birds.onnx beside this file

Needs onnx 1.23, numpy 1.26.
"""

from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

weights = ((np.arange(128 * 8) * 37 % 101).astype(np.float32) - 50).reshape(128, 8) / 400
graph = helper.make_graph(
    [helper.make_node("MatMul", ["features", "weights"], ["logits"])],
    "birds",
    [helper.make_tensor_value_info("features", TensorProto.FLOAT, ["batch", 128])],
    [helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["batch", 8])],
    [numpy_helper.from_array(weights, "weights")],
)
model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
onnx.checker.check_model(model)
onnx.save(model, Path(__file__).parent / "birds.onnx")
