"""Architectures by name in PyTorch, each written by both of its ONNX exporters, for `node dist/bench/exporters.js`.

    pip install torch onnx onnxscript onnxruntime numpy
    python bench/peers/networks/known_torch.py FOLDER [NAME …]

As with_torch.py, whose references it takes; several inputs and outputs stand in case.json one after another. Networks that
the folder holds stay as they are, so that the same command goes on; what ONNX Runtime computes otherwise than PyTorch was
exported as another function and is no case.
"""

import json
import math
import os
import sys
import traceback
import warnings

warnings.filterwarnings("ignore")
import logging

logging.disable(logging.WARNING)
import numpy as np
import onnxruntime
import torch
from torch import nn
from torch.nn.attention import SDPBackend, sdpa_kernel
from torch.nn import functional as F
from torch.nn.utils import parametrizations


class Of(nn.Module):
    """A function of modules and tensors as a module."""

    def __init__(self, of, *parts, **named):
        super().__init__()
        self.of, self.parts = of, nn.ModuleList(parts)
        for name, value in named.items():
            if isinstance(value, nn.Module):
                self.add_module(name, value)
            elif isinstance(value, nn.Parameter):
                self.register_parameter(name, value)
            else:
                self.register_buffer(name, value)

    def forward(self, *x):
        return self.of(self, *x)


def own(*shape, size=0.5):
    return nn.Parameter(torch.randn(*shape) * size)


S = nn.Sequential
lin = nn.Linear
KNOWN = {}


def known(name, *shapes, **how):
    def add(make):
        KNOWN[name] = (make, shapes, how)
        return make

    return add


# Recurrence.
known("gru-two-layers", (4, 1, 3))(lambda: Of(lambda m, x: m.parts[0](x)[0], nn.GRU(3, 4, num_layers=2)))
known("gru-both-ways", (1, 4, 3))(lambda: Of(lambda m, x: m.parts[0](x)[0][:, -1], nn.GRU(3, 3, bidirectional=True, batch_first=True)))
known("lstm-projected", (1, 4, 3), scripted=False)(lambda: Of(lambda m, x: m.parts[0](x)[0], nn.LSTM(3, 5, proj_size=2, batch_first=True)))
known("lstm-states", (1, 3, 3), (1, 1, 4), (1, 1, 4), names=["x", "h", "c"], outs=["y", "h1", "c1"])(
    lambda: Of(lambda m, x, h, c: (lambda y, s: (y, *s))(*m.parts[0](x, (h, c))), nn.LSTM(3, 4, batch_first=True))
)


@known("gru-cell-unrolled", (1, 4, 3))
def _():
    def run(m, x):
        h = torch.zeros(x.shape[0], 4, dtype=x.dtype)
        for t in range(4):
            h = m.parts[0](x[:, t], h)
        return h

    return Of(run, nn.GRUCell(3, 4))


@known("lstm-cell-unrolled", (1, 4, 3))
def _():
    def run(m, x):
        h = c = torch.zeros(x.shape[0], 4, dtype=x.dtype)
        ys = []
        for t in range(4):
            h, c = m.parts[0](x[:, t], (h, c))
            ys.append(h)
        return torch.stack(ys, 1)

    return Of(run, nn.LSTMCell(3, 4))


known("rnn-relu-both-ways", (1, 4, 3))(lambda: Of(lambda m, x: m.parts[0](x)[0], nn.RNN(3, 3, nonlinearity="relu", bidirectional=True, batch_first=True, num_layers=2)))


@known("minimal-state-space", (1, 5, 3))
def _():
    def run(m, x):
        dt = F.softplus(m.step(x))
        a = torch.exp(-torch.exp(m.a) * dt)
        h, ys = torch.zeros_like(x[:, 0]), []
        for t in range(5):
            h = a[:, t] * h + dt[:, t] * m.b(x[:, t])
            ys.append(m.c(h))
        return torch.stack(ys, 1) * F.silu(x)

    return Of(run, step=lin(3, 3), a=own(3), b=lin(3, 3), c=lin(3, 3))


# Attention.
known("cross-attention", (1, 3, 4), (1, 5, 4), names=["query", "context"], outs=["values", "shares"])(
    lambda: Of(lambda m, q, c: m.parts[0](q, c, c, average_attn_weights=True), nn.MultiheadAttention(4, 2, batch_first=True))
)
known("attention-other-widths", (1, 3, 4), (1, 5, 6))(
    lambda: Of(lambda m, q, c: m.parts[0](q, c, c, need_weights=False)[0], nn.MultiheadAttention(4, 2, kdim=6, vdim=6, bias=False, batch_first=True))
)
known("attention-bias-kv", (3, 1, 4))(lambda: Of(lambda m, x: m.parts[0](x, x, x)[0], nn.MultiheadAttention(4, 2, add_bias_kv=True, add_zero_attn=True)))
known("attention-padding-mask", (1, 4, 4))(
    lambda: Of(lambda m, x: m.parts[0](x, x, x, key_padding_mask=m.pad)[0], nn.MultiheadAttention(4, 2, batch_first=True), pad=torch.tensor([[False, False, True, False]]))
)
known("transformer-encoder", (1, 4, 4))(
    lambda: nn.TransformerEncoder(nn.TransformerEncoderLayer(4, 2, 8, batch_first=True, norm_first=True, activation="gelu"), 2, norm=nn.LayerNorm(4), enable_nested_tensor=False)
)
known("transformer-decoder", (1, 3, 4), (1, 5, 4))(
    lambda: Of(
        lambda m, t, c: m.parts[0](t, c, tgt_mask=m.mask),
        nn.TransformerDecoder(nn.TransformerDecoderLayer(4, 2, 8, batch_first=True), 1),
        mask=nn.Transformer.generate_square_subsequent_mask(3),
    )
)
known("transformer", (1, 3, 4), (1, 2, 4))(lambda: nn.Transformer(4, 2, 1, 1, 8, batch_first=True))


