"""Layers and operations of Keras 3 in their configurations, written as with_keras.py writes its networks, for `node dist/bench/exporters.js`.

    pip install keras tensorflow-cpu tf2onnx h5py numpy && pip install --no-deps tensorflowjs
    python bench/peers/networks/layers_keras.py FOLDER [NAME …]

A small network for each; networks that the folder holds stay as they are. Only values are told: derivatives are checked against
differences of values. FORMATS=model.keras,model.h5 in the environment writes those alone.
"""

import itertools
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from known_keras import In, main
from with_keras import L, keras, np

ops = keras.ops
LAYERS = {}


def layer(name, shapes, make):
    """`make` of tensors of these shapes, each made from a few inputs by a smooth map, and a head behind it."""

    def build():
        given = In(4)
        parts = [
            L.Reshape(shape)(L.Dense(int(np.prod(shape)), "tanh")(given)) if isinstance(shape, tuple) else shape
            for shape in shapes
        ]
        out = make(*parts)
        outs = list(out) if isinstance(out, (list, tuple)) else [out]
        ends = [L.Dense(2)(L.Flatten()(own)) if len(own.shape) > 1 and np.prod(own.shape[1:]) > 6 else own for own in outs]
        return given, ends if len(ends) > 1 else ends[0]

    LAYERS[name.replace("_", "-")] = build


def some(**choices):
    """All combinations, with a name for each."""
    for values in itertools.product(*choices.values()):
        yield "-".join(str(v).replace(" ", "") for v in values), dict(zip(choices, values))


# Recurrent layers.
for cell in ("SimpleRNN", "LSTM", "GRU"):
    for tag, how in some(return_sequences=(False, True), go_backwards=(False, True), return_state=(False, True)):
        layer(f"{cell}-{tag}", [(3, 2)], lambda x, cell=cell, how=how: getattr(L, cell)(2, **how)(x))
    for mode in ("concat", "sum", "mul", "ave"):
        for seq in (False, True):
            layer(
                f"bidirectional-{cell}-{mode}-{seq}",
                [(3, 2)],
                lambda x, cell=cell, mode=mode, seq=seq: L.Bidirectional(getattr(L, cell)(2, return_sequences=seq), merge_mode=mode)(x),
            )
    layer(f"bidirectional-{cell}-none", [(3, 2)], lambda x, cell=cell: L.Bidirectional(getattr(L, cell)(2, return_sequences=True), merge_mode=None)(x))
    layer(f"bidirectional-{cell}-states", [(3, 2)], lambda x, cell=cell: L.Bidirectional(getattr(L, cell)(2, return_state=True))(x))
    layer(
        f"bidirectional-{cell}-other",
        [(3, 2)],
        lambda x, cell=cell: L.Bidirectional(getattr(L, cell)(2), backward_layer=getattr(L, cell)(3, go_backwards=True, use_bias=False))(x),
    )
    layer(f"{cell}-no-bias", [(3, 2)], lambda x, cell=cell: getattr(L, cell)(2, use_bias=False, activation="softsign")(x))
    layer(f"{cell}-masked", [(3, 2)], lambda x, cell=cell: getattr(L, cell)(2)(L.Masking(0.0)(x)))
    layer(f"{cell}-twice", [(3, 2)], lambda x, cell=cell: getattr(L, cell)(2)(getattr(L, cell)(3, return_sequences=True, unroll=True)(x)))
    layer(f"{cell}-distributed", [(2, 3, 2)], lambda x, cell=cell: L.TimeDistributed(getattr(L, cell)(2))(x))
for tag, how in some(reset_after=(False, True), use_bias=(False, True)):
    layer(f"GRU-reset-{tag}", [(3, 2)], lambda x, how=how: L.GRU(2, recurrent_activation="hard_sigmoid", **how)(x))
