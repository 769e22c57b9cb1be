"""Architectures by name in Keras 3, written as with_keras.py writes its own, for `node dist/bench/exporters.js`.

    pip install keras tensorflow-cpu tf2onnx h5py numpy && pip install --no-deps tensorflowjs
    python bench/peers/networks/known_keras.py FOLDER [NAME …]

Several inputs and outputs stand in case.json one after another, inputs in the order of their names, which is that of GraphModels; networks
that the folder holds stay as they are.
"""

import json
import os
import sys
import types

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from with_keras import L, in_double, keras, np, tf, writers

ops = keras.ops
In = lambda *shape, name=None: keras.Input(shape, name=name)
KNOWN = {}


def known(make):
    KNOWN[make.__name__.strip("_").replace("_", "-")] = make
    return make


# Recurrence.
@known
def gru_two_forms():
    x = In(4, 3)
    return x, L.GRU(3, reset_after=False)(L.GRU(4, return_sequences=True, reset_after=True)(x))


@known
def lstm_states():
    x = In(4, 3)
    y, h, c = L.LSTM(3, return_sequences=True, return_state=True)(x)
    return x, [y, L.Dense(2)(h), c]


@known
def encoder_decoder_states():
    x, z = In(3, 2, name="source"), In(2, 2, name="target")
    _, h, c = L.LSTM(3, return_state=True)(x)
    return [x, z], L.Dense(2)(L.LSTM(3, return_sequences=True)(z, initial_state=[h, c]))


@known
def both_ways_of_both_ways():
    x = In(3, 2)
    y = L.Bidirectional(L.GRU(2, return_sequences=True, reset_after=False), merge_mode="concat")(x)
    return x, L.Bidirectional(L.SimpleRNN(3), merge_mode="ave")(y)


@known
def cells():
    x = In(3, 2)
    return x, L.RNN([L.LSTMCell(3), L.GRUCell(2)])(x)


@known
def convolutional_lstm():
    x = In(3, 4, 4, 1)
    return x, L.ConvLSTM2D(2, 3, padding="same")(x)


@known
def repeated():
    x = In(4)
    return x, L.TimeDistributed(L.Dense(2))(L.GRU(3, return_sequences=True, unroll=True)(L.RepeatVector(3)(L.Dense(3, "tanh")(x))))


# Attention.
@known
def cross_attention():
    q, c = In(3, 4, name="asking"), In(5, 6, name="context")
    return [q, c], L.MultiHeadAttention(2, 3, value_dim=2, output_shape=5)(q, c)


@known
def grouped_attention():
    x = In(3, 4)
    return x, L.GroupQueryAttention(2, 4, 2)(x, x)


@known
def additive_attention():
    q, v = In(3, 4), In(5, 4)
    return [q, v], L.AdditiveAttention()([q, v])


@known
def scaled_attention():
    q, v, k = In(3, 4), In(5, 2), In(5, 4)
    return [q, v, k], L.Attention(use_scale=True)([q, v, k])


@known
def concatenated_attention():
    x = In(3, 4)
    return x, L.Attention(score_mode="concat")([x, x])


def block(x, causal=False):
    u = L.LayerNormalization(epsilon=1e-5)(x)
    x = L.Add()([x, L.MultiHeadAttention(2, 2)(u, u, use_causal_mask=causal)])
    u = L.Dense(8, activation="gelu")(L.LayerNormalization()(x))
    return L.Add()([x, L.Dropout(0.1)(L.Dense(4)(u))])


@known
def vision_transformer():
    x = In(6, 6, 1)
    u = L.Reshape((9, 4))(L.Conv2D(4, 2, strides=2)(x))
    u = u + L.Embedding(9, 4)(ops.arange(9))
    return x, L.Dense(3, activation="softmax")(L.GlobalAveragePooling1D()(block(u)))


@known
def causal_transformer():
    x = In(4, 3)
    return x, L.Dense(2)(block(block(L.Dense(4)(x), True), True))


# Images.
def conv_bn(x, c, k, act="relu", **more):
    return L.Activation(act)(L.BatchNormalization()(L.Conv2D(c, k, padding="same", use_bias=False, **more)(x)))


@known
def u_net():
    x = In(8, 8, 1)
    a = conv_bn(x, 2, 3)
    b = conv_bn(L.AveragePooling2D(2)(a), 3, 3)
    c = conv_bn(L.AveragePooling2D(2)(b), 3, 3)
    u = conv_bn(L.Concatenate()([L.UpSampling2D(interpolation="bilinear")(c), b]), 2, 3)
    u = L.Concatenate()([L.Conv2DTranspose(2, 2, strides=2)(u), a])
    return x, L.Conv2D(1, 1, activation="sigmoid")(u)