@known("vision-transformer", (1, 1, 8, 8))
def _():
    def run(m, x):
        u = m.patch(x).flatten(2).transpose(1, 2)
        u = torch.cat([m.cls.expand(x.shape[0], -1, -1), u], 1) + m.place
        return m.head(m.body(u)[:, 0])

    body = nn.TransformerEncoder(nn.TransformerEncoderLayer(8, 2, 16, batch_first=True, norm_first=True, activation="gelu"), 1, enable_nested_tensor=False)
    return Of(run, patch=nn.Conv2d(1, 8, 4, 4), cls=own(1, 1, 8), place=own(1, 5, 8), body=body, head=lin(8, 3))


def rotate(x):
    a, b = x.chunk(2, -1)
    return torch.cat([-b, a], -1)


@known("rotary-grouped-attention", (1, 4, 8))
def _():
    def run(m, x):
        u = m.norm(x)
        q = m.q(u).view(1, 4, 4, 2).transpose(1, 2)
        k, v = (p(u).view(1, 4, 2, 2).transpose(1, 2) for p in (m.k, m.v))
        angle = torch.arange(4, dtype=x.dtype)[:, None] * torch.tensor([1.0, 1.0], dtype=x.dtype)
        q, k = (t * angle.cos() + rotate(t) * angle.sin() for t in (q, k))
        k, v = (t.repeat_interleave(2, 1) for t in (k, v))
        x = x + m.o(F.scaled_dot_product_attention(q, k, v, is_causal=True).transpose(1, 2).reshape(1, 4, 8))
        u = m.norm2(x)
        return x + m.down(F.silu(m.gate(u)) * m.up(u))

    return Of(run, norm=nn.RMSNorm(8), norm2=nn.RMSNorm(8), q=lin(8, 8, False), k=lin(8, 4, False), v=lin(8, 4, False), o=lin(8, 8, False), gate=lin(8, 12, False), up=lin(8, 12, False), down=lin(12, 8, False))


@known("shifted-window-attention", (1, 4, 4, 4))
def _():
    def run(m, x):
        u = torch.roll(x, (-1, -1), (1, 2)).view(1, 2, 2, 2, 2, 4).permute(0, 1, 3, 2, 4, 5).reshape(-1, 4, 4)
        q, k, v = m.qkv(u).reshape(-1, 4, 3, 2, 2).permute(2, 0, 3, 1, 4).unbind(0)
        a = (q @ k.transpose(-2, -1)) * 0.7 + m.table[m.index.view(-1)].view(4, 4, 2).permute(2, 0, 1)
        u = (a.softmax(-1) @ v).transpose(1, 2).reshape(-1, 4, 4)
        u = u.view(1, 2, 2, 2, 2, 4).permute(0, 1, 3, 2, 4, 5).reshape(1, 4, 4, 4)
        return x + torch.roll(u, (1, 1), (1, 2))

    return Of(run, qkv=lin(4, 12), table=own(9, 2), index=torch.randint(0, 9, (4, 4)))


@known("linear-attention", (1, 4, 4))
def _():
    def run(m, x):
        q, k, v = m.qkv(x).chunk(3, -1)
        q, k = F.elu(q) + 1, F.elu(k) + 1
        s = torch.einsum("btd,bte->bde", k, v)
        z = 1 / torch.einsum("btd,bd->bt", q, k.sum(1))
        return torch.einsum("btd,bde,bt->bte", q, s, z)

    return Of(run, qkv=lin(4, 12))


known("external-attention-pool", (1, 5, 4))(
    lambda: Of(lambda m, x: m.parts[0](m.seed.expand(x.shape[0], -1, -1), x, x)[0].flatten(1), nn.MultiheadAttention(4, 2, batch_first=True), seed=own(1, 2, 4))
)
known("alibi-attention", (1, 4, 4))(
    lambda: Of(
        lambda m, x: F.scaled_dot_product_attention(*(p(x).view(1, 4, 2, 2).transpose(1, 2) for p in m.parts), attn_mask=-torch.tensor([[0.5], [0.25]], dtype=x.dtype).view(2, 1, 1) * (torch.arange(4)[:, None] - torch.arange(4)).abs().to(x.dtype)),
        lin(4, 4), lin(4, 4), lin(4, 4),
    )
)  # fmt: skip

# Images.


