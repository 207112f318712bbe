"""Loads exported networks into PyTorch, and prints their outputs: INPUTS.npy WEIGHTS.safetensors…

Reads safetensors by the format's own description, for machines without that package.
"""
import json
import sys

import numpy as np
import torch
from torch import nn


class Sine(nn.Module):
    def forward(self, z):
        return torch.sin(z)


class SquaredRelu(nn.Module):
    def forward(self, z):
        return torch.relu(z) ** 2


MODULES = {
    "identity": nn.Identity,
    "tanh": nn.Tanh,
    "sigmoid": nn.Sigmoid,
    "relu": nn.ReLU,
    "relu^2": SquaredRelu,
    "leaky-relu": lambda: nn.LeakyReLU(0.01),
    "leaky-relu:0.2": lambda: nn.LeakyReLU(0.2),
    "sine": Sine,
    "gelu": nn.GELU,
    "softplus": nn.Softplus,
}


def load_file(path):
    with open(path, "rb") as file:
        header = json.loads(file.read(int.from_bytes(file.read(8), "little")))
        body = file.read()
    metadata = header.pop("__metadata__")
    return metadata, {
        name: torch.from_numpy(
            np.frombuffer(body[slice(*entry["data_offsets"])], "<f4").reshape(entry["shape"]).copy()
        )
        for name, entry in header.items()
    }


def sequential(metadata):
    widths = [int(width) for width in metadata["widths"].split(",")]
    layers = [nn.Linear(widths[0], widths[1])]
    for name, inputs, outputs in zip(metadata["activations"].split(","), widths[1:], widths[2:]):
        layers += [MODULES[name](), nn.Linear(inputs, outputs)]
    return nn.Sequential(*layers)


def outputs(path, x):
    metadata, state = load_file(path)
    count = 1 + max(int(name.split(".")[0]) for name in state) if any(name.count(".") > 1 for name in state) else 1
    model = nn.ModuleList(sequential(metadata) for _ in range(count)) if count > 1 else sequential(metadata)
    model.load_state_dict(state)
    # What PyTorch itself saves comes back by --init-from, without the package for safetensors.
    np.savez(path + ".npz", **{name: tensor.numpy() for name, tensor in model.state_dict().items()})
    with torch.no_grad():
        return [each(x).tolist() for each in (model if count > 1 else [model])]


inputs, *files = sys.argv[1:]
x = torch.from_numpy(np.load(inputs))
print(json.dumps([outputs(path, x) for path in files]))
