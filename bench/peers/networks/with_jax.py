"""Random networks of jax (plain, flax.nnx, equinox) by seed, written by jax2onnx, for `node dist/bench/exporters.js`.

    pip install jax flax equinox jax2onnx numpy
    python bench/peers/networks/with_jax.py FOLDER [COUNT] [FIRST SEED]
"""

import json
import os
import random
import sys
import warnings

warnings.filterwarnings("ignore")
import jax
import jax.numpy as jnp
import numpy as np
from flax import nnx
from jax2onnx import to_onnx

ACTIVATIONS = {
    "tanh": jnp.tanh, "sigmoid": jax.nn.sigmoid, "softplus": jax.nn.softplus, "silu": jax.nn.silu, "gelu": jax.nn.gelu,
    "gelu exact": lambda x: jax.nn.gelu(x, approximate=False), "elu": jax.nn.elu, "selu": jax.nn.selu, "celu": jax.nn.celu,
    "soft_sign": jax.nn.soft_sign, "relu": jax.nn.relu, "relu6": jax.nn.relu6, "leaky_relu": jax.nn.leaky_relu,
    "log_sigmoid": jax.nn.log_sigmoid, "mish": jax.nn.mish, "hard_sigmoid": jax.nn.hard_sigmoid,
    "sin": jnp.sin, "square": jnp.square, "sqrt": lambda x: jnp.sqrt(1 + x * x), "softmax": jax.nn.softmax,
    "log_softmax": jax.nn.log_softmax, "logsumexp": lambda x: x - jax.nn.logsumexp(x, axis=-1, keepdims=True),
    "standardize": lambda x: jax.nn.standardize(x), "reciprocal": lambda x: 1 / (1 + x**2), "expm1": lambda x: jnp.expm1(0.3 * x),
    "log1p": lambda x: jnp.log1p(x * x), "cumsum": lambda x: jnp.cumsum(x, -1), "roll": lambda x: jnp.roll(x, 1, -1),
    "flip": lambda x: jnp.flip(x, -1), "clip": lambda x: jnp.clip(x, -0.7, 0.8), "where": lambda x: jnp.where(jnp.arange(x.shape[-1]) % 2 == 0, x, jnp.tanh(x)),
    "concat": lambda x: jnp.concatenate([x, jnp.tanh(x)], -1)[..., 1 : x.shape[-1] + 1], "norm": lambda x: x / (1 + jnp.linalg.norm(x, axis=-1, keepdims=True)),
    "einsum": lambda x: jnp.einsum("...i,ij->...j", x, jnp.eye(x.shape[-1]) + 0.1), "pad": lambda x: jnp.pad(x, [(0, 0)] * (x.ndim - 1) + [(1, 0)])[..., :-1],
    "erf": jax.scipy.special.erf, "glu": lambda x: jax.nn.glu(jnp.concatenate([x, x + 1], -1)), "tile": lambda x: jnp.tile(x, 2)[..., ::2],
}  # fmt: skip


