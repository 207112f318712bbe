"""Checks of staircase_tracker.py: tracker_checks.py FOLDER prints {name: null or what is wrong} as JSON. tracker_test.ts
makes a test of each."""
import contextlib
import functools
import json
import logging
import os
import pathlib
import shutil
import sys
import threading
import traceback

import numpy as np
import torch
from torch import nn

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "examples/python"))
import staircase_writer
import staircase_tracker

# Steps of these checks follow one another faster than a disk.
Tracker = functools.partial(staircase_tracker.Tracker, waiting=64)
messages = []
logging.getLogger("staircase_tracker").addHandler(type("Kept", (logging.Handler,), {
    "emit": lambda self, record: messages.append(record.getMessage())})())
logging.getLogger("staircase_tracker").propagate = False


class Small(nn.Module):
    """Places and channels, a module that runs twice, one that behaves otherwise in eval mode."""
    def __init__(self):
        super().__init__()
        self.conv, self.relu, self.norm = nn.Conv2d(1, 3, 2), nn.ReLU(inplace=True), nn.BatchNorm2d(3)
        self.drop, self.out = nn.Dropout(0.5), nn.Linear(3, 2)

    def forward(self, x):
        x = self.relu(self.norm(self.conv(x)))
        return self.relu(self.out(self.drop(x).mean((2, 3))))


def model_of(kind, seed=1):
    torch.manual_seed(seed)
    return kind()


def mlp():
    return nn.Sequential(nn.Linear(5, 7), nn.Tanh(), nn.Linear(7, 3))


def train(model, tracker=None, steps=range(9), x=None, each=lambda step: None):
    """Trains, and returns what the parameters become; the steps' numbers need not be successive."""
    torch.manual_seed(2)
    update = torch.optim.SGD(model.parameters(), lr=0.1)
    for step in steps:
        batch = torch.randn(11, *((5,) if isinstance(model, nn.Sequential) else (1, 6, 5))) if x is None else x
        loss = model(batch).square().mean()
        update.zero_grad()
        loss.backward()
        if tracker is not None:
            tracker.step(step, loss)
        each(step)
        update.step()
    return torch.cat([p.detach().flatten() for p in model.parameters()] + [torch.rand(1)])


def written(folder):
    """Steps of a run and their arrays."""
    return {int(p.stem[5:]): dict(np.load(p)) for p in sorted((folder / "features").iterdir())}


def read(folder, name):
    return json.loads((folder / name).read_text())


def equal(a, b):
    assert np.array_equal(a, b, equal_nan=True), (a, b)


def check_features_are_those_of_a_plain_forward_pass(folder):
    model, x, seen = model_of(mlp), torch.randn(11, 5), []
    with Tracker(folder, every=2) as tracker:
        tracker.watch(model)
        train(model, tracker, range(5), x, lambda step: seen.append((model[:2](x).detach(), model(x).square().mean())))
    files = written(folder)
    assert list(files) == [0, 2, 4]
    for step, arrays in files.items():
        assert set(arrays) == {"1", "loss", "step"}, arrays
        equal(arrays["1"], seen[step][0].numpy())
        equal(arrays["loss"], seen[step][1].item())
        assert arrays["step"] == step and arrays["loss"].dtype == arrays["step"].dtype == np.float64


def check_records_of_a_run(folder):
    with Tracker(folder, every=4, samples=6) as tracker:
        model = model_of(mlp)
        tracker.watch(model)
        train(model, tracker)
    about = read(folder, "tracker.json")
    expected = {"format": 1, "every": 4, "samples": 6, "layers": ["1"], "program": sys.argv[0], "pid": os.getpid()}
    assert about == expected, about
    assert read(folder, "end.json") == {"status": "done", "last_step": 8, "dropped": 0}
    assert {p.name for p in folder.rglob("*") if p.is_file()} == {
        "tracker.json", "end.json", "step_000000000.npz", "step_000000004.npz", "step_000000008.npz"}


def check_places_of_images_are_rows_and_channels_columns(folder):
    model, x = model_of(Small), torch.randn(4, 1, 6, 5)
    with Tracker(folder, every=1) as tracker:
        tracker.watch(model, names=["conv", "out"])
        train(model, tracker, range(1), x)
    conv = model_of(Small).conv(x).detach().numpy()
    found = written(folder)[0]
    assert found["conv"].shape == (4 * 5 * 4, 3) and found["out"].shape == (4, 2)
    np.testing.assert_allclose(found["conv"], conv.transpose(0, 2, 3, 1).reshape(-1, 3), rtol=1e-6, atol=1e-7)


