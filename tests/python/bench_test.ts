/**
 * The peers of the benchmark in Python, and what is kept of its runs. What needs CUDA is tested on
 * the CPU, but for the recording of a CUDA graph.
 *
 * @module
 */
import { fileURLToPath } from "node:url";
import { InputError } from "../../src/errors.ts";
import { assert } from "../deps.ts";
import { cudaBench, type CudaSizes } from "../bench/cuda.ts";
import { comparison, keepMeasurement, readMeasurement, stamp } from "../bench/history.ts";
import { Python } from "../bench/python.ts";
import type { Bench, Section } from "../bench/section.ts";
import { SMALL } from "../bench/workload.ts";
import { openGpu } from "../support/gpu.ts";
import { root, temporaryFolder } from "../support/program.ts";
import { torchPython } from "../support/python.ts";

const gpu = await openGpu();
const folder = fileURLToPath(new URL("tests/", root));

/** Whether a command has a package for Python. */
async function has(command: string, name: string): Promise<boolean> {
  const found = new Deno.Command(command, { args: ["-c", `import ${name}`], stderr: "null" }).output();
  return (await found).success;
}

/** Small work for everybody. */
const sizes: CudaSizes = {
  single: { ...SMALL, widths: [1, 5, 4, 1], samples: 16 },
  many: { ...SMALL, widths: [1, 3, 2, 1], samples: 8 },
  replicas: 3,
  order: 6,
  batch: 5,
};

/** What a benchmark is given, and the lines in which it says what it left out. */
function given(of: Partial<Bench>): { readonly bench: Bench; readonly skipped: string[] } {
  const skipped: string[] = [];
  const skip = (line: string) => void skipped.push(line);
  return { skipped, bench: { gpu, python: null, repeats: 1, window: 20, quick: true, skip, ...of } };
}

const names = (sections: readonly Section[]) => sections.map(({ lines }) => lines.map(({ name }) => name));

Deno.test({
  name: "Python: each package is found where it is, and its jobs are done there",
  ignore: torchPython === null,
  async fn() {
    await using python = await Python.open();
    assert(python);
    for (const name of ["numpy", "scipy", "torch", "jax"] as const) {
      const here = await Promise.all(["python3", "/usr/bin/python3"].map((command) => has(command, name)));
      assert.equal(python.versions[name] !== undefined, here.includes(true), name);
      if (here.includes(true)) assert(await has(python.commandOf(name), name), name);
    }
    const { widths, samples, activation, optimizer, loss } = sizes.single;
    const job = { window: 5, widths, samples, activation, optimizer, loss };
    assert(await python.time({ job: "step", ...job }) > 0);
    assert(await python.time({ job: "gemm", window: 5, order: 4 }) > 0);
    assert.equal(await Python.open(["no-such-python"]), null);
  },
});

for (const [library, steps] of [["torch", 4], ["jax", 100]] as const) {
  const command = library === "torch" ? torchPython : await has("python3", "jax") ? "python3" : null;
  Deno.test({
    name: `device_peers.py: steps and eigenvalues by ${library} are those of NumPy in float64`,
    ignore: command === null,
    async fn() {
      const { stdout, stderr } = await new Deno.Command(command!, {
        args: [`${folder}python/device_peers_check.py`, `${folder}bench`, library, `${steps}`],
        env: { PYTHONDONTWRITEBYTECODE: "1" },
      }).output();
      assert.equal(new TextDecoder().decode(stdout), "right\n", new TextDecoder().decode(stderr));
    },
  });
}

Deno.test({
  name: "bench --only cuda: peers are timed beside ours, on the CPU here",
  ignore: torchPython === null,
  async fn() {
    await using python = await Python.open([torchPython!]);
    const { bench, skipped } = given({ python });
    const sections = await cudaBench(bench, "cpu", sizes);
    const torch = "PyTorch", jax = python!.versions.jax ? ["JAX, scan and vmap"] : [];
    const spectra = ["torch", ...jax.map(() => "jax")].flatMap((each) =>
      ["", ", on the device"].map((how) => `${each}.linalg.eigvalsh${how}`)
    );
    assert.deepEqual(names(sections), [
      ["Staircase", torch, ...jax],
      ["3 of Staircase", "1 of Staircase", torch, ...jax],
      ["eigvalsh", ...spectra],
    ]);
    for (const line of sections.flatMap(({ lines }) => lines)) {
      assert(line.times!.median > 0, line.name);
      assert.equal(line.verdict?.met ?? null, null, "the CPU is not judged");
    }
    assert.equal(sections[0].facts.torch, "CPU");
    assert.deepEqual(
      skipped,
      jax.length > 0 ? [] : ["JAX, scan and vmap on cpu is left out: no Python here has it"],
    );
  },
});

