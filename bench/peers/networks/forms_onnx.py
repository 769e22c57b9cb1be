"""ONNX files in forms that exporters of other languages and years write, each computed by ONNX Runtime, for `node dist/bench/exporters.js`.

    pip install onnx onnxruntime numpy
    python bench/peers/networks/forms_onnx.py FOLDER [NAME …]

Built with onnx.helper: old operator sets, initializers among the inputs, MATLAB's habits, fused operators, weights of few bits, other
precisions, no batch, several ends. Every file also as ONNX Runtime's optimizer leaves it (`optimized.onnx`).
"""

import json
import os
import sys

import numpy as np
import onnx
import onnxruntime as ort
from onnx import TensorProto as T
from onnx import helper as h
from onnx import numpy_helper as n

FORMS = {}
rng = np.random.default_rng(7)
f32 = lambda *shape: rng.normal(0, 0.5, shape).astype(np.float32)
pos = lambda *shape: rng.uniform(0.5, 1.5, shape).astype(np.float32)
i64 = lambda *v: np.array(v, np.int64)


class Graph:
    """A graph as a list of calls: `g.Relu(x)` adds a node and names its output."""

    def __init__(self, opset=13, domains=(), inputs_too=False, dtype=T.FLOAT):
        self.opset, self.domains, self.inputs_too, self.dtype = opset, domains, inputs_too, dtype
        self.nodes, self.inits, self.given, self.outs, self.count = [], [], [], [], 0
        self.domain = ""

    def input(self, name, shape, dtype=None):
        self.given.append((name, shape, dtype or self.dtype))
        return name

    def const(self, value):
        value = np.asarray(value)
        if value.dtype == np.float64 and self.dtype == T.FLOAT:
            value = value.astype(np.float32)
        self.count += 1
        name = f"w{self.count}"
        self.inits.append(n.from_array(value, name))
        return name

    def output(self, name, dtype=None, shape=None):
        self.outs.append((name, dtype or self.dtype, shape))

    def call(self, op, inputs, outputs=1, domain="", **attrs):
        self.count += 1
        names = [f"{op.lower()}{self.count}" + (f"_{k}" if k else "") for k in range(outputs)]
        ins = [i if isinstance(i, str) else "" if i is None else self.const(i) for i in inputs]
        self.nodes.append(h.make_node(op, ins, names, f"{op}_{self.count}", domain=domain, **attrs))
        return names[0] if outputs == 1 else names

    def __getattr__(self, op):
        if op.startswith("_"):
            raise AttributeError(op)
        return lambda *inputs, **attrs: self.call(op, inputs, **attrs)

    def ms(self, op, *inputs, **attrs):
        return self.call(op, inputs, domain="com.microsoft", **attrs)

    def ml(self, op, *inputs, **attrs):
        return self.call(op, inputs, domain="ai.onnx.ml", **attrs)

    def model(self):
        ends = [h.make_tensor_value_info(name, dtype, shape) for name, shape, dtype in self.given]
        if self.inputs_too:
            ends += [h.make_tensor_value_info(i.name, i.data_type, list(i.dims)) for i in self.inits]
        outs = [h.make_tensor_value_info(name, dtype, shape) for name, dtype, shape in self.outs]
        graph = h.make_graph(self.nodes, "net", ends, outs, self.inits)
        sets = [h.make_opsetid("", self.opset)] + [h.make_opsetid(d, v) for d, v in self.domains]
        ir = 3 if self.opset < 9 else 4 if self.opset < 11 else 6 if self.opset < 13 else 8 if self.opset < 21 else 10
        return h.make_model(graph, opset_imports=sets, ir_version=ir, producer_name="forms")


MS = (("com.microsoft", 1),)
ML = (("ai.onnx.ml", 3),)


def form(name, opset=13, domains=(), inputs_too=False, dtype=T.FLOAT, **how):
    def add(make):
        def build():
            g = Graph(opset, domains, inputs_too, dtype)
            make(g)
            return g.model()

        FORMS[name] = (build, how)
        return make

    return add


def ends(g, *names):
    for name in names:
        g.output(name)


