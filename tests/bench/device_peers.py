"""Peers on a device, which is `cuda` in benchmarks and `cpu` in tests: PyTorch, with a CUDA graph where there is CUDA,
and JAX, jitted. All steps are of momentum, on one batch of a function of one input."""
import importlib
import math
import time

RATE, MOMENTUM = 1e-3, 0.9
# Steps that a jitted call of JAX makes.
SCANNED = 100


def reach(library, device):
    """The name that a library has for a device, or what is missing."""
    try:
        package = importlib.import_module(library)
        if library == "jax":
            return {"name": str(package.devices(device)[0].device_kind)}
        if device == "cpu":
            return {"name": "CPU"}
        if not package.cuda.is_available():
            return {"missing": "it finds no CUDA device"}
        return {"name": package.cuda.get_device_name()}
    except (ImportError, RuntimeError) as error:
        return {"missing": (str(error).splitlines() or [""])[0]}


def torch_steps(device, widths, samples, replicas):
    """A function that makes a number of steps and waits for them, and one that reads weights and biases, for tests."""
    import torch

    torch.manual_seed(0)
    lead = (replicas,) if replicas > 1 else ()
    x = torch.linspace(-1, 1, samples, device=device)[:, None].expand(*lead, samples, widths[0]).contiguous()
    y = torch.cos(3 * math.pi * x[..., :1]).expand(*lead, samples, widths[-1]).contiguous()
    pairs = list(zip(widths, widths[1:]))
    weights = [(torch.randn(*lead, a, b, device=device) / a**0.5).requires_grad_() for a, b in pairs]
    biases = [torch.zeros(*lead, 1, b, device=device, requires_grad=True) for _, b in pairs]
    optimizer = torch.optim.SGD(weights + biases, lr=RATE, momentum=MOMENTUM)
    product = torch.baddbmm if lead else torch.addmm

    def update():
        h = x
        for i, (w, b) in enumerate(zip(weights, biases)):
            h = product(b.expand(*lead, samples, -1), h, w)
            if i < len(weights) - 1:
                h = torch.tanh(h)
        (h - y).square().mean((-2, -1)).sum().backward()
        optimizer.step()

    def read():
        return [(w.detach().cpu().numpy(), b.detach().cpu().numpy()) for w, b in zip(weights, biases)]

    def step():
        optimizer.zero_grad(set_to_none=True)
        update()

    if device == "cpu":
        def run(times):
            for _ in range(times):
                step()

        return run, read
    # As PyTorch's notes on CUDA graphs have it: a few steps on a stream of its own, then one that is recorded. Its
    # gradients are made while it is recorded, so that each replay writes them anew.
    beside = torch.cuda.Stream()
    beside.wait_stream(torch.cuda.current_stream())
    with torch.cuda.stream(beside):
        for _ in range(5):
            step()
    torch.cuda.current_stream().wait_stream(beside)
    graph = torch.cuda.CUDAGraph()
    optimizer.zero_grad(set_to_none=True)
    with torch.cuda.graph(graph):
        update()

    def run(times):
        for _ in range(times):
            graph.replay()
        torch.cuda.synchronize()

    return run, read


def jax_steps(device, widths, samples, replicas):
    """The same in JAX: a scan over steps, vmapped over replicas, jitted. It rounds up to whole calls of 100 steps."""
    import jax
    import jax.numpy as jnp

    at = jax.devices(device)[0]
    x = jnp.linspace(-1, 1, samples)[:, None] * jnp.ones((1, widths[0]))
    y = jnp.cos(3 * jnp.pi * x[:, :1]) * jnp.ones((1, widths[-1]))

    def start(key):
        keys = jax.random.split(key, len(widths) - 1)
        return [(jax.random.normal(k, (a, b)) / a**0.5, jnp.zeros(b)) for k, a, b in zip(keys, widths, widths[1:])]

    def loss(parameters):
        h = x
        for i, (w, b) in enumerate(parameters):
            h = h @ w + b
            if i < len(parameters) - 1:
                h = jnp.tanh(h)
        return jnp.mean((h - y) ** 2)

    def step(state, _):
        parameters, speeds = state
        speeds = jax.tree_util.tree_map(lambda v, g: MOMENTUM * v + g, speeds, jax.grad(loss)(parameters))
        return (jax.tree_util.tree_map(lambda p, v: p - RATE * v, parameters, speeds), speeds), None

    def scan(state):
        return jax.lax.scan(step, state, None, length=SCANNED)[0]

    def over(function):
        return jax.jit(jax.vmap(function) if replicas > 1 else function)

    # Tensor cores would take fewer digits than the others have.
    with jax.default_device(at), jax.default_matmul_precision("highest"):
        key = jax.random.PRNGKey(0)
        parameters = over(start)(jax.random.split(key, replicas) if replicas > 1 else key)
        state = [parameters, jax.tree_util.tree_map(jnp.zeros_like, parameters)]
        scanned = over(scan)

    def run(times):
        with jax.default_device(at), jax.default_matmul_precision("highest"):
            for _ in range(math.ceil(times / SCANNED)):
                state[:] = scanned(tuple(state))
            jax.block_until_ready(state)

    return run, lambda: jax.tree_util.tree_map(jax.device_get, state[0])


def gram_matrices(order, batch):
    """Gram matrices of normal features."""
    import numpy

    features = numpy.random.default_rng(0).standard_normal((batch, 2 * order, order), dtype=numpy.float32)
    return numpy.matmul(features.transpose(0, 2, 1), features) / numpy.float32(2 * order)


def torch_eigvalsh(device, order, batch, resident):
    """A function that solves a number of times: from the host's matrices to the host's values, or on the device."""
    import torch

    host = torch.from_numpy(gram_matrices(order, batch))
    held = host.to(device)

    def solve():
        if resident:
            return torch.linalg.eigvalsh(held)
        return torch.linalg.eigvalsh(host.to(device)).cpu()

    def run(times):
        for _ in range(times):
            solve()
        if device == "cuda":
            torch.cuda.synchronize()

    return run, solve


def jax_eigvalsh(device, order, batch, resident):
    import jax
    import numpy

    at = jax.devices(device)[0]
    host = gram_matrices(order, batch)
    held = jax.device_put(host, at)
    solver = jax.jit(jax.numpy.linalg.eigvalsh)

    def solve():
        if resident:
            return solver(held).block_until_ready()
        return numpy.asarray(solver(jax.device_put(host, at)))

    def run(times):
        for _ in range(times):
            solve()

    return run, solve


MAKERS = {
    ("torch", "steps"): torch_steps,
    ("jax", "steps"): jax_steps,
    ("torch", "eigvalsh"): torch_eigvalsh,
    ("jax", "eigvalsh"): jax_eigvalsh,
}
# What was prepared once, by its shape.
prepared = {}


def on_device(window, library, work, least=1, **shape):
    """Time of one repetition, of as many as fill the window; at least so many of them at a time."""
    key = library, work, str(sorted(shape.items()))
    if key not in prepared:
        prepared.clear()
        run = MAKERS[library, work](**shape)[0]
        # Compiles.
        run(least)
        prepared[key] = run
    run = prepared[key]

    def timed(times):
        start = time.perf_counter()
        run(times)
        return (time.perf_counter() - start) / times

    once = timed(least)
    times = max(1, round(window / once / least)) * least
    return {"seconds": timed(times)}


JOBS = {"reach": reach, "on_device": on_device}
