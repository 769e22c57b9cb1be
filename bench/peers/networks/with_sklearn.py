"""Random models of scikit-learn by seed, written by skl2onnx, for `node dist/bench/exporters.js`.

    pip install scikit-learn skl2onnx onnxruntime numpy
    python bench/peers/networks/with_sklearn.py FOLDER [COUNT] [FIRST SEED]

case.json holds x, y, and derivatives by central differences of the fitted model, which are good to about 1e-5.
"""

import json
import os
import random
import sys
import warnings

warnings.filterwarnings("ignore")
import numpy as np
import onnxruntime
from skl2onnx import to_onnx
from sklearn.cross_decomposition import PLSRegression
from sklearn.decomposition import PCA, TruncatedSVD
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.gaussian_process import GaussianProcessRegressor
from sklearn.gaussian_process.kernels import RBF, DotProduct, RationalQuadratic
from sklearn.linear_model import BayesianRidge, Lasso, LinearRegression, LogisticRegression, MultiTaskLasso, PoissonRegressor, Ridge
from sklearn.naive_bayes import GaussianNB
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.pipeline import make_pipeline, make_union
from sklearn.preprocessing import MaxAbsScaler, MinMaxScaler, Normalizer, PolynomialFeatures, RobustScaler, StandardScaler
from sklearn.svm import SVR, LinearSVR


def model_of(r, width):
    act = r.choice(["tanh", "logistic", "relu", "identity"])
    hidden = tuple(r.choice([3, 5]) for _ in range(r.randint(1, 3)))
    classifiers = [
        lambda: MLPClassifier(hidden_layer_sizes=hidden, activation=act, max_iter=150, random_state=0),
        lambda: LogisticRegression(),
        lambda: LinearDiscriminantAnalysis(),
        lambda: GaussianNB(),
    ]
    regressors = [
        lambda: MLPRegressor(hidden_layer_sizes=hidden, activation=act, max_iter=150, random_state=0),
        lambda: MLPRegressor(hidden_layer_sizes=hidden, activation=act, max_iter=150, random_state=0),
        lambda: Ridge(0.1),
        lambda: LinearRegression(),
        lambda: BayesianRidge(),
        lambda: Lasso(0.01),
        lambda: LinearSVR(max_iter=200),
        lambda: SVR(kernel=r.choice(["rbf", "poly", "sigmoid", "linear"]), degree=r.choice([2, 3])),
        lambda: GaussianProcessRegressor(r.choice([RBF(1.5), DotProduct() + RBF(), RationalQuadratic()]), alpha=0.1, optimizer=None),
        lambda: PLSRegression(2),
        lambda: PoissonRegressor(),
    ]
    classify = r.random() < 0.3
    steps = [
        lambda: StandardScaler(),
        lambda: MinMaxScaler(),
        lambda: MaxAbsScaler(),
        lambda: RobustScaler(),
        lambda: Normalizer(r.choice(["l2"])),
        lambda: PCA(3, whiten=r.random() < 0.5),
        lambda: TruncatedSVD(3),
        lambda: PolynomialFeatures(2),
        lambda: make_union(StandardScaler(), PCA(2)),
    ]
    before = [r.choice(steps)() for _ in range(r.choice([0, 1, 1, 2]))]
    return classify, make_pipeline(*before, r.choice(classifiers if classify else regressors)())


def main(folder, count=40, first=0):
    seed, done = first, 0
    while done < count:
        seed += 1
        r, rng = random.Random(seed), np.random.default_rng(seed)
        width = r.choice([4, 5])
        X = rng.normal(size=(40, width))
        classify, model = model_of(r, width)
        s = X @ rng.normal(size=(width, 2))
        positive = type(model[-1]).__name__ == "PoissonRegressor"
        single = type(model[-1]).__name__ in ("SVR", "LinearSVR", "BayesianRidge", "PoissonRegressor", "GaussianProcessRegressor") or r.random() < 0.6
        target = np.tanh(s) + 0.1 * rng.normal(size=s.shape)
        t = (s[:, 0] > np.median(s[:, 0])).astype(int) + (r.random() < 0.5) * (s[:, 1] > 0) if classify else np.exp(target[:, 0]) if positive else target[:, 0] if single else target
        layers = [type(step).__name__ for step in model]
        try:
            model.fit(X, t)
            options = {id(model): {"zipmap": False}} if classify else None
            onx = to_onnx(model, X[:1].astype(np.float32), options=options, target_opset={"": r.choice([15, 18, 20]), "ai.onnx.ml": 3})
        except Exception as error:
            print("sklearn", seed, layers, "not exported:", (str(error).splitlines() or [repr(error)])[0][:100], flush=True)
            continue
        f = lambda v: np.asarray(model.predict_proba(v[None]) if classify else model.predict(v[None]), np.float64).reshape(-1)
        x = rng.normal(size=width).astype(np.float32).astype(np.float64)
        y = f(x)
        session = onnxruntime.InferenceSession(onx.SerializeToString())
        told = session.run(None, {session.get_inputs()[0].name: x[None].astype(np.float32)})[-1]
        if not np.allclose(np.ravel(told), y, rtol=1e-3, atol=1e-3):
            print("sklearn", seed, layers, "exported as another function", flush=True)
            continue
        lam, d = rng.normal(size=len(y)), rng.normal(size=width)
        h = 1e-5
        J = np.stack([(f(x + h * e) - f(x - h * e)) / (2 * h) for e in np.eye(width)], 1)
        g = lambda v: np.array([lam @ (f(v + 1e-4 * e) - f(v - 1e-4 * e)) / 2e-4 for e in np.eye(width)])
        Hd = (g(x + 1e-4 * d) - g(x - 1e-4 * d)) / 2e-4
        own = os.path.join(folder, f"sklearn-{seed:04d}")
        os.makedirs(own, exist_ok=True)
        with open(os.path.join(own, "model.onnx"), "wb") as file:
            file.write(onx.SerializeToString())
        told = lambda a: np.asarray(a, np.float64).reshape(-1).tolist()
        data = {"x": told(x), "y": told(y), "J": told(J), "lambda": told(lam), "d": told(d), "Hd": told(Hd)}
        data.update(exporter="skl2onnx", seed=seed, files=["model.onnx"], layers=layers, accuracy=3e-5)
        with open(os.path.join(own, "case.json"), "w") as file:
            json.dump(data, file)
        done += 1
    print(f"{done} models of scikit-learn in {folder}")


if __name__ == "__main__":
    main(sys.argv[1], *map(int, sys.argv[2:]))