def conv_bn(i, o, k, act=nn.ReLU, **more):
    return S(nn.Conv2d(i, o, k, padding=k // 2, bias=False, **more), nn.BatchNorm2d(o), act())


@known("u-net", (1, 1, 8, 8))
def _():
    def run(m, x):
        a = m.a(x)
        b = m.b(F.max_pool2d(a, 2))
        c = m.c(F.avg_pool2d(b, 2))
        u = m.d(torch.cat([F.interpolate(c, scale_factor=2, mode="bilinear", align_corners=True), b], 1))
        return m.e(torch.cat([m.up(u), a], 1))

    return Of(run, a=conv_bn(1, 3, 3), b=conv_bn(3, 4, 3), c=conv_bn(4, 4, 3), d=conv_bn(8, 4, 3), up=nn.ConvTranspose2d(4, 3, 2, 2), e=nn.Conv2d(6, 1, 1))


@known("feature-pyramid", (1, 2, 8, 8), outs=["fine", "coarse"])
def _():
    def run(m, x):
        a = m.a(x)
        b = m.b(a)
        up = F.interpolate(m.lb(b), size=a.shape[-2:], mode="nearest")
        return m.la(a) + up, m.lb(b)

    return Of(run, a=conv_bn(2, 3, 3, nn.SiLU, stride=2), b=conv_bn(3, 4, 3, nn.SiLU, stride=2), la=nn.Conv2d(3, 2, 1), lb=nn.Conv2d(4, 2, 1))


class Excite(nn.Module):
    def __init__(self, c, gate):
        super().__init__()
        self.a, self.b, self.gate = nn.Conv2d(c, 2, 1), nn.Conv2d(2, c, 1), gate

    def forward(self, x):
        return x * self.gate(self.b(F.relu(self.a(F.adaptive_avg_pool2d(x, 1)))))


class Residual(nn.Module):
    def __init__(self, inner, way=None):
        super().__init__()
        self.inner, self.way = inner, way if way is not None else nn.Identity()

    def forward(self, x):
        return self.inner(x) + self.way(x)


head = lambda c, o=3: S(nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(c, o))
known("mobilenet-v2", (1, 3, 6, 6))(lambda: S(conv_bn(3, 4, 3, nn.ReLU6, stride=2), Residual(S(conv_bn(4, 12, 1, nn.ReLU6), conv_bn(12, 12, 3, nn.ReLU6, groups=12), nn.Conv2d(12, 4, 1, bias=False), nn.BatchNorm2d(4))), head(4)))
known("mobilenet-v3", (1, 3, 6, 6))(lambda: S(conv_bn(3, 4, 3, nn.Hardswish, stride=2), Residual(S(conv_bn(4, 8, 1, nn.Hardswish), conv_bn(8, 8, 5, nn.Hardswish, groups=8), Excite(8, nn.Hardsigmoid()), nn.Conv2d(8, 4, 1))), head(4)))
known("efficientnet", (1, 3, 6, 6))(lambda: S(conv_bn(3, 4, 3, nn.SiLU, stride=2), Residual(S(conv_bn(4, 8, 1, nn.SiLU), conv_bn(8, 8, 5, nn.SiLU, groups=8), Excite(8, nn.Sigmoid()), nn.Conv2d(8, 4, 1))), head(4), nn.Softmax(1)))
known("resnet-bottleneck", (1, 3, 6, 6))(
    lambda: S(conv_bn(3, 4, 3), nn.MaxPool2d(3, 2, 1), Residual(S(conv_bn(4, 2, 1), conv_bn(2, 2, 3, stride=2), nn.Conv2d(2, 8, 1), nn.BatchNorm2d(8)), S(nn.Conv2d(4, 8, 1, stride=2), nn.BatchNorm2d(8))), nn.ReLU(), head(8))
)
known("resnext", (1, 4, 5, 5))(lambda: S(Residual(S(conv_bn(4, 8, 1), conv_bn(8, 8, 3, groups=4), nn.Conv2d(8, 4, 1))), nn.ReLU(), head(4)))


@known("densenet", (1, 2, 6, 6))
def _():
    def run(m, x):
        for layer in m.parts:
            x = torch.cat([x, layer(x)], 1)
        return m.head(F.avg_pool2d(m.change(x), 2))

    return Of(run, *(S(nn.BatchNorm2d(2 + 2 * k), nn.ReLU(), nn.Conv2d(2 + 2 * k, 2, 3, padding=1)) for k in range(3)), change=nn.Conv2d(8, 4, 1), head=head(4))


@known("convnext", (1, 4, 6, 6))
def _():
    def run(m, x):
        u = m.norm(m.depth(x).permute(0, 2, 3, 1))
        u = m.scale * m.narrow(F.gelu(m.wide(u)))
        x = x + u.permute(0, 3, 1, 2)
        mean = x.mean(1, keepdim=True)
        var = (x - mean).pow(2).mean(1, keepdim=True)
        return m.head((x - mean) / torch.sqrt(var + 1e-6) * m.weight[:, None, None])

    return Of(run, depth=nn.Conv2d(4, 4, 7, padding=3, groups=4), norm=nn.LayerNorm(4, eps=1e-6), wide=lin(4, 16), narrow=lin(16, 4), scale=own(4), weight=own(4), head=head(4))


@known("convnext-v2-response", (1, 4, 4, 4))
def _():
    def run(m, x):
        g = torch.norm(x, p=2, dim=(2, 3), keepdim=True)
        n = g / (g.mean(1, keepdim=True) + 1e-6)
        return m.head(m.gamma * (x * n) + m.beta + x)

    return Of(run, gamma=own(1, 4, 1, 1), beta=own(1, 4, 1, 1), head=head(4))


@known("shufflenet", (1, 4, 5, 5))
def _():
    def run(m, x):
        a, b = x.chunk(2, 1)
        u = torch.cat([a, m.parts[0](b)], 1)
        n, c, h, w = u.shape
        return m.head(u.view(n, 2, c // 2, h, w).transpose(1, 2).reshape(n, c, h, w))

    return Of(run, S(conv_bn(2, 2, 1), conv_bn(2, 2, 3, groups=2), conv_bn(2, 2, 1)), head=head(4))


@known("inception", (1, 2, 6, 6))
def _():
    return Of(lambda m, x: m.head(torch.cat([p(x) for p in m.parts], 1)), conv_bn(2, 2, 1), S(conv_bn(2, 2, 1), conv_bn(2, 2, 3)), S(conv_bn(2, 1, 1), conv_bn(1, 2, 5)), S(nn.MaxPool2d(3, 1, 1), conv_bn(2, 2, 1)), head=head(8))


known("squeezenet", (1, 2, 6, 6))(lambda: S(nn.Conv2d(2, 4, 3, 2), nn.ReLU(), nn.MaxPool2d(2, 1, ceil_mode=True), Of(lambda m, x: torch.cat([m.parts[0](x), m.parts[1](x)], 1), S(nn.Conv2d(4, 2, 1), nn.ReLU()), S(nn.Conv2d(4, 2, 3, padding=1), nn.ReLU())), head(4)))
known("mlp-mixer", (1, 4, 6))(lambda: S(Residual(Of(lambda m, x: m.parts[1](m.parts[0](x).transpose(1, 2)).transpose(1, 2), nn.LayerNorm(6), S(lin(4, 8), nn.GELU(), lin(8, 4)))), Residual(S(nn.LayerNorm(6), lin(6, 8), nn.GELU(), lin(8, 6))), Of(lambda m, x: x.mean(1))))
known("pixel-unshuffle", (1, 1, 6, 6))(lambda: S(nn.PixelUnshuffle(2), nn.Conv2d(4, 4, 3, padding=1), nn.Tanh(), nn.PixelShuffle(2)))
known("unfold-fold", (1, 2, 5, 5))(lambda: Of(lambda m, x: F.fold(m.parts[0](F.unfold(x, 3, padding=1).transpose(1, 2)).transpose(1, 2), (5, 5), 3, padding=1), S(lin(18, 18), nn.Tanh())))
known("deformed-grid", (1, 2, 4, 4), opset=16)(lambda: Of(lambda m, x: F.grid_sample(m.parts[0](x), m.grid, align_corners=False), nn.Conv2d(2, 2, 3, padding=1), grid=torch.rand(1, 3, 3, 2) * 1.6 - 0.8))
known("style-modulation", (1, 4), (1, 4, 3, 3))(lambda: Of(lambda m, s, x: F.instance_norm(x) * (1 + m.parts[0](s))[:, :, None, None] + m.parts[1](s)[:, :, None, None], lin(4, 4), lin(4, 4)))
known("atrous-pyramid", (1, 2, 7, 7))(
    lambda: Of(lambda m, x: torch.cat([p(x) for p in m.parts] + [F.interpolate(F.adaptive_avg_pool2d(x, 1), size=(7, 7), mode="bilinear", align_corners=False)], 1).mean((2, 3)), *(nn.Conv2d(2, 2, 3, padding=d, dilation=d) for d in (1, 2, 3)))
)
known("coordinate-convolution", (1, 2, 4, 4))(
    lambda: Of(lambda m, x: m.parts[0](torch.cat([x, *(t.expand(1, 1, 4, 4).to(x.dtype) for t in torch.meshgrid(torch.linspace(-1, 1, 4), torch.linspace(-1, 1, 4), indexing="ij"))], 1)).mean((2, 3)), nn.Conv2d(4, 3, 3))
)
known("bicubic", (1, 1, 4, 4))(lambda: Of(lambda m, x: F.interpolate(m.parts[0](x), size=(6, 7), mode="bicubic", align_corners=False), nn.Conv2d(1, 1, 1)))
known("dynamic-filter", (1, 3), (1, 1, 5, 5))(lambda: Of(lambda m, z, x: (F.unfold(x, 3) * m.parts[0](z)[:, :, None]).sum(1), lin(3, 9)))

# Sequences and volumes.


@known("wavenet", (1, 1, 9))
def _():
    def run(m, x):
        x, skip = m.first(x), 0
        for d, layer, back in zip((1, 2, 4), m.parts[:3], m.parts[3:]):
            f, g = layer(F.pad(x, (d, 0))).chunk(2, 1)
            u = torch.tanh(f) * torch.sigmoid(g)
            skip, x = skip + u, x + back(u)
        return m.last(F.relu(skip))

    return Of(run, *(nn.Conv1d(2, 4, 2, dilation=d) for d in (1, 2, 4)), *(nn.Conv1d(2, 2, 1) for _ in range(3)), first=nn.Conv1d(1, 2, 1), last=nn.Conv1d(2, 1, 1))


known("temporal-weight-norm", (1, 2, 7))(lambda: S(Of(lambda m, x: m.parts[0](F.pad(x, (4, 0))), parametrizations.weight_norm(nn.Conv1d(2, 3, 3, dilation=2))), nn.ReLU(), parametrizations.spectral_norm(nn.Conv1d(3, 2, 1))))
known("transposed-1d", (1, 2, 4))(lambda: S(nn.ConvTranspose1d(2, 4, 3, stride=2, padding=1, output_padding=1, groups=2), nn.Tanh(), nn.ConvTranspose1d(4, 1, 2, dilation=2)))
known("transposed-3d", (1, 1, 3, 2, 2))(lambda: S(nn.ConvTranspose3d(1, 2, (2, 3, 2), stride=(1, 2, 2), output_padding=(0, 1, 1)), nn.SiLU(), nn.Conv3d(2, 1, 2)))
known("volume-u-net", (1, 1, 4, 4, 2))(lambda: Of(lambda m, x: (lambda a: m.parts[2](torch.cat([F.interpolate(m.parts[1](F.avg_pool3d(a, 2)), scale_factor=2, mode="trilinear"), a], 1)))(m.parts[0](x)), S(nn.Conv3d(1, 2, 3, padding=1), nn.GroupNorm(1, 2), nn.GELU()), nn.Conv3d(2, 2, 1), nn.Conv3d(4, 1, 1)))
known("speech-conformer-block", (1, 6, 4))(
    lambda: S(
        Residual(S(nn.LayerNorm(4), lin(4, 8), nn.SiLU(), lin(8, 4))),
        Residual(Of(lambda m, x: m.parts[0](x, x, x, need_weights=False)[0], nn.MultiheadAttention(4, 2, batch_first=True))),
        Residual(Of(lambda m, x: m.parts[1](F.silu(m.parts[2](m.parts[0](F.glu(m.parts[3](x.transpose(1, 2)), 1))))).transpose(1, 2), nn.Conv1d(4, 4, 3, padding=1, groups=4), nn.Conv1d(4, 4, 1), nn.BatchNorm1d(4), nn.Conv1d(4, 8, 1))),
        nn.LayerNorm(4),
    )
)
known("decomposed-forecast", (1, 8, 2))(
    lambda: Of(lambda m, x: (lambda t: m.parts[0]((x - t).transpose(1, 2)) + m.parts[1](t.transpose(1, 2)))(F.avg_pool1d(torch.cat([x[:, :1].repeat(1, 1, 1), x, x[:, -1:].repeat(1, 1, 1)], 1).transpose(1, 2), 3, 1).transpose(1, 2)), lin(8, 4), lin(8, 4))
)
known("reversible-instance-norm", (1, 6, 2))(
    lambda: Of(lambda m, x: (lambda mean, std: m.parts[0](((x - mean) / std).transpose(1, 2)).transpose(1, 2) * std + mean)(x.mean(1, keepdim=True), torch.sqrt(x.var(1, keepdim=True, unbiased=False) + 1e-5)), S(lin(6, 4), nn.Tanh(), lin(4, 3)))
)
known("n-beats", (1, 6))(lambda: Of(lambda m, x: (lambda h: x @ m.a + torch.einsum("bk,kt->bt", m.parts[1](h), m.basis))(m.parts[0](x)), S(lin(6, 8), nn.ReLU(), lin(8, 8), nn.ReLU()), lin(8, 3), a=own(6, 4), basis=torch.stack([torch.linspace(0, 1, 4) ** k for k in range(3)])))

# Normalizations.
known("norms", (1, 4, 3, 3))(lambda: S(nn.GroupNorm(2, 4), nn.Conv2d(4, 4, 1), nn.InstanceNorm2d(4, affine=True), nn.Conv2d(4, 4, 1), nn.LayerNorm([4, 3, 3]), nn.Conv2d(4, 2, 1), nn.BatchNorm2d(2), nn.Flatten(), nn.RMSNorm(18), lin(18, 2)))
known("weight-standardized", (1, 2, 4, 4))(lambda: Of(lambda m, x: F.conv2d(x, (m.w - m.w.mean((1, 2, 3), keepdim=True)) / (m.w.std((1, 2, 3), keepdim=True) + 1e-5), padding=1).tanh(), w=own(3, 2, 3, 3)))
known("unbiased-variance", (1, 6))(lambda: S(lin(6, 6), Of(lambda m, x: (x - x.mean(-1, keepdim=True)) / (x.std(-1, keepdim=True) + 1e-3)), lin(6, 2)))
known("prelu-channels", (1, 3, 4, 4))(lambda: S(nn.Conv2d(3, 3, 3), nn.PReLU(3), nn.Conv2d(3, 2, 1), nn.PReLU(), nn.Flatten(), lin(8, 2)))

# Science.
known("deeponet", (1, 5), (1, 2), names=["sensors", "place"])(lambda: Of(lambda m, u, y: (m.parts[0](u) * m.parts[1](y)).sum(-1, keepdim=True) + m.bias, S(lin(5, 8), nn.Tanh(), lin(8, 6)), S(lin(2, 8), nn.Tanh(), lin(8, 6), nn.Tanh()), bias=own(1)))
known("fourier-features", (1, 2))(lambda: S(Of(lambda m, x: (lambda p: torch.cat([p.sin(), p.cos()], -1))(2 * math.pi * x @ m.b), b=torch.randn(2, 4)), lin(8, 6), nn.GELU(), lin(6, 1)))
known("siren", (1, 3))(lambda: S(lin(3, 8), Of(lambda m, x: torch.sin(3.0 * x)), lin(8, 8), Of(lambda m, x: torch.sin(3.0 * x)), lin(8, 2)))


@known("kan-b-splines", (1, 3))
def _():
    def run(m, x):
        x, g = x.unsqueeze(-1), m.grid
        b = ((x >= g[:, :-1]) & (x < g[:, 1:])).to(x.dtype)
        for k in range(1, 4):
            b = (x - g[:, : -(k + 1)]) / (g[:, k:-1] - g[:, : -(k + 1)]) * b[..., :-1] + (g[:, k + 1 :] - x) / (g[:, k + 1 :] - g[:, 1:-k]) * b[..., 1:]
        return m.base(F.silu(x.squeeze(-1))) + F.linear(b.flatten(1), m.spline)

    return Of(run, grid=(torch.arange(-3, 9) * 0.8 - 2.4).expand(3, -1).contiguous(), base=lin(3, 2), spline=own(2, 24, size=0.2))


known("kan-radial", (1, 3))(lambda: Of(lambda m, x: F.linear(torch.exp(-(((x.unsqueeze(-1) - m.grid) / 0.6) ** 2)).flatten(1), m.w) + m.base(F.silu(x)), grid=torch.linspace(-2, 2, 6), w=own(2, 18), base=lin(3, 2)))
known("kan-chebyshev", (1, 3))(lambda: Of(lambda m, x: torch.einsum("bid,iod->bo", torch.cos(torch.acos(torch.tanh(x).clamp(-1 + 1e-6, 1 - 1e-6)).unsqueeze(-1) * torch.arange(4)), m.w), w=own(3, 2, 4)))
known("radial-basis", (1, 3), scripted=False)(lambda: Of(lambda m, x: m.parts[0](torch.exp(-m.gamma * (torch.cdist(x, m.centers) ** 2))), lin(5, 2), centers=torch.randn(5, 3), gamma=torch.rand(5) + 0.2))
known("radial-basis-sums", (1, 3))(lambda: Of(lambda m, x: m.parts[0](torch.exp(-m.gamma * (x[:, None] - m.centers).pow(2).sum(-1))), lin(5, 2), centers=torch.randn(5, 3), gamma=torch.rand(5) + 0.2))
known("mixture-of-experts", (1, 4))(lambda: Of(lambda m, x: torch.einsum("be,beo->bo", m.gate(x).softmax(-1), torch.stack([p(x) for p in m.parts], 1)), *(S(lin(4, 6), nn.Tanh(), lin(6, 2)) for _ in range(3)), gate=lin(4, 3)))
known("mixture-density", (1, 3), outs=["shares", "means", "deviations"])(lambda: Of(lambda m, x: (lambda h: (m.parts[1](h).softmax(-1), m.parts[2](h), F.softplus(m.parts[3](h)) + 1e-3))(m.parts[0](x)), S(lin(3, 6), nn.Tanh()), lin(6, 3), lin(6, 3), lin(6, 3)))


@known("real-nvp", (1, 4), outs=["z", "log_det"])
def _():
    def run(m, x):
        total = 0
        for k in range(2):
            a, b = (x[:, :2], x[:, 2:]) if k == 0 else (x[:, 2:], x[:, :2])
            s, t = m.parts[k](a).chunk(2, -1)
            s = 1.5 * torch.tanh(s)
            x, total = torch.cat([a, b * torch.exp(s) + t], -1), total + s.sum(-1)
        return x, total

    return Of(run, *(S(lin(2, 6), nn.Tanh(), lin(6, 4)) for _ in range(2)))


known("planar-flow", (1, 3), outs=["z", "log_det"])(lambda: Of(lambda m, z: (lambda h: (z + m.u * h, torch.log(torch.abs(1 + (1 - h**2) * (m.w * m.u).sum()) + 1e-6)))(torch.tanh((z * m.w).sum(-1, keepdim=True) + m.b)), u=own(3), w=own(3), b=own(1)))
known("log-density", (1, 3))(lambda: Of(lambda m, x: (lambda z: -0.5 * (z**2).sum(-1) - m.l.diagonal().abs().log().sum())((x - m.mean) @ torch.tril(m.l)), mean=own(3), l=torch.eye(3) + 0.3 * torch.randn(3, 3)))
known("rational-quadratic", (1, 3))(lambda: Of(lambda m, x: m.parts[1]((lambda u: (m.a * u**2 + u) / (1 + m.b**2 * u**2))(m.parts[0](x))), lin(3, 5), lin(5, 2), a=own(5), b=own(5)))
known("variational-autoencoder", (1, 6), outs=["reconstruction", "mean", "log_variance"])(lambda: Of(lambda m, x: (lambda h: (m.parts[3](m.parts[1](h)), m.parts[1](h), m.parts[2](h)))(m.parts[0](x)), S(lin(6, 5), nn.ELU()), lin(5, 2), lin(5, 2), S(lin(2, 5), nn.ELU(), lin(5, 6), nn.Sigmoid())))
known("runge-kutta", (1, 3))(lambda: Of(lambda m, x: (lambda f, h: (lambda k1: (lambda k2: (lambda k3: x + h / 6 * (k1 + 2 * k2 + 2 * k3 + f(x + h * k3)))(f(x + h / 2 * k2)))(f(x + h / 2 * k1)))(f(x)))(m.parts[0], 0.2), S(lin(3, 6), nn.Tanh(), lin(6, 3))))
known("input-convex", (1, 3))(lambda: Of(lambda m, x: F.softplus(m.a) @ F.softplus(m.parts[0](x) + F.softplus(m.parts[1](x)) @ F.softplus(m.w)).transpose(0, 1), lin(3, 4), lin(3, 4), a=own(1, 4), w=own(4, 4)))
known("monotone", (1, 3))(lambda: Of(lambda m, x: torch.sigmoid(F.linear(torch.tanh(F.linear(x, m.a.exp(), m.b)), m.c.abs())), a=own(5, 3), b=own(5), c=own(2, 5)))
known("hamiltonian", (1, 4))(lambda: Of(lambda m, x: (lambda h: ((1 - h**2) * m.v) @ m.w @ m.j)(torch.tanh(x @ m.w.T + m.b)), w=own(6, 4), b=own(6), v=own(6), j=torch.tensor([[0.0, 0, -1, 0], [0, 0, 0, -1], [1, 0, 0, 0], [0, 1, 0, 0]])))
known("graph-convolution", (1, 4, 3))(lambda: Of(lambda m, x: m.parts[1](m.adj @ F.relu(m.adj @ m.parts[0](x))).mean(1), lin(3, 5), lin(5, 2), adj=(torch.rand(4, 4) > 0.4).float() + torch.eye(4)))


@known("graph-attention", (1, 4, 3))
def _():
    def run(m, x):
        h = m.w(x)
        e = F.leaky_relu(m.a(h) + m.b(h).transpose(1, 2), 0.2).masked_fill(m.mask, float("-inf"))
        return F.elu(torch.softmax(e, -1) @ h)

    return Of(run, w=lin(3, 4), a=lin(4, 1), b=lin(4, 1), mask=torch.tensor([[0, 0, 1, 1], [0, 0, 0, 1], [1, 0, 0, 0], [1, 1, 0, 0]]).bool())


@known("message-passing", (1, 4, 3))
def _():
    def run(m, x):
        send = m.f(torch.cat([x[:, m.source], x[:, m.target]], -1))
        got = torch.zeros(1, 4, 3, dtype=x.dtype).index_add(1, m.target, send)
        return x + m.g(torch.cat([x, got], -1))

    return Of(run, f=S(lin(6, 5), nn.SiLU(), lin(5, 3)), g=lin(6, 3), source=torch.tensor([0, 1, 2, 3, 0]), target=torch.tensor([1, 2, 3, 0, 2]))


known("point-net", (1, 5, 3))(lambda: Of(lambda m, x: m.parts[1](m.parts[0](x).max(1).values), S(lin(3, 6), nn.ReLU(), lin(6, 6)), lin(6, 2)))
known("deep-set", (1, 4, 3))(lambda: Of(lambda m, x: m.parts[1](m.parts[0](x).sum(1)), S(lin(3, 6), nn.ELU()), S(lin(6, 4), nn.Tanh(), lin(4, 2))))
known("fourier-operator", (1, 2, 8), scripted=False)(lambda: Of(lambda m, x: (lambda f: m.parts[0](x) + torch.fft.irfft(torch.complex(f.real * m.a - f.imag * m.b, f.real * m.b + f.imag * m.a), n=8))(torch.fft.rfft(x)), nn.Conv1d(2, 2, 1), a=own(2, 5), b=own(2, 5)))
known("soft-threshold", (1, 5))(lambda: Of(lambda m, x: (lambda z: F.softshrink(z + F.linear(x - F.linear(z, m.d), m.d.T), 0.1))(F.softshrink(F.linear(x, m.d.T), 0.1)), d=own(5, 4)))
known("sindy", (1, 3))(lambda: Of(lambda m, x: torch.cat([torch.ones_like(x[:, :1]), x, x[:, :1] * x, x[:, 1:] ** 2, torch.sin(x)], -1) @ m.xi, xi=own(12, 3)))
known("neural-additive", (1, 3))(lambda: Of(lambda m, x: sum(p(x[:, k : k + 1]) for k, p in enumerate(m.parts)), *(S(lin(1, 4), nn.Tanh(), lin(4, 1)) for _ in range(3))))
known("quadratic-features", (1, 4))(lambda: Of(lambda m, x: m.parts[0]((x[:, :, None] * x[:, None, :])[:, *torch.triu_indices(4, 4)]), lin(10, 2)))
known("bilinear", (1, 3), (1, 4))(lambda: nn.Bilinear(3, 4, 2))
known("tensor-train", (1, 4))(lambda: Of(lambda m, x: torch.einsum("bij,aik,kjc->bac", x.view(-1, 2, 2), m.a, m.b).flatten(1).tanh(), a=own(3, 2, 2), b=own(2, 2, 3)))
known("hyper-network", (1, 3), (1, 2))(lambda: Of(lambda m, z, x: (lambda w: torch.bmm(torch.tanh(torch.bmm(x[:, None], w[:, :8].view(-1, 2, 4))), w[:, 8:].view(-1, 4, 1)).flatten(1))(m.parts[0](z)), lin(3, 12)))
known("feature-modulation", (1, 3), (1, 4))(lambda: Of(lambda m, c, x: (lambda g, b: m.parts[2](F.silu(m.parts[1](x)) * (1 + g) + b))(*m.parts[0](c).chunk(2, -1)), lin(3, 12), lin(4, 6), lin(6, 2)))
known("time-conditioned", (1, 3), (1,), names=["x", "time"])(
    lambda: Of(lambda m, x, t: (lambda a: m.parts[1](F.silu(m.parts[0](torch.cat([x, a.sin(), a.cos()], -1)))))(t[:, None] * torch.exp(-math.log(100.0) * torch.arange(4) / 4)), lin(11, 6), lin(6, 3))
)
known("capsule-squash", (1, 3, 4))(lambda: S(lin(4, 4), Of(lambda m, x: (lambda n: n / (1 + n) * x / torch.sqrt(n + 1e-8))((x**2).sum(-1, keepdim=True)))))
known("cosine-similarity", (1, 4), (1, 4))(lambda: Of(lambda m, a, b: F.cosine_similarity(m.parts[0](a), m.parts[0](b)) * 5, S(lin(4, 5), nn.Tanh())))
known("siamese-distance", (1, 4), (1, 4))(lambda: Of(lambda m, a, b: F.pairwise_distance(m.parts[0](a), m.parts[0](b)), S(lin(4, 5), nn.Tanh())))
known("highway", (1, 4))(lambda: Of(lambda m, x: (lambda t: t * F.relu(m.parts[0](x)) + (1 - t) * x)(torch.sigmoid(m.parts[1](x))), lin(4, 4), lin(4, 4)))
known("maxout", (1, 4))(lambda: Of(lambda m, x: m.parts[1](m.parts[0](x).view(-1, 4, 3).amax(-1)), lin(4, 12), lin(4, 2)))
known("concatenated-relu", (1, 4))(lambda: S(lin(4, 4), Of(lambda m, x: torch.cat([F.relu(x), F.relu(-x)], -1)), lin(8, 2)))
known("residual-mlp", (1, 5))(lambda: S(lin(5, 6), *(Residual(S(nn.LayerNorm(6), lin(6, 12), nn.SiLU(), nn.Dropout(0.1), lin(12, 6))) for _ in range(3)), nn.LayerNorm(6), lin(6, 2)))
known("snake", (1, 3))(lambda: S(lin(3, 5), Of(lambda m, x: x + torch.sin(m.a * x) ** 2 / m.a, a=torch.rand(5) + 0.5), lin(5, 2)))
known("powers", (1, 3))(lambda: S(lin(3, 4), Of(lambda m, x: torch.pow(torch.abs(x) + 0.1, m.p) + torch.pow(2.0, 0.3 * x) + torch.rsqrt(1 + x * x), p=torch.rand(4) + 1), lin(4, 2)))
known("inverse-trigonometry", (1, 3))(lambda: S(lin(3, 4), Of(lambda m, x: torch.atan(x) + torch.asinh(x) + torch.asin(0.5 * torch.tanh(x)) + torch.acosh(2 + x * x) + torch.atanh(0.5 * torch.sin(x)) + torch.tan(0.2 * x)), lin(4, 2)))
known("angle", (1, 4), scripted=False)(lambda: Of(lambda m, x: (lambda a, b: torch.atan2(a, b))(*m.parts[0](x).chunk(2, -1)), lin(4, 4)))
known("layer-of-constants", (1, 3))(lambda: Of(lambda m, x: m.parts[1](x + m.parts[0](torch.tensor([2])) + F.one_hot(torch.tensor([1]), 3)), nn.Embedding(4, 3), lin(3, 2)))
known("embedding-bag", (1, 3), scripted=False)(lambda: Of(lambda m, x: m.parts[1](x * m.parts[0](torch.tensor([[0, 2, 1]]))), nn.EmbeddingBag(4, 3), lin(3, 2)))
known("autoregressive-mask", (1, 4))(lambda: Of(lambda m, x: F.linear(F.elu(F.linear(x, m.w * m.mask, m.b)), m.v * m.mask.T), w=own(4, 4), b=own(4), v=own(4, 4), mask=torch.tril(torch.ones(4, 4), -1)))
known("determinant", (1, 4))(lambda: Of(lambda m, x: torch.linalg.det(torch.eye(2, dtype=x.dtype) + 0.2 * m.parts[0](x).view(-1, 2, 2)), lin(4, 4)))

# Pieces by comparisons.
pieces = {
    "where-leaky": lambda m, x: torch.where(x > 0, x, 0.1 * x),
    "where-elu": lambda m, x: torch.where(x > 0, x, torch.exp(torch.clamp(x, max=0.0)) - 1),
    "where-huber": lambda m, x: torch.where(x.abs() < 1, 0.5 * x**2, x.abs() - 0.5),
    "where-three": lambda m, x: torch.where(x < -1, -0.1 * (x + 1) - 1, torch.where(x > 1, 2 * x - 1, x)),
    "where-between": lambda m, x: torch.where((x > -1) & (x <= 1), x, x.clamp(-1, 1)),
    "mask-product": lambda m, x: (x > 0).to(x.dtype) * x + (x <= 0).to(x.dtype) * (0.2 * x),
    "where-vectors": lambda m, x: torch.where(x.sum(-1, keepdim=True) > 0, x * x.sum(-1, keepdim=True), 0.3 * x * x.sum(-1, keepdim=True)),
    "where-parametric": lambda m, x: torch.where(x >= m.c, m.c + m.s * (x - m.c), x),
    "soft-exponential": lambda m, x: torch.where(torch.logical_not(x < 0), torch.log1p(x.clamp(min=0)), x),
    "smelu": lambda m, x: torch.where(x <= -1.1, torch.zeros_like(x), torch.where(x >= 1.1, x, (x + 1.1) ** 2 / 4.4)),
    "sign-power": lambda m, x: torch.sign(x) * torch.sqrt(torch.abs(x) + 1) - torch.sign(x),
}
for name, of in pieces.items():
    known(name, (1, 4))(lambda of=of: S(lin(4, 5), Of(of, c=torch.rand(5), s=torch.rand(5) * 0.2), lin(5, 2)))
known("step", (1, 4))(lambda: S(lin(4, 5), Of(lambda m, x: (x > 0).to(x.dtype)), lin(5, 2)))

# Numbers in less and more precision, weights beside the file.
mlp = lambda: S(lin(4, 6), nn.SiLU(), lin(6, 6), nn.LayerNorm(6), nn.Tanh(), lin(6, 2))
known("in-double", (1, 4), dtype=torch.float64)(mlp)
known("in-half", (1, 4), dtype=torch.float16)(mlp)
known("in-bfloat", (1, 4), dtype=torch.bfloat16, scripted=False)(mlp)
known("beside-the-file", (1, 40), external=True, scripted=False)(lambda: S(lin(40, 60), nn.Tanh(), lin(60, 2)))
for opset in (9, 10, 11, 12, 14, 15, 17, 19, 21, 23):
    known(f"opset-{opset}", (1, 2, 5), opset=opset, scripted=opset <= 20, dynamo=opset >= 18)(
        lambda: S(nn.Conv1d(2, 4, 3, padding=1), nn.BatchNorm1d(4), nn.ReLU(), nn.MaxPool1d(2, 1), Of(lambda m, x: F.pad(x, (1, 0)).transpose(1, 2).softmax(-1)), nn.LayerNorm(4), Of(lambda m, x: F.gelu(x).squeeze(0).unsqueeze(0).mean(1)), lin(4, 2), nn.LogSoftmax(1))
    )


def twice(model):
    """Hard sigmoids with second derivatives, which PyTorch's own lack."""
    for name, inner in model.named_children():
        if isinstance(inner, nn.Hardsigmoid):
            setattr(model, name, Of(lambda m, x: F.relu6(x + 3) / 6))
        elif isinstance(inner, nn.Hardswish):
            setattr(model, name, Of(lambda m, x: x * F.relu6(x + 3) / 6))
        else:
            twice(inner)
    return model


def reference(model, given, seed):
    model = twice(model).double()
    sizes = [x.numel() for x in given]
    shapes = [x.shape for x in given]

    def f(v):
        y = model(*(part.reshape(shape) for part, shape in zip(v.split(sizes), shapes)))
        return torch.cat([own.reshape(-1) for own in (y if isinstance(y, tuple) else (y,))])

    v = torch.cat([x.double().reshape(-1) for x in given])
    y = f(v)
    generator = torch.Generator().manual_seed(seed)
    lam = torch.randn(len(y), generator=generator, dtype=torch.float64)
    d = torch.randn(len(v), generator=generator, dtype=torch.float64)
    J = torch.autograd.functional.jacobian(f, v)
    with sdpa_kernel(SDPBackend.MATH):
        _, Hd = torch.autograd.functional.hvp(lambda u: (lam * f(u)).sum(), v, d)
    told = lambda t: t.detach().reshape(-1).tolist()
    return {"x": told(v), "y": told(y), "J": told(J), "lambda": told(lam), "d": told(d), "Hd": told(Hd)}


def same(path, given, y):
    """Whether ONNX Runtime computes what PyTorch does, as far as it reads the file."""
    try:
        session = onnxruntime.InferenceSession(path)
    except Exception:
        return True
    try:
        told = session.run(None, {own.name: x.numpy() for own, x in zip(session.get_inputs(), given)})
    except Exception:
        return False
    told = np.concatenate([np.ravel(own) for own in told])
    return len(told) == len(y) and np.allclose(told, y, rtol=1e-3, atol=1e-3)


def settle(model):
    for module in model.modules():
        if isinstance(module, (nn.modules.batchnorm._BatchNorm,)):
            module.running_mean.normal_(0, 0.3)
            module.running_var.uniform_(0.5, 1.5)
    return model.eval()


def main(folder, *only, networks=KNOWN):
    torch.backends.mha.set_fastpath_enabled(False)
    done = 0
    for seed, (name, (make, shapes, how)) in enumerate(networks.items()):
        if only and name not in only:
            continue
        for exporter in ("torch-dynamo", "torch-script"):
            if not how.get("dynamo" if exporter == "torch-dynamo" else "scripted", True):
                continue
            torch.manual_seed(seed)
            model = settle(make()).to(how.get("dtype", torch.float32))
            given = tuple(torch.randn(shape).to(how.get("dtype", torch.float32)) for shape in shapes)
            own = os.path.join(folder, f"{exporter}-{name}")
            if os.path.exists(os.path.join(own, "case.json")):
                continue
            os.makedirs(own, exist_ok=True)
            path = os.path.join(own, "model.onnx")
            names = {"input_names": how.get("names"), "output_names": how.get("outs")}
            try:
                with torch.no_grad():
                    if exporter == "torch-dynamo":
                        torch.onnx.export(model, given, path, dynamo=True, opset_version=max(18, how.get("opset", 18)), external_data=how.get("external", False), verbose=False, **names)
                    else:
                        torch.onnx.export(model, given, path, dynamo=False, opset_version=how.get("opset", 17), **names)
            except Exception as error:
                # What the exporter itself refuses is no case.
                print(exporter, name, "not exported:", (str(error).splitlines() or [repr(error)])[0][:160], flush=True)
                continue
            try:
                data = reference(model, given, seed)
            except Exception:
                traceback.print_exc()
                continue
            data.update(exporter=exporter, kind=name, files=["model.onnx"], layers=[name])
            if how.get("dtype", torch.float32) == torch.float32 and not same(path, given, data["y"]):
                print(exporter, name, "exported as another function", flush=True)
                continue
            with open(os.path.join(own, "case.json"), "w") as file:
                json.dump(data, file)
            done += 1
    print(f"{done} networks of torch {torch.__version__} in {folder}")


if __name__ == "__main__":
    main(*sys.argv[1:])
