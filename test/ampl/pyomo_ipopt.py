"""Solves small models with the executable in Ipopt's place, by each of Pyomo's interfaces to it; prints JSON.

usage: python pyomo_ipopt.py EXECUTABLE
"""

import json
import logging
import sys

import pyomo.environ as pyo
from pyomo.common import Executable
from pyomo.contrib.solver.common.factory import SolverFactory as NewFactory

logging.getLogger("pyomo").setLevel(logging.ERROR)


def model(kind="plain"):
    m = pyo.ConcreteModel(name="my model; 100 %")
    m.x = pyo.Var([1, 2], initialize=3.0, bounds=(0, 10))
    m.y = pyo.Var(initialize=1.5)
    m.sum = pyo.Constraint(expr=m.x[1] + m.x[2] >= 3)
    m.product = pyo.Constraint(expr=m.y * m.x[1] == 2)
    cost = (m.x[1] - 1) ** 2 + (m.x[2] - 4) ** 4 + m.y**2
    if kind == "infeasible":
        m.no = pyo.Constraint(expr=m.x[1] ** 2 <= -1)
    if kind == "unbounded":
        m.z = pyo.Var(initialize=0)
        cost = m.z
    if kind == "maximize":
        m.cost = pyo.Objective(expr=-cost, sense=pyo.maximize)
    elif kind != "feasibility":
        m.cost = pyo.Objective(expr=cost)
    return m


def new(executable, kind="plain", **how):
    m, solver = model(kind), NewFactory("ipopt")
    solver.config.executable = executable
    r = solver.solve(
        m, raise_exception_on_nonoptimal_result=False, load_solutions=False, **how
    )
    info = r.extra_info
    answer = {
        "available": str(solver.available().name),
        "version": solver.version(),
        "termination": r.termination_condition.name,
        "solution": r.solution_status.name,
        "iterations": info.iteration_count,
        "log": [row["iter"] for row in info.iteration_log]
        if "iteration_log" in info
        else None,
        "objective": r.incumbent_objective,
        "message": info.solver_message,
    }
    if answer["solution"] == "optimal":
        values = r.solution_loader.get_vars()
        duals = r.solution_loader.get_duals()
        answer["values"] = {v.name: value for v, value in values.items()}
        answer["duals"] = {c.name: dual for c, dual in duals.items()}
    return answer


def classic(executable, kind="plain", **options):
    m, solver = model(kind), pyo.SolverFactory("ipopt", executable=executable)
    solver.options.update(options)
    r = solver.solve(m, load_solutions=False)
    return {
        "available": bool(solver.available()),
        "termination": str(r.solver.termination_condition),
    }


def appsi(executable, kind="plain", time_limit=None, **options):
    from pyomo.contrib.appsi.solvers import Ipopt

    m, solver = model(kind), Ipopt()
    solver.config.executable = Executable(executable)
    solver.config.load_solution = False
    solver.config.time_limit = time_limit
    solver.ipopt_options = options
    if not solver.available():
        return None
    r = solver.solve(m)
    duals = (
        {}
        if r.termination_condition.name != "optimal" or kind == "feasibility"
        else {c.name: v for c, v in r.solution_loader.get_duals().items()}
    )
    return {
        "termination": r.termination_condition.name,
        "objective": r.best_feasible_objective,
        "duals": duals,
    }


def main(executable):
    kinds = ["plain", "maximize", "feasibility", "infeasible", "unbounded"]
    unknown = {"linear_solver": "ma57", "mu_target": 1e-9, "max_wall_time": 30}
    probe = NewFactory("ipopt")
    probe.config.executable = executable
    print(
        json.dumps(
            {
                "new": {kind: new(executable, kind) for kind in kinds},
                "labels": new(executable, symbolic_solver_labels=True),
                "logged": new(executable, solver_options={"print_level": 5}),
                "restored": new(
                    executable, "infeasible", solver_options={"print_level": 5}
                ),
                "options": new(executable, solver_options=unknown),
                "iterations": new(executable, solver_options={"max_iter": 2}),
                "limit": new(executable, time_limit=30),
                "ma57": probe.has_linear_solver("ma57"),
                "classic": {kind: classic(executable, kind) for kind in kinds},
                "classicOptions": classic(
                    executable, OF_mu_target=1e-9, output_file="a b", max_iter=50
                ),
                "appsi": {kind: appsi(executable, kind) for kind in kinds},
                "appsiOptions": appsi(executable, linear_solver="ma27", time_limit=30),
            }
        )
    )


main(sys.argv[1])
