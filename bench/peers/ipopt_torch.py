#!/usr/bin/env python3
"""The peer of `graybox solve mnist`: Ipopt with MUMPS (libipopt by ctypes) and an f64 PyTorch oracle.

Solves the adversarial-image problem in the reduced space, 2,362 variables and 805 rows, the network's Jacobian and
Hessian by automatic differentiation. Prints one JSON object per sample: status, objective, iterations and seconds.

    python3 bench/peers/ipopt_torch.py --network DIR --data DIR [--samples 6] [--targets 9] [--tol 1e-6]

Needs PyTorch 2 and numpy, and libipopt (Debian: coinor-libipopt1v5) or another one that GRAYBOX_IPOPT names.
"""

import argparse
import ctypes as c
import ctypes.util
import gzip
import json
import os
import time

import numpy as np
import torch

PIXELS, CLASSES = 784, 10
TARGETS = [8, 9, 1, 8, 9, 6, 8, 1, 9, 4]
INFINITY = 2e19
doubles = c.POINTER(c.c_double)
ints = c.POINTER(c.c_int)


def load_ipopt():
    name = os.environ.get("GRAYBOX_IPOPT") or ctypes.util.find_library("ipopt")
    if name is None:
        raise SystemExit("libipopt is not installed (Debian: apt-get install coinor-libipopt1v5); or name it in GRAYBOX_IPOPT")
    library = c.CDLL(name)
    # Ipopt 3.14 made its C Boolean one byte; before, it was an int.
    boolean = c.c_bool if hasattr(library, "GetIpoptCurrentIterate") else c.c_int
    return library, boolean


def ipopt_version(library):
    if not hasattr(library, "GetIpoptVersion"):
        return "3.x"
    parts = [c.c_int() for _ in range(3)]
    library.GetIpoptVersion(*(c.byref(part) for part in parts))
    return ".".join(str(part.value) for part in parts)


def load_network(folder):
    """Dense layers of a tfjs LayersModel: [(W, b, activation)]."""
    with open(os.path.join(folder, "model.json")) as file:
        model = json.load(file)
    group = model["weightsManifest"][0]
    raw = b"".join(open(os.path.join(folder, path), "rb").read() for path in group["paths"])
    arrays, at = [], 0
    for weight in group["weights"]:
        size = int(np.prod(weight["shape"]))
        arrays.append(np.frombuffer(raw, "<f4", size, at).reshape(weight["shape"]).astype(np.float64))
        at += 4 * size
    topology = model["modelTopology"]
    topology = topology.get("model_config", topology)
    layers = [layer for layer in topology["config"]["layers"] if layer["class_name"] == "Dense"]
    return [
        (torch.tensor(arrays[2 * k]), torch.tensor(arrays[2 * k + 1]), layer["config"]["activation"])
        for k, layer in enumerate(layers)
    ]