@known
def mobilenet_v3():
    x = In(6, 6, 2)
    a = conv_bn(x, 3, 3, "hard_silu", strides=2)
    u = conv_bn(a, 6, 1, "hard_silu")
    u = L.BatchNormalization()(L.DepthwiseConv2D(3, padding="same", use_bias=False)(u))
    s = L.GlobalAveragePooling2D(keepdims=True)(u)
    s = L.Conv2D(6, 1, activation="hard_sigmoid")(L.Conv2D(2, 1, activation="relu")(s))
    u = L.Conv2D(3, 1)(L.Multiply()([u, s]))
    return x, L.Dense(2)(L.GlobalAveragePooling2D()(L.Add()([a, u])))


@known
def efficientnet():
    x = In(6, 6, 2)
    a = conv_bn(L.Rescaling(1 / 2)(x), 3, 3, "swish", strides=2)
    u = L.DepthwiseConv2D(5, padding="same", activation="swish")(conv_bn(a, 6, 1, "swish"))
    s = L.Reshape((1, 1, 6))(L.GlobalAveragePooling2D()(u))
    s = L.Conv2D(6, 1, activation="sigmoid")(L.Conv2D(2, 1, activation="swish")(s))
    return x, L.Dense(2, "softmax")(L.GlobalAveragePooling2D()(L.Add()([a, L.Conv2D(3, 1)(u * s)])))


@known
def residual_network():
    x = In(6, 6, 2)
    a = L.MaxPooling2D(3, strides=2, padding="same")(L.Conv2D(3, 3, padding="same")(L.ZeroPadding2D(1)(x)))
    u = L.BatchNormalization()(L.Conv2D(4, 3, strides=2, padding="same")(conv_bn(a, 2, 1)))
    return x, L.Dense(2)(L.Flatten()(L.ReLU()(L.Add()([u, L.Conv2D(4, 1, strides=2)(a)]))))


@known
def densenet():
    x = In(4, 4, 2)
    u = x
    for _ in range(3):
        u = L.Concatenate()([u, L.Conv2D(2, 3, padding="same")(L.ReLU()(L.BatchNormalization()(u)))])
    return x, L.GlobalMaxPooling2D()(L.AveragePooling2D(2)(L.Conv2D(3, 1)(u)))


@known
def convnext():
    x = In(5, 5, 3)
    u = L.LayerNormalization(epsilon=1e-6)(L.DepthwiseConv2D(7, padding="same")(x))
    return x, L.Dense(2)(L.GlobalAveragePooling2D()(x + L.Dense(3)(L.Dense(12, "gelu")(u)) * 0.3))


@known
def resized():
    x = In(4, 4, 1)
    return x, L.Cropping2D(((1, 0), (0, 1)))(L.Resizing(6, 7, interpolation="bilinear")(L.Conv2D(1, 2)(x)))


@known
def separable():
    x = In(6, 6, 2)
    return x, L.GlobalAveragePooling2D()(L.SeparableConv2D(3, 3, strides=2, padding="same", activation="elu")(L.SeparableConv2D(4, 3, dilation_rate=2, padding="same", depth_multiplier=2)(x)))


# Sequences and volumes.
@known
def wavenet():
    x = In(8, 1)
    u, skip = L.Conv1D(2, 1)(x), []
    for d in (1, 2, 4):
        gate = L.Multiply()([L.Conv1D(2, 2, padding="causal", dilation_rate=d, activation=a)(u) for a in ("tanh", "sigmoid")])
        skip.append(L.Conv1D(2, 1)(gate))
        u = L.Add()([u, skip[-1]])
    return x, L.Conv1D(1, 1)(L.ReLU()(L.Add()(skip)))


@known
def transposed_1d():
    x = In(4, 2)
    return x, L.Conv1DTranspose(1, 2)(L.Conv1DTranspose(3, 3, strides=2, padding="same", activation="tanh")(x))


@known
def transposed_3d():
    x = In(2, 3, 2, 1)
    return x, L.Conv3D(1, 2)(L.Conv3DTranspose(2, 3, strides=(1, 2, 2), padding="same", activation="swish")(x))


@known
def volume():
    x = In(4, 4, 2, 1)
    u = L.GroupNormalization(2)(L.Conv3D(2, 3, padding="same", activation="gelu")(x))
    return x, L.Concatenate()([L.Conv3D(2, 1)(u), u])


# Normalizations and activations.
@known
def norms():
    x = In(4, 4, 4)
    u = L.GroupNormalization(2)(x)
    u = L.GroupNormalization(-1)(L.Conv2D(4, 1)(u))
    u = L.RMSNormalization()(L.Conv2D(4, 1)(u))
    u = L.LayerNormalization(axis=[1, 2, 3])(L.Conv2D(4, 1)(u))
    return x, L.UnitNormalization()(L.Dense(3)(L.Flatten()(L.LayerNormalization(scale=False)(u))))