def check_axes(folder):
    tokens, sequence = torch.randn(2, 9, 4), torch.randn(2, 4, 9)
    for name, module, x, options, shape in [
        ("tokens", nn.GELU(), tokens, {}, (18, 4)), ("conv1d", nn.Conv1d(4, 3, 1), sequence, {}, (18, 3)),
        ("chosen", nn.GELU(), sequence, {"axis": 1}, (18, 4)), ("nhwc", nn.GELU(), torch.randn(2, 3, 3, 5),
                                                                {"axis": -1}, (18, 5)),
        ("vector", nn.Flatten(0), torch.randn(3, 2), {"names": ["*"]}, (6, 1)), ("tuple", nn.LSTM(4, 3), tokens, {}, (18, 3)),
    ]:
        with Tracker(folder / name) as tracker:
            tracker.watch(module, **options)
            module(x.requires_grad_())
            tracker.step(0)
        found = written(folder / name)[0]["model"]
        assert found.shape == shape, (name, found.shape)


def check_rows_are_drawn_for_each_step_and_always_alike(folder):
    x = torch.arange(55.0).reshape(11, 5)
    runs = []
    for name in ["a", "b"]:
        model = model_of(lambda: nn.Sequential(nn.Identity(), nn.Linear(5, 1)))
        with Tracker(folder / name, every=1, samples=4) as tracker:
            tracker.watch(model, names=["0"])
            train(model, tracker, range(20), x)
        runs.append({step: arrays["0"] for step, arrays in written(folder / name).items()})
    rows = {step: [int(row[0] // 5) for row in array] for step, array in runs[0].items()}
    for step, chosen in rows.items():
        equal(runs[0][step], runs[1][step])
        equal(runs[0][step], x.numpy()[chosen])
        assert len(chosen) == 4 and all(a < b for a, b in zip(chosen, chosen[1:])), chosen
    assert len({tuple(chosen) for chosen in rows.values()}) > 5, rows
    assert {row for chosen in rows.values() for row in chosen} == set(range(11)), rows


def check_rows_of_a_fixed_probe_stay(folder):
    model = model_of(lambda: nn.Sequential(nn.Identity(), nn.Linear(5, 1)))
    with Tracker(folder, every=1, samples=4) as tracker:
        tracker.watch(model, names=["0"], probe=torch.arange(55.0).reshape(11, 5))
        train(model, tracker)
    files = list(written(folder).values())
    assert len(files) == 9
    for arrays in files:
        equal(arrays["0"], files[0]["0"])


def check_the_training_is_the_same_to_the_bit(folder):
    x = torch.randn(6, 1, 6, 5)
    bare = model_of(Small)
    expected = train(bare)
    for name, options in [("batch", {}), ("probe", {"probe": x}), ("kwargs", {"probe": {"x": x}}), ("args", {"probe": (x,)})]:
        model = model_of(Small)
        model.drop.eval()
        other = model_of(Small)
        other.drop.eval()
        with Tracker(folder / name, every=2) as tracker:
            tracker.watch(model, **options)
            found = train(model, tracker)
        equal(found, train(other))
        assert model.training and not model.drop.training, "modes are not restored"
        equal(model.norm.running_mean, other.norm.running_mean)
        assert list(written(folder / name)) == [0, 2, 4, 6, 8]
    model = model_of(Small)
    with Tracker(folder / "dropout", every=1) as tracker:
        tracker.watch(model, probe=x)
        equal(train(model, tracker), expected)


def check_a_probe_runs_in_eval_mode_without_gradients(folder):
    model, x, gradients = model_of(Small), torch.randn(6, 1, 6, 5), []
    model.register_forward_hook(lambda *_: gradients.append(torch.is_grad_enabled()))
    with Tracker(folder, every=1) as tracker:
        tracker.watch(model, names=["relu"], probe=x)
        train(model, tracker, range(1))
        expected = model_of(Small)
        train(expected, None, range(1))
        # The update follows the probe.
        before = model_of(Small)
        torch.manual_seed(2)
        before(torch.randn(11, 1, 6, 5))
        before.eval()
        places = before.norm(before.conv(x)).relu().detach()
    found = written(folder)[0]
    np.testing.assert_allclose(found["relu"], places.permute(0, 2, 3, 1).reshape(-1, 3).numpy(), rtol=1e-5, atol=1e-6)
    equal(found["relu@2"], before(x).detach().numpy())
    assert gradients == [True, False], gradients


def check_hooks_are_there_at_the_steps_that_count_alone(folder):
    model = model_of(mlp)
    for probe in [None, torch.randn(3, 5)]:
        counts = []
        hooks = lambda: sum(len(m._forward_hooks) + len(m._forward_pre_hooks) for m in model.modules())
        with Tracker(folder, every=4) as tracker:
            tracker.watch(model, probe=probe)
            for step in range(9):
                counts.append(hooks())
                train(model, tracker, [step])
        assert counts == ([2, 0, 0, 0, 2, 0, 0, 0, 2] if probe is None else 9 * [0]), counts
        assert hooks() == 0


def check_modules_chosen(folder):
    model = nn.ModuleDict({"conv": nn.Conv1d(1, 1, 1), "act": nn.SiLU(), "_fc": nn.Sequential(nn.Linear(1, 1), nn.Dropout())})
    chosen = lambda model, names=None: (tracker.watch(model, names), list(tracker._modules))[1]
    with Tracker(folder) as tracker:
        assert chosen(model) == ["act"]
        assert chosen(model["_fc"]) == ["0"]
        assert chosen(model, ["fc.*", "c*v"]) == ["conv", "fc.0", "fc.1"]
        assert chosen(nn.ModuleDict({"loss": nn.Linear(1, 1), "step": nn.Linear(1, 1)})) == ["loss_layer", "step_layer"]
        assert chosen(model, "a*") == ["act"]
        assert chosen(nn.Linear(1, 1)) == ["model"]
        assert chosen(nn.DataParallel(nn.Sequential(nn.Linear(1, 1)))) == ["0"]
        attention = nn.ModuleList([nn.MultiheadAttention(2, 1), nn.Softmax(1), nn.ReLU6(), nn.GELU(), nn.LeakyReLU()])
        assert chosen(attention) == ["2", "3", "4"]


def check_of_several_passes_the_last_with_gradients_counts(folder):
    model, x = model_of(mlp), torch.randn(3, 11, 5)
    with Tracker(folder, every=1) as tracker:
        tracker.watch(model)
        for part in x[:2]:
            model(part)
        with torch.no_grad():
            model(x[2])
        tracker.step(0)
    found = written(folder)[0]
    assert set(found) == {"1", "loss", "step"} and np.isnan(found["loss"])
    equal(found["1"], model[:2](x[1]).detach().numpy())


def check_steps_need_not_be_successive(folder):
    for name, steps, expected in [
        ("three", range(0, 40, 3), [0, 12, 21, 30]), ("from", range(7, 32), [10, 20, 30]), ("one", range(1, 22), [10, 20]),
    ]:
        model = model_of(mlp)
        with Tracker(folder / name, every=10) as tracker:
            tracker.watch(model)
            train(model, tracker, steps)
        assert list(written(folder / name)) == expected, (name, list(written(folder / name)))


def check_types(folder):
    for dtype, expected in [(torch.float64, "<f8"), (torch.bfloat16, "<f4"), (torch.float16, "<f2"), (torch.float32, "<f4")]:
        x = torch.randn(3, 2).to(dtype)
        with Tracker(folder / expected) as tracker:
            tracker.watch(nn.Identity(), names=["*"])
            tracker._model(x.requires_grad_())
            tracker.step(0)
        found = written(folder / expected)[0]["model"]
        assert found.dtype.str == expected
        equal(found, x.detach().double().numpy())


def check_later_changes_of_the_features_do_not_matter(folder):
    x, array = torch.ones(3, 2, requires_grad=True), np.ones((3, 2), np.float32)
    gate = hold(folder)
    with Tracker(folder / "run", every=1) as tracker:
        tracker.watch(nn.Identity(), names=["*"])
        tracker._model(x)
        loss = torch.ones(())
        tracker.step(0, loss)
        tracker.log(1, 1.0, {"a": array})
        with torch.no_grad():
            x.zero_()
            loss.zero_()
        array[:] = 0
        gate.set()
    files = written(folder / "run")
    equal(files[0]["model"], np.ones((3, 2)))
    equal(files[0]["loss"], 1)
    equal(files[1]["a"], np.ones((3, 2)))


def hold(folder):
    """Makes the disk wait for an event, for the writers made in this check."""
    gate, write = threading.Event(), staircase_writer.Writer._write
    staircase_writer.Writer._write = lambda self, *args: (gate.wait(), write(self, *args))[1]
    undo.callback(setattr, staircase_writer.Writer, "_write", write)
    return gate


def check_a_full_queue_drops_and_counts(folder):
    gate, model = hold(folder), model_of(mlp)
    with Tracker(folder, every=1, waiting=3) as tracker:
        tracker.watch(model)
        train(model, tracker, range(20))
        gate.set()
    steps = list(written(folder))
    assert steps[0] == 0 and 3 <= len(steps) <= 4, steps
    assert read(folder, "end.json") == {"status": "done", "last_step": steps[-1], "dropped": 20 - len(steps)}


def check_a_removed_folder_is_said_once(folder):
    model = model_of(mlp)
    with Tracker(folder, every=1) as tracker:
        tracker.watch(model)
        train(model, tracker, range(2))
        wait(lambda: (folder / "features/step_000000001.npz").exists())
        shutil.rmtree(folder)
        train(model, tracker, range(2, 9))
    assert not folder.exists()
    writes = [m for m in messages if "write failed" in m]
    assert len(writes) == 1 and "FileNotFoundError" in writes[0] and len(messages) == 2, messages


def check_a_folder_that_cannot_be_made(folder):
    folder.mkdir()
    (folder / "file").write_text("")
    model, other = model_of(mlp), model_of(mlp)
    with Tracker(folder / "file/run", every=1) as tracker:
        tracker.watch(model)
        equal(train(model, tracker), train(other))
    assert len(messages) == 2 and "NotADirectoryError" in messages[0], messages


def check_mistakes_are_said_once(folder):
    model = model_of(mlp)
    with Tracker(folder, every=1) as tracker:
        train(model, tracker)
        assert len(messages) == 1 and "watch(model)" in messages[0], messages
        tracker.watch(model, names=["nowhere"])
    mistakes = [
        (lambda t: t.watch(model, names=["nowhere"]), "choose others"),
        (lambda t: t.watch(model, probe=torch.ones(3, 4)), "mat"),
        (lambda t: t.watch(3), "modules"),
        (lambda t: t.log(0, 1.0, {"a": [1.0]}), "ndim"),
        (lambda t: t.log(0, 1.0, {"a": np.ones((0, 3))}), "empty"),
        (lambda t: t.log(0, 1.0, {"a": np.ones(())}), "indices"),
        (lambda t: t.log(0, np.ones(3), {"a": np.ones((2, 2))}), "size"),
    ]
    for index, (mistake, word) in enumerate(mistakes):
        messages.clear()
        other = model_of(mlp)
        with Tracker(folder / str(index), every=1) as tracker:
            mistake(tracker)
            equal(train(other, tracker), train(model_of(mlp)))
        assert any(word in message for message in messages), (index, messages)
        assert len(messages) <= 2 and len(set(messages)) == len(messages), messages
    for bad in [{"every": 0}, {"samples": 0}, {"waiting": -1}]:
        with contextlib.suppress(ValueError):
            Tracker(folder, **bad)
            raise AssertionError(f"{bad} is taken")


def check_steps_that_begin_anew_are_said(folder):
    model = model_of(mlp)
    with Tracker(folder, every=1) as tracker:
        tracker.watch(model)
        train(model, tracker, [0, 1, 2, 0, 1, 2])
    assert list(written(folder)) == [0, 1, 2] and len(messages) == 1 and "ascend" in messages[0], messages


def check_numbers_that_are_no_numbers(folder):
    array = np.array([[1, np.nan], [np.inf, 2]], np.float32)
    with Tracker(folder, every=1) as tracker:
        tracker.log(0, float("nan"), {"a": array})
        tracker.log(1, None, {"a": array})
        tracker.log(2, np.float32("inf"), {"a": array})
    losses = []
    for arrays in written(folder).values():
        equal(arrays["a"], array)
        losses.append(arrays["loss"].item())
    equal(losses, [np.nan, np.nan, np.inf])


class Device:
    """An array as JAX has it: it cannot change, computes later, and NumPy asks it for its values."""
    def __init__(self, data):
        self.data, self.shape, self.ndim = data, data.shape, data.ndim

    def __getitem__(self, index):
        return Device(self.data[index])

    def __array__(self, dtype=None, copy=None):
        assert threading.current_thread() is not threading.main_thread(), "the training waits for the device"
        return self.data


def check_log_takes_arrays_of_another_library(folder):
    big = np.random.default_rng(0).normal(size=(4, 7, 7, 3)).astype(np.float32)
    with Tracker(folder, every=10, samples=50) as tracker:
        for step in range(25):
            assert tracker.due(step) == (step % 10 == 0)
            tracker.log(step, Device(np.array(step / 2)), {
                "conv": Device(big), "dense": Device(big[:, 0, 0]), "loss": Device(np.arange(5, dtype=np.int32))})
    files = written(folder)
    assert list(files) == [0, 10, 20]
    for step, arrays in files.items():
        assert arrays["loss"] == step / 2 and arrays["conv"].shape == (50, 3)
        places = big.reshape(-1, 3)
        assert len({int(np.flatnonzero((places == row).all(1))[0]) for row in arrays["conv"]}) == 50
        equal(arrays["dense"], big[:, 0, 0])
        equal(arrays["loss_layer"], np.arange(5.0)[:, None])
    assert not np.array_equal(files[0]["conv"], files[10]["conv"])


def check_a_resumed_run_replaces_its_later_steps(folder):
    for steps, last in [(range(0, 9), 8), (range(4, 6), 5)]:
        model = model_of(mlp)
        with Tracker(folder, every=2) as tracker:
            assert last == 8 or (folder / "end.json").exists()
            tracker.watch(model)
            train(model, tracker, steps, each=lambda step: step == 4 and last == 5 and wait(
                lambda: not (folder / "end.json").exists()))
    assert list(written(folder)) == [0, 2, 4] and read(folder, "end.json")["last_step"] == 4


def check_a_child_of_the_process_leaves_the_run_alone(folder):
    with Tracker(folder, every=1) as tracker:
        tracker.log(0, 1.0, {"a": np.ones((2, 2))})
        wait(lambda: (folder / "features/step_000000000.npz").exists())
        child = os.fork()
        if child == 0:
            tracker.close()
            os._exit(int((folder / "end.json").exists()))
        assert os.waitpid(child, 0)[1] == 0
        tracker.log(1, 1.0, {"a": np.ones((2, 2))})
    assert read(folder, "end.json")["last_step"] == 1


def check_names_of_layers(folder):
    names = ["file", "allow_pickle", "a/b", "π é", "_x", "x,y", "blocks.0"]
    with Tracker(folder, every=1) as tracker:
        tracker.log(0, 1.0, {name: np.ones((2, 2)) for name in names})
    assert set(written(folder)[0]) == {name.lstrip("_") for name in names} | {"loss", "step"}


def check_compiled_models_get_a_probe(folder):
    if not hasattr(torch, "compile"):
        model = model_of(mlp)
        model._orig_mod = model_of(mlp)  # as torch.compile wraps a model, in later versions
    else:
        model = torch.compile(model_of(mlp), backend="eager")
    with Tracker(folder, every=1) as tracker:
        tracker.watch(model)
        assert len(messages) == 1 and "torch.compile" in messages[0], messages
        tracker.watch(model, probe=torch.ones(3, 5))
        train(model._orig_mod, tracker, range(3))
    assert list(written(folder)[0]) == ["1", "loss", "step"] and len(written(folder)) == 3


def wait(condition):
    for _ in range(1000):
        if condition():
            return
        threading.Event().wait(0.01)
    raise AssertionError("nothing came")


undo = contextlib.ExitStack()
results = {}
for name, check in [(name, check) for name, check in globals().items() if name.startswith("check_")]:
    messages.clear()
    try:
        with undo:
            check(pathlib.Path(sys.argv[1]) / name)
        results[name] = None
    except Exception:
        results[name] = traceback.format_exc()
print(json.dumps(results))
