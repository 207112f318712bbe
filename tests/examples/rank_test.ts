import { fileURLToPath } from "node:url";
import { npy } from "../../src/io/npy.ts";
import { uniform } from "../../src/stats/random.ts";
import { assert } from "../deps.ts";
import { bytesOf, npyFile, safetensorsFile, zipArchive } from "../support/array_files.ts";
import { reference } from "../support/families.ts";
import { tanhFeatures } from "../support/solve.ts";
import { pairwise, root, run as runIn, temporaryFolder } from "../support/program.ts";

const program = fileURLToPath(new URL("examples/rank.ts", root));
const rows = 60, columns = 16;
const single = tanhFeatures(uniform(1), rows, columns);
/** With digits that single precision does not hold. */
const double = Float64Array.from(single, (x, e) => x * (1 + 1e-9 * (e % 7)));

/** What `--json` prints of one file whose spectrum was solved. */
interface Printed {
  readonly name: string;
  readonly rows: number;
  readonly columns: number;
  readonly kind: string;
  readonly rank_method: string;
  readonly precision: string;
  readonly threshold: string;
  readonly ranks: readonly {
    readonly epsilon: number;
    readonly rank: number;
    readonly rank_low: number;
    readonly rank_high: number;
  }[];
  readonly eigenvalues: readonly number[];
  readonly bounds: readonly number[];
}

const run = (cwd: string, args: readonly string[]) => runIn(args, { cwd, program });

/** Runs the program with `--quiet --json` and reads the one line that it prints. */
async function json(cwd: string, args: readonly string[]): Promise<Printed> {
  const { code, out, err } = await run(cwd, [...args, "--quiet", "--json"]);
  assert.deepEqual([code, err], [0, ""]);
  assert.equal(out.trimEnd().split("\n").length, 1);
  const { files } = JSON.parse(out) as { files: Printed[] };
  assert.equal(files.length, 1);
  return files[0];
}

/** Asserts that what is printed keeps the contract, and is right. */
function check(
  printed: Printed,
  features: Float32Array | Float64Array,
  epsilons: readonly number[],
  weights?: number[],
) {
  const truth = reference({ rows, columns, data: features }, weights);
  const { eigenvalues, bounds, ranks } = printed;
  assert.deepEqual([printed.rows, printed.columns, eigenvalues.length], [rows, columns, columns]);
  truth.eigenvalues.forEach((value, i) => {
    assert.ok(i === 0 || eigenvalues[i] <= eigenvalues[i - 1], "descending");
    assert.ok(Math.abs(eigenvalues[i] - value) <= bounds[i] + truth.errors[i]);
  });
  assert.deepEqual(ranks.map(({ epsilon }) => epsilon), epsilons);
  for (const rank of ranks) {
    assert.deepEqual(Object.keys(rank), ["epsilon", "rank", "rank_low", "rank_high"]);
    const epsilon = rank.epsilon * (printed.threshold === "relative" ? truth.eigenvalues[0] : 1);
    const exact = truth.eigenvalues.filter((value) => value > epsilon).length;
    assert.ok(rank.rank_low <= exact && exact <= rank.rank_high, `${JSON.stringify(rank)}, not ${exact}`);
  }
}

Deno.test("rank: a table; with --json one object more, on the last line", async () => {
  using folder = temporaryFolder();
  const { path: cwd } = folder;
  Deno.writeFileSync(`${cwd}/hidden.npy`, npy([rows, columns], single));
  const { code, out, err } = await run(cwd, ["hidden.npy", "--json"]);
  assert.deepEqual([code, err], [0, ""]);
  const lines = out.trimEnd().split("\n");
  const { files: [printed] } = JSON.parse(lines.pop()!) as { files: Printed[] };
  check(printed, single, [1e-2, 1e-4, 1e-6]);
  assert.deepEqual([printed.name, printed.threshold], ["hidden.npy", "absolute"]);
  assert.match(lines[0], /^hidden\.npy: 60 samples, 16 neurons, largest eigenvalue λ₁ = \S+$/);
  const how = `by ${printed.rank_method} in ${printed.precision} precision`;
  assert.equal(lines[1], `  ${how}, weights 1/60 (mean)`);
  assert.match(lines[2], /^ +threshold ε +ε-rank +certified$/);
  printed.ranks.forEach(({ epsilon, rank, rank_low, rank_high }, i) => {
    assert.equal(rank_low, rank_high);
    const row = [epsilon.toExponential(), rank, `exactly ${rank}`];
    assert.equal(lines[3 + i].trim().split(/ {3,}/).join(" "), row.join(" "));
  });
  ["effective rank", "RankMe", "stable rank", "participation ratio"].forEach((name, i) =>
    assert.match(lines[6 + i], new RegExp(`^ +${name} +[\\d.]+ `))
  );
  assert.equal(lines.length, 12);
  assert.ok(lines.every((line) => line.length <= 80), out);
});