@known
def spectral_normalization():
    x = In(4)
    return x, L.SpectralNormalization(L.Dense(3, "tanh"))(x)


@known
def adapted_normalization():
    x = In(3)
    norm = L.Normalization()
    norm.adapt(np.random.default_rng(0).normal(2, 3, (50, 3)))
    y = L.Normalization(mean=[0.5, 1], variance=[4, 9], invert=True)(L.Dense(2, "tanh")(norm(x)))
    return x, y


@known
def prelu_shared():
    x = In(4, 4, 2)
    return x, L.Dense(2)(L.Flatten()(L.PReLU("random_normal", shared_axes=[1, 2])(L.Conv2D(3, 2)(x))))


@known
def activations():
    x = In(4)
    u = x
    for name in ("squareplus", "hard_tanh", "log_sigmoid", "tanh_shrink"):
        u = L.Dense(4, activation=name)(u)
    return x, L.Softmax(axis=-1)(L.Dense(3)(L.ReLU(6.0, 0.1, 0.2)(u)))


# Science, several inputs and outputs.
@known
def deeponet():
    u, y = In(5, name="field"), In(2, name="place")
    return [u, y], L.Dot(axes=1)([L.Dense(4)(L.Dense(6, "tanh")(u)), L.Dense(4, "tanh")(L.Dense(6, "tanh")(y))])


@known
def fourier_features():
    x = In(2)
    p = ops.matmul(x, ops.convert_to_tensor(np.random.default_rng(0).normal(size=(2, 4)).astype("float32")))
    return x, L.Dense(1)(L.Dense(5, "swish")(L.Concatenate()([ops.sin(p), ops.cos(p)])))


@known
def siren():
    x = In(2)
    u = x
    for _ in range(2):
        u = ops.sin(3.0 * L.Dense(5)(u))
    return x, L.Dense(2)(u)


@known
def mixture_of_experts():
    x = In(4)
    gate = L.Dense(3, "softmax")(x)
    experts = ops.stack([L.Dense(2)(L.Dense(5, "tanh")(x)) for _ in range(3)], 1)
    return x, ops.einsum("be,beo->bo", gate, experts)


@known
def several_outputs():
    x = In(4, name="state")
    u = L.Dense(5, "tanh")(x)
    return x, {"cost": L.Dense(1, name="cost")(u), "risk": L.Dense(2, "sigmoid", name="risk")(u)}


@known
def model_in_model():
    a = In(3)
    inner = keras.Model(a, L.Dense(3, "tanh")(L.BatchNormalization()(a)), name="inner")
    x = In(3)
    twice = keras.Sequential([inner, L.Dense(3, "swish"), inner], name="twice")
    return x, L.Add()([twice(x), inner(x)])


@known
def shared_layers():
    a, b = In(3, name="a"), In(3, name="b")
    same = L.Dense(4, "tanh")
    return [a, b], L.Dense(1)(ops.absolute(same(a) - same(b)))


@known
def real_nvp():
    x = In(4)
    a, b = x[:, :2], x[:, 2:]
    s, t = L.Dense(2, "tanh")(L.Dense(4, "swish")(a)), L.Dense(2)(a)
    return x, [L.Concatenate()([a, b * ops.exp(s) + t]), ops.sum(s, axis=-1, keepdims=True)]


@known
def where_pieces():
    x = In(4)
    u = L.Dense(4)(x)
    return x, L.Dense(2)(ops.where(u > 0, u, 0.2 * u) + ops.where(ops.less(ops.abs(u), 1.0), 0.5 * u * u, ops.abs(u) - 0.5))


@known
def operations():
    x = In(4)
    u = L.Dense(4)(x)
    u = ops.concatenate([ops.split(u, 2, -1)[1], ops.flip(u, -1)[:, 1:3]], -1)
    u = u - ops.logsumexp(u, axis=-1, keepdims=True) + ops.cumsum(u, axis=-1) * 0.1
    u = u / (1.0 + ops.norm(u, axis=-1, keepdims=True)) + ops.clip(u, -0.7, 0.8)
    u = ops.log1p(ops.square(u)) + ops.arctan(u) + ops.erf(u) + ops.sqrt(1.0 + u**2) + ops.rsqrt(2.0 + u**2)
    return x, ops.max(u, axis=-1, keepdims=True) + ops.mean(u, axis=-1, keepdims=True) + ops.var(u, axis=-1, keepdims=True) + ops.prod(u, axis=-1, keepdims=True)


