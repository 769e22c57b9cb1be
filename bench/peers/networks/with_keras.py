"""Random networks of Keras 3 by seed, for `node dist/bench/exporters.js`: .keras, .h5, ONNX by tf2onnx, and, where tensorflowjs
is there, a tfjs LayersModel and a GraphModel.

    pip install keras tensorflow-cpu tf2onnx h5py numpy && pip install --no-deps tensorflowjs
    python bench/peers/networks/with_keras.py FOLDER [COUNT] [FIRST SEED]

A folder for each network with its files and case.json: x, y, the Jacobian, multipliers and a Hessian-vector product, by automatic
differentiation in float64 on the same weights.
"""

import json
import os
import random
import sys
import types
import warnings

os.environ["KERAS_BACKEND"] = "tensorflow"
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
os.environ["CUDA_VISIBLE_DEVICES"] = ""
warnings.filterwarnings("ignore")
import logging

logging.disable(logging.WARNING)
import numpy as np
import tensorflow as tf
import keras
from keras import layers as L
from keras.src.backend.tensorflow import nn as backend

ACTIVATIONS = [
    "tanh", "sigmoid", "softplus", "softsign", "swish", "gelu", "mish", "elu", "selu", "exponential", "log_sigmoid",
    "hard_sigmoid", "relu", "relu6", "leaky_relu", "celu", "hard_tanh", "tanh_shrink", "squareplus", "hard_silu", "linear",
]  # fmt: skip


def activation(r):
    return r.choice(
        [
            lambda: L.Activation(r.choice(ACTIVATIONS)),
            lambda: L.Activation(r.choice(ACTIVATIONS)),
            lambda: L.LeakyReLU(negative_slope=0.15),
            lambda: L.ELU(alpha=0.8),
            lambda: L.PReLU(),
            lambda: L.ReLU(max_value=r.choice([None, 1.5]), negative_slope=r.choice([0.0, 0.1]), threshold=0.0),
            lambda: L.Softmax(),
        ]
    )()


def on_vectors(r, x):
    width = x.shape[-1]

    def gated():
        return L.Multiply()([L.Dense(width)(x), L.Dense(width, activation="sigmoid")(x)])

    def joined():
        return L.Dense(width)(L.Concatenate()([x, L.Dense(3, activation="tanh")(x)]))

    def residual():
        return L.Add()([x, L.Dense(width, activation=r.choice(ACTIVATIONS))(x)])

    return r.choice(
        [
            lambda: L.Dense(width, activation=r.choice(ACTIVATIONS), use_bias=r.random() < 0.8)(x),
            lambda: L.Dense(width, activation=r.choice(ACTIVATIONS))(x),
            lambda: activation(r)(x),
            gated,
            joined,
            residual,
            lambda: L.LayerNormalization(center=r.random() < 0.8, scale=r.random() < 0.8)(x),
            lambda: L.BatchNormalization(scale=r.random() < 0.8)(x),
            lambda: L.UnitNormalization()(x),
            lambda: L.Dropout(0.2)(x),
            lambda: L.GaussianNoise(0.1)(x),
            lambda: L.Rescaling(0.5, offset=0.2)(x),
            lambda: L.Subtract()([x, L.Dense(width, activation="tanh")(x)]),
            lambda: L.Average()([x, L.Dense(width)(x)]),
            lambda: L.Maximum()([x, L.Dense(width)(x)]),
            lambda: x * 2.0 + 1.0,
            lambda: keras.ops.tanh(x) - 0.5 * x,
            lambda: L.GroupNormalization(groups=2)(x),
        ]
    )()


