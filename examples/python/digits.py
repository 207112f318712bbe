"""Images of handwritten digits (MNIST) for the examples, and what their command lines have in common."""
import argparse
import subprocess
from pathlib import Path

import numpy as np
import torch


def load_digits(data=None):
    """Images (N, 1, 28, 28) in [0, 1] and labels: 8,000 for training, 2,000 held out. Deno writes the file once."""
    folder = Path(__file__).resolve().parent
    path = Path(data or folder / ".cache/digits.npz")
    if not path.exists():
        path.parent.mkdir(exist_ok=True)
        subprocess.run(["deno", "run", "-A", folder / "digits.ts", path], check=True)
    with np.load(path) as file:
        images, labels = ([torch.from_numpy(file[f"{name}_{s}"]) for s in ("train", "test")] for name in "xy")
    return [x[:, None].float() / 255 for x in images], [y.long() for y in labels]


def parse_arguments(out):
    parser = argparse.ArgumentParser()
    parser.add_argument("--out", default=out, help="folder of the run (%(default)s)")
    parser.add_argument("--steps", type=int, default=2000, help="updates (%(default)s)")
    parser.add_argument("--every", type=int, default=20, help="steps between two probes (%(default)s)")
    parser.add_argument("--data", help="digits.npz (written at the first use)")
    parser.add_argument("--pipe", action="store_true", help="send features to a watcher through a pipe")
    return parser.parse_args()
