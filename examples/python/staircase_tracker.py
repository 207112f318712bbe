"""Ranks of features while PyTorch or JAX trains: writes features for `deno task watch` and `deno task trace`.

    tracker = Tracker("runs/mine", every=100)  # once; or: with Tracker("runs/mine", every=100) as tracker:
    tracker.watch(model)                       # once
    tracker.step(step, loss)                   # every step, before optimizer.step()

For JAX and NumPy, tracker.log(step, loss, {"layer1": features}) replaces the last two.
`python3 -m staircase_tracker DIR` watches a folder. `python3 -m staircase_tracker --pipe train.py ...` runs a
script whose trackers start the watcher themselves and send it features through a pipe. A tracker never stops
a training: it warns once, goes on without, and counts in end.json the steps that it could not write."""
import atexit, fnmatch, functools, os, re, sys
from staircase_writer import Writer, choose_rows, command_line, fetch, guarded, label

ACTIVATION = re.compile("(?i)elu|glu|silu|swish|mish|tanh|sigmoid|softplus|softsign|activation$")
NO_LAYER = re.compile("Dropout|Identity|Flatten|Loss$")

class Tracker:
    def __init__(self, folder, every=100, samples=512, waiting=8, pipe=False):
        """Keeps at most `samples` rows of a layer: one, at random, of each of as many equal stretches, drawn
        anew for each step, but once for a fixed probe. At most `waiting` steps wait for the disk; others are
        dropped. Of an earlier run in the folder, the steps before the new first one stay. `pipe` is True to
        send features to a watcher, or a list of its flags."""
        if min(every, samples, waiting) < 1:
            raise ValueError("every, samples and waiting are counts: give whole numbers from 1")
        pipe = pipe or "STAIRCASE_PIPE" in os.environ
        about = {"every": every, "samples": samples, "program": sys.argv[0], "pid": os.getpid()}
        self._writer = Writer(folder, about, waiting, None if not pipe else [] if pipe is True else pipe)
        self.warned, self._every, self._samples = set(), every, samples
        self._model, self._modules, self._probe, self._axis = None, {}, None, None
        self._next, self._last, self._hooks, self._seen = None, -1, [], {}
        atexit.register(lambda: self.__exit__(getattr(sys, "last_type", None)))

    @guarded
    def watch(self, model, names=None, probe=None, axis=None):
        """Watches modules whose names match one of the patterns `names`; by default activations, or where there
        are none all leaves. Takes features of the training's forward passes, or of `probe`, a batch (a tensor,
        or arguments in a tuple or dict) that goes through the model in eval mode at the steps that count. They
        lie along `axis`: by default 1 for images and modules such as Conv1d, else the last."""
        compiled = (hasattr(m, "_orig_mod") or getattr(m, "_compiled_call_impl", None) for m in model.modules())
        if probe is None and any(compiled):
            raise ValueError("hooks do not see what torch.compile runs: give watch a probe")
        while hasattr(model, "_orig_mod") or type(model).__name__ in ("DataParallel", "DistributedDataParallel"):
            model = model._orig_mod if hasattr(model, "_orig_mod") else model.module
        modules = {label(name): module for name, module in model.named_modules()}
        kinds = {name: type(module).__name__ for name, module in modules.items()}
        leaves = [n for n, m in modules.items() if not (any(m.children()) or NO_LAYER.search(kinds[n]))]
        chosen = [name for name in modules if ACTIVATION.search(kinds[name])] or leaves
        if names is not None:
            names = [names] if isinstance(names, str) else names
            chosen = [name for name in modules if any(fnmatch.fnmatchcase(name, pattern) for pattern in names)]
        self._model, self._modules = model, {name: modules[name] for name in chosen}
        self._probe, self._axis = probe, axis
        self._hook(0 if probe is None else None)

    @guarded
    def step(self, step, loss=None):
        """Takes features and loss of this step, if it counts."""
        if self._model is None or step <= self._last:
            raise RuntimeError("call watch(model) first, then step with numbers that ascend across epochs")
        following, self._last, layers = step + max(1, step - self._last), step, None
        if self.due(step) and (self._hooks or self._probe is not None):
            self._next = (step // self._every + 1) * self._every
            layers = self._seen if self._probe is None else self._run_probe()
        self._hook(following if self._probe is None and following >= self._next else None)
        if layers == {}:
            raise RuntimeError("no module that is watched ran: choose others by names=, or give a probe=")
        if layers is not None:
            self._writer.put(step, fetch(loss), layers)

    @guarded
    def log(self, step, loss, layers):
        """Takes arrays of features, which lie along the last axis, and the loss, if this step counts."""
        if self.due(step):
            self._next = (step // self._every + 1) * self._every
            self._seed, self._indices = step, {}
            self._writer.put(step, fetch(loss), {label(name): self._take(x) for name, x in layers.items()})

    def due(self, step):
        """Whether a step counts: the first one from each multiple of `every` on."""
        if self._next is None:
            self._next = -(-step // self._every) * self._every
        return step >= self._next

    @guarded
    def close(self, status="done"):
        """Waits until everything is written. The ends of `with` and of Python call it."""
        self._hook(None)
        self._model, self._modules, self._probe = None, {}, None
        self._writer.close(status)

    def __enter__(self):
        return self

    def __exit__(self, kind, *_):
        self.close("done" if kind is None else "failed" if issubclass(kind, Exception) else "stopped")

    def _hook(self, step):
        """Sets hooks for the features of a step, or of none."""
        for hook in self._hooks:
            hook.remove()
        self._hooks, self._seen = [], {}
        if step is not None:
            self._seed, self._indices = step, {}
            self._hooks = [m.register_forward_hook(functools.partial(self._see, n)) for n, m in self._modules.items()]
            self._hooks.append(self._model.register_forward_pre_hook(self._start))

    @guarded
    def _start(self, module, inputs):
        import torch
        if torch.is_grad_enabled():
            self._seen = {}  # Of several passes of a step, as of gradient accumulation, the last one counts.

    @guarded
    def _see(self, name, module, inputs, output):
        import torch
        # Passes without gradients are validation. DataParallel runs copies of the module.
        if module is self._modules[name] and (torch.is_grad_enabled() or self._probe is not None):
            features = output[0] if isinstance(output, (tuple, list)) else output
            axis = 1 if features.dim() > 3 or type(module).__name__.endswith("1d") else -1
            calls = sum(key.split("@")[0] == name for key in self._seen)
            name = f"{name}@{calls + 1}" if calls else name
            self._seen[name] = self._take(features.movedim(axis if self._axis is None else self._axis, -1))

    def _run_probe(self):
        import torch
        modes = [(module, module.training) for module in self._model.modules()]
        self._hook(0)
        try:
            self._model.eval()
            batch = self._probe if isinstance(self._probe, (tuple, list, dict)) else [self._probe]
            run = self._model._call_impl  # Not what torch.compile made of the model.
            with torch.no_grad():
                run(**batch) if isinstance(batch, dict) else run(*batch)
            return self._seen
        finally:
            self._hook(None)
            for module, mode in modes:
                module.training = mode

    def _take(self, array):
        """Copies rows, on the array's device: the training may change them at once."""
        array = array if array.ndim > 1 else array[:, None]
        if array.shape not in self._indices:
            self._indices[array.shape] = choose_rows(array.shape, self._samples, self._seed)
        return fetch(array, self._indices[array.shape])


if __name__ == "__main__":
    command_line(sys.argv[1:])