def on_grids(r, x, dims):
    c = x.shape[-1]
    act = r.choice(ACTIVATIONS)
    conv = [L.Conv1D, L.Conv2D, L.Conv3D][dims - 1]
    back = [L.Conv1DTranspose, L.Conv2DTranspose, L.Conv3DTranspose][dims - 1]
    pad = r.choice(["same", "valid"])
    choices = [
        lambda: conv(r.choice([1, 2, 3]), r.choice([2, 3]), strides=r.choice([1, 2]), padding="same", activation=act)(x),
        lambda: conv(2, 2, padding=pad, use_bias=False)(x),
        lambda: conv(2, 2, dilation_rate=2, padding="same", activation=act)(x),
        lambda: conv(2 * c, 3, groups=c, padding="same")(x),
        lambda: back(2, r.choice([2, 3]), strides=r.choice([1, 2]), padding=pad)(x),
        lambda: [L.AveragePooling1D, L.AveragePooling2D, L.AveragePooling3D][dims - 1](2, strides=r.choice([1, 2]), padding="same")(x),
        lambda: [L.MaxPooling1D, L.MaxPooling2D, L.MaxPooling3D][dims - 1](2, padding="same")(x),
        lambda: L.BatchNormalization()(x),
        lambda: L.LayerNormalization()(x),
        lambda: L.GroupNormalization(groups=1)(x),
        lambda: activation(r)(x),
        lambda: [L.UpSampling1D, L.UpSampling2D, L.UpSampling3D][dims - 1](2)(x),
        lambda: [L.ZeroPadding1D, L.ZeroPadding2D, L.ZeroPadding3D][dims - 1](1)(x),
        lambda: [L.Cropping1D, L.Cropping2D, L.Cropping3D][dims - 1](1)(x),
        lambda: [L.SpatialDropout1D, L.SpatialDropout2D, L.SpatialDropout3D][dims - 1](0.2)(x),
        lambda: L.Add()([x, conv(c, 3, padding="same")(x)]),
    ]
    if dims == 2:
        choices += [
            lambda: L.SeparableConv2D(3, 2, padding=pad, depth_multiplier=r.choice([1, 2]), activation=act)(x),
            lambda: L.DepthwiseConv2D(3, strides=r.choice([1, 2]), padding="same", depth_multiplier=2)(x),
            lambda: L.UpSampling2D(2, interpolation="bilinear")(x),
            lambda: L.Permute((2, 1, 3))(x),
        ]
    if dims == 1:
        choices += [lambda: L.SeparableConv1D(3, 2, padding="same", activation=act)(x), lambda: L.DepthwiseConv1D(2, padding="same")(x), lambda: L.Conv1D(2, 2, padding="causal", dilation_rate=2)(x)]
    return r.choice(choices)()


def on_sequences(r, x):
    units = r.choice([2, 3])
    width = x.shape[-1]
    cell = lambda seq: r.choice(
        [
            lambda: L.LSTM(units, return_sequences=seq, activation=r.choice(["tanh", "softsign"]), use_bias=r.random() < 0.8, unit_forget_bias=True),
            lambda: L.GRU(units, return_sequences=seq, reset_after=r.random() < 0.5, go_backwards=r.random() < 0.3),
            lambda: L.SimpleRNN(units, return_sequences=seq, activation=r.choice(["tanh", "sigmoid"])),
        ]
    )()
    return r.choice(
        [
            lambda: cell(True)(x),
            lambda: cell(True)(x),
            lambda: L.Bidirectional(L.LSTM(2, return_sequences=True), merge_mode=r.choice(["concat", "sum", "mul", "ave"]))(x),
            lambda: L.Bidirectional(L.GRU(2, return_sequences=True))(x),
            lambda: L.TimeDistributed(L.Dense(3, activation="tanh"))(x),
            lambda: L.MultiHeadAttention(2, 2, value_dim=r.choice([None, 3]), use_bias=r.random() < 0.8)(x, x, use_causal_mask=r.random() < 0.4),
            lambda: L.Attention(use_scale=r.random() < 0.5)([x, x]),
            lambda: L.AdditiveAttention()([x, x]),
            lambda: on_vectors(r, x),
            lambda: L.Add()([x, L.LayerNormalization()(L.MultiHeadAttention(1, 2)(x, x))]),
            lambda: L.Permute((2, 1))(x),
        ]
    )()


def network(seed):
    r = random.Random(seed)
    keras.utils.set_random_seed(seed)
    keras.backend.clear_session()
    kind = r.choice(["vector", "grid1", "grid2", "grid2", "grid3", "sequence", "sequence"])
    if kind == "vector":
        given = keras.Input((r.choice([4, 6]),))
        x = L.Dense(4)(given)
        for _ in range(r.randint(2, 5)):
            x = on_vectors(r, x)
    elif kind == "sequence":
        given = x = keras.Input((r.choice([3, 4]), 4))
        for _ in range(r.randint(1, 3)):
            x = on_sequences(r, x)
        x = r.choice([lambda: L.Flatten()(x), lambda: L.GlobalAveragePooling1D()(x), lambda: L.LSTM(3)(x), lambda: L.GRU(2)(x)])()
    else:
        dims = int(kind[-1])
        given = x = keras.Input((7 if dims == 1 else 5 if dims == 2 else 4,) * dims + (r.choice([1, 2]),))
        for _ in range(r.randint(2, 4)):
            x = on_grids(r, x, dims)
        name = r.choice(["Average", "Max", None])
        x = L.Flatten()(x) if name is None else getattr(L, f"Global{name}Pooling{dims}D")()(x)
    if x.shape[-1] > 2000:
        raise ValueError("too wide")
    y = L.Dense(r.randint(1, 4), activation=r.choice(["linear", "softmax", "tanh", "sigmoid"]))(x)
    model = keras.Model(given, y)
    for layer in model._flatten_layers():
        if isinstance(layer, L.BatchNormalization):
            layer.moving_mean.assign(np.random.normal(0, 0.3, layer.moving_mean.shape))
            layer.moving_variance.assign(np.random.uniform(0.5, 1.5, layer.moving_variance.shape))
    return kind, model