# Old operator sets.
for o in (7, 8, 9, 10, 11, 12):

    @form(f"old-convolutions-{o}", opset=o, inputs_too=o < 9)
    def _(g):
        x = g.input("data", [None if g.opset % 2 else 1, 2, 6, 6])
        u = g.Conv(x, f32(3, 2, 3, 3), f32(3), kernel_shape=[3, 3], pads=[1, 1, 1, 1], strides=[1, 1], group=1, dilations=[1, 1])
        u = g.BatchNormalization(u, pos(3), f32(3), f32(3), pos(3), epsilon=1e-4, momentum=0.9, **({"spatial": 1} if g.opset < 9 else {}))
        u = g.Relu(u)
        u = g.MaxPool(u, kernel_shape=[2, 2], strides=[2, 2], **({"ceil_mode": 0} if g.opset > 9 else {}))
        u = g.Dropout(u, **({"ratio": 0.5} if g.opset < 12 else {}))
        u = g.PRelu(u, f32(3, 1, 1))
        u = g.ConvTranspose(u, f32(3, 2, 2, 2), f32(2), strides=[2, 2], kernel_shape=[2, 2], **({"output_padding": [1, 1]} if g.opset > 8 else {"output_shape": [7, 7]}))
        u = g.AveragePool(u, kernel_shape=[3, 3], strides=[2, 2], pads=[1, 1, 1, 1], count_include_pad=1)
        u = g.InstanceNormalization(u, pos(2), f32(2), epsilon=1e-3)
        u = g.LRN(u, size=3, alpha=0.1, beta=0.75, bias=1.0)
        u = g.Flatten(u, axis=1)
        u = g.Gemm(u, f32(4, 32), f32(4), transB=1)
        ends(g, g.Softmax(u))

    @form(f"old-shapes-{o}", opset=o, inputs_too=o < 9)
    def _(g):
        x = g.input("x", ["batch", 3, 4])
        s = g.Shape(x)
        b = g.Gather(s, i64(0), axis=0) if g.opset >= 7 else None
        bu = g.Unsqueeze(g.Gather(s, np.int64(0), axis=0), axes=[0])
        flat = g.Concat(bu, i64(-1), axis=0)
        u = g.Reshape(x, flat)
        u = g.Gemm(u, f32(12, 6), f32(6), alpha=0.5, beta=2.0)
        u = g.Clip(u, min=-0.5, max=0.6) if g.opset < 11 else g.Clip(u, np.float32(-0.5), np.float32(0.6))
        u = g.Reshape(u, i64(0, 2, 3))
        u = g.Transpose(u, perm=[0, 2, 1])
        u = g.Pad(u, pads=[0, 1, 0, 0, 0, 2], mode="constant", value=0.25) if g.opset < 11 else g.Pad(u, i64(0, 1, 0, 0, 0, 2), np.float32(0.25))
        u = g.Slice(u, axes=[1, 2], starts=[1, -3], ends=[9223372036854775807, -1]) if g.opset < 10 else g.Slice(u, i64(1, -3), i64(2**63 - 1, -1), i64(1, 2))
        u = g.Softmax(u, axis=1)
        u = g.ReduceSum(u, axes=[-1] if g.opset > 10 else [2], keepdims=0)
        a, b = g.call("Split", [u], 2, axis=1, split=[1, 2])
        u = g.Concat(a, b, g.Squeeze(g.Unsqueeze(a, axes=[0]), axes=[0]), axis=1)
        ends(g, g.Add(u, g.Mul(u, g.Div(u, np.float32([2.0])))))

    for cell, gates in (("RNN", 1), ("GRU", 3), ("LSTM", 4)):
        if o in (7, 11):

            @form(f"old-{cell}-{o}", opset=o)
            def _(g, cell=cell, gates=gates):
                x = g.input("x", [3, 1, 2])
                ins = [x, f32(2, gates * 2, 2), f32(2, gates * 2, 2), f32(2, gates * 4), None, f32(2, 1, 2)]
                more = {"linear_before_reset": 1} if cell == "GRU" else {}
                if cell == "LSTM":
                    ins += [f32(2, 1, 2), f32(2, 6)]
                y, last = g.call(cell, ins, 2, direction="bidirectional", hidden_size=2, **more)
                ends(g, y, g.Transpose(last, perm=[1, 0, 2]))


@form("old-upsample-7", opset=7)
def _(g):
    x = g.input("x", [1, 1, 3, 3])
    ends(g, g.Upsample(x, mode="nearest", scales=[1.0, 1.0, 2.0, 2.0]))


@form("old-upsample-9", opset=9)
def _(g):
    x = g.input("x", [1, 1, 3, 3])
    ends(g, g.Upsample(x, np.float32([1, 1, 2, 2]), mode="linear"))


@form("old-resize-10", opset=10)
def _(g):
    x = g.input("x", [1, 1, 3, 3])
    ends(g, g.Resize(x, np.float32([1, 1, 2, 2]), mode="linear"))


@form("old-log-softmax-11", opset=11)
def _(g):
    x = g.input("x", [1, 2, 3])
    ends(g, g.LogSoftmax(x, axis=1), g.Softmax(x))


@form("old-hard", opset=9)
def _(g):
    x = g.input("x", [1, 4])
    u = g.Gemm(x, f32(4, 5), f32(5))
    parts = [g.HardSigmoid(u, alpha=0.3, beta=0.4), g.Elu(u, alpha=0.5), g.Selu(u), g.LeakyRelu(u, alpha=0.2), g.ThresholdedRelu(u, alpha=0.1), g.Softsign(u), g.Softplus(u), g.Shrink(u, lambd=0.2, bias=0.2)]
    ends(g, *parts)


