"""Random networks of PyTorch by seed, written by both of its ONNX exporters, for `node dist/bench/exporters.js`.

    pip install torch onnx onnxscript numpy
    python bench/peers/networks/with_torch.py FOLDER [COUNT] [FIRST SEED]

A folder for each network and exporter: model.onnx, and case.json with x, y, the Jacobian, multipliers and a Hessian-vector
product, by automatic differentiation in float64 on the weights as they were stored.
"""

import json
import os
import random
import sys
import traceback
import warnings

warnings.filterwarnings("ignore")
import logging

logging.disable(logging.WARNING)
import torch
from torch import nn
from torch.nn.attention import SDPBackend, sdpa_kernel
from torch.nn import functional as F

ACTIVATIONS = [
    lambda r: nn.Tanh(),
    lambda r: nn.Sigmoid(),
    lambda r: nn.Softplus(beta=r.choice([1, 2, 0.5]), threshold=r.choice([20, 10])),
    lambda r: nn.SiLU(),
    lambda r: nn.Mish(),
    lambda r: nn.GELU(),
    lambda r: nn.GELU(approximate="tanh"),
    lambda r: nn.ELU(alpha=r.choice([1.0, 0.7])),
    lambda r: nn.SELU(),
    lambda r: nn.CELU(alpha=r.choice([1.0, 1.5])),
    lambda r: nn.Softsign(),
    lambda r: nn.LogSigmoid(),
    lambda r: nn.Tanhshrink(),
    lambda r: nn.Hardsigmoid(),
    lambda r: nn.Hardswish(),
    lambda r: nn.Hardtanh(-0.8, 0.9),
    lambda r: nn.ReLU(),
    lambda r: nn.ReLU6(),
    lambda r: nn.LeakyReLU(0.2),
    lambda r: nn.PReLU(),
    lambda r: nn.RReLU(),
    lambda r: nn.Threshold(-0.1, -0.1),
]


class Of(nn.Module):
    """A function as a layer."""

    def __init__(self, of):
        super().__init__()
        self.of = of

    def forward(self, x):
        return self.of(x)


FUNCTIONS = [
    lambda x: torch.sin(x) + torch.cos(2 * x),
    lambda x: torch.exp(0.3 * x),
    lambda x: torch.log(1 + x * x),
    lambda x: torch.sqrt(1 + x**2),
    lambda x: 1 / (1 + x.pow(2)),
    lambda x: torch.erf(x),
    lambda x: torch.atan(x) * torch.sinh(0.5 * x),
    lambda x: x - x.mean(-1, keepdim=True),
    lambda x: x / (1 + x.norm(dim=-1, keepdim=True)),
    lambda x: x - torch.logsumexp(x, -1, keepdim=True),
    lambda x: torch.abs(x) ** 1.5,
    lambda x: torch.clamp(x, -0.7, 0.6),
    lambda x: torch.maximum(x, 0.3 * x + 0.1),
    lambda x: torch.where(torch.arange(x.shape[-1]) % 2 == 0, x, torch.tanh(x)),
    lambda x: F.softmax(x, -1),
    lambda x: F.log_softmax(x, -1),
    lambda x: F.normalize(x, dim=-1),
    lambda x: torch.cumsum(x, -1),
    lambda x: torch.flip(x, [-1]),
    lambda x: torch.roll(x, 1, -1),
    lambda x: x * x.prod(-1, keepdim=True).tanh(),
    lambda x: torch.log1p(x.exp()),
    lambda x: torch.addcmul(x, x, x, value=0.5),
    lambda x: torch.lerp(x, x.tanh(), 0.3),
    lambda x: torch.hypot(x, x + 1) if hasattr(torch, "hypot") else x,
    lambda x: x.unsqueeze(-1).expand(*x.shape, 3).sum(-1),
]


class Residual(nn.Module):
    def __init__(self, inner):
        super().__init__()
        self.inner = inner

    def forward(self, x):
        return x + self.inner(x)