def softsign(x):
    """With second derivatives, which TensorFlow's own lacks."""
    return x / (1 + tf.abs(x))


def moments(x, axes, keepdims=False, synchronized=False):
    """TensorFlow's own take the mean as constant in the variance: right once, wrong in second derivatives."""
    mean = tf.reduce_mean(x, axes, keepdims=True)
    variance = tf.reduce_mean((x - mean) ** 2, axes, keepdims=keepdims)
    return (mean if keepdims else tf.squeeze(mean, axes)), variance


def in_double(model):
    backend.softsign, backend.moments = softsign, moments
    config = json.loads(json.dumps(model.get_config()).replace('"float32"', '"float64"'))
    keras.config.set_floatx("float64")
    try:
        double = keras.Model.from_config(config) if not isinstance(model, keras.Sequential) else keras.Sequential.from_config(config)
    finally:
        keras.config.set_floatx("float32")
    double.set_weights([np.asarray(w, np.float64) for w in model.get_weights()])
    return double


def reference(model, seed):
    rng = np.random.default_rng(seed)
    shape = (1, *model.input_shape[1:])
    x = tf.constant(rng.normal(size=shape).astype(np.float32).astype(np.float64))
    double = in_double(model)
    y = double(x, training=False)
    lam = tf.constant(rng.normal(size=int(np.prod(y.shape))))
    d = tf.constant(rng.normal(size=shape))
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(x)
        y = tf.reshape(double(x, training=False), [-1])
    J = tape.jacobian(y, x, experimental_use_pfor=False)
    with tf.GradientTape() as outer:
        outer.watch(x)
        with tf.GradientTape() as inner:
            inner.watch(x)
            value = tf.reduce_sum(lam * tf.reshape(double(x, training=False), [-1]))
        g = inner.gradient(value, x)
        gd = tf.reduce_sum(g * d)
    Hd = outer.gradient(gd, x)
    Hd = tf.zeros_like(x) if Hd is None else Hd
    told = lambda t: np.asarray(t, np.float64).reshape(-1).tolist()
    return {"x": told(x), "y": told(y), "J": told(J), "lambda": told(lam), "d": told(d), "Hd": told(Hd)}


def writers(model, own):
    def onnx_file():
        import tf2onnx

        spec = tuple(tf.TensorSpec((None, *own.shape[1:]), tf.float32, name=f"input_{k}") for k, own in enumerate(model.inputs))
        fn = tf.function(lambda *x: model(x if len(x) > 1 else x[0], training=False), input_signature=spec)
        tf2onnx.convert.from_function(fn, input_signature=spec, opset=15, output_path=os.path.join(own, "tf2onnx.onnx"))

    def layers_model():
        from tensorflowjs.converters import save_keras_model

        save_keras_model(model, os.path.join(own, "tfjs-layers"))

    def graph_model():
        from tensorflowjs.converters.tf_saved_model_conversion_v2 import convert_tf_saved_model

        saved = os.path.join(own, "saved")
        model.export(saved, verbose=False)
        convert_tf_saved_model(saved, os.path.join(own, "tfjs-graph"))

    return {
        "model.keras": lambda: model.save(os.path.join(own, "model.keras")),
        "model.h5": lambda: model.save(os.path.join(own, "model.h5")),
        "tf2onnx.onnx": onnx_file,
        "tfjs-layers": layers_model,
        "tfjs-graph": graph_model,
    }


def main(folder, count=30, first=0):
    for name in ("tensorflow_decision_forests", "tensorflow_hub"):
        sys.modules.setdefault(name, types.ModuleType(name))
    seed, done = first, 0
    while done < count:
        seed += 1
        try:
            kind, model = network(seed)
            data = reference(model, seed)
        except Exception as error:
            print("keras", seed, "not drawn:", str(error).splitlines()[0][:100] if str(error) else repr(error), flush=True)
            continue
        own = os.path.join(folder, f"keras-{seed:04d}")
        os.makedirs(own, exist_ok=True)
        files = []
        for name, write in writers(model, own).items():
            try:
                write()
                files.append(name)
            except Exception as error:
                print("keras", seed, name, "not exported:", (str(error).splitlines() or [repr(error)])[0][:100], flush=True)
        data.update(exporter="keras", seed=seed, kind=kind, files=files, layers=[type(layer).__name__ for layer in model.layers])
        with open(os.path.join(own, "case.json"), "w") as file:
            json.dump(data, file)
        done += 1
    print(f"{done} networks of keras {keras.__version__} in {folder}")


if __name__ == "__main__":
    main(sys.argv[1], *map(int, sys.argv[2:]))
