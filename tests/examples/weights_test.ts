import { fileURLToPath } from "node:url";
import { assert } from "../deps.ts";
import { normals } from "../reference/random.ts";
import { bytesOf, npyFile, zipArchive } from "../support/array_files.ts";
import { floats, halfFloats, modelFile } from "../support/model_files.ts";
import { command, root, run as runIn, temporaryFolder } from "../support/program.ts";
import { assertSoundSvg } from "../support/sound.ts";
import { entriesIn } from "../support/traces.ts";

const program = fileURLToPath(new URL("examples/weights.ts", root));
const run = (cwd: string, args: readonly string[]) => runIn(args, { cwd, program });

/** A small transformer's worth of tensors; later checkpoints are closer to rank two. */
function checkpoint(step: number): Uint8Array<ArrayBuffer> {
  const share = step / 300, n = 16;
  const attention = normals(3 * n * n, 1).map((x, e) =>
    (1 - 0.99 * share) * x +
    share * Math.cos(e % n) * Math.sin(Math.floor(e / n))
  );
  return modelFile({
    "h.0.attn.c_attn.weight": floats([3 * n, n], attention),
    "h.0.attn.c_attn.bias": floats([3 * n], normals(3 * n, 2)),
    "h.0.mlp.weight": halfFloats([4 * n, n], [...normals(4 * n * n, 3)]),
    "conv.weight": floats([4, 3, 2, 2], normals(48, 4)),
    "position_ids": { dtype: "I32", shape: [2], bytes: new Uint8Array(8) },
  });
}

Deno.test("a model: table, files, and the record on the last line", async () => {
  using folder = temporaryFolder();
  const { path } = folder;
  await Deno.writeFile(`${path}/model.safetensors`, checkpoint(0));
  const args = ["model.safetensors", "--split", "c_attn=3", "--draws", "20"];
  const { code, out } = await run(path, [...args, "--out", "out", "--json"]);
  assert.equal(code, 0);
  assert.deepEqual(
    entriesIn(`${path}/out`).filter((name) => !name.startsWith(".") && name !== "state"),
    [
      "ranks.csv",
      "run.json",
      "singular_values.csv",
      "weights.csv",
      "weights.svg",
    ],
  );
  assert.match(out, /^model\.safetensors: 6 matrices/);
  assert.match(out, /1 vector left out\n {2}no weights: position_ids/);
  assert.match(out, /c_attn\.weight\s\[k\]\s+16×16/);
  assert.match(out, /conv\.weight\s\[in\s×\sout·k\]\s+3×16/);
  assert.match(out, /all 18 ranks are certain/);
  const record = JSON.parse(out.trimEnd().split("\n").at(-1)!);
  assert.deepEqual([
    record.status,
    record.summary.matrices,
    record.summary.failed,
  ], ["done", 6, []]);
  assert.equal(record.columns["weights.csv"].norm, "Frobenius norm");
  assert.deepEqual(
    record.matrices.map((each: { part: string; numerical_rank: number }) => [each.part, each.numerical_rank]),
    [["q", 16], ["k", 16], ["v", 16], ["", 16], ["out × in·k", 4], ["in × out·k", 3]],
  );
  assertSoundSvg(
    Deno.readTextFileSync(`${path}/out/weights.svg`),
    "Singular values of weights",
  );
  const again = await run(path, [...args, "--out", "out"]);
  assert.equal(again.code, 2);
  assert.match(again.err, /holds a run/);
});

Deno.test("checkpoints: sorted by their steps, a figure over them; the same numbers each time", async () => {
  using folder = temporaryFolder();
  const { path } = folder;
  for (const step of [300, 0, 100]) {
    await Deno.mkdir(`${path}/step_${step}`);
    await Deno.writeFile(
      `${path}/step_${step}/model.safetensors`,
      checkpoint(step),
    );
  }
  const args = [
    "step_300",
    "step_0",
    "step_100",
    "--tensor",
    "*c_attn.weight",
    "--draws",
    "20",
    "--quiet",
  ];
  for (const out of ["a", "b"]) {
    const { code, err } = await run(path, [...args, "--out", out]);
    assert.deepEqual([code, err], [0, ""]);
  }
  const text = Deno.readTextFileSync(`${path}/a/weights.csv`);
  assert.equal(text, Deno.readTextFileSync(`${path}/b/weights.csv`));
  const [header, ...rows] = text.trimEnd().split("\n").map((line) => line.split(","));
  assert.deepEqual(rows.map(([step]) => step), ["0", "100", "300"]);
  const effective = rows.map((row) => Number(row[header.indexOf("effective_rank")]));
  assert.ok(
    effective[0] > effective[1] && effective[1] > effective[2] &&
      effective[2] < 4,
  );
  const svg = Deno.readTextFileSync(`${path}/a/weights_over_steps.svg`);
  assertSoundSvg(svg, "Ranks of weights during training");
});

