"""Jacobian and Hessian that CasADi takes from exported files, beside central differences; prints one JSON object."""

import json
import sys

import casadi as ca
import numpy as np

f = ca.GraphBuilder(sys.argv[1]).create("f")
n, m = f.size1_in(0), f.size1_out(0)
x, seed = ca.MX.sym("x", n), ca.MX.sym("seed", m)
jacobian = ca.Function("J", [x], [ca.jacobian(f(x), x)])
hessian = ca.Function("H", [x, seed], [ca.hessian(ca.dot(seed, f(x)), x)[0]])
rng = np.random.default_rng(1)
at, weights = rng.standard_normal(n), rng.standard_normal(m)
J, H = np.array(jacobian(at)), np.array(hessian(at, weights))
h = 1e-5
steps = h * np.eye(n)
slope = np.array([(np.array(f(at + e)) - np.array(f(at - e))).ravel() for e in steps]).T / (2 * h)
bend = np.array([(np.array(jacobian(at + e)) - np.array(jacobian(at - e))).T @ weights for e in steps]).T / (2 * h)
relative = lambda a, b: float(abs(a - b).max() / abs(b).max())
print(json.dumps({"jacobian": relative(J, slope), "hessian": relative(H, bend), "inputs": n, "outputs": m}))
