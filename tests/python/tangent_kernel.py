"""The tangent kernel by PyTorch's autograd in float64: tangent_kernel.py FILE.json, as JSON."""
import json
import sys

import torch

case = json.load(open(sys.argv[1]))
activation = {"tanh": torch.tanh, "relu": torch.relu, "sigmoid": torch.sigmoid, "sine": torch.sin}[case["activation"]]
x = torch.tensor(case["samples"], dtype=torch.float64)
shapes = [(inputs, outputs) for inputs, outputs in zip(case["widths"], case["widths"][1:])]


def outputs(*parameters):
    h = x
    for layer, (inputs, width) in enumerate(shapes):
        z = h @ parameters[2 * layer] + parameters[2 * layer + 1]
        if layer == len(shapes) - 1:
            return z
        h = activation(z) + (h if case["skip"] and inputs == width else 0)


parameters = [
    torch.tensor(layer[name], dtype=torch.float64).reshape(shape)
    for layer, (inputs, width) in zip(case["parameters"], shapes)
    for name, shape in (("weights", (inputs, width)), ("biases", (width,)))
]
jacobians = torch.autograd.functional.jacobian(outputs, tuple(parameters))
rows = x.shape[0] * case["widths"][-1]
j = torch.cat([part.reshape(rows, -1) for part in jacobians], dim=1)
print(json.dumps({"eigenvalues": torch.linalg.eigvalsh(j @ j.T / len(x)).flip(0).tolist()}))