Deno.test("a matrix with NaN: its line says so, the others are there, exit status 1", async () => {
  using folder = temporaryFolder();
  const { path } = folder, wrong = normals(30, 1);
  wrong[7] = NaN;
  await Deno.writeFile(
    `${path}/m.safetensors`,
    modelFile({
      good: floats([6, 5], normals(30, 2)),
      bad: floats([6, 5], wrong),
    }),
  );
  const { code, out, err } = await run(path, ["m.safetensors", "--out", "out"]);
  assert.equal(code, 1);
  assert.match(out, / {2}good +6×5/);
  assert.match(out, /bad: m\.safetensors:bad: NaN in row 1, column 2/);
  assert.match(err, /weights: 1 of 2 matrices could not be measured \(bad\)/);
  assert.equal(
    Deno.readTextFileSync(`${path}/out/weights.csv`).trimEnd().split("\n")
      .length,
    3,
  );
});

Deno.test("archives of NumPy; requests that are wrong end with status 2 and one line", async () => {
  using folder = temporaryFolder();
  const { path } = folder;
  const array = npyFile([5, 4], [...normals(20, 1)]);
  await Deno.writeFile(
    `${path}/m.npz`,
    await zipArchive([{ name: "w.npy", content: array }]),
  );
  await Deno.writeFile(`${path}/vector.npy`, npyFile([3], [1, 2, 3]));
  const good = await run(path, ["m.npz", "--json", "--quiet"]);
  assert.equal(good.code, 0);
  assert.equal(JSON.parse(good.out).summary.matrices, 1);
  assert.ok(entriesIn(`${path}/runs/weights`).includes("latest"));
  for (
    const [args, message] of [
      [[], /MODEL is missing/],
      [["gone.npz"], /no such file/],
      [["m.npz", "--split", "w"], /--split has the rule "w"/],
      [["m.npz", "--split", "v=2"], /no array fits/],
      [["m.npz", "--split", "w=3"], /5 are not 3 equal parts/],
      [["m.npz", "--tensor", "v"], /holds no array v/],
      [["vector.npy"], /holds no matrix/],
      [["m.npz", "--workers", "0"], /--workers/],
    ] as const
  ) {
    const { code, err } = await run(path, args);
    assert.equal(code, 2, err);
    assert.match(err, message);
    assert.equal(err.trimEnd().split("\n").length, 1);
  }
});

Deno.test(
  "a signal stops it; what was measured is kept",
  { ignore: Deno.build.os === "windows" },
  async () => {
    using folder = temporaryFolder();
    const { path } = folder, n = 700;
    const large = bytesOf(normals(n * n, 1));
    const tensors = Object.fromEntries(
      ["small", ...Array.from({ length: 30 }, (_, i) => `large.${i}`)].map((
        name,
      ) => [
        name,
        name === "small" ? floats([4, 4], normals(16, 2)) : { dtype: "F32", shape: [n, n], bytes: large },
      ]),
    );
    await Deno.writeFile(`${path}/m.safetensors`, modelFile(tensors));
    const child = command(["m.safetensors", "--out", "out", "--workers", "1"], {
      cwd: path,
      program,
    })
      .spawn();
    const isBegun = () => Deno.stat(`${path}/out/state`).then(() => true, () => false);
    while (!await isBegun()) {
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    await new Promise((resolve) => setTimeout(resolve, 500));
    child.kill("SIGINT");
    const { code, stderr } = await child.output();
    const err = new TextDecoder().decode(stderr);
    assert.equal(code, 130, err);
    assert.match(err, /interrupted; keeps the \d+ matri/);
    const record = JSON.parse(Deno.readTextFileSync(`${path}/out/run.json`));
    assert.equal(record.status, "stopped");
  },
);
