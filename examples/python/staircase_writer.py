"""Writes features in a thread of its own, into a folder or the pipe of a watcher, for staircase_tracker.py.
What it writes is described in .github/docs/with-pytorch.md. It needs NumPy alone."""
import functools, io, json, logging, math, os, queue, runpy, subprocess, sys, threading, zipfile
from pathlib import Path
import numpy as np

PATIENCE = 60  # seconds that the end of a training waits at most for its disk, and as long for its watcher


def warn(who, what, error):
    """Logs the first failure of each kind."""
    if what not in who.warned:
        who.warned.add(what)
        text = "staircase_tracker: %s failed, the training goes on with fewer features (%s: %s)"
        logging.getLogger("staircase_tracker").warning(text, what, type(error).__name__, error)


def guarded(method):
    """Makes a method warn where it would raise an exception."""
    @functools.wraps(method)
    def call(self, *args, **kwargs):
        try:
            return method(self, *args, **kwargs)
        except Exception as error:
            warn(self, method.__name__.strip("_"), error)
    return call


def label(name):
    """The name of a layer in files, where a few names have a meaning of their own."""
    name = name.replace("_orig_mod.", "").lstrip("_") or "model"
    return f"{name}_layer" if name in ("loss", "step") else name


def choose_rows(shape, samples, seed):
    """Indices of all rows of an array, or at random of one in each of `samples` equal stretches."""
    if 0 in shape:
        raise ValueError("an array of features is empty")
    rows = math.prod(shape[:-1])
    edges = np.arange(min(rows, samples) + 1) * rows // min(rows, samples)
    return np.unravel_index(np.random.default_rng(seed).integers(edges[:-1], edges[1:]), shape[:-1])


def fetch(array, index=()):
    """Starts to copy an array, or rows of it, to the host. Returns a function that waits for the copy."""
    if not hasattr(array, "detach"):  # An array of JAX cannot change; one of NumPy is copied by an index.
        rows = array[index] if index else array
        return lambda: np.asarray(math.nan if rows is None else rows)
    import torch
    array, on_gpu = array.detach(), array.is_cuda
    if index:
        array = array[tuple(torch.from_numpy(i).to(array.device, non_blocking=on_gpu) for i in index)]
    if array.dtype not in (torch.float16, torch.float32, torch.float64):
        array = array.float()
    copy = array.to("cpu", copy=not index, non_blocking=on_gpu)
    if not on_gpu:
        return copy.numpy
    event = torch.cuda.Event()
    event.record(torch.cuda.current_stream(array.device))
    return lambda: (event.synchronize(), copy.numpy())[1]


def watch_command(source, *flags):
    """What `deno task watch` runs, but in this folder: looks for a GPU adapter, and returns the command itself."""
    toolkit = Path(os.environ.get("STAIRCASE", Path(__file__).resolve().parent / "../.."))
    subprocess.call(["deno", "run", "-A", str(toolkit / "src/cli/setup.ts")], stdin=subprocess.DEVNULL, stdout=2)
    return ["deno", "run", "-A", str(toolkit / "examples/watch.ts"), source, *flags]


def command_line(args):
    """Does what `python3 -m staircase_tracker` is for."""
    if args[:1] == ["--pipe"] and len(args) > 1:
        os.environ["STAIRCASE_PIPE"], sys.argv = "1", args[1:]
        sys.path.insert(0, str(Path(args[1]).absolute().parent))
        runpy.run_path(args[1], run_name="__main__")
    elif args and not args[0].startswith("-"):
        sys.exit(subprocess.call(watch_command(*args)))
    else:
        sys.exit("usage: python3 -m staircase_tracker DIR [FLAGS OF watch], or --pipe SCRIPT [ARGUMENTS]")


