import { fileURLToPath } from "node:url";
import { npy } from "../../src/io/npy.ts";
import { readSpectra } from "../../src/io/read_spectra.ts";
import { singularValues } from "../reference/singular_values.ts";
import { assert } from "../deps.ts";
import { bytesOf, safetensorsFile } from "../support/array_files.ts";
import { filesIn, readTable, root, run, temporaryFolder } from "../support/program.ts";
import { assertSoundSvg } from "../support/sound.ts";
import {
  lowRank,
  npzFile,
  scalar,
  type TestLayer,
  trainingLayers,
  trainingLoss,
  writeStep,
} from "../support/tracker.ts";

const program = fileURLToPath(new URL("examples/trace.ts", root));
const FILES = ["report.html", "run.json", "spectra.npz", "staircase.svg", "trace.csv"];

/** A row of trace.csv by the names of its columns. */
function rowsOf(path: string): Record<string, string>[] {
  const { header, rows } = readTable(path), names = header.split(",");
  return rows.map((row) => Object.fromEntries(names.map((name, i) => [name, row[i]])));
}

const record = (path: string) => JSON.parse(Deno.readTextFileSync(`${path}/run.json`));

/** A matrix whose singular values fall by a factor from one to the next. */
function falling(name: string, [rows, columns]: [number, number], factor: number, seed: number): TestLayer {
  const parts = Array.from(
    { length: Math.min(rows, columns) },
    (_, k) => lowRank(name, rows, columns, 1, 100 * seed + k),
  );
  const data = new Float32Array(rows * columns);
  parts.forEach((part, k) => part.data.forEach((value, i) => data[i] += value * factor ** k));
  return { name, shape: [rows, columns], data };
}

Deno.test("trace: certain ranks of files are those of a singular value decomposition in float64", async () => {
  using folder = temporaryFolder();
  const { path: cwd } = folder, epsilons = [1e-1, 1e-3, 1e-5, 1e-9];
  const shapes: [string, number, number][] = [["wide", 7, 19], ["tall", 40, 5], ["one.neuron", 9, 1], [
    "one_sample",
    1,
    6,
  ]];
  const all = new Map<string, TestLayer>();
  for (const step of [0, 5, 250, 1000]) {
    Deno.mkdirSync(`${cwd}/ckpt/step_${step}`, { recursive: true });
    for (const [name, rows, columns] of shapes) {
      const layer = falling(name, [rows, columns], 0.1 + step / 2000, step + columns);
      all.set(`${step} ${name}`, layer);
      Deno.writeFileSync(`${cwd}/ckpt/step_${step}/${name}.npy`, npy([...layer.shape], layer.data));
    }
  }
  Deno.writeTextFileSync(`${cwd}/log.csv`, "loss,step\n3,0\n2,5\nnan,250\n");
  const args = ["ckpt/step_*/*.npy", "--losses=log.csv", `--epsilons=${epsilons}`, "--out=o", "--json"];
  const { code, out, err } = await run(args, { cwd, program });
  assert.equal(code, 0, err);
  assert.deepEqual(filesIn(`${cwd}/o`), FILES);
  const { status, layers, summary, probes } = record(`${cwd}/o`);
  assert.deepEqual(JSON.parse(out.trimEnd().split("\n").at(-1)!).layers, layers);
  assert.deepEqual([status, probes], ["done", 4]);
  assert.deepEqual(
    layers.map((
      { layer, name, neurons, samples }: Record<string, unknown>,
    ) => [layer, name, neurons, samples]),
    [[1, "one_sample", 6, 1], [2, "one.neuron", 1, 9], [3, "tall", 5, 40], [4, "wide", 19, 7]],
  );
  const rows = rowsOf(`${cwd}/o/trace.csv`);
  assert.equal(rows.length, 4 * 4 * epsilons.length);
  let certain = 0;
  for (const { step, loss, layer_name: name, epsilon, rank, rank_low, rank_high, floor } of rows) {
    const { shape: [m, n], data } = all.get(`${step} ${name}`)!;
    const expected = singularValues(data, m, n).filter((sigma) => sigma ** 2 / m > Number(epsilon)).length;
    assert(Number(rank_low) <= expected && expected <= Number(rank_high), `${step} ${name} ${epsilon}`);
    if (rank_low === rank_high) assert.equal(Number(rank), expected, `${step} ${name} ${epsilon}`);
    certain += Number(rank_low === rank_high);
    assert.deepEqual([loss, floor], [{ 0: "3", 5: "2" }[step] ?? "NaN", ""]);
  }
  assert.equal(certain, rows.length, "all are certain");
  // Effective ranks against the entropy of the reference's singular values.
  for (const { step, layer_name: name, effective_rank, effective_rank_bound } of rows) {
    const { shape: [m, n], data } = all.get(`${step} ${name}`)!;
    const sigma = singularValues(data, m, n), sum = sigma.reduce((a, b) => a + b, 0);
    const entropy = sigma.reduce((all, s) => s > 0 ? all - s / sum * Math.log(s / sum) : all, 0);
    assert(Math.abs(Number(effective_rank) - Math.exp(entropy)) <= Number(effective_rank_bound) + 1e-9, name);
  }
  assert.deepEqual(
    summary.replicas[0].layers.map(({ name }: { name: string }) => name),
    layers.map((each: { name: string }) => each.name),
  );
  const svg = Deno.readTextFileSync(`${cwd}/o/staircase.svg`);
  assertSoundSvg(svg, "Loss and ε-rank: ckpt/step_*/*.npy");
  for (const [name, , columns] of shapes) assert(svg.includes(`${name} · ${columns} neurons`), name);
  const trace = await readSpectra(`${cwd}/o/spectra.npz`);
  assert.deepEqual(trace.probes.map(({ step }) => step), [0, 5, 250, 1000]);
});