layer("LSTM-no-forget-bias", [(3, 2)], lambda x: L.LSTM(2, unit_forget_bias=False, activation="relu", recurrent_activation="sigmoid")(x))
layer("rnn-cell", [(3, 2)], lambda x: L.RNN(L.GRUCell(2, reset_after=False), return_sequences=True)(x))
layer("rnn-stack", [(3, 2)], lambda x: L.RNN(L.StackedRNNCells([L.SimpleRNNCell(2), L.LSTMCell(3)]), return_state=True)(x))
layer("bidirectional-rnn", [(3, 2)], lambda x: L.Bidirectional(L.RNN(L.LSTMCell(2)))(x))
layer("conv-lstm-1d", [(3, 5, 1)], lambda x: L.ConvLSTM1D(2, 2, return_sequences=True)(x))
layer("conv-lstm-2d", [(2, 4, 4, 1)], lambda x: L.ConvLSTM2D(1, 3, strides=2, padding="same", recurrent_activation="hard_sigmoid")(x))

# Convolutions.
for dims in (1, 2, 3):
    space = {1: (6,), 2: (5, 4), 3: (3, 4, 3)}[dims]
    conv, back = getattr(L, f"Conv{dims}D"), getattr(L, f"Conv{dims}DTranspose")
    for tag, how in some(padding=("valid", "same"), strides=(1, 2), kernel_size=(2, 3)):
        layer(f"conv{dims}d-{tag}", [(*space, 2)], lambda x, conv=conv, how=how: conv(3, **how)(x))
        layer(f"conv{dims}d-transposed-{tag}", [(*space[:dims], 2)], lambda x, back=back, how=how: back(2, **how)(x))
    for pad in ("valid", "same"):
        if dims < 3:
            layer(f"conv{dims}d-dilated-{pad}", [(*space, 2)], lambda x, conv=conv, pad=pad: conv(2, 2, dilation_rate=2, padding=pad)(x))
            layer(f"conv{dims}d-transposed-dilated-{pad}", [(*space, 2)], lambda x, back=back, pad=pad: back(2, 2, dilation_rate=2, padding=pad)(x))
        layer(f"conv{dims}d-transposed-output-padding-{pad}", [(*space, 2)], lambda x, back=back, pad=pad: back(1, 3, strides=2, padding=pad, output_padding=1)(x))
        for kind in ("Max", "Average"):
            for size, stride in ((2, None), (3, 1), (2, 3)):
                layer(
                    f"{kind}-pool-{dims}d-{size}-{stride}-{pad}",
                    [(*space, 2)],
                    lambda x, kind=kind, dims=dims, size=size, stride=stride, pad=pad: getattr(L, f"{kind}Pooling{dims}D")(size, strides=stride, padding=pad)(x),
                )
    for kind in ("Max", "Average"):
        for keep in (False, True):
            layer(f"global-{kind}-{dims}d-{keep}", [(*space, 2)], lambda x, kind=kind, dims=dims, keep=keep: getattr(L, f"Global{kind}Pooling{dims}D")(keepdims=keep)(x))
    layer(f"upsampling-{dims}d", [(*space, 2)], lambda x, dims=dims: getattr(L, f"UpSampling{dims}D")(2)(x))
    edges = {1: (1, 2), 2: ((1, 0), (0, 2)), 3: ((1, 0), (0, 2), (1, 1))}[dims]
    layer(f"zero-padding-{dims}d", [(*space, 2)], lambda x, dims=dims, edges=edges: getattr(L, f"ZeroPadding{dims}D")(edges)(x))
    layer(f"cropping-{dims}d", [(*space, 2)], lambda x, dims=dims, edges=edges: getattr(L, f"Cropping{dims}D")(edges)(x))
    layer(f"conv{dims}d-groups", [(*space, 4)], lambda x, conv=conv: conv(4, 2, groups=2, use_bias=False)(x))
for tag, how in some(padding=("causal",), dilation_rate=(1, 2, 3), strides=(1,)):
    layer(f"conv1d-causal-{tag}", [(6, 2)], lambda x, how=how: L.Conv1D(2, 2, **how)(x))
