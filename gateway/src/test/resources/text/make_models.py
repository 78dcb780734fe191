"""Makes the models of texts in models/, their tokenizer, and expected.json: what Python's tokenizers and numpy make of some texts.

    pip install onnx tokenizers==0.21.0 && python make_models.py

sentences: a table of a vector for each token, to be pooled by who serves it. moods: the same model, by its second output:
each token's scores for good and bad, added up where the mask is 1.
"""

import json
import pathlib

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors

HERE = pathlib.Path(__file__).resolve().parent
WORDS = "the a is was it film cat dog food very not good great bad awful and or on".split()
LETTERS = "abcdefghijklmnopqrstuvwxyz"
SIZE = 8
TEXTS = [
    ("The film was good.", None),
    ("It was not good, it was awful!", None),
    ("unbelievably naïve café 東京 🚀", None),
    ("", None),
    ("the cat", "is on the dog"),
    ("a very very very very very very long film " * 3, None),
]


def tokenizer():
    entries = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", ".", ",", "!"]
    entries += WORDS + list(LETTERS) + ["##" + letter for letter in LETTERS]
    vocabulary = {entry: number for number, entry in enumerate(dict.fromkeys(entries))}
    made = Tokenizer(models.WordPiece(vocabulary, unk_token="[UNK]"))
    made.normalizer = normalizers.BertNormalizer(lowercase=True)
    made.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    special = [(name, vocabulary[name]) for name in ("[CLS]", "[SEP]")]
    made.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", pair="[CLS] $A [SEP] $B:1 [SEP]:1", special_tokens=special
    )
    return made, vocabulary


def tables(vocabulary):
    vectors = np.random.default_rng(8).normal(size=(len(vocabulary), SIZE)).astype(np.float32)
    scores = np.zeros((len(vocabulary), 2), np.float32)
    for word, score in {"good": 1, "great": 2, "bad": -1, "awful": -2}.items():
        scores[vocabulary[word]] = [score, -score]
    return vectors, scores


def model(vectors, scores):
    nodes = [
        helper.make_node("Gather", ["vectors", "input_ids"], ["token_embeddings"]),
        helper.make_node("Gather", ["scores_of", "input_ids"], ["each"]),
        helper.make_node("Cast", ["attention_mask"], ["mask"], to=TensorProto.FLOAT),
        helper.make_node("Unsqueeze", ["mask", "last"], ["wide"]),
        helper.make_node("Mul", ["each", "wide"], ["masked"]),
        helper.make_node("ReduceSum", ["masked", "tokens"], ["scores"], keepdims=0),
    ]
    inputs = [helper.make_tensor_value_info(name, TensorProto.INT64, ["rows", "tokens"]) for name in ("input_ids", "attention_mask")]
    outputs = [
        helper.make_tensor_value_info("token_embeddings", TensorProto.FLOAT, ["rows", "tokens", SIZE]),
        helper.make_tensor_value_info("scores", TensorProto.FLOAT, ["rows", 2]),
    ]
    constants = [
        numpy_helper.from_array(vectors, "vectors"),
        numpy_helper.from_array(scores, "scores_of"),
        numpy_helper.from_array(np.array([2], np.int64), "last"),
        numpy_helper.from_array(np.array([1], np.int64), "tokens"),
    ]
    graph = helper.make_graph(nodes, "texts", inputs, outputs, constants)
    made = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)])
    made.ir_version = 8
    onnx.checker.check_model(made)
    return made


def expected(made, vectors):
    cases = []
    for text, pair in TEXTS:
        encoding = made.encode(text, pair) if pair else made.encode(text)
        mean = vectors[encoding.ids].mean(axis=0)
        cases.append(
            {
                "text": text,
                "pair": pair,
                "ids": encoding.ids,
                "types": encoding.type_ids,
                "embedding": [float(x) for x in mean / np.linalg.norm(mean)],
            }
        )
    return cases


def main():
    made, vocabulary = tokenizer()
    vectors, scores = tables(vocabulary)
    for name in ("sentences", "moods"):
        folder = HERE / "models" / name
        (folder / "1").mkdir(parents=True, exist_ok=True)
        onnx.save(model(vectors, scores), folder / "1" / "model.onnx")
        (folder / "tokenizer.json").write_text(json.dumps(json.loads(made.to_str()), separators=(",", ":")) + "\n")
    made.enable_truncation(32)
    (HERE / "expected.json").write_text(json.dumps(expected(made, vectors), indent=1) + "\n")


if __name__ == "__main__":
    main()
