/**
 * The tracker of trainings in PyTorch and JAX: `tracker_checks.py` checks what it writes, these
 * tests how a training ends, and what happens to a disk and to a pipe.
 */
import { fileURLToPath } from "node:url";
import { assert } from "../deps.ts";
import { filesIn, temporaryFolder } from "../support/program.ts";
import { examples, runPython, torchPython } from "../support/python.ts";
import { mayMount, smallDisk } from "../support/small_disk.ts";

const ignore = torchPython === null;

Deno.test("staircase_tracker.py has at most 150 lines and, with its writer, needs NumPy alone", () => {
  const [tracker, writer] = ["tracker", "writer"].map((name) =>
    Deno.readTextFileSync(`${examples}staircase_${name}.py`).trimEnd().split("\n")
  );
  assert(tracker.length <= 150, `${tracker.length} lines`);
  assert.deepEqual(
    [...tracker, ...writer].filter((line) =>
      /^(import|from) /.test(line) && !line.startsWith("import atexit")
    ),
    [
      "from staircase_writer import Writer, choose_rows, command_line, fetch, guarded, label",
      "import functools, io, json, logging, math, os, queue, runpy, subprocess, sys, threading, zipfile",
      "from pathlib import Path",
      "import numpy as np",
    ],
  );
});

const checksFile = fileURLToPath(new URL("tracker_checks.py", import.meta.url));
const checks = [...Deno.readTextFileSync(checksFile).matchAll(/^def (check_\w+)/gm)].map(([, name]) => name);
let results: Promise<Record<string, string | null>> | null = null;

/** Runs all checks in one process: PyTorch takes a second to load. */
async function runChecks(): Promise<Record<string, string | null>> {
  using folder = temporaryFolder();
  const { code, out, err } = await runPython([checksFile, folder.path], { cwd: folder.path });
  assert.equal(code, 0, err);
  return JSON.parse(out.trimEnd().split("\n").at(-1)!);
}

assert(checks.length > 20);
for (const name of checks) {
  Deno.test({
    name: `tracker: ${name.slice("check_".length).replaceAll("_", " ")}`,
    ignore,
    async fn() {
      const found = (await (results ??= runChecks()))[name];
      assert.equal(found, null, String(found));
    },
  });
}

/** A training without PyTorch, of which the fifth step may end otherwise. */
const script = (end: string, { before = "", after = "" } = {}) => `
import os, sys, signal
import numpy as np
from staircase_tracker import Tracker
assert "torch" not in sys.modules
${before}
def train(tracker):
    for step in range(9):
        tracker.log(step, step / 2, {"a": np.full((3, 2), step, np.float32)})
        if step == 4:
            ${end}
${after || 'with Tracker("run", every=2, waiting=50) as tracker:\n    train(tracker)'}
`;

const bare = { after: 'train(Tracker("run", every=2, waiting=50))' };
const endings = [
  ["a training that is over", "pass", {}, 0, "done", 8],
  ["an exception", "raise ValueError('mine')", {}, 1, "failed", 4],
  ["Ctrl-C", "os.kill(os.getpid(), signal.SIGINT)", {}, -1, "stopped", 4],
  ["the end of Python", "pass", bare, 0, "done", 8],
  ["an exception without with", "raise ValueError('mine')", bare, 1, "failed", 4],
  ["Ctrl-C without with", "os.kill(os.getpid(), signal.SIGINT)", bare, -1, "stopped", 4],
  ["sys.exit", "sys.exit(3)", {}, 3, "stopped", 4],
] as const;
Deno.test({
  name: "tracker: end.json tells how a training ended, whose own end is as it would be",
  ignore,
  async fn() {
    await Promise.all(endings.map(async ([name, end, options, status, how, last]) => {
      using folder = temporaryFolder();
      const { code, err } = await runPython(["-c", script(end, options)], { cwd: folder.path });
      if (status < 0) assert([130, 1].includes(code), `${name}: ${code}, ${err}`);
      else assert.equal(code, status, `${name}: ${err}`);
      assert.equal(
        /ValueError: mine|KeyboardInterrupt/.test(err),
        status === 1 || status < 0,
        `${name}: ${err}`,
      );
      assert(!err.includes("staircase_tracker:"), `${name}: ${err}`);
      const record = JSON.parse(Deno.readTextFileSync(`${folder.path}/run/end.json`));
      assert.deepEqual(record, { status: how, last_step: last, dropped: 0 }, name);
    }));
  },
});

