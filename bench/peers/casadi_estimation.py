"""The estimation of examples/drift.ts by CasADi and Ipopt, exact derivatives.

Standard input: a JSON object with times, data, start, runs and layers (W by rows in × out, b; tanh between). Standard output: a
JSON object with CasADi's version, the median milliseconds of a first solve, its expressions and functions built anew, and of a
second one, the objective and the iterations.
"""

import json
import statistics
import sys
import time

import casadi as ca
import numpy as np

given = json.load(sys.stdin)
times = ca.DM(given["times"])
layers = [(np.array(layer["W"]), np.array(layer["b"])) for layer in given["layers"]]


def build():
    k = ca.MX.sym("k", 12)
    measured = ca.MX.sym("measured", len(given["times"]))
    v = k[:2]
    for index, (W, b) in enumerate(layers):
        v = ca.DM(W.T) @ v + ca.DM(b)
        if index + 1 < len(layers):
            v = ca.tanh(v)
    waves = ca.DM(np.array([[np.cos((j + 2) * t) for j in range(5)] for t in given["times"]])) @ k[5:10]
    foretold = (
        k[0] * ca.exp(-times * k[1])
        + k[2] * ca.sin(times * k[3])
        + times * k[4]
        + waves
        + k[10] * ca.cos(times + k[11])
        + v
    )
    problem = {"x": k, "p": measured, "f": ca.sumsqr(foretold - measured)}
    quiet = {"ipopt": {"print_level": 0, "sb": "yes", "tol": 1e-8}, "print_time": False}
    return ca.nlpsol("estimation", "ipopt", problem, quiet)


def call(solver):
    return solver(x0=given["start"], p=given["data"], lbx=-3, ubx=3)


firsts, seconds = [], []
for run in range(given["runs"] + 1):
    began = time.perf_counter()
    solver = build()
    answer = call(solver)
    middle = time.perf_counter()
    call(solver)
    ended = time.perf_counter()
    if run > 0:
        firsts.append(1000 * (middle - began))
        seconds.append(1000 * (ended - middle))
statistics_of = solver.stats()
if not statistics_of["success"]:
    sys.exit(f"Ipopt: {statistics_of['return_status']}")
print(
    json.dumps(
        {
            "version": ca.__version__,
            "first": statistics.median(firsts),
            "second": statistics.median(seconds),
            "objective": float(answer["f"]),
            "iterations": statistics_of["iter_count"],
        }
    )
)