layer("conv1d-causal-strided", [(6, 2)], lambda x: L.Conv1D(2, 3, padding="causal", strides=2)(x))
for multiplier in (1, 3):
    for pad in ("valid", "same"):
        layer(f"depthwise-1d-{multiplier}-{pad}", [(6, 2)], lambda x, m=multiplier, pad=pad: L.DepthwiseConv1D(3, depth_multiplier=m, padding=pad, strides=2)(x))
        layer(f"depthwise-2d-{multiplier}-{pad}", [(5, 4, 2)], lambda x, m=multiplier, pad=pad: L.DepthwiseConv2D((3, 2), depth_multiplier=m, padding=pad)(x))
        layer(f"separable-1d-{multiplier}-{pad}", [(6, 2)], lambda x, m=multiplier, pad=pad: L.SeparableConv1D(3, 2, depth_multiplier=m, padding=pad)(x))
        layer(f"separable-2d-{multiplier}-{pad}", [(5, 4, 2)], lambda x, m=multiplier, pad=pad: L.SeparableConv2D(3, 2, depth_multiplier=m, padding=pad, use_bias=False)(x))
layer("depthwise-2d-dilated", [(6, 6, 2)], lambda x: L.DepthwiseConv2D(2, dilation_rate=2, padding="same")(x))
layer("separable-2d-dilated", [(6, 6, 2)], lambda x: L.SeparableConv2D(3, 2, dilation_rate=2)(x))
layer("depthwise-2d-strided", [(6, 6, 2)], lambda x: L.DepthwiseConv2D(3, strides=(2, 2), padding="same", activation="swish")(x))
layer("upsampling-bilinear", [(3, 4, 2)], lambda x: L.UpSampling2D((2, 3), interpolation="bilinear")(x))
for kind in ("nearest", "bilinear"):
    layer(f"resizing-{kind}-up", [(3, 4, 1)], lambda x, kind=kind: L.Resizing(5, 6, interpolation=kind)(x))
    layer(f"resizing-{kind}-down", [(5, 6, 1)], lambda x, kind=kind: L.Resizing(2, 3, interpolation=kind)(x))
layer("center-crop", [(5, 6, 1)], lambda x: L.CenterCrop(3, 2)(x))

# Normalizations.
grid = (3, 2, 4)
for axis in (1, 2, 3, -1):
    layer(f"batch-norm-{axis}", [grid], lambda x, axis=axis: L.BatchNormalization(axis=axis, scale=axis != 2, center=axis != 1)(x))
    layer(f"layer-norm-{axis}", [grid], lambda x, axis=axis: L.LayerNormalization(axis=axis)(x))
    layer(f"unit-norm-{axis}", [grid], lambda x, axis=axis: L.UnitNormalization(axis=axis)(x))
    layer(f"rms-norm-{axis}", [grid], lambda x, axis=axis: L.RMSNormalization(axis=axis)(x))
    layer(f"softmax-{axis}", [grid], lambda x, axis=axis: L.Softmax(axis=axis)(x))
    layer(f"concatenate-{axis}", [grid, grid], lambda x, y, axis=axis: L.Concatenate(axis=axis)([x, y]))
    layer(f"normalization-{axis}", [grid], lambda x, axis=axis: adapted(x, axis))
    layer(f"normalization-invert-{axis}", [grid], lambda x, axis=axis: adapted(x, axis, invert=True))
for axes in ([1, 2], [2, 3], [1, 3], [1, 2, 3]):
    tag = "".join(map(str, axes))
    layer(f"layer-norm-{tag}", [grid], lambda x, axes=axes: L.LayerNormalization(axis=axes)(x))
    layer(f"unit-norm-{tag}", [grid], lambda x, axes=axes: L.UnitNormalization(axis=axes)(x))
    layer(f"normalization-{tag}", [grid], lambda x, axes=axes: adapted(x, axes))
    layer(f"softmax-{tag}", [grid], lambda x, axes=axes: L.Softmax(axis=tuple(axes))(x))
layer("normalization-none", [grid], lambda x: adapted(x, None))
layer("normalization-given-none", [(4,)], lambda x: L.Normalization(axis=None, mean=0.3, variance=2.0)(x))
layer("normalization-given-axis", [grid], lambda x: L.Normalization(axis=1, mean=[0.1, 0.2, 0.3], variance=[1.0, 2.0, 3.0])(x))
layer("normalization-given-scalar", [grid], lambda x: L.Normalization(mean=0.3, variance=2.0)(x))
for groups in (1, 2, 4, -1):
    layer(f"group-norm-{groups}", [grid], lambda x, groups=groups: L.GroupNormalization(groups)(x))
