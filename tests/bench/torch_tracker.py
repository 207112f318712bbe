"""What a tracker and a watcher cost a training: torch_tracker.py DIGITS FOLDER TURNS STEPS DENO, times as JSON lines.

Trains the network of examples/python/cnn.py in turns: without, and with features every 100 and every 10 steps while
`deno task watch` counts their ranks on the same two processors, niced. A turn begins after the watcher has recorded
step 0, and ends when the last features are on the disk."""
import json
import os
import pathlib
import subprocess
import sys
import time

import torch
from torch import nn

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "examples/python"))
from cnn import Net
from digits import load_digits
from staircase_tracker import Tracker


def train(model, x, y, steps, tracker):
    update = torch.optim.SGD(model.parameters(), lr=0.05, momentum=0.9)
    for step in steps:
        batch = torch.randint(len(x), (64,))
        loss = nn.functional.cross_entropy(model(x[batch]), y[batch])
        update.zero_grad()
        loss.backward()
        if tracker:
            tracker.step(step, loss)
        update.step()


def turn(every, x, y, steps, folder, deno):
    """Times of a step in milliseconds, and of the watcher's processor time for the whole turn."""
    torch.manual_seed(0)
    model, tracker, watcher = Net(), None, None
    if every:
        tracker = Tracker(folder, every=every)
        tracker.watch(model)
        command = [deno, "run", "-A", "--no-check", str(ROOT / "examples/watch.ts"), folder, "--quiet"]
        watcher = subprocess.Popen(["nice", "-n", "19", *command])
    train(model, x, y, range(1), tracker)
    trace = pathlib.Path(folder, "rank/trace.csv")
    while every and not (trace.exists() and trace.read_text().count("\n") > 1):
        time.sleep(0.05)
    time.sleep(1)
    wall, cpu = time.perf_counter(), time.process_time()
    train(model, x, y, range(1, steps + 1), tracker)
    while every and not pathlib.Path(folder, f"features/step_{steps:09d}.npz").exists():
        time.sleep(0.001)
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    record = {"every": every, "wall": 1000 * wall / steps, "cpu": 1000 * cpu / steps}
    if every:
        tracker.close()
        _, status, used = os.wait4(watcher.pid, 0)
        dropped = json.loads(pathlib.Path(folder, "end.json").read_text())["dropped"]
        assert status == 0, status
        record |= {"watcher": used.ru_utime + used.ru_stime, "dropped": dropped}
    return record


def main(data, folder, turns, steps, deno):
    # Training and watcher have the same two processors.
    os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:2])
    (x, _), (y, _) = load_digits(data)
    train(Net(), x, y, range(20), None)
    for number in range(int(turns)):
        for every in (0, 100, 10):
            print(json.dumps(turn(every, x, y, int(steps), f"{folder}/{number}-{every}", deno)), flush=True)


main(*sys.argv[1:])
