"""Writes the node test data of the `onnx` package, for `node dist/bench/conformance.js`.

    pip install onnx numpy
    python bench/peers/onnx_node_tests.py FOLDER

A folder for each case: model.onnx, in which the first float input stays and the others became constants, and case.json
with that input and the outputs expected.
"""

import json
import os
import sys
import warnings

warnings.filterwarnings("ignore")
import numpy as np
import onnx
from onnx.backend.test.case.node import collect_testcases

FLOATS = (np.float16, np.float32, np.float64)


def numbers(array):
    return [None if not np.isfinite(v) else float(v) for v in np.asarray(array, np.float64).ravel()]


def case_of(test):
    """The model with one input and its data, or None where the case has no float to vary or other outputs than floats."""
    if test.model is None or not test.data_sets:
        return None
    given, wanted = test.data_sets[0]
    try:
        given = [np.asarray(x) for x in given]
        wanted = [np.asarray(y) for y in wanted]
    except Exception:
        return None
    varied = next((k for k, x in enumerate(given) if x.dtype in FLOATS), None)
    if varied is None or any(y.dtype not in FLOATS for y in wanted) or any(x.dtype == object for x in given):
        return None
    model = onnx.ModelProto()
    model.CopyFrom(test.model)
    initialized = {t.name for t in model.graph.initializer}
    names = [i.name for i in model.graph.input if i.name not in initialized]
    kept = [i for i in model.graph.input if i.name == names[varied]]
    for k, (name, x) in enumerate(zip(names, given)):
        if k != varied:
            model.graph.initializer.append(onnx.numpy_helper.from_array(x, name))
    del model.graph.input[:]
    model.graph.input.extend(kept)
    ops = [node.op_type for node in test.model.graph.node]
    return model, {"ops": ops, "x": numbers(given[varied]), "y": [v for y in wanted for v in numbers(y)]}


def main(folder):
    tests = collect_testcases(None)
    count = 0
    for test in tests:
        made = case_of(test)
        if made is None:
            continue
        model, data = made
        own = os.path.join(folder, test.name)
        os.makedirs(own, exist_ok=True)
        onnx.save(model, os.path.join(own, "model.onnx"))
        with open(os.path.join(own, "case.json"), "w") as file:
            json.dump({"onnx": onnx.__version__, **data}, file)
        count += 1
    print(f"{count} of {len(tests)} cases of onnx {onnx.__version__} in {folder}")


if __name__ == "__main__":
    main(sys.argv[1])