Deno.test("trace: npz and safetensors by steps in names or in the file, losses beside the features", async () => {
  using folder = temporaryFolder();
  const { path: cwd } = folder;
  const table = (path: string) =>
    rowsOf(`${cwd}/${path}/trace.csv`).map((row) => ({
      ...row,
      layer_name: row.layer_name.replace(/^h\./, ""),
    }));
  for (const step of [0, 100, 200]) {
    writeStep(`${cwd}/tracked`, step);
    const layers = trainingLayers(step);
    const named = [...layers, scalar("loss", trainingLoss(step)), scalar("step", step), {
      ...scalar("_x", 1),
      shape: [1, 1],
    }];
    Deno.writeFileSync(`${cwd}/part-${"abc"[step / 100]}.npz`, npzFile(named));
    let at = 0;
    const header = Object.fromEntries(layers.map(({ name, shape, data }) => {
      const begin = at;
      at += data.byteLength;
      return [`h.${name}`, { dtype: "F32", shape, data_offsets: [begin, at] }];
    }));
    const bytes = Uint8Array.from(layers.flatMap(({ data }) => [...bytesOf(data as Float32Array)]));
    Deno.writeFileSync(`${cwd}/e${step}.safetensors`, safetensorsFile(header, bytes));
  }
  Deno.writeTextFileSync(
    `${cwd}/l.csv`,
    `step,loss\n${[0, 100, 200].map((s) => `${s},${trainingLoss(s)}`).join("\n")}\n`,
  );
  for (
    const args of [["tracked", "--out=a"], ["part-*.npz", "--out=b"], [
      "e*.safetensors",
      "--tensor=h.*",
      "--losses=l.csv",
      "--out=c",
    ]]
  ) {
    const { code, err } = await run([...args, "--quiet", "--no-report"], { cwd, program });
    assert.deepEqual([code, err], [0, ""]);
  }
  assert.equal(table("a").length, 18);
  assert.deepEqual(table("b"), table("a"));
  assert.deepEqual(table("c"), table("a"));
  const ranks = rowsOf(`${cwd}/a/trace.csv`).filter(({ epsilon }) => epsilon === "0.0001");
  assert.deepEqual(ranks.map(({ rank }) => rank), ["2", "2", "3", "3", "4", "4"]);
});