Deno.test({
  name: "tracker: a full disk costs steps and is said once; the files are whole, and later ones follow",
  ignore: ignore || !mayMount,
  async fn() {
    using folder = temporaryFolder();
    using _ = smallDisk(folder.path, 1);
    const full = `
import os, time
import numpy as np
from staircase_tracker import Tracker
wait = lambda tracker: time.sleep(0.02) or tracker._writer.queue.empty() or wait(tracker)
with Tracker("run", every=1) as tracker:
    for step in range(8):
        tracker.log(step, 0.0, {"a": np.zeros((512, 100), np.float32)})
        wait(tracker)
    time.sleep(0.1)
    for step in range(2):
        os.remove(f"run/features/step_{step:09d}.npz")
    tracker.log(8, 0.0, {"a": np.zeros((512, 100), np.float32)})
print("trained")
`;
    const { code, out, err } = await runPython(["-c", full], { cwd: folder.path });
    assert.deepEqual([code, out], [0, "trained\n"], err);
    assert.equal(err.split("staircase_tracker:").length, 2, err);
    assert.match(err, /No space left/);
    const files = filesIn(`${folder.path}/run/features`);
    assert(
      files.includes("step_000000008.npz") && files.every((name) => name.startsWith("step_")),
      `${files}`,
    );
    const { status, last_step, dropped } = JSON.parse(Deno.readTextFileSync(`${folder.path}/run/end.json`));
    assert.deepEqual([status, last_step, dropped + files.length + 2], ["done", 8, 9]);
    const whole = `import numpy as np, sys; [dict(np.load(p)) for p in sys.argv[1:]]`;
    const paths = files.map((name) => `run/features/${name}`);
    assert.equal((await runPython(["-c", whole, ...paths], { cwd: folder.path })).code, 0);
  },
});

/** Puts a program of the name `deno` in a folder, and returns the environment that finds it. */
function fakeDeno(folder: string, text: string): Readonly<Record<string, string>> {
  Deno.mkdirSync(`${folder}/bin`);
  Deno.writeTextFileSync(`${folder}/bin/deno`, `#!/bin/sh\ncase "$*" in *setup.ts) exit;; esac\n${text}\n`, {
    mode: 0o755,
  });
  return { PATH: `${folder}/bin:/usr/bin:/bin` };
}

const piped = {
  after: 'with Tracker("run", every=2, pipe=["--relative"], waiting=50) as tracker:\n    train(tracker)',
};

Deno.test({
  name: "tracker: frames of a pipe",
  ignore,
  async fn() {
    using folder = temporaryFolder();
    const { path: cwd } = folder;
    const env = fakeDeno(cwd, `echo "$@" > ${cwd}/arguments; cat > ${cwd}/stream; echo watched`);
    const { code, out, err } = await runPython(["-c", script("pass", piped)], {
      cwd,
      env: { ...env, STAIRCASE: "/toolkit" },
    });
    assert.deepEqual([code, out, err], [0, "", "watched\n"]);
    assert.match(
      Deno.readTextFileSync(`${cwd}/arguments`),
      /^run -A \/toolkit\/examples\/watch.ts - --out \S+\/run\/rank --overwrite --relative\n$/,
    );
    const stream = Deno.readFileSync(`${cwd}/stream`);
    let at = 0;
    const line = () => {
      const end = stream.indexOf(10, at), text = new TextDecoder().decode(stream.subarray(at, end));
      at = end + 1;
      return JSON.parse(text);
    };
    const { staircase, format, every, layers } = line();
    assert.deepEqual([staircase, format, every, layers], [1, 1, 2, ["a"]]);
    for (const step of [0, 2, 4, 6, 8]) {
      assert.deepEqual(line(), {
        step,
        loss: step / 2,
        layers: [{ name: "a", dtype: "<f4", shape: [3, 2] }],
      });
      assert.deepEqual(new Float32Array(stream.slice(at, at += 24).buffer), new Float32Array(6).fill(step));
    }
    assert.deepEqual(line(), { end: "done", last_step: 8, dropped: 0 });
    assert.equal(at, stream.length);
    assert.deepEqual(filesIn(`${cwd}/run`), []);
  },
});

Deno.test({
  name: "tracker: without deno, or after its end, features go to files",
  ignore,
  async fn() {
    for (const program of ["exit 7", "head -c 100 > /dev/null; exit 7", null]) {
      using folder = temporaryFolder();
      const { path: cwd } = folder;
      const env = program === null ? { PATH: "/bin-without-deno" } : fakeDeno(cwd, program);
      const slow = "import time\n            time.sleep(0.5)";
      const { code, err } = await runPython(["-c", script(slow, piped)], { cwd, env });
      assert.equal(code, 0, err);
      assert.equal(err.match(/staircase_tracker: the pipe/g)?.length, 1, err);
      const files = filesIn(`${cwd}/run/features`),
        { status, dropped } = JSON.parse(
          Deno.readTextFileSync(`${cwd}/run/end.json`),
        );
      assert.deepEqual([status, dropped], ["done", 0]);
      assert.deepEqual(files.slice(-2), ["step_000000006.npz", "step_000000008.npz"]);
      // What went into the pipe before the program's end is lost, unless it ended at once.
      if (program === null) assert.equal(files.length, 5, `${files}`);
    }
  },
});
