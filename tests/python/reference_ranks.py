"""Ranks of the features of a run in float64, by NumPy: reference_ranks.py FOLDER EPSILON..., as lines of CSV."""
import pathlib
import sys

import numpy as np

for path in sorted(pathlib.Path(sys.argv[1], "features").iterdir()):
    arrays = dict(np.load(path))
    step, loss = int(arrays.pop("step")), arrays.pop("loss")
    for name, array in arrays.items():
        eigenvalues = np.linalg.svd(array.astype(np.float64), compute_uv=False) ** 2 / len(array)
        for epsilon in sys.argv[2:]:
            print(step, name, epsilon, (eigenvalues > float(epsilon)).sum(), len(array), loss, sep=",")