Deno.test("trace: a layer that is missing or not finite has no rank at that step, and all else has", async () => {
  using folder = temporaryFolder();
  const { path: cwd } = folder;
  const spoilt = (step: number): TestLayer[] => {
    const [conv, fc] = trainingLayers(step);
    if (step === 10) conv.data[5] = NaN;
    if (step === 30) fc.data.fill(Infinity);
    return step === 0
      ? [fc]
      : step === 20
      ? [conv, fc, lowRank('late, "odd"\nname', 4, 50, 1, 3)]
      : step === 50
      ? []
      : [conv, fc];
  };
  for (const step of [0, 10, 20, 30, 40]) writeStep(`${cwd}/t`, step, spoilt(step));
  const { code, err } = await run(["t", "--out=o", "--quiet"], { cwd, program });
  assert.equal(code, 0, err);
  assert.match(err, /^trace: 2 layers have no rank, the first at step 10: .*conv1: NaN in row 0, column 5/);
  const { layers, gaps, summary } = record(`${cwd}/o`);
  assert.deepEqual(gaps.map(({ step, layer }: { step: number; layer: string }) => [step, layer]), [[
    10,
    "conv1",
  ], [30, "fc"]]);
  assert.deepEqual(layers.map(({ name }: { name: string }) => name), ["fc", "conv1", 'late, "odd"\nname']);
  assert.deepEqual(summary.replicas[0].layers.map(({ spectra }: { spectra: number }) => spectra), [4, 3, 1]);
  const lines = Deno.readTextFileSync(`${cwd}/o/trace.csv`).trimEnd().split("\n");
  assert.equal(lines.length, 1 + 3 * (4 + 3 + 1));
  assert.equal(lines.filter((line) => line.includes('"""late, \\""odd\\""\\nname"""')).length, 3);
  assertSoundSvg(Deno.readTextFileSync(`${cwd}/o/staircase.svg`), "Loss and ε-rank: t");
  // 5 probes of 3 layers: those without a rank say so by a rank that none can have.
  const { probes } = await readSpectra(`${cwd}/o/spectra.npz`);
  assert.deepEqual(
    probes.map(({ layers }) => layers.map(({ ranks: [{ low }] }) => low < 2 ** 32 - 1)),
    [[true, false, false], [true, false, false], [true, true, true], [false, true, false], [
      true,
      true,
      false,
    ]],
  );
});