layer("group-norm-axis", [(4, 3)], lambda x: L.GroupNormalization(2, axis=1)(x))
layer("group-norm-vector", [(6,)], lambda x: L.GroupNormalization(3, scale=False)(x))
layer("spectral-norm-conv", [(4, 4, 2)], lambda x: L.SpectralNormalization(L.Conv2D(2, 2))(x))


def adapted(x, axis, invert=False):
    norm = L.Normalization(axis=axis, invert=invert)
    norm.adapt(np.random.default_rng(0).normal(1, 2, (20, *x.shape[1:])).astype("float32"))
    return norm(x)


# Attention.
for tag, how in some(num_heads=(1, 2), key_dim=(3,), value_dim=(None, 2), use_bias=(False, True), output_shape=(None, 5)):
    layer(f"multi-head-{tag}", [(3, 4), (2, 4)], lambda x, y, how=how: L.MultiHeadAttention(**how)(x, y))
layer("multi-head-three", [(3, 4), (2, 4), (2, 5)], lambda q, v, k: L.MultiHeadAttention(2, 3)(q, v, k))
layer("multi-head-causal", [(3, 4)], lambda x: L.MultiHeadAttention(2, 3)(x, x, use_causal_mask=True))
layer("multi-head-output-shape", [(3, 4)], lambda x: L.MultiHeadAttention(2, 3, output_shape=(2, 3))(x, x))
layer("multi-head-grid", [(2, 3, 4)], lambda x: L.MultiHeadAttention(2, 3, attention_axes=(1, 2))(x, x))
layer("multi-head-grid-one", [(2, 3, 4)], lambda x: L.MultiHeadAttention(2, 3, attention_axes=(2,))(x, x))
layer("multi-head-scores", [(3, 4)], lambda x: L.MultiHeadAttention(2, 3)(x, x, return_attention_scores=True))
for heads, shared in ((2, 1), (4, 2), (2, 2)):
    layer(f"grouped-query-{heads}-{shared}", [(3, 4), (2, 4)], lambda x, y, h=heads, s=shared: L.GroupQueryAttention(3, h, s)(x, y))
layer("grouped-query-causal", [(3, 4)], lambda x: L.GroupQueryAttention(3, 2, 1, use_bias=False)(x, x, use_causal_mask=True))
for scaled, mode in itertools.product((False, True), ("dot", "concat")):
    layer(f"attention-{scaled}-{mode}", [(3, 4), (2, 4)], lambda x, y, s=scaled, m=mode: L.Attention(use_scale=s, score_mode=m)([x, y]))
layer("attention-causal", [(3, 4)], lambda x: L.Attention()([x, x], use_causal_mask=True))
layer("attention-scores", [(3, 4)], lambda x: L.Attention()([x, x], return_attention_scores=True))
layer("additive-causal", [(3, 4)], lambda x: L.AdditiveAttention(use_scale=False)([x, x], use_causal_mask=True))

# Shapes, merges and models.
for name in ("Add", "Subtract", "Multiply", "Average", "Maximum", "Minimum"):
    layer(f"merge-{name}", [(3, 2), (3, 2)], lambda x, y, name=name: getattr(L, name)()([x, y]))
    layer(f"merge-broadcast-{name}", [(3, 2), (1, 2)], lambda x, y, name=name: getattr(L, name)()([x, y]))
    layer(f"merge-rank-{name}", [(3, 2), (2,)], lambda x, y, name=name: getattr(L, name)()([x, y]))
for axes in (1, 2, (1, 2), (2, 1)):
    tag = str(axes).replace(" ", "").strip("()").replace(",", "")
    layer(f"dot-{tag}", [(3, 3), (3, 3)], lambda x, y, axes=axes: L.Dot(axes=axes)([x, y]))
    layer(f"dot-normalized-{tag}", [(3, 3), (3, 3)], lambda x, y, axes=axes: L.Dot(axes=axes, normalize=True)([x, y]))
