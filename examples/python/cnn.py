"""A convolutional network on digits. Its features are channels, and its samples are places of the images in each
training batch:

    python3 examples/python/cnn.py --steps 1000 && deno task trace runs/cnn"""
import torch
from torch import nn

from digits import load_digits, parse_arguments
from staircase_tracker import Tracker


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1, self.relu1 = nn.Conv2d(1, 16, 3, padding=1), nn.ReLU()
        self.conv2, self.relu2 = nn.Conv2d(16, 32, 3, padding=1), nn.ReLU()
        self.pool = nn.MaxPool2d(2)
        self.hidden, self.relu3 = nn.Linear(32 * 7 * 7, 64), nn.ReLU()
        self.out = nn.Linear(64, 10)

    def forward(self, x):
        x = self.pool(self.relu1(self.conv1(x)))
        x = self.pool(self.relu2(self.conv2(x)))
        return self.out(self.relu3(self.hidden(x.flatten(1))))


def main():
    args = parse_arguments("runs/cnn")
    torch.manual_seed(0)
    (x, x_test), (y, y_test) = load_digits(args.data)
    model = Net()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.05, momentum=0.9)
    with Tracker(args.out, every=args.every, pipe=args.pipe) as tracker:
        tracker.watch(model)
        for step in range(args.steps + 1):
            batch = torch.randint(len(x), (64,))
            loss = nn.functional.cross_entropy(model(x[batch]), y[batch])
            optimizer.zero_grad()
            loss.backward()
            tracker.step(step, loss)
            optimizer.step()
    model.eval()
    with torch.no_grad():
        right = model(x_test).argmax(1) == y_test
    print(f"loss {loss.item():.4f}, held out {right.float().mean():.1%} right")


if __name__ == "__main__":
    main()