Deno.test("trace: what can not be traced is refused in a line", async () => {
  using folder = temporaryFolder();
  const { path: cwd } = folder;
  const write = (name: string, layers: readonly TestLayer[]) =>
    Deno.writeFileSync(`${cwd}/${name}`, npzFile(layers));
  Deno.mkdirSync(`${cwd}/runs`);
  write("a.npz", trainingLayers(0));
  write("b_step1.npz", trainingLayers(0));
  write("c_step1.npz", trainingLayers(0));
  write("numbers_step3.npz", [scalar("loss", 1)]);
  Deno.writeFileSync(`${cwd}/torn_step4.npz`, npzFile(trainingLayers(0)).slice(0, 900));
  Deno.writeTextFileSync(`${cwd}/l.csv`, "step,loss\n77,1\n");
  for (
    const [args, message] of [
      [["a.npz"], /^trace: a\.npz: no step is in its name; say where with --pattern/],
      [
        ["?_step1.npz", "--pattern=*_step{step}.npz"],
        /step 1 has the layer conv1 twice: b_step1\.npz:conv1 and c_step1\.npz:conv1/,
      ],
      [["numbers_step3.npz"], /has no array with two axes/],
      [["torn_step4.npz"], /torn_step4\.npz: /],
      [["none_*.npz"], /no file fits this pattern/],
      [["b_step1.npz", "--tensor=x"], /holds no array that fits x/],
      [["b_step1.npz", "--losses=l.csv"], /l\.csv: has no loss of any of the steps 1/],
      [["b_step1.npz", "--pattern=x"], /give \{step\} once/],
      [["b_step1.npz", "--layout=NCHW"], /does not fit the layout/],
      [["b_step1.npz", "--relative", "--threshold=absolute"], /say the same/],
      [["b_step1.npz", "--axes=0", "--features=all"], /contradict each other/],
      [["runs", "--tensor=x"], /--tensor is for files of features/],
      [
        ["runs"],
        /^trace: runs: holds no run and no tracker's features; give files by a pattern, as 'runs\/\*\.npz'/,
      ],
    ] as const
  ) {
    const { code, out, err } = await run([...args], { cwd, program });
    assert.deepEqual([code, out], [2, ""], `${args}: ${err}`);
    assert.match(err, message);
    assert.equal(err.trimEnd().split("\n").length, 1);
  }
  assert.deepEqual([...Deno.readDirSync(`${cwd}/runs`)], []);
});

const hasNumpy = await new Deno.Command("python3", {
  args: ["-c", "import numpy"],
  stdout: "null",
  stderr: "null",
})
  .output().then(({ success }) => success, () => false);

Deno.test({
  name: "trace: certain ranks are those of NumPy in float64, of files that NumPy wrote",
  ignore: !hasNumpy,
  async fn() {
    using folder = temporaryFolder();
    const { path: cwd } = folder;
    const script = `
import numpy as np, json
rng, ranks = np.random.default_rng(5), {}
for step in range(0, 60, 20):
    arrays = {}
    for name, shape, dtype in [("a", (50, 20), "<f4"), ("b/c", (6, 4, 4, 9), "<f2"), ("d", (31, 40), "<f8")]:
        n = shape[-1]
        x = (rng.normal(size=shape) * np.logspace(0, -6, n)[rng.permutation(n)]).astype(dtype)
        arrays[name] = np.asfortranarray(x) if name == "d" else x
        phi = x.astype(np.float64).reshape(-1, n)
        s = np.linalg.svd(phi - phi.mean(axis=0), compute_uv=False) ** 2 / len(phi)
        ranks[f"{step} {name}"] = [int((s > e * s[0]).sum()) for e in (1e-2, 1e-5, 1e-8)]
    (np.savez_compressed if step == 20 else np.savez)(f"it{step}.npz", loss=1.5, **arrays)
print(json.dumps(ranks))`;
    const { stdout, stderr, success } = await new Deno.Command("python3", { args: ["-c", script], cwd })
      .output();
    assert(success, new TextDecoder().decode(stderr));
    const expected: Record<string, number[]> = JSON.parse(new TextDecoder().decode(stdout));
    const args = [
      "it{0,2,4}*.npz".replace("{0,2,4}", ""),
      "--pattern=it{step}.npz",
      "--center",
      "--relative",
    ];
    const { code, err } = await run([
      ...args,
      "--epsilons=1e-2,1e-5,1e-8",
      "--out=o",
      "--quiet",
      "--no-report",
    ], { cwd, program });
    assert.equal(code, 0, err);
    const rows = rowsOf(`${cwd}/o/trace.csv`),
      certain = rows.filter(({ rank_low, rank_high }) => rank_low === rank_high);
    assert.deepEqual([rows.length, certain.length], [27, 27]);
    for (const [key, ranks] of Object.entries(expected)) {
      const own = rows.filter(({ step, layer_name }) => `${step} ${layer_name}` === key).map(({ rank }) =>
        Number(rank)
      );
      assert.deepEqual(own, ranks, key);
    }
    assert(rows.every(({ loss }) => loss === "1.5"));
  },
});