class Gated(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.a, self.b = nn.Linear(width, width), nn.Linear(width, width)

    def forward(self, x):
        return self.a(x) * torch.sigmoid(self.b(x))


class Joined(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.a, self.b = nn.Linear(width, width), nn.Linear(width, 2)

    def forward(self, x):
        return torch.cat([self.a(x), torch.stack([self.b(x), self.b(x).tanh()], -1).flatten(-2)], -1)[..., : x.shape[-1]]


class Recurrent(nn.Module):
    def __init__(self, cell, how):
        super().__init__()
        self.cell, self.how = cell, how

    def forward(self, x):
        y, h = self.cell(x)
        h = h[0] if isinstance(h, tuple) else h
        return {"all": y, "last": y[:, -1:], "state": h.transpose(0, 1)}[self.how]


class SelfAttention(nn.Module):
    def __init__(self, width, heads, masked):
        super().__init__()
        self.inner = nn.MultiheadAttention(width, heads, batch_first=True)
        self.masked = masked

    def forward(self, x):
        mask = nn.Transformer.generate_square_subsequent_mask(x.shape[1], dtype=x.dtype) if self.masked else None
        return self.inner(x, x, x, attn_mask=mask, need_weights=False)[0]


class ScaledDot(nn.Module):
    def __init__(self, width, causal):
        super().__init__()
        self.qkv, self.causal = nn.Linear(width, 3 * width), causal

    def forward(self, x):
        q, k, v = self.qkv(x).chunk(3, -1)
        return F.scaled_dot_product_attention(q, k, v, is_causal=self.causal)


class Einsum(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.w = nn.Parameter(torch.randn(2, width, width) * 0.4)

    def forward(self, x):
        return torch.einsum("b...i,kij->b...j", x, self.w)


class Positions(nn.Module):
    def __init__(self, time, width):
        super().__init__()
        self.inner = nn.Embedding(time, width)

    def forward(self, x):
        return x + self.inner(torch.arange(x.shape[1]))


def on_vectors(r, width):
    """A layer that keeps the last axis."""
    return r.choice(
        [
            lambda: r.choice(ACTIVATIONS)(r),
            lambda: r.choice(ACTIVATIONS)(r),
            lambda: nn.Linear(width, width, bias=r.random() < 0.8),
            lambda: Of(r.choice(FUNCTIONS)),
            lambda: Of(r.choice(FUNCTIONS)),
            lambda: nn.LayerNorm(width, elementwise_affine=r.random() < 0.7),
            lambda: nn.RMSNorm(width),
            lambda: Residual(nn.Sequential(nn.Linear(width, 2 * width), r.choice(ACTIVATIONS)(r), nn.Linear(2 * width, width))),
            lambda: Gated(width),
            lambda: Joined(width),
            lambda: nn.Sequential(nn.Linear(width, 2 * width), nn.GLU(-1)),
            lambda: Einsum(width),
            lambda: nn.Dropout(0.3),
        ]
    )()


def on_grids(r, c, dims):
    """A layer on `[batch, channels, …space]`, and the channels behind it."""
    conv = [nn.Conv1d, nn.Conv2d, nn.Conv3d][dims - 1]
    back = [nn.ConvTranspose1d, nn.ConvTranspose2d, nn.ConvTranspose3d][dims - 1]
    k = r.choice([2, 3])
    modes = [["linear"], ["bilinear", "bicubic"], ["trilinear"]][dims - 1]

    def convolution():
        g = r.choice([1, 2, c]) if c % 2 == 0 else r.choice([1, c])
        out = g * r.choice([1, 2])
        mode = r.choice(["zeros", "zeros", "reflect", "replicate", "circular"])
        dilation = r.choice([1, 1, 2])
        return conv(c, out, k, stride=r.choice([1, 1, 2]), padding=1, dilation=dilation if k == 2 else 1, groups=g, padding_mode=mode, bias=r.random() < 0.8), out

    choices = [
        convolution,
        convolution,
        lambda: (conv(c, c, 3, padding="same", groups=c), c),
        lambda: (back(c, 2, k, stride=r.choice([1, 2]), padding=r.choice([0, 1])), 2),
        lambda: ([nn.AvgPool1d, nn.AvgPool2d, nn.AvgPool3d][dims - 1](2, stride=r.choice([1, 2]), padding=r.choice([0, 1]), count_include_pad=r.random() < 0.5, ceil_mode=r.random() < 0.3), c),
        lambda: ([nn.MaxPool1d, nn.MaxPool2d, nn.MaxPool3d][dims - 1](2, stride=r.choice([1, 2]), ceil_mode=r.random() < 0.3), c),
        lambda: ([nn.BatchNorm1d, nn.BatchNorm2d, nn.BatchNorm3d][dims - 1](c), c),
        lambda: ([nn.InstanceNorm1d, nn.InstanceNorm2d, nn.InstanceNorm3d][dims - 1](c, affine=r.random() < 0.5), c),
        lambda: (nn.GroupNorm(2 if c % 2 == 0 else 1, c), c),
        lambda: (r.choice(ACTIVATIONS)(r), c),
        lambda: (Of(lambda x: F.interpolate(x, scale_factor=2, mode="nearest")), c),
        lambda: (nn.Upsample(scale_factor=r.choice([1.5, 2]), mode=r.choice(modes), align_corners=r.random() < 0.5), c),
        lambda: (Of(lambda x: F.pad(x, (1, 2), mode="constant", value=0.25)), c),
        lambda: (Of(lambda x: F.softmax(x, 1)), c),
        lambda: (Of(lambda x: x + x.mean(dim=tuple(range(2, 2 + dims)), keepdim=True)), c),
        lambda: ([nn.AdaptiveAvgPool1d, nn.AdaptiveAvgPool2d, nn.AdaptiveAvgPool3d][dims - 1](2), c),
    ]
    if dims == 2:
        choices += [
            lambda: (nn.ReflectionPad2d(1), c),
            lambda: (nn.ReplicationPad2d((1, 0, 0, 1)), c),
            lambda: (nn.LocalResponseNorm(3), c),
            lambda: (nn.Sequential(nn.Conv2d(c, 4, 1), nn.PixelShuffle(2)), 1),
        ]
    return r.choice(choices)()


class Head(nn.Module):
    def __init__(self, width, outs, softmax):
        super().__init__()
        self.inner, self.softmax = nn.Linear(width, outs), softmax

    def forward(self, x):
        y = self.inner(torch.flatten(x, 1))
        return F.softmax(y, dim=1) if self.softmax else y


def network(seed):
    r = random.Random(seed)
    torch.manual_seed(seed)
    kind = r.choice(["vector", "vector", "grid1", "grid2", "grid2", "grid3", "sequence", "sequence"])
    layers = []
    if kind == "vector":
        width = r.choice([4, 6])
        shape = [1, width]
        layers = [nn.Linear(width, width)] + [on_vectors(r, width) for _ in range(r.randint(2, 5))]
        if r.random() < 0.4:
            layers.insert(1, nn.BatchNorm1d(width))
    elif kind == "sequence":
        time, width = r.choice([3, 4]), 4
        shape = [1, time, width]
        for _ in range(r.randint(1, 2)):
            layers.append(
                r.choice(
                    [
                        lambda: SelfAttention(width, 2, r.random() < 0.5),
                        lambda: ScaledDot(width, r.random() < 0.5),
                        lambda: nn.TransformerEncoderLayer(width, 2, 8, batch_first=True, norm_first=r.random() < 0.5, activation=r.choice(["relu", "gelu"])),
                        lambda: Positions(time, width),
                        lambda: on_vectors(r, width),
                    ]
                )()
            )
        if r.random() < 0.6:
            cell = r.choice([nn.LSTM, nn.GRU, nn.RNN])
            layers.append(Recurrent(cell(width, 3, num_layers=r.choice([1, 1, 2]), bidirectional=r.random() < 0.4, batch_first=True, bias=r.random() < 0.8), r.choice(["all", "last", "state"])))
    else:
        dims = int(kind[-1])
        c = r.choice([1, 2, 4] if dims < 3 else [1, 2])
        shape = [1, c] + [5 if dims < 3 else 3] * dims
        if dims == 1:
            shape[2] = 7
        for _ in range(r.randint(2, 4)):
            layer, c = on_grids(r, c, dims)
            layers.append(layer)
    body = nn.Sequential(*layers).eval()
    for module in body.modules():
        if isinstance(module, nn.modules.batchnorm._BatchNorm):
            module.running_mean.normal_(0, 0.3)
            module.running_var.uniform_(0.5, 1.5)
    x = torch.randn(shape)
    with torch.no_grad():
        width = body(x).numel()
    if width > 4000 or not bool(torch.isfinite(body(x)).all()):
        raise ValueError("too wide")
    return kind, nn.Sequential(body, Head(width, r.randint(1, 4), r.random() < 0.3)).eval(), x


def reference(model, x, seed):
    model = model.double()
    x = x.double()
    f = lambda v: model(v.reshape(x.shape)).reshape(-1)
    v = x.reshape(-1)
    y = f(v)
    generator = torch.Generator().manual_seed(seed)
    lam = torch.randn(len(y), generator=generator, dtype=torch.float64)
    d = torch.randn(len(v), generator=generator, dtype=torch.float64)
    J = torch.autograd.functional.jacobian(f, v)
    # Fused attention has no second derivatives.
    with sdpa_kernel(SDPBackend.MATH):
        _, Hd = torch.autograd.functional.hvp(lambda u: (lam * f(u)).sum(), v, d)
    told = lambda t: t.detach().reshape(-1).tolist()
    return {"x": told(v), "y": told(y), "J": told(J), "lambda": told(lam), "d": told(d), "Hd": told(Hd)}


def main(folder, count=50, first=0):
    torch.backends.mha.set_fastpath_enabled(False)
    seed, done = first, 0
    while done < count:
        seed += 1
        try:
            kind, model, x = network(seed)
        except Exception:
            continue
        exporter = ["torch-dynamo", "torch-script"][done % 2]
        opset = random.Random(seed).choice([18, 20, 22] if exporter == "torch-dynamo" else [9, 11, 13, 16, 18, 20])
        own = os.path.join(folder, f"{exporter}-{seed:04d}")
        os.makedirs(own, exist_ok=True)
        try:
            path = os.path.join(own, "model.onnx")
            if exporter == "torch-dynamo":
                torch.onnx.export(model, (x,), path, dynamo=True, opset_version=opset, external_data=False, verbose=False)
            else:
                torch.onnx.export(model, (x,), path, dynamo=False, opset_version=opset, input_names=["input"], output_names=["output"], dynamic_axes={"input": {0: "batch"}} if seed % 2 else None)
        except Exception as error:
            # What the exporter itself refuses is no case.
            print(exporter, seed, kind, "not exported:", str(error).splitlines()[0][:100] if str(error) else repr(error)[:100], flush=True)
            os.rmdir(own) if not os.listdir(own) else None
            continue
        try:
            data = reference(model, x, seed)
        except Exception:
            traceback.print_exc()
            continue
        data.update(exporter=exporter, seed=seed, kind=kind, opset=opset, files=["model.onnx"], layers=[type(m).__name__ for m in model[0]])
        with open(os.path.join(own, "case.json"), "w") as file:
            json.dump(data, file)
        done += 1
    print(f"{done} networks of torch {torch.__version__} in {folder}")


if __name__ == "__main__":
    main(sys.argv[1], *map(int, sys.argv[2:]))
