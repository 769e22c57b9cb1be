"""Trains a small network on a landscape of peaks and exports it as ONNX: python examples/pytorch.py peaks.onnx"""
import sys

import torch

torch.manual_seed(1)
net = torch.nn.Sequential(torch.nn.Linear(2, 32), torch.nn.Tanh(), torch.nn.Linear(32, 32), torch.nn.Tanh(), torch.nn.Linear(32, 1))
x = 6 * torch.rand(4000, 2) - 3
a, b = x[:, :1], x[:, 1:]
y = 3 * (1 - a) ** 2 * torch.exp(-(a**2) - (b + 1) ** 2) - 10 * (a / 5 - a**3 - b**5) * torch.exp(-(a**2) - b**2)
optimizer = torch.optim.Adam(net.parameters(), lr=3e-3)
for _ in range(600):
    optimizer.zero_grad()
    loss = torch.nn.functional.mse_loss(net(x), y)
    loss.backward()
    optimizer.step()
print(f"mean squared error {loss.item():.3f}")
torch.onnx.export(net.eval(), (torch.zeros(1, 2),), sys.argv[1], input_names=["x"], output_names=["y"], dynamo=False)