layer("permute", [(2, 3, 4)], lambda x: L.Permute((3, 1, 2))(x))
layer("reshape", [(2, 3, 4)], lambda x: L.Reshape((-1, 2))(x))
layer("flatten-first", [(2, 3, 4)], lambda x: L.Flatten("channels_first")(x))
layer("repeat-vector", [(3,)], lambda x: L.RepeatVector(5)(x))
layer("rescaling", [grid], lambda x: L.Rescaling(1 / 3, offset=-0.5)(x))
layer("rescaling-list", [grid], lambda x: L.Rescaling([0.5, 1, 2, 3], offset=[0, 0.1, 0.2, 0.3])(x))
layer("activity", [(4,)], lambda x: L.ActivityRegularization(0.1)(x))
layer("noise", [(4,)], lambda x: L.AlphaDropout(0.1)(L.GaussianDropout(0.1)(L.GaussianNoise(0.2)(L.SpatialDropout1D(0.1)(L.Reshape((2, 2))(x))))))
layer("identity", [(4,)], lambda x: L.Identity()(x))
for equation, out, axes in (("abc,cd->abd", (None, 3), "d"), ("...x,xy->...y", 3, None), ("abc,bcd->ad", 3, "d"), ("abc,cde->abde", (None, 2, 3), "de"), ("abc,cde->abde", (None, 2, 3), "e")):
    layer(f"einsum-dense-{equation}-{axes}".replace(".", "o").replace(",", "-").replace(">", ""), [(3, 4)], lambda x, e=equation, o=out, a=axes: L.EinsumDense(e, o, bias_axes=a, activation="tanh")(x))
for kind in ("Dense", "LayerNormalization", "Conv1D", "BatchNormalization", "Flatten"):
    layer(f"distributed-{kind}", [(2, 3, 4)], lambda x, kind=kind: L.TimeDistributed({"Dense": lambda: L.Dense(3, "tanh"), "LayerNormalization": lambda: L.LayerNormalization(), "Conv1D": lambda: L.Conv1D(2, 2), "BatchNormalization": lambda: L.BatchNormalization(), "Flatten": lambda: L.Flatten()}[kind]())(x))


def inner(width, depth=2):
    a = In(width)
    u = a
    for _ in range(depth):
        u = L.Dense(width, "tanh")(u)
    return keras.Model(a, u)


layer("distributed-model", [(2, 3)], lambda x: L.TimeDistributed(inner(3))(x))
layer("distributed-sequential", [(2, 3)], lambda x: L.TimeDistributed(keras.Sequential([L.Dense(4, "elu"), L.Dense(2)]))(x))


def shared(x, y):
    one, two = L.Dense(3, "tanh"), keras.Sequential([L.Dense(3, "softplus"), L.LayerNormalization()])
    deep = inner(3)
    return L.Add()([deep(one(x)), deep(two(one(y))), two(deep(one(x)))])


layer("shared", [(3,), (3,)], shared)


def many_outputs(x):
    a, b = In(3), In(3)
    model = keras.Model([a, b], [L.Dense(2, "tanh")(L.Add()([a, b])), L.Multiply()([a, b])])
    u, v = model([x, x])
    s, t = model([v, L.Dense(3)(u)])
    return [s, L.Add()([t, v])]


layer("many-outputs", [(3,)], many_outputs)


def by_name(x):
    a, b = In(3, name="left"), In(3, name="right")
    model = keras.Model({"left": a, "right": b}, {"sum": L.Add()([a, b]), "product": L.Multiply()([a, b])})
    out = model({"left": x, "right": L.Dense(3, "tanh")(x)})
    return L.Concatenate()([out["sum"], out["product"]])


layer("dictionaries", [(3,)], by_name)


def deep_nest(x):
    model = inner(3)
    for _ in range(3):
        a = In(3)
        model = keras.Model(a, L.Add()([a, model(L.Dense(3, "swish")(a))]))
    return model(model(x))


layer("nested-four", [(3,)], deep_nest)
for policy in ("mixed_float16", "mixed_bfloat16", "float64"):
    layer(f"policy-{policy}", [(3,)], lambda x, policy=policy: L.Dense(3, "tanh", dtype=keras.DTypePolicy(policy))(x))

