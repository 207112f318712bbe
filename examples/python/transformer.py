"""A small transformer on digits: an image is a sequence of 49 patches. Its features are the residual stream after each
block, and its samples are the tokens:

    python3 examples/python/transformer.py --steps 1000 && deno task trace runs/transformer"""
import torch
from torch import nn

from digits import load_digits, parse_arguments
from staircase_tracker import Tracker

WIDTH, HEADS, PATCH = 32, 4, 4


class Block(nn.Module):
    def __init__(self):
        super().__init__()
        self.norm1, self.norm2 = nn.LayerNorm(WIDTH), nn.LayerNorm(WIDTH)
        self.attention = nn.MultiheadAttention(WIDTH, HEADS, batch_first=True)
        self.mlp = nn.Sequential(nn.Linear(WIDTH, 4 * WIDTH), nn.GELU(), nn.Linear(4 * WIDTH, WIDTH))

    def forward(self, x):
        y = self.norm1(x)
        x = x + self.attention(y, y, y, need_weights=False)[0]
        return x + self.mlp(self.norm2(x))


class Transformer(nn.Module):
    def __init__(self, blocks=2, tokens=(28 // PATCH) ** 2):
        super().__init__()
        self.patches = nn.Conv2d(1, WIDTH, PATCH, stride=PATCH)
        self.positions = nn.Parameter(0.1 * torch.randn(tokens, WIDTH))
        self.blocks = nn.Sequential(*(Block() for _ in range(blocks)))
        self.out = nn.Linear(WIDTH, 10)

    def forward(self, x):
        x = self.patches(x).flatten(2).transpose(1, 2) + self.positions
        return self.out(self.blocks(x).mean(1))


def main():
    args = parse_arguments("runs/transformer")
    torch.manual_seed(0)
    (x, x_test), (y, y_test) = load_digits(args.data)
    model = Transformer()
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
    with Tracker(args.out, every=args.every, pipe=args.pipe) as tracker:
        tracker.watch(model, names=["blocks.?"])
        for step in range(args.steps + 1):
            batch = torch.randint(len(x), (64,))
            loss = nn.functional.cross_entropy(model(x[batch]), y[batch])
            optimizer.zero_grad()
            loss.backward()
            tracker.step(step, loss)
            optimizer.step()
    model.eval()
    with torch.no_grad():
        right = model(x_test[::4]).argmax(1) == y_test[::4]
    print(f"loss {loss.item():.4f}, held out {right.float().mean():.1%} right")


if __name__ == "__main__":
    main()
