"""Times PyTorch's derivatives of the trained convolutional and transformer classifiers (models/train), in f64.

Standard input: a JSON object with folder (model.json and weights.bin), kind (convolution or attention), threads, seconds, x
and multipliers. Standard output: a JSON object with milliseconds of processor time and least milliseconds of wall clock of
the value, of the fastest Jacobian and of the fastest Hessian of torch.func, what was fastest, norms of the results, version.
"""

import json
import math
import os
import sys
import time

import numpy
import torch
import torch.nn.functional as F

spec = json.load(sys.stdin)
torch.set_num_threads(spec["threads"])
torch.set_default_dtype(torch.float64)


def weights():
    manifest = json.load(open(os.path.join(spec["folder"], "model.json")))["weightsManifest"][0]
    numbers = numpy.fromfile(os.path.join(spec["folder"], manifest["paths"][0]), "<f4").astype("f8")
    found, at = {}, 0
    for each in manifest["weights"]:
        size = math.prod(each["shape"])
        found[each["name"]] = torch.from_numpy(numbers[at : at + size].reshape(each["shape"]).copy())
        at += size
    return found


W = weights()


def affine(u, name):
    return u @ W[name + "/kernel"] + W[name + "/bias"]


def same(u, name, stride):
    """A convolution padded as TensorFlow's `same`."""
    kernel = W[name + "/kernel"].permute(3, 2, 0, 1)
    size = kernel.shape[-1]
    total = (math.ceil(u.shape[-1] / stride) - 1) * stride + size - u.shape[-1]
    before, after = total // 2, total - total // 2
    u = F.pad(u, (before, after, before, after))
    return F.conv2d(u, kernel, W[name + "/bias"], stride=stride)


def convolution(x):
    u = torch.tanh(same(x.reshape(1, 1, 28, 28), "convolution_1", 2))
    u = torch.tanh(same(u, "convolution_2", 2))
    u = torch.tanh(affine(u.permute(0, 2, 3, 1).reshape(-1), "hidden"))
    return torch.softmax(affine(u, "output"), -1)


def normalized(u, name, axes):
    over = tuple(range(-axes, 0))
    centred = u - u.mean(over, keepdim=True)
    scaled = centred / torch.sqrt((centred * centred).mean(over, keepdim=True) + 1e-3)
    return scaled * W[name + "/gamma"] + W[name + "/beta"]


def heads(u, name):
    kernel = W[name + "/kernel"]
    return (u @ kernel.reshape(kernel.shape[0], -1)).reshape(
        u.shape[0], *kernel.shape[1:]
    ) + W[name + "/bias"]


def attention(x):
    u = x.reshape(4, 7, 4, 7).permute(0, 2, 1, 3).reshape(16, 49)
    x = normalized(affine(u, "embedding"), "position", 2)
    for k in (1, 2):
        u = normalized(x, f"norm_{k}a", 1)
        q, key, value = (heads(u, f"attention_{k}/{part}") for part in ("query", "key", "value"))
        scores = torch.einsum("qhd,khd->hqk", q, key) / math.sqrt(q.shape[-1])
        mixed = torch.einsum("hqk,khd->qhd", torch.softmax(scores, -1), value).reshape(16, -1)
        kernel = W[f"attention_{k}/attention_output/kernel"]
        x = x + mixed @ kernel.reshape(-1, kernel.shape[-1]) + W[f"attention_{k}/attention_output/bias"]
        u = affine(normalized(x, f"norm_{k}b", 1), f"wide_{k}")
        x = x + affine(u * torch.sigmoid(u), f"narrow_{k}")
    return torch.softmax(affine(normalized(x, "norm", 1).reshape(-1), "output"), -1)


evaluate = {"convolution": convolution, "attention": attention}[spec["kind"]]
x = torch.tensor(spec["x"])
multipliers = torch.tensor(spec["multipliers"])


def product(v):
    return multipliers @ evaluate(v)


def timed(call):
    result = call()
    least, count = math.inf, 0
    cpu, end = time.process_time(), time.perf_counter() + spec["seconds"]
    while count < 3 or time.perf_counter() < end:
        start = time.perf_counter()
        result = call()
        least = min(least, time.perf_counter() - start)
        count += 1
    return result, {"least": 1000 * least, "cpu": 1000 * (time.process_time() - cpu) / count}


def fastest(ways):
    best = None
    for name, call in ways.items():
        try:
            result, timing = timed(call)
        except (RuntimeError, NotImplementedError) as error:
            sys.stderr.write(f"{name}: {error}\n")
            continue
        if best is None or timing["cpu"] < best[1]["cpu"]:
            best = (result, {**timing, "by": name})
    return best


func = torch.func
y, value = timed(lambda: evaluate(x))
J, jacobian = fastest(
    {"jacrev": lambda: func.jacrev(evaluate)(x), "jacfwd": lambda: func.jacfwd(evaluate)(x)}
)
H, hessian = fastest(
    {
        "hessian": lambda: func.hessian(product)(x),
        "jacfwd(jacrev)": lambda: func.jacfwd(func.jacrev(product))(x),
        **{
            "jacrev(jacrev)" + (f" by {chunk}" if chunk else ""): lambda chunk=chunk: func.jacrev(
                func.jacrev(product), chunk_size=chunk
            )(x)
            for chunk in (None, 128, 256)
        },
    }
)
norms = [float(torch.linalg.norm(t)) for t in (y, J, torch.tril(H))]
json.dump(
    {
        "version": torch.__version__,
        "value": value,
        "jacobian": jacobian,
        "hessian": hessian,
        "norms": norms,
    },
    sys.stdout,
)