Deno.test("rank: thresholds in the order asked, any format, precision, weights, centring", async () => {
  using folder = temporaryFolder();
  const { path: cwd } = folder;
  const write = (name: string, bytes: Uint8Array) => Deno.writeFileSync(`${cwd}/${name}`, bytes);
  const member = npy([rows, columns], double);
  const fortran = Array.from(
    { length: rows * columns },
    (_, e) => double[(e % rows) * columns + Math.floor(e / rows)],
  );
  const weights = Array.from({ length: rows }, (_, k) => (1 + k % 5) / (3 * rows));
  const span = { dtype: "F32", shape: [rows, columns], data_offsets: [0, 4 * rows * columns] };
  write("f4.npy", npy([rows, columns], single));
  write("f8.npy", npyFile([rows, columns], fortran, { descr: ">f8", fortranOrder: true }));
  write("w.npy", npy([rows], Float64Array.from(weights)));
  write(
    "run.npz",
    await zipArchive([{ name: "bias.npy", content: npy([1], Float32Array.of(1)) }, {
      name: "hidden.npy",
      content: member,
      deflate: true,
    }]),
  );
  write("run.safetensors", safetensorsFile({ "layers.2": span }, bytesOf(single)));

  const epsilons = [1e-6, 1e-10, 1e-2, 1e-10];
  const asked = [`--epsilons=${epsilons}`];
  const cases: [args: string[], judge: (printed: Printed) => void][] = [
    [["f4.npy", "--relative"], (printed) => {
      check(printed, single, epsilons);
      assert.equal(printed.threshold, "relative");
      assert.ok(printed.ranks.every(({ rank_low, rank_high }) => rank_low === rank_high));
    }],
    [["f8.npy", "--precision=double"], (printed) => {
      check(printed, double, epsilons);
      assert.equal(printed.precision, "double");
      const { eigenvalues } = reference({ rows, columns, data: double });
      eigenvalues.forEach((x, i) =>
        assert.ok(Math.abs(printed.eigenvalues[i] - x) <= 1e-12 * eigenvalues[0])
      );
    }],
    [["f8.npy", "--rank-method=one-sided-jacobi"], (printed) => {
      check(printed, double, epsilons);
      assert.ok(
        printed.ranks.every(({ rank_low, rank_high }) => rank_low === rank_high) &&
          printed.rank_method === "one-sided-jacobi",
      );
    }],
    [["f4.npy", "--precision=single", "--rank-method=gram-jacobi"], (printed) => {
      check(printed, single, epsilons);
      assert.equal(`${printed.precision} ${printed.rank_method}`, "single gram-jacobi");
    }],
    [["run.npz:hidden"], (printed) => {
      check(printed, double, epsilons);
      assert.equal(printed.name, "run.npz:hidden");
    }],
    [
      ["run.safetensors", "--quadrature-weights=w.npy"],
      (printed) => check(printed, single, epsilons, weights),
    ],
    [["f4.npy", "--center"], (printed) => {
      const centred = Float64Array.from(single, (x, e) => {
        let sum = 0;
        for (let k = 0; k < rows; k++) sum += single[k * columns + e % columns];
        return x - sum / rows;
      });
      check(printed, centred, epsilons);
    }],
  ];
  await pairwise(cases, async ([args, judge]) => judge(await json(cwd, [...args, ...asked])));
});

Deno.test("rank: several files, of different shapes, in one table", async () => {
  using folder = temporaryFolder();
  const { path: cwd } = folder;
  Deno.writeFileSync(`${cwd}/a.npy`, npy([rows, columns], single));
  Deno.writeFileSync(`${cwd}/b.npy`, npy([2, 2], Float64Array.of(1, 0, 0, 1)));
  const { code, out, err } = await run(cwd, ["a.npy", "b.npy", "--epsilons=1e-3", "--json"]);
  assert.equal(code, 0);
  assert.match(err, /^(rank: .*\n)+$/);
  const { files } = JSON.parse(out.trimEnd().split("\n").at(-1)!) as { files: Printed[] };
  assert.deepEqual(files.map(({ name }) => name), ["a.npy", "b.npy"]);
  check(files[0], single, [1e-3]);
  assert.deepEqual([files[1].ranks[0].rank_low, files[1].ranks[0].rank_high], [2, 2]);
  assert.match(out, /^2 arrays: thresholds ε, weights 1\/samples \(mean\)\n/);
  assert.match(out, /\n +a\.npy +60 +16 +\S+ +\d+\n +b\.npy +2 +2 +0\.5 +2\n +all ranks are certain\n/);
});

