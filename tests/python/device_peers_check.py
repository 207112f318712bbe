"""Checks the peers of the benchmark on the CPU: `steps` and `eigvalsh` of a library against NumPy in float64."""
import math
import sys

import numpy

sys.path.insert(0, sys.argv[1])
import device_peers  # noqa: E402

library, steps = sys.argv[2], int(sys.argv[3])


def by_hand(parameters, samples, count):
    """Momentum steps of one network, by hand."""
    parameters = [[numpy.float64(w), numpy.float64(b).reshape(1, -1)] for w, b in parameters]
    speeds = [[numpy.zeros_like(each) for each in pair] for pair in parameters]
    x = numpy.linspace(-1, 1, samples)[:, None]
    y = numpy.cos(3 * math.pi * x)
    for _ in range(count):
        layers = [x]
        for i, (w, b) in enumerate(parameters):
            h = layers[-1] @ w + b
            layers.append(numpy.tanh(h) if i < len(parameters) - 1 else h)
        delta = 2 * (layers[-1] - y) / samples
        gradients = []
        for i in reversed(range(len(parameters))):
            gradients.insert(0, (layers[i].T @ delta, delta.sum(0, keepdims=True)))
            if i > 0:
                delta = (delta @ parameters[i][0].T) * (1 - layers[i] ** 2)
        for pair, speed, gradient in zip(parameters, speeds, gradients):
            for k in range(2):
                speed[k] = 0.9 * speed[k] + gradient[k]
                pair[k] = pair[k] - 1e-3 * speed[k]
    return parameters


for replicas in (1, 3):
    run, read = device_peers.MAKERS[library, "steps"](device="cpu", widths=[1, 5, 4, 1], samples=17, replicas=replicas)
    start = [[numpy.array(each) for each in pair] for pair in read()]
    run(steps)
    for r in range(replicas):
        of = (lambda pairs: [[each[r] for each in pair] for pair in pairs]) if replicas > 1 else (lambda pairs: pairs)
        moved = 0
        for found, wanted, before in zip(of(read()), by_hand(of(start), 17, steps), of(start)):
            for k in range(2):
                error = numpy.abs(numpy.reshape(found[k], wanted[k].shape) - wanted[k]).max()
                assert error < 1e-5, f"replica {r} of {replicas}: off by {error}"
                moved = max(moved, numpy.abs(found[k] - before[k]).max())
        assert moved > 1e-3, f"replica {r} of {replicas}: moved by {moved}"

for resident in (False, True):
    _, solve = device_peers.MAKERS[library, "eigvalsh"](device="cpu", order=7, batch=3, resident=resident)
    wanted = numpy.linalg.eigvalsh(numpy.float64(device_peers.gram_matrices(7, 3)))
    error = numpy.abs(numpy.sort(numpy.asarray(solve()), 1) - wanted).max()
    assert error < 1e-5, f"eigenvalues off by {error}"
print("right")