# MATLAB's exportONNXNetwork and Deep Learning Toolbox: zero-centred images, batch names, dense layers as Gemm or convolutions.
@form("matlab-image", opset=8, inputs_too=True)
def _(g):
    x = g.input("imageinput", ["N", 1, 6, 6])
    u = g.Sub(x, f32(1, 1, 6, 6))
    u = g.Conv(u, f32(3, 1, 3, 3), f32(3), auto_pad="NOTSET", dilations=[1, 1], group=1, kernel_shape=[3, 3], pads=[1, 1, 1, 1], strides=[1, 1])
    u = g.BatchNormalization(u, pos(3), f32(3), f32(3), pos(3), epsilon=1e-5, momentum=0.9)
    u = g.Relu(u)
    u = g.MaxPool(u, auto_pad="NOTSET", kernel_shape=[2, 2], pads=[0, 0, 0, 0], strides=[2, 2])
    u = g.Conv(u, f32(5, 3, 3, 3), f32(5), auto_pad="NOTSET", kernel_shape=[3, 3], pads=[0, 0, 0, 0], strides=[1, 1])
    u = g.Flatten(u, axis=1)
    g.outs.append((g.Softmax(u, axis=1), T.FLOAT, ["N", 5]))


@form("matlab-features", opset=14)
def _(g):
    x = g.input("input", ["BatchSize", 4])
    u = g.Div(g.Sub(x, f32(1, 4)), pos(1, 4))
    u = g.Tanh(g.Gemm(u, f32(6, 4), f32(6), alpha=1.0, beta=1.0, transA=0, transB=1))
    u = g.Gemm(u, f32(2, 6), f32(2), alpha=1.0, beta=1.0, transA=0, transB=1)
    g.outs.append((u, T.FLOAT, ["BatchSize", 2]))


@form("matlab-sequence", opset=14, shapes={"SequenceLength": 3})
def _(g):
    x = g.input("sequenceinput", ["SequenceLength", "BatchSize", 2])
    y, last, state = g.call("LSTM", [x, f32(1, 12, 2), f32(1, 12, 3), f32(1, 24)], 3, hidden_size=3, direction="forward", activations=["Sigmoid", "Tanh", "Tanh"])
    u = g.Reshape(g.Transpose(y, perm=[0, 2, 1, 3]), i64(0, 0, -1))
    u = g.MatMul(u, f32(3, 2))
    g.outs.append((g.Add(u, f32(2)), T.FLOAT, ["SequenceLength", "BatchSize", 2]))


# Axes and ends.
@form("no-batch")
def _(g):
    x = g.input("x", [4])
    ends(g, g.Tanh(g.Add(g.MatMul(x, f32(4, 3)), f32(3))))


@form("no-batch-matrix")
def _(g):
    x = g.input("A", [3, 4])
    u = g.MatMul(f32(2, 3), x)
    ends(g, g.Sigmoid(g.MatMul(u, g.Transpose(x, perm=[1, 0]))))


@form("scalar-input")
def _(g):
    x = g.input("t", [])
    ends(g, g.Sin(g.Mul(x, np.float32(3.0))), g.Unsqueeze(g.Exp(x), i64(0)))


@form("batch-of-three")
def _(g):
    x = g.input("x", [3, 4])
    ends(g, g.Softmax(g.Gemm(x, f32(4, 2), f32(2)), axis=1))


@form("batch-of-one-and-open")
def _(g):
    a, b = g.input("a", ["batch", 3]), g.input("b", [1, 3])
    ends(g, g.Tanh(g.Gemm(g.Concat(a, g.Mul(b, b), axis=1), f32(6, 2), f32(2))))


@form("open-axes", shapes={"height": 4, "width": 5})
def _(g):
    x = g.input("x", ["n", 1, "height", "width"])
    u = g.Conv(x, f32(2, 1, 3, 3), kernel_shape=[3, 3], strides=[2, 2], pads=[1, 1, 1, 1])
    s = g.Shape(x)
    hw = g.Slice(s, i64(2), i64(4), i64(0))
    nc = g.Slice(g.Shape(u), i64(0), i64(2), i64(0))
    u = g.Resize(u, None, None, g.Concat(nc, hw, axis=0), mode="nearest", coordinate_transformation_mode="asymmetric", nearest_mode="floor")
    ends(g, g.Add(x, g.ReduceMean(u, axes=[1], keepdims=1)))


@form("open-without-names", shapes={"x.1": 3})
def _(g):
    x = g.input("x", [None, None, 2])
    ends(g, g.ReduceLogSumExp(g.MatMul(x, f32(2, 4)), axes=[1], keepdims=0))


@form("unused-input")
def _(g):
    a, b = g.input("a", [1, 3]), g.input("unused", [1, 2])
    ends(g, g.Tanh(g.Gemm(a, f32(3, 2))))


@form("labels-too")
def _(g):
    x = g.input("x", [1, 4])
    p = g.Softmax(g.Gemm(x, f32(4, 3), f32(3)), axis=-1)
    g.output(g.ArgMax(p, axis=1, keepdims=0), T.INT64)
    g.output(p)


@form("many-ends")
def _(g):
    a, b, c = g.input("z", [1, 2]), g.input("a", [2, 2]), g.input("m", [1, 2, 1])
    u = g.Add(g.MatMul(a, b), g.Squeeze(c, i64(2)))
    ends(g, g.Tanh(u), g.ReduceSumSquare(u, axes=[1], keepdims=1), g.Identity(a), g.Concat(u, a, axis=0))