Deno.test("rank: arrays by patterns, axes and a normalisation, in one table and in JSON", async () => {
  using folder = temporaryFolder();
  const { path: cwd } = folder;
  Deno.mkdirSync(`${cwd}/ckpt`);
  for (const step of [9, 10]) {
    const files = [2, 10].map((layer) => ({
      name: `layer${layer}.npy`,
      content: npy([5, 3, 2, 2], single.subarray(step, step + 60)),
    }));
    Deno.writeFileSync(`${cwd}/ckpt/${step}.npz`, await zipArchive(files));
  }
  const args = ["ckpt/*.npz", "--tensor=layer*", "--layout=NCHW", "--normalise=integral", "--volume=3"];
  const { code, out, err } = await run(cwd, [...args, "--epsilons=1e-3,1e-30", "--json"]);
  assert.equal(code, 0);
  assert.match(err, /^(rank: .*\n)+$/);
  const lines = out.trimEnd().split("\n");
  const { files } = JSON.parse(lines.pop()!);
  assert.equal(lines[0], "4 arrays in ckpt/: thresholds ε, weights 3/samples (integral)");
  assert.match(lines[2], /^ {2}file +tensor +samples +features +λ₁ +1e-3 +1e-30$/);
  const rowsOf = lines.slice(3, 7).map((line) => line.trim().split(/ +/).slice(0, 4).join(" "));
  const names = ["9.npz layer2", "9.npz layer10", "10.npz layer2", "10.npz layer10"];
  assert.deepEqual(rowsOf, names.map((name) => `${name} 20 3`));
  assert.deepEqual(
    files.map(({ file, tensor }: Record<string, string>) => `${file.slice("ckpt/".length)} ${tensor}`),
    names,
  );
  const [{ shape, axes, normalization, volume, eigenvalues, bounds }] = files;
  assert.deepEqual([shape, axes, normalization, volume], [[5, 3, 2, 2], [1], "integral", 3]);
  const data = Float64Array.from({ length: 60 }, (_, e) => {
    const [sample, channel] = [Math.floor(e / 3), e % 3];
    return single[9 + 12 * Math.floor(sample / 4) + 4 * channel + sample % 4];
  });
  const truth = reference({ rows: 20, columns: 3, data }, new Float64Array(20).fill(3 / 20));
  truth.eigenvalues.forEach((value, i) =>
    assert.ok(Math.abs(eigenvalues[i] - value) <= bounds[i] + truth.errors[i])
  );
  assert.ok(lines.every((line) => line.length <= 80), out);
});

Deno.test("rank: a counting method solves no spectrum, and says so", async () => {
  using folder = temporaryFolder();
  const { path: cwd } = folder;
  Deno.writeFileSync(`${cwd}/f4.npy`, npy([rows, columns], single));
  const args = ["f4.npy", "--rank-method=sturm", "--relative", "--epsilons=1e-2,1e-4", "--json"];
  const { code, out, err } = await run(cwd, args);
  assert.deepEqual([code, err], [0, ""]);
  const lines = out.trimEnd().split("\n");
  const { files: [printed] } = JSON.parse(lines.pop()!);
  assert.deepEqual([printed.kind, printed.rank_method, printed.threshold], ["count", "sturm", "relative"]);
  for (const key of ["eigenvalues", "bounds", "effective_rank", "stable_rank"]) {
    assert.ok(!(key in printed), key);
  }
  const [largest] = reference({ rows, columns, data: single }).eigenvalues;
  assert.ok(printed.largest_low <= largest && largest <= printed.largest_high);
  assert.match(lines[0], /^f4\.npy: 60 samples, 16 neurons, λ₁ from \S+ to \S+$/);
  assert.match(lines[2], /^ +threshold \/ λ₁ +ε-rank +certified$/);
  assert.match(lines.at(-1)!, /counted without a spectrum/);
  assert.ok(lines.every((line) => line.length <= 80), out);
});