@known
def einsum_dense():
    x = In(3, 4)
    return x, L.EinsumDense("...td,dhk->...thk", output_shape=(None, 2, 3), bias_axes="hk", activation="tanh")(x)


@known
def autoencoder():
    x = In(6)
    z = L.Dense(2, name="code")(L.Dense(4, "elu")(x))
    return x, [L.Dense(6, "sigmoid")(L.Dense(4, "elu")(z)), z]


def told(t):
    return np.asarray(t, np.float64).reshape(-1).tolist()


def reference(model, seed, derivatives=True):
    rng = np.random.default_rng(seed)
    xs = [tf.constant(rng.normal(size=(1, *i.shape[1:])).astype(np.float32).astype(np.float64)) for i in model.inputs]
    double = in_double(model)
    for layer in double._flatten_layers():
        if isinstance(layer, L.Normalization):
            layer.finalize_state()
    sizes = [int(np.prod(x.shape)) for x in xs]
    v = tf.concat([tf.reshape(x, [-1]) for x in xs], 0)

    def f(v):
        parts = [tf.reshape(p, x.shape) for p, x in zip(tf.split(v, sizes), xs)]
        y = tf.nest.flatten(double(parts if len(parts) > 1 else parts[0], training=False))
        return tf.concat([tf.reshape(own, [-1]) for own in y], 0)

    y = f(v)
    if not derivatives:
        return {"x": told(v), "y": told(y)}
    lam, d = tf.constant(rng.normal(size=len(y))), tf.constant(rng.normal(size=len(v)))
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(v)
        y = f(v)
    J = tape.jacobian(y, v, experimental_use_pfor=False)
    with tf.GradientTape() as outer:
        outer.watch(v)
        with tf.GradientTape() as inner:
            inner.watch(v)
            value = tf.reduce_sum(lam * f(v))
        gd = tf.reduce_sum(inner.gradient(value, v) * d)
    Hd = outer.gradient(gd, v)
    Hd = tf.zeros_like(v) if Hd is None else Hd
    return {"x": told(v), "y": told(y), "J": told(J), "lambda": told(lam), "d": told(d), "Hd": told(Hd)}


def same(path, data, size):
    """Whether the file takes as many numbers as the model: tf2onnx makes inputs of constants that TensorFlow captured."""
    import onnx

    graph = onnx.load(path).graph
    return size == sum(int(np.prod([d.dim_value or 1 for d in i.type.tensor_type.shape.dim])) for i in graph.input)


def main(folder, *only, networks=KNOWN, derivatives=True):
    formats = os.environ.get("FORMATS", "").split(",")
    for name in ("tensorflow_decision_forests", "tensorflow_hub"):
        sys.modules.setdefault(name, types.ModuleType(name))
    done = 0
    for seed, (name, make) in enumerate(networks.items()):
        own = os.path.join(folder, f"keras-{name}")
        if (only and name not in only) or os.path.exists(os.path.join(own, "case.json")):
            continue
        keras.utils.set_random_seed(seed)
        keras.backend.clear_session()
        try:
            model = keras.Model(*make())
            rng = np.random.default_rng(seed)
            for layer in model._flatten_layers():
                if isinstance(layer, L.BatchNormalization):
                    layer.moving_mean.assign(rng.normal(0, 0.3, layer.moving_mean.shape))
                    layer.moving_variance.assign(rng.uniform(0.5, 1.5, layer.moving_variance.shape))
            data = reference(model, seed, derivatives)
        except Exception as error:
            print("keras", name, "not drawn:", (str(error).splitlines() or [repr(error)])[0][:160], flush=True)
            continue
        os.makedirs(own, exist_ok=True)
        files, sizes = [], [int(np.prod(i.shape[1:])) for i in model.inputs]
        for file, write in writers(model, own).items():
            if formats != [""] and file not in formats:
                continue
            try:
                write()
                if file.endswith(".onnx") and not same(os.path.join(own, file), data, sum(sizes)):
                    print("keras", name, file, "exported as another function", flush=True)
                    continue
                files.append(file)
            except Exception as error:
                print("keras", name, file, "not exported:", (str(error).splitlines() or [repr(error)])[0][:100], flush=True)
        data.update(exporter="keras", kind=name, files=files, layers=[name])
        if "float16" in json.dumps(model.get_config()):
            # Layers of half precision round.
            data["rounding"] = 2e-2
        if name == "u-net":
            # TensorFlow resizes in single precision, also what is double.
            data["accuracy"] = 1e-4
        with open(os.path.join(own, "case.json"), "w") as file:
            json.dump(data, file)
        done += 1
    print(f"{done} networks of keras {keras.__version__} in {folder}")


if __name__ == "__main__":
    main(*sys.argv[1:])