@form("output-is-input")
def _(g):
    x = g.input("x", [1, 3])
    ends(g, g.Identity(x), g.Gemm(x, f32(3, 2)))


@form("constant-output")
def _(g):
    x = g.input("x", [1, 3])
    ends(g, g.Identity(f32(1, 2)), g.Tanh(x))


# Other precisions.
for tag, kind in (("double", T.DOUBLE), ("half", T.FLOAT16)):

    @form(f"in-{tag}", dtype=kind, rounding=1e-9 if kind == T.DOUBLE else 5e-3)
    def _(g, kind=kind):
        to = np.float64 if kind == T.DOUBLE else np.float16
        x = g.input("x", [1, 4])
        u = g.Tanh(g.Gemm(x, f32(4, 5).astype(to), f32(5).astype(to)))
        u = g.Mul(g.Sigmoid(u), u)
        ends(g, g.Softmax(g.MatMul(u, f32(5, 3).astype(to)), axis=1))


@form("half-inside")
def _(g):
    x = g.input("x", [1, 4])
    w = g.Cast(f32(4, 5).astype(np.float16), to=T.FLOAT)
    ends(g, g.Cast(g.Cast(g.Erf(g.MatMul(x, w)), to=T.DOUBLE), to=T.FLOAT))


# Weights of few bits.
def quantized(shape, axis, bits=8, signed=True):
    top = 2 ** (bits - 1) - 1
    w = f32(*shape)
    s = (np.abs(w).max(axis=tuple(k for k in range(w.ndim) if k != axis)) / top).astype(np.float32)
    wide = s.reshape([-1 if k == axis else 1 for k in range(w.ndim)])
    return np.round(w / wide).astype(np.int8), s


@form("int8-per-channel")
def _(g):
    x = g.input("x", [1, 4])
    w, s = quantized((4, 5), 1)
    u = g.MatMul(x, g.DequantizeLinear(w, s, np.zeros(5, np.int8), axis=1))
    c, t = quantized((2, 1, 2), 0)
    u = g.Conv(g.Reshape(u, i64(1, 1, 5)), g.DequantizeLinear(c, t, axis=0), g.DequantizeLinear(np.int32([50, -30]), np.float32([0.01, 0.02]), np.int32([0, 0]), axis=0), kernel_shape=[2])
    ends(g, u)


@form("uint8-per-tensor", opset=10)
def _(g):
    x = g.input("x", [1, 4])
    w = rng.integers(0, 255, (4, 3)).astype(np.uint8)
    ends(g, g.Tanh(g.MatMul(x, g.DequantizeLinear(w, np.float32(0.01), np.uint8(120)))))


@form("int8-blocked", opset=21)
def _(g):
    x = g.input("x", [1, 8])
    w = rng.integers(-100, 100, (8, 3)).astype(np.int8)
    ends(g, g.MatMul(x, g.DequantizeLinear(w, pos(2, 3) * np.float32(0.01), rng.integers(-5, 5, (2, 3)).astype(np.int8), axis=0, block_size=4)))


