"""Solves a small model of every operator Pyomo writes through the AMPL protocol and prints what came back as JSON.

usage: python pyomo_check.py EXECUTABLE
"""

import json
import sys

import pyomo.environ as pyo


def operators_model(sense):
    """Every function of Pyomo's .nl writer once, in a term that is 0 at its minimum."""
    m = pyo.ConcreteModel()
    m.x = pyo.Var(range(3), initialize=0.4, bounds=(0.1, 0.9))
    x, y, z = (m.x[i] for i in range(3))
    terms = [
        pyo.exp(x) - pyo.log(y + 1) + pyo.log10(z + 1),
        pyo.sin(x) * pyo.cos(y) - pyo.tan(z),
        pyo.asin(x) + pyo.acos(y) + pyo.atan(z),
        pyo.sinh(x) + pyo.cosh(y) + pyo.tanh(z),
        pyo.asinh(x) + pyo.acosh(y + 1.5) + pyo.atanh(z),
        pyo.sqrt(x) + abs(y - 2) + z**3 / x,
        x**y - 2**z,
        pyo.Expr_if(IF=(x <= 5), THEN=x * y, ELSE=z),
    ]
    goal = [0.9, 0.1, 1.5, 2.1, 2.0, 2.6, -0.5, 0.2]
    cost = sum((t - g) ** 2 for t, g in zip(terms, goal))
    m.row = pyo.Constraint(expr=pyo.inequality(0.5, x + y + z, 1.1))
    m.product = pyo.Constraint(expr=x * y >= 0.05)
    m.obj = pyo.Objective(expr=cost if sense == pyo.minimize else -cost, sense=sense)
    m.dual = pyo.Suffix(direction=pyo.Suffix.IMPORT)
    m.ipopt_zL_out = pyo.Suffix(direction=pyo.Suffix.IMPORT)
    m.ipopt_zU_out = pyo.Suffix(direction=pyo.Suffix.IMPORT)
    return m


def gradient(expression, variables):
    """Central differences of a Pyomo expression."""
    out = []
    for v in variables:
        at, h = v.value, 1e-6
        v.set_value(at + h)
        up = pyo.value(expression)
        v.set_value(at - h)
        down = pyo.value(expression)
        v.set_value(at)
        out.append((up - down) / (2 * h))
    return out


def stationarity(m):
    """Largest entry of grad f - sum dual grad g - zL - zU, with Pyomo's own values and what the solver returned."""
    variables = list(m.x.values())
    total = gradient(m.obj.expr, variables)
    for row in (m.row, m.product):
        for k, slope in enumerate(gradient(row.body, variables)):
            total[k] -= m.dual[row] * slope
    for k, v in enumerate(variables):
        total[k] -= m.ipopt_zL_out.get(v, 0) + m.ipopt_zU_out.get(v, 0)
    return max(abs(entry) for entry in total)


def main(executable):
    answers = {}
    for name, sense in (("minimize", pyo.minimize), ("maximize", pyo.maximize)):
        m = operators_model(sense)
        solver = pyo.SolverFactory("asl:graybox", executable=executable)
        solver.options["tol"] = 1e-10
        results = solver.solve(m)
        answers[name] = {
            "termination": str(results.solver.termination_condition),
            "message": results.solver.message,
            "objective": pyo.value(m.obj),
            "x": [v.value for v in m.x.values()],
            "stationarity": stationarity(m),
        }
    m = pyo.ConcreteModel()
    m.x = pyo.Var(initialize=1)
    m.row = pyo.Constraint(expr=m.x**2 <= -1)
    m.obj = pyo.Objective(expr=m.x)
    solver = pyo.SolverFactory("asl:graybox", executable=executable)
    results = solver.solve(m, load_solutions=False)
    answers["infeasible"] = {"termination": str(results.solver.termination_condition)}
    print(json.dumps(answers))


main(sys.argv[1])