# Activations, as strings and layers.
for name in ("celu", "elu", "exponential", "gelu", "glu", "hard_sigmoid", "hard_silu", "hard_tanh", "leaky_relu", "linear", "log_sigmoid", "log_softmax", "mish", "relu", "relu6", "selu", "sigmoid", "silu", "softmax", "softplus", "softsign", "sparse_plus", "sparse_sigmoid", "squareplus", "swish", "tanh", "tanh_shrink", "soft_shrink", "hard_shrink", "threshold"):
    layer(f"activation-{name}", [(4,)], lambda x, name=name: L.Activation(name)(x))
for name, make in {
    "relu": lambda: L.ReLU(max_value=0.4, negative_slope=0.1, threshold=0.05),
    "relu-max": lambda: L.ReLU(max_value=0.4),
    "leaky": lambda: L.LeakyReLU(0.4),
    "elu": lambda: L.ELU(0.3),
    "prelu": lambda: L.PReLU(alpha_initializer="random_normal"),
    "softmax": lambda: L.Softmax(),
    "activation-leaky": lambda: L.Activation(keras.activations.leaky_relu),
}.items():
    layer(f"layer-{name}", [(4,)], lambda x, make=make: make()(x))
for form in ("elu", L.ELU(0.5), L.LeakyReLU(0.2), L.ReLU(max_value=1.0)):
    layer(f"dense-with-{form if isinstance(form, str) else type(form).__name__}", [(4,)], lambda x, form=form: L.Dense(3, activation=form)(x))