Deno.test("bench --only cuda: nothing on a software adapter; on a GPU ours are judged, peers missed by name", async () => {
  // What a device keeps to itself it keeps from its heirs, so they can not be objects made of it.
  const as = (software: boolean) =>
    new Proxy(gpu, {
      get(target, key) {
        if (key === "software") return software;
        const value = Reflect.get(target, key, target);
        return typeof value === "function" ? value.bind(target) : value;
      },
    });
  const software = given({ gpu: as(true) });
  assert.deepEqual(await cudaBench(software.bench, "cuda", sizes), []);
  assert.deepEqual(software.skipped, [`cuda is left out: ${gpu.adapterName} is no GPU`]);

  const { bench, skipped } = given({ gpu: as(false) });
  const sections = await cudaBench(bench, "cuda", sizes);
  assert.deepEqual(names(sections), [["Staircase"], ["3 of Staircase", "1 of Staircase"], ["eigvalsh"]]);
  assert.equal(sections[1].lines[0].verdict!.bar, "≤ 10× one");
  assert.deepEqual(skipped, [
    "PyTorch on cuda is left out: there is no Python",
    "JAX, scan and vmap on cuda is left out: there is no Python",
  ]);
});

Deno.test("bench: each run is kept, and an earlier one is compared with", async () => {
  using temporary = temporaryFolder();
  const times = (median: number) => ({ name: "ours", median, least: median, most: median, all: [median] });
  const section = (title: string, ...medians: number[]): Section => ({
    title,
    lines: medians.map((median, i) => ({ name: `line ${i}`, times: times(median), verdict: null })),
    facts: {},
    notes: [],
  });
  const own = await stamp();
  assert.match(own.date, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d/);
  assert(own.commit === null || /^[0-9a-f]{40}\+?$/.test(own.commit));
  const then = {
    date: "2026-01-31T12:00:00.123Z",
    commit: "0123456789+",
    driver: null,
    machine: { adapter: "one" },
    sections: [section("steps", 8, 3), section("gone", 1)],
  };
  const path = await keepMeasurement(then, `${temporary.path}/new/.bench`);
  assert.equal(path, `${temporary.path}/new/.bench/2026-01-31T12-00-00-01234567.json`);
  // The same run has more to say.
  assert.equal(await keepMeasurement({ ...then, driver: "5" }, `${temporary.path}/new/.bench`), path);
  assert.deepEqual([...Deno.readDirSync(`${temporary.path}/new/.bench`)].length, 1);
  const read = await readMeasurement(path);
  assert.deepEqual(read, { ...then, driver: "5" });

  const lines = comparison({ machine: { adapter: "one" }, sections: [section("steps", 2, 6, 1)] }, read);
  assert.equal(lines[0], "against 2026-01-31, commit 01234567:");
  assert.deepEqual(lines.slice(2).map((line) => line.trim().split(/ {2,}/)), [
    [""],
    ["steps"],
    ["line 0", "8", "2", "4×"],
    ["line 1", "3", "6", "0.5×"],
  ]);
  assert.deepEqual(comparison({ machine: { adapter: "two" }, sections: [] }, read), [
    "against 2026-01-31, commit 01234567, on another adapter: one: nothing in common",
  ]);

  for (const [name, text] of [["no", null], ["text", "no"], ["array", "[]"], ["object", "{}"]] as const) {
    const file = `${temporary.path}/${name}`;
    if (text !== null) Deno.writeTextFileSync(file, text);
    await assert.rejects(readMeasurement(file), (error) => {
      assert(error instanceof InputError && /; give --against a file of \.bench$/.test(error.message));
      return true;
    });
  }
});
