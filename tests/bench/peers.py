"""Peers: NumPy, SciPy and PyTorch on the CPU, PyTorch and JAX on a device. One job a line of JSON on stdin, one answer a
line on stdout, in milliseconds."""
import importlib
import json
import os
import sys
import time

import device_peers


def load(name):
    try:
        return importlib.import_module(name)
    except ImportError:
        return None


numpy, scipy_linalg, torch = load("numpy"), load("scipy.linalg"), load("torch")


def versions():
    packages = [("numpy", numpy), ("scipy", load("scipy")), ("torch", torch), ("jax", load("jax"))]
    return {m: p.__version__ for m, p in packages if p}


def timed(work, times):
    start = time.perf_counter()
    for _ in range(times):
        work()
    return (time.perf_counter() - start) / times


def fill(work, window):
    """Time of one call, of as many as fill the window."""
    once = timed(work, 1)
    once = timed(work, max(1, min(5, int(window / 5 / once))))
    return timed(work, max(1, round(window / once)))


def training_step(widths, samples, activation, optimizer, loss):
    torch.manual_seed(0)
    layers = []
    for inputs, outputs in zip(widths, widths[1:]):
        layers += [torch.nn.Linear(inputs, outputs), torch.nn.Tanh() if activation == "tanh" else torch.nn.ReLU()]
    model = torch.nn.Sequential(*layers[:-1])
    if loss == "softmax-cross-entropy":
        x = torch.rand(samples, widths[0])
        y = torch.randint(widths[-1], (samples,))
        distance = torch.nn.CrossEntropyLoss()
    else:
        x = torch.linspace(-1, 1, samples)[:, None]
        y = torch.cos(3 * torch.pi * x)
        distance = torch.nn.MSELoss()
    if optimizer == "adam":
        update = torch.optim.Adam(model.parameters(), lr=1e-3)
    else:
        update = torch.optim.SGD(model.parameters(), lr=1e-3, momentum=0.9)

    def step():
        update.zero_grad(set_to_none=True)
        distance(model(x), y).backward()
        update.step()

    return step


def equation_training_step(widths, samples, way):
    """A step on the mean square of u_xx + u_yy + 1, by double backward or by jets written by hand."""
    torch.manual_seed(0)
    weights = [(torch.randn(a, b) / a**0.5).requires_grad_() for a, b in zip(widths, widths[1:])]
    biases = [torch.zeros(b, requires_grad=True) for b in widths[1:]]
    update = torch.optim.Adam(weights + biases, lr=1e-3)
    axes = range(widths[0])
    x = torch.rand(samples, widths[0]) * 2 - 1

    def double_backward():
        inputs = x.clone().requires_grad_()
        h = inputs
        for layer, (w, b) in enumerate(zip(weights, biases)):
            h = h @ w + b
            if layer + 1 < len(weights):
                h = torch.tanh(h)
        slopes = torch.autograd.grad(h.sum(), inputs, create_graph=True)[0]
        return sum(torch.autograd.grad(slopes[:, k].sum(), inputs, create_graph=True)[0][:, k] for k in axes)

    def jets():
        h, first = x, [torch.eye(widths[0])[k].expand(samples, -1) for k in axes]
        second = [torch.zeros(samples, widths[0]) for _ in axes]
        for layer, (w, b) in enumerate(zip(weights, biases)):
            h, first, second = h @ w + b, [d @ w for d in first], [d @ w for d in second]
            if layer + 1 < len(weights):
                h = torch.tanh(h)
                slope = 1 - h * h
                second = [slope * (c - 2 * h * d * d) for d, c in zip(first, second)]
                first = [slope * d for d in first]
        return sum(second).squeeze()

    laplacian = {"double_backward": double_backward, "jets": jets}[way]

    def step():
        update.zero_grad(set_to_none=True)
        (laplacian() + 1).square().mean().backward()
        update.step()

    return step


# What was prepared once, and the number of threads that it is fastest with.
prepared = {}


def step(window, **shape):
    return torch_step(training_step, window, **shape)


def equation_step(window, **shape):
    return torch_step(equation_training_step, window, **shape)


def torch_step(make, window, **shape):
    key = json.dumps(shape)
    if key not in prepared:
        work = make(**shape)
        timed(work, 5)
        pace = {}
        for threads in {1, os.cpu_count()}:
            torch.set_num_threads(threads)
            pace[threads] = min(fill(work, window / 4) for _ in range(3))
        prepared[key] = work, min(pace, key=pace.get)
    work, threads = prepared[key]
    torch.set_num_threads(threads)
    return {"seconds": fill(work, window), "threads": threads}


def replicas(window, widths, samples, count):
    """A momentum step of many tanh networks at once, by products of batches."""
    torch.manual_seed(0)
    pairs = list(zip(widths, widths[1:]))
    weights = [(torch.randn(count, a, b) / a**0.5).requires_grad_() for a, b in pairs]
    biases = [torch.zeros(count, 1, b, requires_grad=True) for b in widths[1:]]
    update = torch.optim.SGD(weights + biases, 1e-3, momentum=0.9)
    x = torch.linspace(-1, 1, samples)[None, :, None].expand(count, samples, 1)
    y = torch.cos(3 * torch.pi * x)

    def step():
        h = x
        for layer, (w, b) in enumerate(zip(weights, biases)):
            h = torch.baddbmm(b, h, w)
            if layer < len(weights) - 1:
                h = torch.tanh(h)
        loss = (h - y).square().mean((1, 2)).sum()
        update.zero_grad()
        loss.backward()
        update.step()

    return {"seconds": fill(step, window)}


def matrix(rows, columns):
    key = rows, columns
    if key not in prepared:
        prepared[key] = numpy.random.default_rng(0).standard_normal(key, dtype=numpy.float32)
    return prepared[key]


def gemm(window, order):
    a = matrix(order, order)
    return {"seconds": fill(lambda: a @ a, window)}


def gram(window, rows, columns):
    a = matrix(rows, columns)
    return {"seconds": fill(lambda: a.T @ a, window)}


def eigvalsh(window, order):
    a = matrix(512, order)
    m = (a.T @ a).astype(numpy.float64)
    return {"seconds": fill(lambda: scipy_linalg.eigvalsh(m), window)}


def svdvals(window, rows, columns):
    a = matrix(rows, columns).astype(numpy.float64)
    return {"seconds": fill(lambda: scipy_linalg.svdvals(a), window)}


def model_svd(path):
    start = time.perf_counter()
    data = numpy.memmap(path, numpy.uint8, "r")
    begin = 8 + int(data[:8].view("<u8")[0])
    for info in json.loads(bytes(data[8:begin])).values():
        first, last = info["data_offsets"]
        w = numpy.array(data[begin + first:begin + last]).view("<f4").reshape(info["shape"])
        numpy.linalg.svd(w, compute_uv=False)
    return {"seconds": time.perf_counter() - start}


JOBS = {
    f.__name__: f
    for f in (versions, step, equation_step, replicas, gemm, gram, eigvalsh, svdvals, model_svd)
}
JOBS.update(device_peers.JOBS)
for line in sys.stdin:
    job = json.loads(line)
    name = job.pop("job")
    if "window" in job:
        job["window"] /= 1000
    print(json.dumps(JOBS[name](**job)), flush=True)
