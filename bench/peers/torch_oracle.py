"""Times PyTorch's value, Jacobian and Hessian of one dense network.

Standard input: a JSON object with name, widths, activation, softmax, precision, threads and seconds, as bench/oracle.ts
sends it. Standard output: a JSON object with the least and median milliseconds (and mean processor time) of y, of the faster of PyTorch's ways to
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
    return torch.from_numpy(values.reshape(inner, outer)).to(dtype)


def network(spec, dtype):
    widths = spec["widths"]
    layers = [
        (weights(l, widths[l - 1], widths[l], dtype), torch.zeros(widths[l], dtype=dtype))
        for l in range(1, len(widths))
    ]
    activation = {"tanh": torch.tanh, "sigmoid": torch.sigmoid}[spec["activation"]]

    def evaluate(x):
        for weight, bias in layers[:-1]:
            x = activation(x @ weight + bias)
        weight, bias = layers[-1]
        x = x @ weight + bias
        return torch.softmax(x, -1) if spec["softmax"] else x

    return evaluate


def timed(call, seconds):
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
    dtype = {"f64": torch.float64, "f32": torch.float32}[spec["precision"]]
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
