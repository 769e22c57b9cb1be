"""Times PyTorch's value, Jacobian and Hessian of one network.

Standard input: a JSON object with name, widths, convolutions, activation, softmax, precision, threads and seconds, as bench/oracle.ts
sends it; or product (rows, inner and outer length), of which the rate is told in 10⁹ operations a second. Standard output: a JSON object with the least and median milliseconds (and mean processor time) of y, of the faster of PyTorch's ways to
the Jacobian, of the faster of its ways to the Hessian of the product with fixed multipliers, and norms of the results.
"""

import json
import math
import sys
import time

import numpy
import torch


def weights(layer, inner, outer, dtype):
    """The same pseudo-random numbers as bench/networks.ts."""
    t = 43758.5453 * numpy.sin(12.9898 * numpy.arange(inner * outer, dtype=numpy.float64) + layer)
    values = math.sqrt(3 / inner) * (2 * (t - numpy.floor(t)) - 1)
    return torch.from_numpy(values.reshape(inner, outer)).to(torch.get_default_device(), dtype)


def network(spec, dtype):
    activation = {"tanh": torch.tanh, "sigmoid": torch.sigmoid}[spec["activation"]]
    widths = list(spec["widths"])
    kernels = []
    side, channels, l = math.isqrt(widths[0]), 1, 0
    image = side
    for own in spec.get("convolutions", []):
        l += 1
        window, outs = own["window"], own["channels"]
        kernel = weights(l, window * window * channels, outs, dtype)
        kernel = kernel.reshape(window, window, channels, outs).permute(3, 2, 0, 1).contiguous()
        kernels.append((kernel, own["stride"]))
        side, channels = (side - window) // own["stride"] + 1, outs
    if kernels:
        widths[0] = side * side * channels
    layers = [
        (weights(l + k, widths[k - 1], widths[k], dtype), torch.zeros(widths[k], dtype=dtype))
        for k in range(1, len(widths))
    ]

    def evaluate(x):
        if kernels:
            x = x.reshape(1, 1, image, image)
            for kernel, stride in kernels:
                x = activation(torch.nn.functional.conv2d(x, kernel, stride=stride))
            x = x.permute(0, 2, 3, 1).reshape(-1)
        for weight, bias in layers[:-1]:
            x = activation(x @ weight + bias)
        weight, bias = layers[-1]
        x = x @ weight + bias
        return torch.softmax(x, -1) if spec["softmax"] else x

    return evaluate


def timed(own, seconds):
    on_card = torch.get_default_device().type == "cuda"

    def call():
        result = own()
        if on_card:
            torch.cuda.synchronize()
        return result

    result = call()
    times = []
    cpu = time.process_time()
    end = time.perf_counter() + seconds
    while len(times) < 3 or (time.perf_counter() < end and len(times) < 2000):
        start = time.perf_counter()
        result = call()
        times.append(1000 * (time.perf_counter() - start))
    cpu = 1000 * (time.process_time() - cpu) / len(times)
    times.sort()
    return result, {"least": times[0], "median": times[len(times) // 2], "cpu": cpu}


def fastest(ways, seconds):
    """The result and times of the fastest of `ways`; those that this PyTorch cannot do are left out."""
    best = None
    failures = []
    for name, call in ways.items():
        try:
            result, timing = timed(call, seconds)
        except (RuntimeError, NotImplementedError) as error:
            failures.append(f"{name}: {error}")
            continue
        if best is None or timing["least"] < best[1]["least"]:
            best = (result, {**timing, "by": name})
    if best is None:
        raise RuntimeError("; ".join(failures))
    return best


def main():
    spec = json.load(sys.stdin)
    torch.set_num_threads(spec["threads"])
    torch.set_default_device(spec.get("device", "cpu"))
    dtype = {"f64": torch.float64, "f32": torch.float32}[spec["precision"]]
    if "product" in spec:
        rows, inner, outer = spec["product"]
        a, b = torch.rand(rows, inner, dtype=dtype), torch.rand(inner, outer, dtype=dtype)
        _, timing = timed(lambda: a @ b, spec["seconds"])
        json.dump({"rate": 2 * rows * inner * outer / timing["least"] / 1e6}, sys.stdout)
        return
    evaluate = network(spec, dtype)
    n, m = spec["widths"][0], spec["widths"][-1]
    x = 0.5 + 0.5 * torch.sin(torch.arange(n, dtype=torch.float64)).to(dtype)
    multipliers = torch.cos(torch.arange(m, dtype=torch.float64)).to(dtype)

    def product(v):
        return multipliers @ evaluate(v)

    functional = torch.autograd.functional
    jacobians = {
        "functional.jacobian(vectorize)": lambda: functional.jacobian(evaluate, x, vectorize=True),
        "functional.jacobian": lambda: functional.jacobian(evaluate, x),
    }
    hessians = {
        "functional.hessian(vectorize)": lambda: functional.hessian(product, x, vectorize=True),
        "functional.hessian(vectorize, forward)": lambda: functional.hessian(
            product, x, vectorize=True, outer_jacobian_strategy="forward-mode"
        ),
    }
    if hasattr(torch, "func"):
        jacobians["func.jacrev"] = lambda: torch.func.jacrev(evaluate)(x)
        hessians["func.hessian"] = lambda: torch.func.hessian(product)(x)
        hessians["func.jacrev(jacrev)"] = lambda: torch.func.jacrev(torch.func.jacrev(product))(x)

    seconds = spec["seconds"]
    with torch.no_grad():
        y, value = timed(lambda: evaluate(x), seconds)
    J, jacobian = fastest(jacobians, seconds)
    H, hessian = fastest(hessians, seconds)
    norms = [float(torch.linalg.norm(t.double())) for t in (y, J, torch.tril(H))]
    json.dump(
        {
            "network": spec["name"],
            "precision": spec["precision"],
            "threads": spec["threads"],
            "version": torch.__version__,
            "value": value,
            "jacobian": jacobian,
            "hessian": hessian,
            "norms": norms,
        },
        sys.stdout,
    )


if __name__ == "__main__":
    main()
