"""Answers hard quadratic programs with other libraries, in f64.

Usage: python qp_hard.py PEER < PROBLEMS   with PEER one of proxsuite, qpth; PROBLEMS a JSON list of {n, Q, q, A, b, G, h}, matrices by rows.
Prints one JSON line: version, and of each problem z, the gradient of sum(z) by q, and whether the library said that there is no answer.
"""

import contextlib
import importlib.metadata
import io
import json
import sys

import numpy as np


def arrays(problem):
    n = problem["n"]
    matrix = lambda name: np.array(problem[name], dtype=float).reshape(-1, n)
    vector = lambda name: np.array(problem[name], dtype=float)
    return matrix("Q"), vector("q"), matrix("A"), vector("b"), matrix("G"), vector("h")


def proxsuite(Q, q, A, b, G, h):
    import proxsuite as library

    n, m, p = len(q), len(b), len(h)
    batch = library.proxqp.dense.BatchQP()
    qp = batch.init_qp_in_place(n, m, p)
    qp.settings.max_iter, qp.settings.max_iter_in, qp.settings.eps_abs = 10000, 1000, 1e-9
    qp.settings.primal_infeasibility_solving = False
    qp.init(H=Q, g=q, A=A if m else None, b=b if m else None, C=G if p else None, l=np.full(p, -1e20) if p else None, u=h if p else None)
    qp.solve()
    if "SOLVED" not in str(qp.results.info.status) or "INFEASIBLE" in str(qp.results.info.status):
        return None, None
    side = np.zeros(n + m + p)
    side[:n] = 1
    library.proxqp.dense.compute_backward(qp=qp, loss_derivative=side, eps=1e-9, rho_backward=1e-9, mu_backward=1e-9)
    return np.array(qp.results.x), np.array(qp.model.backward_data.dL_dg)


def qpth(Q, q, A, b, G, h):
    import torch
    from qpth.qp import QPFunction

    tensors = [torch.tensor(x, requires_grad=x is q) for x in (Q, q, G, h)]
    none = torch.empty(0, dtype=torch.float64)
    equalities = [torch.tensor(A), torch.tensor(b)] if len(b) else [none, none]
    z = QPFunction(verbose=-1)(*tensors, *equalities)
    z.sum().backward()
    return z.detach().numpy().ravel(), tensors[1].grad.numpy().ravel()


def main():
    peer = sys.argv[1]
    solve = {"proxsuite": proxsuite, "qpth": qpth}[peer]
    answers = []
    for problem in json.load(sys.stdin):
        try:
            with contextlib.redirect_stdout(io.StringIO()):
                z, dq = solve(*arrays(problem))
        except Exception:
            z, dq = None, None
        finite = z is not None and np.all(np.isfinite(z))
        good = finite and dq is not None and np.all(np.isfinite(dq))
        answers.append({"refused": not finite, "z": z.tolist() if finite else None, "dq": dq.tolist() if good else None})
    print(json.dumps({"version": importlib.metadata.version(peer), "answers": answers}))


main()
