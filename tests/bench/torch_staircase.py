"""The experiment of `deno task staircase` in PyTorch, ranks by LAPACK in float64: torch_staircase.py STEPS FOLDER."""
import csv
import math
import pathlib
import sys

import torch

EPSILONS = torch.tensor([1e-2, 1e-4, 1e-6], dtype=torch.float64)
PROBE_EVERY = 10


def ranks(features):
    """Both layers' Gram matrices in one batch."""
    phi = torch.stack(features).double()
    spectra = torch.linalg.eigvalsh(phi.mT @ phi / phi.shape[1])
    return (spectra[:, :, None] > EPSILONS).sum(1).tolist()


def main(steps, folder):
    # Matrices as small as these gain nothing from a second thread.
    torch.set_num_threads(1)
    torch.manual_seed(0)
    x = torch.linspace(-1, 1, 256)[:, None]
    y = sum(torch.cos(k * math.pi * x) for k in (1, 3, 8))
    layers = [torch.nn.Linear(a, b) for a, b in ((1, 50), (50, 50), (50, 1))]
    for layer in layers:
        torch.nn.init.xavier_normal_(layer.weight)
        torch.nn.init.zeros_(layer.bias)
    first, second, last = layers
    update = torch.optim.SGD([p for layer in layers for p in layer.parameters()], lr=1e-2, momentum=0.9)
    rows = []
    for step in range(steps + 1):
        one = torch.tanh(first(x))
        two = torch.tanh(second(one))
        loss = torch.nn.functional.mse_loss(last(two), y)
        if step % PROBE_EVERY == 0 or step == steps:
            for layer, counts in enumerate(ranks([one.detach(), two.detach()]), 1):
                rows += [(step, loss.item(), layer, e, r) for e, r in zip(EPSILONS.tolist(), counts)]
        if step < steps:
            update.zero_grad(set_to_none=True)
            loss.backward()
            update.step()
    with open(pathlib.Path(folder) / "torch.csv", "w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("step", "loss", "layer", "epsilon", "rank"))
        writer.writerows(rows)


main(int(sys.argv[1]), sys.argv[2])