class Writer:
    def __init__(self, folder, about, waiting, flags=None):
        """Takes keys for tracker.json, how many steps may wait, and the flags of a watcher to start a pipe to."""
        self.folder, self.about, self.flags = Path(folder).absolute(), {"format": 1, **about}, flags
        self.watcher, self.begun, self.last_step = None, False, None
        self.refused, self.lost, self.warned = 0, 0, set()
        self.queue, self.thread = queue.Queue(waiting), threading.Thread(target=self._work, daemon=True)
        self.thread.start()

    def put(self, step, loss, layers):
        """Hands over functions that return the loss and the layers. With too many steps waiting it drops this."""
        try:
            self.queue.put_nowait((int(step), loss, layers))
        except queue.Full:
            self.refused += 1

    @guarded
    def close(self, status):
        if self.thread.is_alive():  # Not in a process that was forked, such as a worker of DataLoader.
            self.queue.put(status, timeout=PATIENCE)
            self.thread.join(2 * PATIENCE)

    def _work(self):
        while not isinstance(record := self.queue.get(), str):
            self.lost += self._write(*record) is None
        self._end(record)

    @guarded
    def _write(self, step, loss, layers):
        loss, arrays = float(loss().item()), {name: little_endian(layer()) for name, layer in layers.items()}
        if self.flags is not None:
            try:
                self._send(step, loss, arrays)
            except OSError as error:
                warn(self, "the pipe to the watcher", error)
                self.flags, self.begun = None, False
        if self.flags is None:
            self._save(step, loss, arrays)
        self.last_step = step
        return step

    def _save(self, step, loss, arrays):
        name, content = f"step_{step:09d}.npz", io.BytesIO()
        self._begin_folder(arrays, name)
        with zipfile.ZipFile(content, "w") as archive:  # as np.savez, which does not take every name
            for key, array in {**arrays, "loss": np.array(loss), "step": np.array(float(step))}.items():
                with archive.open(f"{key}.npy", "w") as file:
                    np.lib.format.write_array(file, array, allow_pickle=False)
        self._replace(f"features/{name}", content.getbuffer())

    def _begin_folder(self, layers=(), first="~"):
        """Writes tracker.json. An earlier run in the folder loses its end, and its steps from the first new one."""
        if not self.begun:
            (self.folder / "features").mkdir(parents=True, exist_ok=True)
            (self.folder / "end.json").unlink(missing_ok=True)
            for path in self.folder.glob("features/step_*.npz"):
                if path.name >= first:
                    path.unlink()
            self._replace("tracker.json", json.dumps({**self.about, "layers": list(layers)}).encode())
            self.begun = True

    def _replace(self, name, content):
        """Writes a file that is whole as soon as it has its name."""
        path = self.folder / name
        temporary = path.with_name(f".tmp-{os.getpid()}-{path.name}")
        try:
            with open(temporary, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            temporary.replace(path)
        finally:
            temporary.unlink(missing_ok=True)

    def _send(self, step, loss, arrays):
        self._begin_pipe(arrays, step == 0)
        layers = [{"name": name, "dtype": a.dtype.str, "shape": a.shape} for name, a in arrays.items()]
        loss = loss if math.isfinite(loss) else None
        self._frame({"step": step, "loss": loss, "layers": layers}, *arrays.values())

    def _begin_pipe(self, layers=(), anew=True):
        if not self.begun:
            flags = [*(["--overwrite"] if anew else []), *self.flags]
            command = watch_command("-", "--out", str(self.folder / "rank"), *flags)
            # It takes what the training leaves of the processor. In a session of its own it does not get Ctrl-C,
            # but ends with the training.
            command = (["nice", "-n", "19"] if os.name == "posix" else []) + command
            self.watcher = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=2, start_new_session=True)
            self.begun = True
            self._frame({"staircase": 1, **self.about, "layers": list(layers)})

    def _frame(self, head, *arrays):
        for piece in (json.dumps(head).encode() + b"\n", *arrays):
            self.watcher.stdin.write(piece)
        self.watcher.stdin.flush()

    @guarded
    def _end(self, status):
        record = {"last_step": self.last_step, "dropped": self.refused + self.lost}
        if self.flags is None:
            self._begin_folder()
            self._replace("end.json", json.dumps({"status": status, **record}).encode())
        else:
            self._begin_pipe()
            self._frame({"end": status, **record})
            self.watcher.stdin.close()
            self.watcher.wait(PATIENCE)


def little_endian(array):
    """The array in this order of bytes; as float64 if it has none of NumPy's own types of floats."""
    return np.ascontiguousarray(array, array.dtype.newbyteorder("<") if array.dtype.char in "efd" else "<f8")
