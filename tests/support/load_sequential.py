"""Loads exported networks into PyTorch, and prints their outputs: INPUTS.npy WEIGHTS.safetensors…

Reads safetensors by the format's own description, for machines without that package.
"""
import json
import re
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


class Skip(nn.Module):
    def __init__(self, layer):
        super().__init__()
        self.layer = layer

    def forward(self, a):
        return a + self.layer(a)


class AdaptiveSkip(Skip):
    def __init__(self, layer):
        super().__init__(layer)
        self.alpha = nn.Parameter(torch.zeros(1))

    def forward(self, a):
        return self.alpha * self.layer(a) + (1 - self.alpha) * a


class Gated(nn.Module):
    def __init__(self, layers, u, v):
        super().__init__()
        self.layers, self.u, self.v = layers, u, v

    def forward(self, x):
        u, v, a, (*_, last) = self.u(x), self.v(x), x, self.layers
        for number, (linear, activation) in enumerate(zip(self.layers[:-1:2], self.layers[1::2])):
            a = activation(linear(a))
            if number > 0 and a.shape == u.shape:
                a = a * u + (1 - a) * v
        return last(a)


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


def sequential(metadata, skip):
    widths = [int(width) for width in metadata["widths"].split(",")]
    layers = []
    for name, inputs, outputs in zip(metadata["activations"].split(","), widths, widths[1:]):
        layer = [nn.Linear(inputs, outputs), MODULES[name]()]
        layers += [skip(nn.Sequential(*layer))] if skip and inputs == outputs else layer
    return nn.Sequential(*layers, nn.Linear(widths[-2], widths[-1]))


def gated(metadata):
    layers = sequential(metadata, None)
    shape, activation = (layers[0].in_features, layers[0].out_features), MODULES[metadata["activations"].split(",")[0]]
    return Gated(layers, *(nn.Sequential(nn.Linear(*shape), activation()) for _ in "uv"))


def outputs(path, x):
    metadata, state = load_file(path)
    skip = Skip if any(".layer.0." in name for name in state) else None
    skip = AdaptiveSkip if any(name.endswith(".alpha") for name in state) else skip
    plain = [re.sub(r"\.layer\.0|(layers|u|v)\.", "", name) for name in state]
    count = 1 + max(int(name.split(".")[0]) for name in plain) if any(name.count(".") > 1 for name in plain) else 1
    gates = any("layers." in name for name in state)
    made = [gated(metadata) if gates else sequential(metadata, skip) for _ in range(count)]
    model = nn.ModuleList(made) if count > 1 else made[0]
    model.load_state_dict(state)
    # What PyTorch itself saves comes back by --init-from, without the package for safetensors.
    np.savez(path + ".npz", **{name: tensor.numpy() for name, tensor in model.state_dict().items()})
    with torch.no_grad():
        return [each(x).tolist() for each in (model if count > 1 else [model])]


inputs, *files = sys.argv[1:]
x = torch.from_numpy(np.load(inputs))
print(json.dumps([outputs(path, x) for path in files]))
