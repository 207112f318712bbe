import { fileURLToPath } from "node:url";
import { npy } from "../../src/io/npy.ts";
import { autoRankMethodHelp, rankMethodNames, rankMethods } from "../../src/rank/methods/rank_methods.ts";
import { uniform } from "../../src/stats/random.ts";
import { assert } from "../deps.ts";
import { bytesOf, npyFile, safetensorsFile, zipArchive } from "../support/array_files.ts";
import { reference } from "../support/families.ts";
import { tanhFeatures } from "../support/solve.ts";
import { root, run as runIn, temporaryFolder } from "../support/program.ts";

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

/** Runs some things two at a time: each spends a good part of its time waiting. */
async function pairwise<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const queue = items.values();
  const worker = async () => {
    for (const item of queue) await work(item);
  };
  await Promise.all([worker(), worker()]);
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
  assert.equal(lines[1], `  by ${printed.rank_method} in ${printed.precision} precision`);
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

Deno.test("rank: several files, of different shapes, each with its table", async () => {
  using folder = temporaryFolder();
  const { path: cwd } = folder;
  Deno.writeFileSync(`${cwd}/a.npy`, npy([rows, columns], single));
  Deno.writeFileSync(`${cwd}/b.npy`, npy([2, 2], Float64Array.of(1, 0, 0, 1)));
  const { code, out, err } = await run(cwd, ["a.npy", "b.npy", "--epsilons=1e-3", "--json"]);
  assert.deepEqual([code, err], [0, ""]);
  const { files } = JSON.parse(out.trimEnd().split("\n").at(-1)!) as { files: Printed[] };
  assert.deepEqual(files.map(({ name }) => name), ["a.npy", "b.npy"]);
  check(files[0], single, [1e-3]);
  assert.deepEqual([files[1].ranks[0].rank_low, files[1].ranks[0].rank_high], [2, 2]);
  assert.match(out, /^a\.npy: 60 samples, 16 neurons, .*\n(.*\n)+b\.npy: 2 samples, 2 neurons, /);
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

Deno.test("rank: bad input is one line that names the file and the offence, and status 2", async () => {
  using folder = temporaryFolder();
  const { path: cwd } = folder;
  const write = (name: string, bytes: Uint8Array) => Deno.writeFileSync(`${cwd}/${name}`, bytes);
  const good = npy([rows, columns], single);
  const spoilt = (value: number, at: number) =>
    npy([rows, columns], single.map((x, e) => e === at || e === at + 40 ? value : x));
  write("good.npy", good);
  write("malformed.npy", new TextEncoder().encode("1.0, 2.0\n3.0, 4.0\n"));
  write("header.npy", npyFile([2, 2], [1, 2, 3, 4], { dictionary: "{'descr': '<f8', 'fortran_order': " }));
  write("truncated.npy", good.subarray(0, good.length - 7));
  write("flat.npy", npy([6], new Float32Array(6)));
  write("none.npy", npy([0, 6], new Float32Array(0)));
  write("empty.npy", new Uint8Array());
  write("nan.npy", spoilt(NaN, 3 * columns + 5));
  write("infinite.npy", spoilt(-Infinity, 7 * columns));
  write("whole.npy", npyFile([2, 2], [1, 2, 3, 4], { descr: "<i8" }));
  write("huge.npy", npyFile([2, 1], [1e300, 1]));
  write("few.npy", npy([rows - 1], new Float64Array(rows - 1).fill(1)));
  write("negative.npy", npy([rows], Float64Array.from(single.subarray(0, rows), (_, k) => k === 9 ? -1 : 1)));
  const cases: [args: string[], line: RegExp][] = [
    [["malformed.npy"], /^malformed\.npy: is not a \.npy, /],
    [["header.npy"], /^header\.npy: malformed \.npy header, /],
    [
      ["truncated.npy"],
      /^truncated\.npy: truncated after \d+ of the \d+ bytes that shape \(60, 16\) needs; /,
    ],
    [["flat.npy"], /^flat\.npy: an array of shape \(6,\) is no matrix; /],
    [["none.npy"], /^none\.npy: is empty, of shape \(0, 6\); /],
    [["empty.npy"], /^empty\.npy: is empty; /],
    [["nan.npy"], /^nan\.npy: NaN in row 3, column 5 \(counted from 0\); /],
    [["infinite.npy"], /^infinite\.npy: -Infinity in row 7, column 0 \(counted from 0\); /],
    [["whole.npy"], /^whole\.npy: holds .*, not floats of 4 or 8 bytes; /],
    [["huge.npy"], /^huge\.npy: features as large as 1e\+300: .*; scale them down$/],
    [["missing.npy"], /^missing\.npy: no such file; /],
    // Nothing is printed of the good one either.
    [["good.npy", "nan.npy"], /^nan\.npy: NaN in row 3, column 5 /],
    [["good.npy", "--quadrature-weights=few.npy"], /^few\.npy: 59 weights for 60 samples; /],
    [
      ["good.npy", "--quadrature-weights=negative.npy"],
      /^negative\.npy: weight 9 \(counted from 0\) is -1; /,
    ],
    [["good.npy", "--rank-method=svd"], /^--rank-method must be auto.* or .*, not "svd"$/],
    // Former names: what stands for them now, once the flags know of former names.
    [["good.npy", "--method=sturm"], /^--method is now --rank-method$/],
    [["good.npy", "--weights=few.npy"], /^--weights is now --quadrature-weights$/],
    [["good.npy", "--precision=half"], /^--precision must be auto, single or double, not "half"$/],
    [["good.npy", "--epsilons=1e-2,0"], /^--epsilons must be a number above 0, not "0"$/],
    [[], /^FEATURES is missing; see --help$/],
  ];
  await pairwise(cases, async ([args, line]) => {
    const { code, out, err } = await run(cwd, args);
    assert.deepEqual([code, out], [2, ""], `${args}: ${err}`);
    assert.ok(err.startsWith("rank: ") && err.endsWith("\n"), err);
    const [first, ...others] = err.slice("rank: ".length, -1).split("\n");
    assert.deepEqual(others, [], `${args}: more than one line`);
    assert.match(first, line);
  });
});

Deno.test("rank: --help lists the flags", async () => {
  using folder = temporaryFolder();
  const { code, out, err } = await run(folder.path, ["--help"]);
  assert.deepEqual([code, err], [0, ""]);
  for (
    const flag of ["epsilons", "relative", "quadrature-weights", "precision", "rank-method", "center", "json"]
  ) {
    assert.match(out, new RegExp(`^ +--${flag}`, "m"));
  }
  // Of every method what it does, and of auto what it takes.
  const text = out.replaceAll(/\s+/g, " ");
  assert.ok(text.includes(autoRankMethodHelp));
  for (const name of rankMethodNames) assert.ok(text.includes(`${name} ${rankMethods[name].help}`), name);
});
