"""A network of two hidden layers on digits. Its features are always those of the same 500 held-out images:

    python3 examples/python/mlp.py --steps 2000 && deno task trace runs/mlp"""
from collections import OrderedDict

import torch
from torch import nn

from digits import load_digits, parse_arguments
from staircase_tracker import Tracker


def main():
    args = parse_arguments("runs/mlp")
    torch.manual_seed(0)
    (x, x_test), (y, y_test) = load_digits(args.data)
    model = nn.Sequential(OrderedDict(
        pixels=nn.Flatten(), hidden1=nn.Linear(784, 128), layer1=nn.Tanh(),
        hidden2=nn.Linear(128, 64), layer2=nn.Tanh(), out=nn.Linear(64, 10)))
    optimizer = torch.optim.SGD(model.parameters(), lr=0.05, momentum=0.9)
    with Tracker(args.out, every=args.every, pipe=args.pipe) as tracker:
        tracker.watch(model, probe=x_test[::4])
        for step in range(args.steps + 1):
            batch = torch.randint(len(x), (64,))
            loss = nn.functional.cross_entropy(model(x[batch]), y[batch])
            optimizer.zero_grad()
            loss.backward()
            tracker.step(step, loss)
            optimizer.step()
    with torch.no_grad():
        right = model(x_test).argmax(1) == y_test
    print(f"loss {loss.item():.4f}, held out {right.float().mean():.1%} right")


if __name__ == "__main__":
    main()
