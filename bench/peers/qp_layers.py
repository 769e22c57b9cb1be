"""Times batched quadratic programs and gradients of all their data in other libraries, on one core, in f64.

Usage: python qp_layers.py PEER BATCH TRIALS N [N ...]   with PEER one of moreau, proxsuite, qpth;
clarabel, proxsuite-sparse solve sparse problems, one by one, without gradients
Prints one JSON line per size: processor milliseconds forward and backward (median, least), largest residuals, version.
The problems are distributed as those of bench/qp.ts: Q = LL^T + 1e-3 I, L ~ U(0,1); G, z0, q ~ N(0,1); h = G z0 + U(0,1).
"""

import os

for name in ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS", "RAYON_NUM_THREADS"):
    os.environ[name] = "1"

import json
import sys
import time

import numpy as np


def problems(batch, n, seed=7):
    rng = np.random.default_rng(seed)
    L = rng.random((batch, n, n))
    Q = L @ L.transpose(0, 2, 1) + 1e-3 * np.eye(n)
    Q = 0.5 * (Q + Q.transpose(0, 2, 1))
    G, q, z0 = rng.standard_normal((batch, n, n)), rng.standard_normal((batch, n)), rng.standard_normal((batch, n))
    h = np.einsum("bij,bj->bi", G, z0) + rng.random((batch, n))
    return Q, q, G, h


def moreau(Q, q, G, h):
    import moreau as library

    batch, n = q.shape
    offsets = np.arange(0, n * n + 1, n)
    columns = np.tile(np.arange(n), n)
    settings = library.Settings(solver="active_set", device="cpu", batch_size=batch, enable_grad=True)
    solver = library.CompiledSolver(
        n=n,
        m=n,
        P_row_offsets=offsets,
        P_col_indices=columns,
        A_row_offsets=offsets,
        A_col_indices=columns,
        cones=library.Cones(num_zero_cones=0, num_nonneg_cones=n),
        settings=settings,
    )
    Qv, Gv = Q.reshape(batch, -1), G.reshape(batch, -1)

    def forward():
        solver.setup(Qv, Gv)
        return solver.solve(q, h)

    def backward(found):
        return solver.backward(np.ones_like(q))

    return library.__version__, forward, backward, lambda found: (np.asarray(found.x), np.asarray(found.z))


def proxsuite(Q, q, G, h):
    import importlib.metadata

    import proxsuite as library

    dense = library.proxqp.dense
    batch, n = q.shape
    below = np.full(n, -1e20)
    eps, rho = 1e-9, 5e-5

    def forward():
        queue = dense.BatchQP()
        for k in range(batch):
            qp = queue.init_qp_in_place(n, 0, n)
            qp.settings.max_iter, qp.settings.max_iter_in = 1000, 100
            qp.settings.default_rho = qp.settings.refactor_rho_threshold = rho
            qp.settings.eps_abs = eps
            qp.init(H=Q[k], g=q[k], A=None, b=None, C=G[k], l=below, u=h[k], rho=rho)
            qp.solve()
        return queue

    def backward(queue):
        side = np.zeros(2 * n)
        side[:n] = 1
        out = []
        for k in range(batch):
            qp = queue.get(k)
            dense.compute_backward(qp=qp, loss_derivative=side, eps=1e-4, rho_backward=1e-6, mu_backward=1e-6)
            data = qp.model.backward_data
            out.append((np.array(data.dL_dH), np.array(data.dL_dg), np.array(data.dL_dC), np.array(data.dL_du)))
        return out

    def answer(queue):
        return (
            np.array([queue.get(k).results.x for k in range(batch)]),
            np.array([queue.get(k).results.z for k in range(batch)]),
        )

    return importlib.metadata.version("proxsuite"), forward, backward, answer