def median_seconds(function, runs=5):
    function()
    times = []
    for _ in range(runs):
        start = time.perf_counter()
        function()
        times.append(time.perf_counter() - start)
    return sorted(times)[runs // 2]


class Oracle:
    """y, J and H in f64. Ipopt asks for J with y at hand and for H with multipliers that it tells only then, so that one
    call for all three is not to be had: J comes with y from one vmapped pass, H from the way that is fastest here."""

    def __init__(self, layers):
        self.layers = layers
        self.kept = {}
        self.ways = {
            "jacrev(jacrev)": lambda f, x: torch.func.jacrev(torch.func.jacrev(f))(x),
            "jacfwd(jacrev)": lambda f, x: torch.func.jacfwd(torch.func.jacrev(f))(x),
            "autograd.functional.hessian(vectorize)": lambda f, x: torch.autograd.functional.hessian(f, x, vectorize=True),
        }

    def network(self, x):
        for weight, bias, activation in self.layers:
            x = x @ weight + bias
            if activation == "tanh":
                x = torch.tanh(x)
            elif activation == "sigmoid":
                x = torch.sigmoid(x)
            elif activation == "softmax":
                x = torch.softmax(x, -1)
        return x

    def choose(self, x, threads):
        """Takes the fastest way to H and number of threads; PyTorch's first calls set up its own machinery besides."""
        x = torch.tensor(x)
        f = lambda t: self.network(t).sum()
        timed = {}
        for count in sorted({threads, 1}, reverse=True):
            torch.set_num_threads(count)
            for name, way in self.ways.items():
                timed[name, count] = median_seconds(lambda: way(f, x))
        self.way, self.threads = min(timed, key=timed.get)
        torch.set_num_threads(self.threads)
        self.reset()
        self.jacobian(x.numpy())
        self.reset()

    def reset(self):
        self.seconds = {"value": 0.0, "jacobian": 0.0, "hessian": 0.0}
        self.point = {"value": None, "jacobian": None}

    def timed(self, kind, function):
        start = time.perf_counter()
        result = function()
        self.seconds[kind] += time.perf_counter() - start
        return result

    def at(self, kind, x, function):
        if self.point[kind] is None or not np.array_equal(self.point[kind], x):
            self.kept[kind] = self.timed(kind, lambda: function(torch.tensor(x)))
            self.point[kind] = x.copy()
        return self.kept[kind]

    def value(self, x):
        with torch.no_grad():
            return self.at("value", x, lambda t: self.network(t).numpy())

    def jacobian(self, x):
        def both(t):
            y = self.network(t)
            return y, y

        J, y = self.at("jacobian", x, torch.func.jacrev(both, has_aux=True))
        self.kept["value"], self.point["value"] = y.detach().numpy(), self.point["jacobian"]
        return J.numpy()

    def hessian(self, x, multipliers):
        weights = torch.tensor(multipliers)
        scalar = lambda t: self.network(t) @ weights
        return self.timed("hessian", lambda: self.ways[self.way](scalar, torch.tensor(x)).detach().numpy())


def solve(ipopt, oracle, image, target, tol, print_level):
    library, boolean = ipopt
    n, m = 3 * PIXELS + CLASSES, PIXELS + 2 * CLASSES + 1
    x_at, plus, minus, y_at = 0, PIXELS, 2 * PIXELS, 3 * PIXELS
    lower = np.zeros(n)
    upper = np.full(n, INFINITY)
    upper[:PIXELS] = 1
    lower[y_at:], upper[y_at:] = -INFINITY, INFINITY
    row_lower = np.concatenate([image, np.zeros(CLASSES), np.zeros(CLASSES), [0.6]])
    row_upper = np.concatenate([image, np.zeros(CLASSES), np.ones(CLASSES), [INFINITY]])

    pixel = np.arange(PIXELS)
    klass = np.arange(CLASSES)
    rows = np.concatenate([pixel, pixel, pixel, np.repeat(PIXELS + klass, PIXELS), PIXELS + klass, PIXELS + CLASSES + klass, [m - 1]])
    columns = np.concatenate([x_at + pixel, plus + pixel, minus + pixel, np.tile(pixel, CLASSES), y_at + klass, y_at + klass, [y_at + target]])
    lower_triangle = np.tril_indices(PIXELS)
    jacobian_constant = np.concatenate([np.ones(PIXELS), -np.ones(PIXELS), np.ones(PIXELS)])
    box = slice(3 * PIXELS, 3 * PIXELS + CLASSES * PIXELS)
    iterations = [0]

    view = lambda pointer, size: np.ctypeslib.as_array(pointer, (size,))

    def objective(n_, x, new, out, user):
        out[0] = view(x, n)[plus:y_at].sum()
        return True

    def gradient(n_, x, new, out, user):
        g = view(out, n)
        g[:] = 0
        g[plus:y_at] = 1
        return True

    def constraints(n_, x, new, m_, out, user):
        v, g = view(x, n), view(out, m)
        g[:PIXELS] = v[:PIXELS] - v[plus:minus] + v[minus:y_at]
        g[PIXELS : PIXELS + CLASSES] = v[y_at:] - oracle.value(v[:PIXELS])
        g[PIXELS + CLASSES : m - 1] = v[y_at:]
        g[m - 1] = v[y_at + target]
        return True

    def jacobian(n_, x, new, m_, count, row, column, values, user):
        if not values:
            view(row, count)[:] = rows
            view(column, count)[:] = columns
        else:
            out = view(values, count)
            out[: 3 * PIXELS] = jacobian_constant
            out[box] = -oracle.jacobian(view(x, n)[:PIXELS]).ravel()
            out[box.stop :] = 1
        return True

    def hessian(n_, x, new, factor, m_, multipliers, new_multipliers, count, row, column, values, user):
        if not values:
            view(row, count)[:] = lower_triangle[0]
            view(column, count)[:] = lower_triangle[1]
        else:
            weights = view(multipliers, m)[PIXELS : PIXELS + CLASSES]
            view(values, count)[:] = -oracle.hessian(view(x, n)[:PIXELS], weights)[lower_triangle]
        return True

    def progress(mode, iteration, *rest):
        iterations[0] = iteration
        return True

    i, d, p = c.c_int, c.c_double, c.c_void_p
    callbacks = [
        c.CFUNCTYPE(boolean, i, doubles, boolean, doubles, p)(objective),
        c.CFUNCTYPE(boolean, i, doubles, boolean, i, doubles, p)(constraints),
        c.CFUNCTYPE(boolean, i, doubles, boolean, doubles, p)(gradient),
        c.CFUNCTYPE(boolean, i, doubles, boolean, i, i, ints, ints, doubles, p)(jacobian),
        c.CFUNCTYPE(boolean, i, doubles, boolean, d, i, doubles, boolean, i, ints, ints, doubles, p)(hessian),
    ]
    monitor = c.CFUNCTYPE(boolean, i, i, d, d, d, d, d, d, d, d, i, p)(progress)
    pointer = lambda array: array.ctypes.data_as(doubles)
    library.CreateIpoptProblem.restype = p
    library.CreateIpoptProblem.argtypes = [i, doubles, doubles, i, doubles, doubles, i, i, i] + [type(f) for f in callbacks]
    problem = c.c_void_p(
        library.CreateIpoptProblem(
            n, pointer(lower), pointer(upper), m, pointer(row_lower), pointer(row_upper), len(rows), len(lower_triangle[0]), 0, *callbacks
        )
    )
    library.SetIntermediateCallback(problem, monitor)
    library.AddIpoptNumOption(problem, b"tol", c.c_double(tol))
    library.AddIpoptIntOption(problem, b"print_level", c.c_int(print_level))
    library.AddIpoptStrOption(problem, b"sb", b"yes")

    x = np.concatenate([image, np.full(2 * PIXELS, 0.0), np.full(CLASSES, 0.5)])
    value = c.c_double()
    start = time.perf_counter()
    status = library.IpoptSolve(problem, pointer(x), None, c.byref(value), None, None, None, None)
    total = time.perf_counter() - start
    library.FreeIpoptProblem(problem)
    return {
        "status": status,
        "objective": value.value,
        "iterations": iterations[0],
        "probability": float(oracle.value(x[:PIXELS])[target]),
        "seconds": {"total": total, **oracle.seconds},
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--network", required=True)
    parser.add_argument("--data", default=os.environ.get("GRAYBOX_DATA", "../shared/data"))
    parser.add_argument("--samples", default="6", help="a list such as 0,1,6 or a range 0-19")
    parser.add_argument("--target", type=int, help="default: by the label")
    parser.add_argument("--tol", type=float, default=1e-6)
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--print-level", type=int, default=0)
    arguments = parser.parse_args()
    torch.set_default_dtype(torch.float64)
    layers = load_network(arguments.network)
    with gzip.open(os.path.join(arguments.data, "mnist/t10k-images-idx3-ubyte.gz")) as file:
        images = np.frombuffer(file.read(), np.uint8, offset=16).reshape(-1, PIXELS)
    with gzip.open(os.path.join(arguments.data, "mnist/t10k-labels-idx1-ubyte.gz")) as file:
        labels = np.frombuffer(file.read(), np.uint8, offset=8)
    samples = []
    for part in arguments.samples.split(","):
        first, _, last = part.partition("-")
        samples += range(int(first), int(last or first) + 1)
    ipopt, oracle = load_ipopt(), Oracle(layers)
    oracle.choose(images[samples[0]] / 255.0, arguments.threads)
    for sample in samples:
        target = TARGETS[labels[sample]] if arguments.target is None else arguments.target
        result = solve(ipopt, oracle, images[sample] / 255.0, target, arguments.tol, arguments.print_level)
        how = {"torch": torch.__version__, "ipopt": ipopt_version(ipopt[0]), "by": oracle.way, "threads": oracle.threads}
        print(json.dumps({"sample": sample, "label": int(labels[sample]), "target": target, **result, **how}), flush=True)
        oracle.reset()


if __name__ == "__main__":
    main()
