"""CROWN bounds of a dense network over a box by auto_LiRPA, in f64.

Standard input: a JSON object with activation, layers (a list of [W, b], W as rows `[in][out]`), lower and upper. Standard
output: a JSON object with the bounds of the outputs and the version.
"""

import json
import sys

import auto_LiRPA
import torch
from auto_LiRPA import BoundedModule, BoundedTensor
from auto_LiRPA.perturbations import PerturbationLpNorm

torch.set_default_dtype(torch.float64)


class Network(torch.nn.Module):
    def __init__(self, spec):
        super().__init__()
        self.layers = torch.nn.ModuleList()
        for weight, bias in spec["layers"]:
            weight = torch.tensor(weight)
            layer = torch.nn.Linear(*weight.shape)
            layer.weight.data = weight.T.contiguous()
            layer.bias.data = torch.tensor(bias)
            self.layers.append(layer)
        self.activation = {"tanh": torch.tanh, "relu": torch.relu}[spec["activation"]]

    def forward(self, x):
        for layer in self.layers[:-1]:
            x = self.activation(layer(x))
        return self.layers[-1](x)


spec = json.load(sys.stdin)
lower, upper = torch.tensor([spec["lower"]]), torch.tensor([spec["upper"]])
model = BoundedModule(Network(spec), torch.empty_like(lower))
box = BoundedTensor((lower + upper) / 2, PerturbationLpNorm(norm=float("inf"), x_L=lower, x_U=upper))
low, high = model.compute_bounds(x=(box,), method="CROWN")
json.dump(
    {
        "lower": low.detach().numpy().ravel().tolist(),
        "upper": high.detach().numpy().ravel().tolist(),
        "version": getattr(auto_LiRPA, "__version__", "unknown"),
    },
    sys.stdout,
)