for bits in (4, 8):

    @form(f"matmul-{bits}-bits", domains=MS, rounding=1e-5)
    def _(g, bits=bits):
        x = g.input("x", [1, 48])
        per = 8 // bits
        w = rng.integers(0, 255, (6, 3, 16 // per)).astype(np.uint8)
        zeros = rng.integers(0, 255, (6 * ((3 + per - 1) // per),)).astype(np.uint8)
        ends(g, g.ms("MatMulNBits", x, w, pos(18) * np.float32(0.01 if bits == 8 else 0.1), zeros, K=48, N=6, bits=bits, block_size=16), g.ms("MatMulNBits", x, w, pos(18) * np.float32(0.01), K=48, N=6, bits=bits, block_size=16))


# Fused operators.
@form("fused-dense", domains=MS)
def _(g):
    x = g.input("x", [1, 3, 4])
    u = g.ms("FusedMatMul", x, f32(4, 5), alpha=0.7)
    u = g.ms("BiasGelu", u, f32(5))
    v = g.ms("FusedMatMul", u, f32(6, 5), transB=1)
    v = g.ms("FastGelu", v, f32(6))
    v = g.ms("QuickGelu", v, alpha=1.5)
    ends(g, g.ms("Gelu", v))


@form("fused-gemm", domains=MS)
def _(g):
    x = g.input("x", [1, 4])
    u = x
    for act, more in (("Relu", {}), ("LeakyRelu", {"activation_alpha": 0.3}), ("Tanh", {}), ("Sigmoid", {})):
        u = g.ms("FusedGemm", u, f32(5, u == x and 4 or 5), f32(5), transB=1, activation=act, **more)
    ends(g, u)


@form("fused-conv", domains=MS)
def _(g):
    x = g.input("x", [1, 2, 5, 5])
    u = g.ms("FusedConv", x, f32(3, 2, 3, 3), f32(3), kernel_shape=[3, 3], pads=[1, 1, 1, 1], activation="Relu")
    v = g.ms("FusedConv", u, f32(3, 3, 3, 3), f32(3), u, kernel_shape=[3, 3], pads=[1, 1, 1, 1], activation="Relu")
    v = g.ms("FusedConv", v, f32(2, 3, 1, 1), kernel_shape=[1, 1], activation="Clip", activation_params=[-0.2, 0.3])
    v = g.ms("FusedConv", v, f32(2, 2, 1, 1), f32(2), kernel_shape=[1, 1], activation="HardSigmoid", activation_params=[0.3, 0.4])
    ends(g, v)


@form("skip-norms", domains=MS)
def _(g):
    x = g.input("x", [1, 3, 4])
    u = g.MatMul(x, f32(4, 4))
    a, _, _, s = g.call("SkipLayerNormalization", [u, x, pos(4), f32(4), f32(4)], 4, domain="com.microsoft", epsilon=1e-5)
    b, _, _, t = g.call("SkipSimplifiedLayerNormalization", [a, s, pos(4)], 4, domain="com.microsoft", epsilon=1e-5)
    ends(g, b, t, g.ms("SkipLayerNormalization", b, f32(1, 3, 4), pos(4), f32(4)))


@form("simplified-norm", opset=17)
def _(g):
    x = g.input("x", [1, 3, 4])
    ends(g, g.SimplifiedLayerNormalization(x, pos(4), axis=-1, epsilon=1e-5), g.LayerNormalization(x, pos(3, 4), f32(3, 4), axis=1))


@form("fused-attention", domains=MS, rounding=1e-5)
def _(g):
    x = g.input("x", [1, 3, 8])
    u = g.ms("Attention", x, f32(8, 24), f32(24), num_heads=2)
    v = g.ms("Attention", u, f32(8, 24), f32(24), num_heads=2, unidirectional=1)
    w = g.ms("MultiHeadAttention", v, u, x, num_heads=4)
    ends(g, w)


@form("grouped-attention", opset=17, domains=MS, rounding=1e-5)
def _(g):
    x = g.input("x", [1, 3, 16])
    q, k, v = g.MatMul(x, f32(16, 16)), g.MatMul(x, f32(16, 8)), g.MatMul(x, f32(16, 8))
    y = g.call("GroupQueryAttention", [q, k, v, None, None, np.int32([2]), np.int32(3)], 3, domain="com.microsoft", num_heads=2, kv_num_heads=1)
    ends(g, y[0])


@form("rotary", opset=17, domains=MS, rounding=1e-5)
def _(g):
    x = g.input("x", [1, 3, 8])
    t = np.outer(np.arange(6), 1 / 100 ** (np.arange(2) / 2)).astype(np.float32)
    for inter in (0, 1):
        ends(g, g.ms("RotaryEmbedding", x, np.int64([[0, 1, 2]]), np.cos(t), np.sin(t), num_heads=2, rotary_embedding_dim=4, interleaved=inter))


# Learning.
@form("ml-scaler", domains=ML)
def _(g):
    x = g.input("x", [None, 4])
    u = g.ml("Scaler", x, offset=[0.1, 0.2, 0.3, 0.4], scale=[1.0, 2.0, 3.0, 4.0])
    u = g.ml("Scaler", u, offset=[0.5], scale=[0.5])
    for norm in ("L1", "L2", "MAX"):
        ends(g, g.ml("Normalizer", u, norm=norm))


for post in ("NONE", "SOFTMAX", "LOGISTIC", "SOFTMAX_ZERO", "PROBIT"):

    @form(f"ml-regressor-{post}", domains=ML, rounding=1e-5)
    def _(g, post=post):
        x = g.input("x", [None, 4])
        if post == "PROBIT":
            x = g.Sigmoid(x)
        g.output(g.ml("LinearRegressor", x, coefficients=list(map(float, f32(12) * 0.2)), intercepts=[0.4, 0.5, 0.45], targets=3, post_transform=post))
        label, p = g.call("LinearClassifier", [x], 2, domain="ai.onnx.ml", coefficients=list(map(float, f32(12) * 0.2)), intercepts=[0.4, 0.5, 0.45], classlabels_ints=[0, 1, 2], post_transform=post)
        g.output(label, T.INT64)
        g.output(p)

    @form(f"ml-binary-{post}", domains=ML, rounding=1e-5)
    def _(g, post=post):
        x = g.input("x", [None, 4])
        if post == "PROBIT":
            x = g.Sigmoid(x)
        label, p = g.call("LinearClassifier", [x], 2, domain="ai.onnx.ml", coefficients=list(map(float, f32(4) * 0.2)), intercepts=[0.4], classlabels_strings=["no", "yes"], post_transform=post)
        g.output(label, T.STRING)
        g.output(p)


for kernel, params in (("RBF", [0.7, 0.0, 3.0]), ("POLY", [0.5, 1.0, 2.0]), ("POLY", [0.5, 1.0, 3.0]), ("SIGMOID", [0.3, 0.1, 3.0]), ("LINEAR", [0.0, 0.0, 0.0])):

    @form(f"ml-svm-{kernel}-{int(params[2])}", domains=ML, rounding=1e-5)
    def _(g, kernel=kernel, params=params):
        x = g.input("x", [None, 3])
        more = {"n_supports": 4} if kernel != "LINEAR" else {"n_supports": 4}
        g.output(g.ml("SVMRegressor", x, kernel_type=kernel, kernel_params=params, coefficients=list(map(float, f32(4))), support_vectors=list(map(float, f32(12))), rho=[0.3], **more))


@form("ml-svm-linear-one", domains=ML)
def _(g):
    x = g.input("x", [None, 3])
    g.output(g.ml("SVMRegressor", x, kernel_type="LINEAR", kernel_params=[0.0, 0.0, 0.0], coefficients=[0.2, 0.3, -0.4], rho=[0.3], n_supports=0))


for kernel, params in (("RBF", [0.7, 0.0, 3.0]), ("LINEAR", [0.0, 0.0, 0.0])):
    for prob in (False, True):

        @form(f"ml-svc-{kernel}-{prob}", domains=ML, rounding=1e-5)
        def _(g, kernel=kernel, params=params, prob=prob):
            x = g.input("x", [None, 3])
            more = {"prob_a": [-1.2], "prob_b": [0.1]} if prob else {}
            label, p = g.call("SVMClassifier", [x], 2, domain="ai.onnx.ml", kernel_type=kernel, kernel_params=params, coefficients=list(map(float, f32(4))), support_vectors=list(map(float, f32(12))), vectors_per_class=[2, 2], rho=[0.3], classlabels_ints=[0, 1], **more)
            g.output(label, T.INT64)
            g.output(p)


@form("ml-mix", domains=ML)
def _(g):
    a, b = g.input("a", [None, 2]), g.input("b", [None, 1])
    u = g.ml("FeatureVectorizer", a, b, inputdimensions=[2, 1])
    u = g.ml("ArrayFeatureExtractor", u, i64(2, 0))
    ends(g, g.ml("Imputer", u, imputed_value_floats=[0.0], replaced_value_float=float("nan")))


# Sums, reductions and moves.
for k, (eq, shapes) in enumerate(
    [("bij,bjk->bik", [(2, 3, 4), (2, 4, 2)]), ("ij,kj->ik", [(3, 4), (2, 4)]), ("ii->i", [(3, 3)]), ("ii", [(3, 3)]), ("...ij->...ji", [(2, 3, 4)]), ("bhqd,bhkd->bhqk", [(1, 2, 3, 4), (1, 2, 3, 4)]),
     ("i,j->ij", [(3,), (4,)]), ("ij->", [(3, 4)]), ("ij,ij->i", [(3, 4), (3, 4)]), ("a...,a...->...", [(3, 2, 2), (3, 2, 2)]), ("ij,jk,kl->il", [(2, 3), (3, 4), (4, 2)]), ("b...c,cd->b...d", [(2, 3, 4), (4, 2)]), ("ij,ij", [(3, 4), (3, 4)]), ("ba", [(3, 4)]), ("iij->ij", [(3, 3, 2)])]
):  # fmt: skip

    @form(f"einsum-{k}", rounding=1e-5)
    def _(g, eq=eq, shapes=shapes):
        ends(g, g.Einsum(*[g.input(f"x{i}", list(s)) for i, s in enumerate(shapes)], equation=eq))

    @form(f"einsum-weight-{k}", rounding=1e-5)
    def _(g, eq=eq, shapes=shapes):
        ends(g, g.Einsum(*[g.input(f"x{i}", list(s)) if i == 0 else f32(*s) for i, s in enumerate(shapes)], equation=eq))


for axes in ([0], [1], [-1], [0, 2], None):
    for keep in (0, 1):

        @form(f"reduce-{'all' if axes is None else ''.join(map(str, axes))}-{keep}", rounding=1e-5)
        def _(g, axes=axes, keep=keep):
            x = g.input("x", [2, 3, 2])
            for op in ("ReduceMean", "ReduceL1", "ReduceL2", "ReduceLogSum", "ReduceLogSumExp", "ReduceMax", "ReduceMin", "ReduceProd", "ReduceSumSquare"):
                v = g.Exp(x) if op == "ReduceLogSum" else x
                ends(g, g.call(op, [v], keepdims=keep, **({"axes": axes} if axes else {})))
            ends(g, g.call("ReduceSum", [x, i64(*axes)] if axes else [x], keepdims=keep))


@form("moves", opset=18)
def _(g):
    x = g.input("x", [2, 3, 4])
    ends(
        g,
        g.Pad(x, i64(1, 2), None, i64(-1), mode="reflect"), g.Pad(x, i64(1, 0, 0, 2), None, i64(0, 1), mode="edge"), g.Pad(x, i64(0, 1, 0, 0, 0, -2)), g.Tile(x, i64(1, 2, 1)), g.Expand(g.Unsqueeze(x, i64(0)), i64(2, 1, 1, 1)),
        g.GatherElements(x, np.int64([[[0, 1, 0, 1]] * 3] * 2), axis=0), g.GatherND(x, np.int64([[0, 2], [1, 0]])), g.Gather(x, np.int64([[0, -1], [1, 2]]), axis=1), g.Slice(x, i64(-1), i64(-9), i64(2), i64(-2)),
        g.Trilu(x, upper=1), g.Trilu(x, np.int64(-1), upper=0), g.ReverseSequence(x, i64(1, 2, 2), batch_axis=1, time_axis=0), g.CumSum(x, np.int64(1), exclusive=1, reverse=1), g.ScatterND(x, np.int64([[1]]), f32(1, 3, 4)),
        g.ScatterElements(x, np.int64([[[1, 0, 0, 1]]]), f32(1, 1, 4), axis=1), g.Compress(x, np.array([1, 0, 1], bool), axis=1), g.DepthToSpace(g.Reshape(x, i64(1, 4, 2, 3)), blocksize=2, mode="CRD"), g.SpaceToDepth(g.Reshape(x, i64(1, 1, 6, 4)), blocksize=2),
        *g.call("Split", [x], 2, axis=1, num_outputs=2),
    )  # fmt: skip


@form("arithmetic", opset=15)
def _(g):
    a, b = g.input("a", [2, 1, 3]), g.input("b", [4, 1])
    p = g.Exp(a)
    ends(g, g.Add(a, b), g.Sub(b, a), g.Mul(a, b), g.Div(a, g.Exp(b)), g.Pow(p, b), g.Pow(p, np.float32([2, 0.5, -1])), g.Pow(np.float32(1.7), a), g.Max(a, b, np.float32(0.1)), g.Min(a, b), g.Sum(a, b, a), g.Mean(a, b), g.Where(g.Greater(a, b), a, b), g.Mod(np.float32(5.0), np.float32(3.0), fmod=1), g.Sqrt(p), g.Reciprocal(p), g.Log(p), g.Abs(a), g.Neg(a), g.Sign(a), g.Clip(a, np.float32(-0.1)), g.Clip(a, None, np.float32(0.1)), g.Erf(a), g.Atan(a), g.Tan(a), g.Acosh(g.Add(p, np.float32(1.1))))


@form("pools", opset=19)
def _(g):
    x = g.input("x", [1, 2, 7, 6])
    ends(
        g,
        g.MaxPool(x, kernel_shape=[3, 2], strides=[2, 2], ceil_mode=1), g.MaxPool(x, kernel_shape=[2, 2], dilations=[2, 2]), g.MaxPool(x, kernel_shape=[3, 3], strides=[2, 2], auto_pad="SAME_UPPER"), g.MaxPool(x, kernel_shape=[3, 3], strides=[2, 2], auto_pad="SAME_LOWER"),
        g.AveragePool(x, kernel_shape=[3, 3], strides=[2, 2], ceil_mode=1, pads=[1, 1, 1, 1]), g.AveragePool(x, kernel_shape=[3, 3], strides=[2, 2], ceil_mode=1, pads=[1, 1, 1, 1], count_include_pad=1), g.AveragePool(x, kernel_shape=[2, 2], dilations=[2, 3]), g.AveragePool(x, kernel_shape=[3, 3], auto_pad="SAME_UPPER", strides=[2, 2]),
        g.GlobalAveragePool(x), g.GlobalMaxPool(x), g.LpPool(x, kernel_shape=[2, 2], p=2), g.GlobalLpPool(x, p=2),
    )  # fmt: skip


@form("convolutions", opset=18)
def _(g):
    x = g.input("x", [1, 4, 6, 5])
    ends(
        g,
        g.Conv(x, f32(4, 1, 3, 3), group=4, auto_pad="SAME_UPPER", strides=[2, 2]), g.Conv(x, f32(2, 4, 3, 3), auto_pad="SAME_LOWER", strides=[2, 2]), g.Conv(x, f32(2, 4, 2, 2), f32(2), dilations=[2, 2], auto_pad="VALID"), g.Conv(x, f32(4, 2, 2, 3), group=2, pads=[0, 1, 1, 2]),
        g.ConvTranspose(x, f32(4, 2, 3, 3), strides=[2, 2], auto_pad="SAME_UPPER"), g.ConvTranspose(x, f32(4, 2, 3, 3), strides=[2, 2], auto_pad="SAME_LOWER"), g.ConvTranspose(x, f32(4, 2, 3, 3), strides=[2, 2], output_shape=[12, 11]), g.ConvTranspose(x, f32(4, 1, 3, 3), group=2, pads=[1, 0, 0, 1], dilations=[2, 1]), g.ConvTranspose(x, f32(4, 2, 2, 2), f32(2), strides=[3, 3], output_padding=[2, 1]),
    )  # fmt: skip


for mode in ("half_pixel", "align_corners", "asymmetric", "pytorch_half_pixel", "half_pixel_symmetric", "tf_crop_and_resize"):
    for kind in ("nearest", "linear", "cubic"):

        @form(f"resize-{mode}-{kind}", opset=19, rounding=1e-5)
        def _(g, mode=mode, kind=kind):
            x = g.input("x", [1, 1, 4, 3])
            roi = np.float32([0, 0, 0.1, 0.2, 1, 1, 0.9, 0.8]) if mode == "tf_crop_and_resize" else None
            ends(g, g.Resize(x, roi, np.float32([1, 1, 1.5, 2]), mode=kind, coordinate_transformation_mode=mode), g.Resize(x, roi, None, i64(1, 1, 2, 2), mode=kind, coordinate_transformation_mode=mode))


@form("folding", opset=14, shapes={"t": 5})
def _(g):
    x = g.input("x", ["b", "t", 4])
    t = g.Gather(g.Shape(x), np.int64(1))
    r = g.Range(np.int64(0), t, np.int64(1))
    e = g.Cast(g.Unsqueeze(r, i64(1)), to=T.FLOAT)
    angle = g.Mul(e, np.float32([1, 0.5, 0.25, 0.125]))
    mask = g.Trilu(g.ConstantOfShape(g.Concat(g.Unsqueeze(t, i64(0)), g.Unsqueeze(t, i64(0)), axis=0), value=h.make_tensor("v", T.FLOAT, [1], [-1e4])), np.int64(1), upper=1)
    q = g.MatMul(g.Add(x, g.Sin(angle)), f32(4, 4))
    s = g.Softmax(g.Add(g.MatMul(q, g.Transpose(x, perm=[0, 2, 1])), mask), axis=-1)
    w = g.Where(g.Equal(g.Mod(r, np.int64(2)), np.int64(0)), np.float32(1), np.float32(0.5))
    u = g.Mul(g.MatMul(s, x), g.Unsqueeze(w, i64(1)))
    n_ = g.Cast(g.Size(x), to=T.FLOAT)
    ends(g, g.Div(u, g.Sqrt(n_)), g.Expand(g.ReduceMean(u, axes=[1], keepdims=1), g.Shape(x)))


@form("branches", opset=13)
def _(g):
    x = g.input("x", [1, 3])
    yes = h.make_graph([h.make_node("Tanh", ["x"], ["y1"])], "yes", [], [h.make_tensor_value_info("y1", T.FLOAT, None)])
    no = h.make_graph([h.make_node("Exp", ["x"], ["y2"])], "no", [], [h.make_tensor_value_info("y2", T.FLOAT, None)])
    big = g.Greater(g.Gather(g.Shape(x), np.int64(1)), np.int64(2))
    ends(g, g.If(big, then_branch=yes, else_branch=no))


def variants(path, own):
    files = ["model.onnx"]
    for name, level in (("basic", "BASIC"), ("optimized", "EXTENDED")):
        options = ort.SessionOptions()
        options.log_severity_level = 4
        options.graph_optimization_level = getattr(ort.GraphOptimizationLevel, f"ORT_ENABLE_{level}")
        options.optimized_model_filepath = os.path.join(own, f"{name}.onnx")
        try:
            ort.InferenceSession(path, options, providers=["CPUExecutionProvider"])
            files.append(f"{name}.onnx")
        except Exception as error:
            print(own, name, "not optimized:", str(error).splitlines()[0][:100])
    return files


def main(folder, *only):
    done = 0
    for name, (build, how) in FORMS.items():
        if only and name not in only:
            continue
        own = os.path.join(folder, f"onnx-{name}")
        os.makedirs(own, exist_ok=True)
        path = os.path.join(own, "model.onnx")
        try:
            model = build()
            onnx.save(model, path)
            options = ort.SessionOptions()
            options.graph_optimization_level = ort.GraphOptimizationLevel.ORT_DISABLE_ALL
            options.log_severity_level = 4
            session = ort.InferenceSession(path, options, providers=["CPUExecutionProvider"])
            draw = np.random.default_rng(3)
            shapes = how.get("shapes", {})
            feed, xs = {}, []
            for k in session.get_inputs():
                if k.name.startswith("w") and k.name[1:].isdigit():
                    continue
                dims = [d if isinstance(d, int) else shapes.get(d, shapes.get(f"{k.name}.{at}", 1)) for at, d in enumerate(k.shape)]
                v = draw.normal(0, 0.7, dims).astype({"tensor(float)": np.float32, "tensor(double)": np.float64, "tensor(float16)": np.float16}[k.type])
                feed[k.name] = v
                xs.append(np.ravel(np.asarray(v, np.float64)))
            ys = [np.ravel(np.asarray(y, np.float64)) for y, o in zip(session.run(None, feed), session.get_outputs()) if "float" in o.type or "double" in o.type]
        except Exception as error:
            print("onnx", name, "not computed:", (str(error).splitlines() or [repr(error)])[0][:200], flush=True)
            continue
        data = {"x": np.concatenate(xs).tolist(), "y": np.concatenate(ys).tolist(), "exporter": "onnx", "layers": [name], "rounding": how.get("rounding", 3e-6), "files": variants(path, own)}
        if how.get("shapes"):
            data["shapes"] = how["shapes"]
        with open(os.path.join(own, "case.json"), "w") as file:
            json.dump(data, file)
        done += 1
    print(f"{done} forms of onnx {onnx.__version__} in {folder}")


if __name__ == "__main__":
    main(*sys.argv[1:])