class Net(nnx.Module):
    def __init__(self, seed, double):
        r = random.Random(seed)
        rngs = nnx.Rngs(seed)
        kind = {"param_dtype": jnp.float64 if double else jnp.float32}
        self.kind = r.choice(["vector", "vector", "image", "sequence"])
        self.layers, self.names = nnx.List([]), []

        def add(name, layer=None):
            self.names.append(name)
            self.layers.append(layer if layer is not None else nnx.Module())

        if self.kind == "vector":
            self.shape = (1, 4)
            width = 4
            add("linear", nnx.Linear(4, 4, rngs=rngs, **kind))
        elif self.kind == "image":
            self.shape = (1, 5, 5, 2)
            c = 2
            for _ in range(r.randint(1, 2)):
                add("conv", nnx.Conv(c, 2, (r.choice([2, 3]),) * 2, strides=r.choice([1, 2]), padding=r.choice(["SAME", "VALID"]), feature_group_count=r.choice([1, 2]), rngs=rngs, **kind))
                add(r.choice(list(ACTIVATIONS)))
            if r.random() < 0.5:
                add("batchnorm", nnx.BatchNorm(2, use_running_average=True, rngs=rngs, **kind))
            add(r.choice(["avg_pool", "mean", "max_pool"]))
            width = 2
        else:
            self.shape = (1, 3, 4)
            width = 4
            add("attention", nnx.MultiHeadAttention(2, 4, decode=False, rngs=rngs, **kind))
        for _ in range(r.randint(1, 3)):
            choice = r.choice(["linear", "layernorm", "rmsnorm", "activation", "activation"])
            if choice == "linear":
                add("linear", nnx.Linear(width, width, use_bias=r.random() < 0.7, rngs=rngs, **kind))
            elif choice == "layernorm":
                add("layernorm", nnx.LayerNorm(width, rngs=rngs, **kind))
            elif choice == "rmsnorm":
                add("rmsnorm", nnx.RMSNorm(width, rngs=rngs, **kind))
            else:
                add(r.choice(list(ACTIVATIONS)))
        self.outs = r.randint(1, 3)

    def __call__(self, x):
        for name, layer in zip(self.names, self.layers):
            if name in ACTIVATIONS:
                x = ACTIVATIONS[name](x)
            elif name == "mean":
                x = x.mean((1, 2), keepdims=True)
            elif name == "avg_pool":
                x = nnx.avg_pool(x, (2, 2), strides=(1, 1), padding="SAME") if min(x.shape[1:3]) > 1 else x
            elif name == "max_pool":
                x = nnx.max_pool(x, (2, 2), strides=(1, 1), padding="SAME")
            else:
                x = layer(x)
        x = x.reshape(1, -1)
        return x[:, : self.outs] + jnp.tanh(x).sum(-1, keepdims=True)


def main(folder, count=40, first=0):
    seed, done = first, 0
    while done < count:
        seed += 1
        own = os.path.join(folder, f"jax-{seed:04d}")
        try:
            jax.config.update("jax_enable_x64", False)
            net = Net(seed, False)
            path = os.path.join(own, "model.onnx")
            os.makedirs(own, exist_ok=True)
            model = to_onnx(net, [net.shape], model_name="net")
            with open(path, "wb") as file:
                file.write(model.SerializeToString())
        except Exception as error:
            print("jax", seed, "not exported:", (str(error).splitlines() or [repr(error)])[0][:120], flush=True)
            os.rmdir(own) if os.path.isdir(own) and not os.listdir(own) else None
            continue
        weights = [np.asarray(leaf) for leaf in jax.tree.leaves(nnx.state(net)) if hasattr(leaf, "dtype")]
        jax.config.update("jax_enable_x64", True)
        graph, state = nnx.split(net)
        state = jax.tree.map(lambda leaf: jnp.asarray(np.asarray(leaf), jnp.float64) if hasattr(leaf, "dtype") and jnp.issubdtype(leaf.dtype, jnp.floating) else leaf, state)
        double = nnx.merge(graph, state)
        for layer in double.layers:
            for field in ("dtype", "param_dtype"):
                if hasattr(layer, field):
                    setattr(layer, field, jnp.float64)
        rng = np.random.default_rng(seed)
        x = jnp.asarray(rng.normal(size=int(np.prod(net.shape))).astype(np.float32), jnp.float64)
        f = lambda v: double(v.reshape(net.shape)).reshape(-1)
        y = f(x)
        lam, d = jnp.asarray(rng.normal(size=len(y))), jnp.asarray(rng.normal(size=len(x)))
        J = jax.jacrev(f)(x)
        Hd = jax.jvp(jax.grad(lambda v: (lam * f(v)).sum()), (x,), (d,))[1]
        told = lambda a: np.asarray(a, np.float64).reshape(-1).tolist()
        data = {"x": told(x), "y": told(y), "J": told(J), "lambda": told(lam), "d": told(d), "Hd": told(Hd)}
        data.update(exporter="jax2onnx", seed=seed, kind=net.kind, files=["model.onnx"], layers=list(net.names), weights=len(weights))
        with open(os.path.join(own, "case.json"), "w") as file:
            json.dump(data, file)
        done += 1
    print(f"{done} networks of jax {jax.__version__} in {folder}")


if __name__ == "__main__":
    main(sys.argv[1], *map(int, sys.argv[2:]))
