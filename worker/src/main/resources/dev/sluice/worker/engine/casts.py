"""Makes uint16.onnx, uint32.onnx and uint64.onnx, the models of UnsignedCasts. Needs the Python package onnx."""

import pathlib

import onnx
from onnx import TensorProto, helper


def of_any_shape(name, element_type):
    value = onnx.ValueInfoProto()
    value.name = name
    value.type.tensor_type.elem_type = element_type
    return value


for source, target, name in [
    (TensorProto.INT16, TensorProto.UINT16, "uint16"),
    (TensorProto.INT32, TensorProto.UINT32, "uint32"),
    (TensorProto.INT64, TensorProto.UINT64, "uint64"),
]:
    cast = helper.make_node("Cast", ["x"], ["y"], to=target)
    graph = helper.make_graph([cast], "c", [of_any_shape("x", source)], [of_any_shape("y", target)])
    opset = helper.make_opsetid("", 13)
    model = helper.make_model(graph, ir_version=8, opset_imports=[opset], producer_name="sluice")
    (pathlib.Path(__file__).parent / f"{name}.onnx").write_bytes(model.SerializeToString())
