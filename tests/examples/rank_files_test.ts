import { fileURLToPath } from "node:url";
import { npy } from "../../src/io/npy.ts";
import { uniform } from "../../src/stats/random.ts";
import { assert } from "../deps.ts";
import { bytesOf, npyOfBytes, safetensorsFile, zipArchive } from "../support/array_files.ts";
import { filesIn, root, run as runIn, temporaryFolder } from "../support/program.ts";
import { tanhFeatures } from "../support/solve.ts";

const program = fileURLToPath(new URL("examples/rank.ts", root));
const run = (cwd: string, args: readonly string[]) => runIn(args, { cwd, program });
const features = (rows: number, columns: number, seed: number) =>
  npy([rows, columns], tanhFeatures(uniform(seed), rows, columns));

/** Writes an archive of two layers, a vector and a text, and a safetensors file. */
async function writeFiles(folder: string): Promise<void> {
  await Deno.writeFile(
    `${folder}/a, 1.npz`,
    await zipArchive([
      { name: "layer10.npy", content: features(30, 5, 1) },
      { name: "layer9.npy", content: features(4, 7, 2), deflate: true },
      { name: "loss.npy", content: npy([3], new Float64Array(3)) },
      { name: "note.npy", content: npyOfBytes([1, 1], new Uint8Array(4), { descr: "<U1" }) },
    ]),
  );
  const header = { layer1: { dtype: "F32", shape: [3, 2], data_offsets: [0, 24] } };
  await Deno.writeFile(
    `${folder}/b.safetensors`,
    safetensorsFile(header, bytesOf(Float32Array.of(1, 0, 0, 1, 1, 1))),
  );
}

Deno.test("rank --list: arrays, types, shapes, and which can be features, without a GPU", async () => {
  using folder = temporaryFolder();
  const cwd = folder.path;
  await writeFiles(cwd);
  const { code, out, err } = await run(cwd, ["--list", "a, 1.npz", "b.safetensors"]);
  assert.deepEqual([code, err], [0, ""]);
  assert.deepEqual(out.split("\n"), [
    "a, 1.npz: 4 arrays",
    "  array     type   shape     as features",
    "  layer9    f32    (4, 7)    4 samples of 7 features",
    "  layer10   f32    (30, 5)   30 samples of 5 features",
    "  loss      f64    (3,)      no: an array of shape (3,) is no matrix",
    '  note      –      –         no: holds text ("<U1"), not real numbers',
    "b.safetensors: 1 array",
    "  array    type   shape    as features",
    "  layer1   f32    (3, 2)   3 samples of 2 features",
    "",
  ]);
  const json = await run(cwd, ["--list", "*.npz", "--tensor=layer*", "--json", "--quiet", "--axes=0"]);
  assert.deepEqual(JSON.parse(json.out), {
    files: [{
      file: "a, 1.npz",
      arrays: [
        { name: "layer9", dtype: "f32", shape: [4, 7], rows: 7, columns: 4, problem: null },
        { name: "layer10", dtype: "f32", shape: [30, 5], rows: 5, columns: 30, problem: null },
      ],
    }],
  });
  for (
    const [args, message] of [
      [["--list", "b.safetensors", "--out=t.csv"], "rank: --list computes no ranks; leave out --out\n"],
      [
        ["--list", "b.safetensors:x"],
        "rank: b.safetensors: holds no array that fits x; it holds layer1\n",
      ],
    ] as const
  ) assert.deepEqual(await run(cwd, args), { code: 2, out: "", err: message });
});

Deno.test("rank --out: a row for each file, array and threshold, with the numbers of --json", async () => {
  using folder = temporaryFolder();
  const cwd = folder.path;
  await writeFiles(cwd);
  const args = ["a, 1.npz", "b.safetensors", "--tensor=layer*", "--epsilons=1e-2,1e-6", "--relative"];
  const solved = await run(cwd, [...args, "--out=new/ranks.csv", "--json", "--quiet"]);
  assert.equal(solved.code, 0, solved.err);
  assert.deepEqual(filesIn(`${cwd}/new`), ["ranks.csv"]);
  const { files } = JSON.parse(solved.out);
  const [header, ...lines] = Deno.readTextFileSync(`${cwd}/new/ranks.csv`).trimEnd().split("\n");
  const names = header.split(",");
  const rows = lines.map((line) => {
    // The only comma in a cell is that of a quoted name.
    const cells = line.replace('"a, 1.npz"', "a; 1.npz").split(",");
    assert.equal(cells.length, names.length);
    return Object.fromEntries(names.map((name, i) => [name, cells[i].replace(";", ",")]));
  });
  assert.equal(rows.length, 6);
  for (const [i, row] of rows.entries()) {
    const file = files[Math.floor(i / 2)], at = file.ranks[i % 2];
    assert.deepEqual(
      [row.file, row.tensor, row.samples, row.features, row.normalization, row.threshold],
      [file.file, file.tensor, String(file.rows), String(file.columns), "mean", "relative"],
    );
    assert.deepEqual(
      [row.epsilon, row.rank, row.rank_low, row.rank_high].map(Number),
      [at.epsilon, at.rank, at.rank_low, at.rank_high],
    );
    assert.deepEqual([row.rank_method, row.precision], [file.rank_method, file.precision]);
    const [largest] = file.eigenvalues, [bound] = file.bounds;
    assert(Number(row.largest_low) <= largest - bound && largest + bound <= Number(row.largest_high));
    assert(Number(row.largest_high) - Number(row.largest_low) <= 2 * bound * (1 + 1e-9) + 1e-12);
    for (
      const name of [
        "effective_rank",
        "rank_me",
        "stable_rank",
        "participation_ratio",
        "energy_rank",
        "nuclear_norm_ratio",
      ]
    ) {
      assert.equal(Number(row[name]), file[name]);
      assert.equal(Number(row[`${name}_bound`]), file.spectral_bounds[name]);
    }
  }
  // A count has no spectrum, and no interval of the largest eigenvalue where it needs none.
  const counted = await run(cwd, [
    "b.safetensors",
    "--rank-method=inertia",
    "--out=new/ranks.csv",
    "--quiet",
  ]);
  assert.deepEqual(counted, { code: 0, out: "", err: "" });
  const last = Deno.readTextFileSync(`${cwd}/new/ranks.csv`).trimEnd().split("\n").at(-1)!;
  assert.match(last, /^b\.safetensors,layer1,3,2,mean,inertia,single,absolute,0\.000001,2,2,2(,){14}$/);
});

Deno.test("rank --out: a path that cannot be written is refused before any work", async () => {
  using folder = temporaryFolder();
  const cwd = folder.path;
  await writeFiles(cwd);
  await Deno.mkdir(`${cwd}/t.csv`);
  const refused = await run(cwd, ["b.safetensors", "--out=t.csv"]);
  assert.deepEqual(refused, {
    code: 2,
    out: "",
    err: "rank: cannot write t.csv: there is a folder of that name; remove it\n",
  });
  assert.deepEqual(filesIn(`${cwd}/t.csv`), []);
});