# Operations.
positive = lambda x: ops.softplus(x) + 0.3
for name, make in {
    "arithmetic": lambda x, y: (2 * x + 1) / (y * y + 1) - x**3 + 2.0**y + (-x) * 3,
    "reversed": lambda x, y: 1 - x + 3 / (2 + y**2) + 0.5 * y - abs(x),
    "minimum": lambda x, y: ops.minimum(x, y) + ops.maximum(x, 0.1),
    "arctan2": lambda x, y: ops.arctan2(x, positive(y)),
    "exponentials": lambda x, y: ops.exp2(x) + ops.log2(positive(x)) + ops.log10(positive(y)) + ops.logaddexp(x, y),
    "cube": lambda x, y: ops.square(x) + ops.sqrt(positive(y)) + ops.cbrt(positive(x)) + ops.power(positive(x), y),
    "nn": lambda x, y: ops.softmax(x) + ops.log_sigmoid(y) + ops.celu(x) + ops.hard_tanh(y) + ops.tanh_shrink(x) + ops.squareplus(y),
    "nn-more": lambda x, y: ops.log_softmax(x) + ops.glu(ops.concatenate([x, y], -1)) + ops.soft_shrink(y) + ops.hard_sigmoid(x),
    "gelu": lambda x, y: ops.gelu(x, approximate=False) + ops.gelu(y, approximate=True) + ops.leaky_relu(x, 0.3) + ops.elu(y, 0.4),
    "normalize": lambda x, y: ops.normalize(x) + ops.normalize(y, axis=1, order=2),
    "layer-normalization": lambda x, y: ops.rms_normalization(x, axis=-1) + ops.layer_normalization(y, axis=-1),
    "tile": lambda x, y: ops.tile(x, [1, 2, 1]),
    "repeat": lambda x, y: ops.repeat(x, 2, axis=1) + ops.repeat(y, 2, axis=1),
    "take": lambda x, y: ops.take(x, [2, 0, 1], axis=1) + y,
    "pad": lambda x, y: ops.pad(x, [[0, 0], [1, 0], [0, 2]]),
    "pad-reflect": lambda x, y: ops.pad(x, [[0, 0], [1, 1], [0, 0]], mode="reflect"),
    "moveaxis": lambda x, y: ops.moveaxis(x, 1, 2),
    "transpose": lambda x, y: ops.transpose(x, (0, 2, 1)) + ops.swapaxes(y, 1, 2),
    "stacks": lambda x, y: ops.hstack([x, y]),
    "tensordot": lambda x, y: ops.tensordot(x, np.ones((4, 2), "float32"), axes=1),
    "dot": lambda x, y: ops.dot(x, np.ones((4, 2), "float32")),
    "matmul": lambda x, y: ops.matmul(x, ops.transpose(y, (0, 2, 1))),
    "matmul-operator": lambda x, y: x @ ops.transpose(y, (0, 2, 1)),
    "einsum": lambda x, y: ops.einsum("bij,bkj->bik", x, y),
    "cumprod": lambda x, y: ops.cumsum(x, axis=1) + ops.flip(y, axis=1),
    "diff": lambda x, y: ops.diff(x, axis=1),
    "average": lambda x, y: ops.average(x, axis=1) + ops.mean(y, axis=1),
    "reductions": lambda x, y: ops.sum(x, axis=(1, 2)) + ops.max(y, axis=[1, 2]) + ops.min(x, axis=(1, 2)) + ops.var(y, axis=(1, 2)) + ops.std(x, axis=(1, 2)),
    "amax": lambda x, y: ops.amax(x, axis=1) + ops.amin(y, axis=1) + ops.logsumexp(x, axis=1) + ops.prod(y, axis=1),
    "norms": lambda x, y: ops.norm(x, axis=-1) + ops.norm(y, ord=1, axis=-1),
    "expand": lambda x, y: ops.expand_dims(x, 1) + ops.squeeze(ops.expand_dims(ops.expand_dims(y, 1), 1), 1),
    "slices": lambda x, y: x[:, ::2, 1:] + y[:, :2, -3:] + x[:, 0:1, :3] + y[..., 1:][:, 1:],
    "ellipsis": lambda x, y: x[..., 0] + y[:, :, 1] + x[..., None, 2][:, :, 0],
    "split": lambda x, y: ops.add(*ops.split(x, 2, axis=-1)),
    "unstack": lambda x, y: ops.add(*ops.unstack(x, axis=-1)[:2]),
    "stack": lambda x, y: ops.stack([x, y], axis=1),
    "where": lambda x, y: ops.where(x > y, x, 2.0 * y) + ops.where(ops.logical_and(x > 0, y <= 0.1), x, y),
    "where-constant": lambda x, y: ops.where(x > 0, 1.0, y),
    "clip": lambda x, y: ops.clip(x, -0.2, 0.3) + ops.relu6(y) + ops.relu(x),
    "reshape": lambda x, y: ops.reshape(x, (-1, 4, 3)) + ops.reshape(y, (-1, 4, 3)),
    "broadcast": lambda x, y: ops.broadcast_to(x[:1, :, :], (1, 3, 4)) + y,
    "trigonometric": lambda x, y: ops.sin(x) + ops.cos(y) + ops.tan(0.3 * x) + ops.arcsin(0.5 * y) + ops.arccos(0.5 * x) + ops.arctan(y) + ops.sinh(x) + ops.cosh(y) + ops.arcsinh(x) + ops.arctanh(0.5 * y),
    "erf": lambda x, y: ops.erf(x) + ops.erfinv(0.5 * y) if False else ops.erf(x) + ops.rsqrt(positive(y)) + ops.reciprocal(positive(x)) + ops.sign(y) * x,
    "cast": lambda x, y: ops.cast(x, "float32") + ops.stop_gradient(y) * 0.0 + y,
    "triangle": lambda x, y: ops.tril(x) + ops.triu(y),
    "diagonal": lambda x, y: ops.diagonal(x, axis1=1, axis2=2) + ops.trace(y, axis1=1, axis2=2)[:, None],
    "outer": lambda x, y: ops.einsum("bi,bj->bij", x[:, 0], y[:, 1]),
    "conv": lambda x, y: ops.conv(x, np.ones((2, 4, 2), "float32") * 0.3, padding="same"),
    "pooled": lambda x, y: ops.average_pool(x, 2, 1) + ops.max_pool(y, 2, 1),
    "attention": lambda x, y: ops.dot_product_attention(x[:, :, None], y[:, :, None], y[:, :, None]),
    "one-minus": lambda x, y: (1 - ops.sigmoid(x)) * y + ops.sigmoid(x) * ops.tanh(y),
    "round": lambda x, y: ops.floor(x) + ops.round(y) + x,
    "square-difference": lambda x, y: (x - y) ** 2 + ops.multiply(x, [1.0, 2.0, 3.0, 4.0]),
}.items():
    layer(f"op-{name}", [(3, 4), (3, 4)], make)

if __name__ == "__main__":
    main(*sys.argv[1:], networks=LAYERS, derivatives=False)