def qpth(Q, q, G, h):
    import importlib.metadata

    import torch
    from qpth.qp import QPFunction

    torch.set_num_threads(1)
    batch, n = q.shape
    inputs = [torch.tensor(x, requires_grad=True) for x in (Q, q, G, h)]
    none = torch.empty(0, dtype=torch.float64)

    def forward():
        for x in inputs:
            x.grad = None
        return QPFunction(verbose=-1)(*inputs, none, none)

    def backward(z):
        z.sum().backward()

    return importlib.metadata.version("qpth"), forward, backward, lambda z: (z.detach().numpy(), None)


def sparse_problem(rng, n):
    """Q = I, A (n/4 rows) and G (n rows) of density 0.01 plus I, b = A x, h = G x + U(0,1)."""
    from scipy import sparse

    m = n // 4
    draw = lambda rows: sparse.random(rows, n, 0.01, random_state=rng, data_rvs=rng.standard_normal) + sparse.eye(rows, n)
    A, G, x = draw(m).tocsc(), draw(n).tocsc(), rng.standard_normal(n)
    return rng.standard_normal(n), A, A @ x, G, G @ x + rng.random(n)


def clarabel(q, A, b, G, h):
    import clarabel as library
    from scipy import sparse

    settings = library.DefaultSettings()
    settings.verbose = False
    settings.max_threads = 1
    n = len(q)
    cones = [library.ZeroConeT(len(b)), library.NonnegativeConeT(len(h))]
    C, d = sparse.vstack([A, G]).tocsc(), np.concatenate([b, h])
    return library.__version__, lambda: np.array(
        library.DefaultSolver(sparse.eye(n).tocsc(), q, C, d, cones, settings).solve().x
    )


def proxsuite_sparse(q, A, b, G, h):
    import importlib.metadata

    import proxsuite as library
    from scipy import sparse

    n = len(q)

    def solve():
        qp = library.proxqp.sparse.QP(n, len(b), len(h))
        qp.settings.eps_abs = 1e-9
        qp.init(sparse.eye(n).tocsc(), q, A, b, G, np.full(n, -1e20), h)
        qp.solve()
        return np.array(qp.results.x)

    return importlib.metadata.version("proxsuite"), solve


def main_sparse(peer, batch, sizes):
    for n in sizes:
        rng = np.random.default_rng(7)
        times, primal = [], 0.0
        for _ in range(batch):
            q, A, b, G, h = sparse_problem(rng, n)
            version, solve = {"clarabel": clarabel, "proxsuite-sparse": proxsuite_sparse}[peer](q, A, b, G, h)
            began = time.process_time()
            x = solve()
            times.append(1e3 * (time.process_time() - began))
            primal = max(primal, float(np.max(np.abs(A @ x - b))), float(np.max(G @ x - h)))
        record = {"peer": peer, "version": version, "n": n, "forward": float(np.median(times)), "primal": primal}
        print(json.dumps(record), flush=True)


def main():
    peer, batch, trials = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    if peer in ("clarabel", "proxsuite-sparse"):
        return main_sparse(peer, batch, map(int, sys.argv[4:]))
    for n in map(int, sys.argv[4:]):
        Q, q, G, h = problems(batch, n)
        version, forward, backward, answer = {"moreau": moreau, "proxsuite": proxsuite, "qpth": qpth}[peer](Q, q, G, h)
        ahead, back = [], []
        for _ in range(trials + 1):
            t0 = time.process_time()
            found = forward()
            t1 = time.process_time()
            backward(found)
            t2 = time.process_time()
            ahead.append(1e3 * (t1 - t0))
            back.append(1e3 * (t2 - t1))
        z, lam = answer(found)
        primal = float(np.max(np.einsum("bij,bj->bi", G, z) - h))
        dual = None
        if lam is not None:
            dual = float(np.max(np.abs(np.einsum("bij,bj->bi", Q, z) + q + np.einsum("bij,bi->bj", G, lam))))
        record = {
            "peer": peer,
            "version": version,
            "n": n,
            "forward": float(np.median(ahead[1:])),
            "backward": float(np.median(back[1:])),
            "leastForward": min(ahead[1:]),
            "leastBackward": min(back[1:]),
            "primal": primal,
            "dual": dual,
        }
        print(json.dumps(record), flush=True)


main()
