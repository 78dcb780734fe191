"""Makes a model whose weights lie in a file of their own. Needs the Python package onnx.

table  y = one of 4096 numbers, 0 to 4095, by index, INT64 [batch] to FP32 [batch]; the numbers lie in model.onnx_data
"""

import array
import pathlib

import onnx
from onnx import TensorProto, external_data_helper, helper

FOLDER = pathlib.Path(__file__).parent / "table" / "1"
COUNT = 4096

table = helper.make_tensor("table", TensorProto.FLOAT, [COUNT], array.array("f", range(COUNT)).tobytes(), raw=True)
graph = helper.make_graph(
    [helper.make_node("Gather", ["table", "index"], ["y"])],
    "table",
    [helper.make_tensor_value_info("index", TensorProto.INT64, ["batch"])],
    [helper.make_tensor_value_info("y", TensorProto.FLOAT, ["batch"])],
    [table],
)
model = helper.make_model(graph, ir_version=8, opset_imports=[helper.make_opsetid("", 13)], producer_name="sluice")
FOLDER.mkdir(parents=True, exist_ok=True)
(FOLDER / "model.onnx_data").unlink(missing_ok=True)  # it would be appended to
external_data_helper.convert_model_to_external_data(model, location="model.onnx_data", size_threshold=0)
onnx.save(model, str(FOLDER / "model.onnx"))
(FOLDER / "model.onnx_data").chmod(0o644)
onnx.checker.check_model(str(FOLDER / "model.onnx"))
