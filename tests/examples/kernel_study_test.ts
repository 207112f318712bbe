import { fileURLToPath } from "node:url";
import type { ExperimentRecord } from "../../src/experiments/core/record.ts";
import { kernelStudy } from "../../src/experiments/kernel_study/mod.ts";
import type { KernelStudyPlan } from "../../src/experiments/kernel_study/plan.ts";
import type { KernelStudySummary } from "../../src/experiments/kernel_study/report.ts";
import { flagsOf } from "../../src/cli/options.ts";
import { camelCase } from "../../src/io/json.ts";
import { assert } from "../deps.ts";
import { filesIn, readTable, root, run, temporaryFolder } from "../support/program.ts";

const program = fileURLToPath(new URL("examples/kernel_study.ts", root));

Deno.test("kernel-study: writes its files, and says what they say", async () => {
  using folder = temporaryFolder();
  const args = [
    "--families=gaussian,hilbert",
    "--methods=naive,gram-jacobi:double",
    "--orders=8",
    "--batches=1,2",
    "--samples=11",
    "--epsilons=1e-2,1e-9",
    "--growth-orders=4,8,12",
    "--growth-samples=20",
    "--seed=5",
    "--json",
    "--out=o",
  ];
  const { code, out, err } = await run(args, { cwd: folder.path, program });
  assert.equal(code, 0, err);
  assert.match(err, /^adapter: .+\n(study: \d+ % .+\n)*study: 100 % \(17\/17\), .+\n$/);
  assert.deepEqual(filesIn(`${folder.path}/o`), [
    "convergence.csv",
    "convergence.svg",
    "cost.csv",
    "cost.svg",
    "counts.csv",
    "counts.svg",
    "eigenvalues.csv",
    "eigenvalues.svg",
    "growth.csv",
    "growth.svg",
    "report.html",
    "roofline.svg",
    "run.json",
    "tall.csv",
  ]);
  const lines = out.trimEnd().split("\n");
  const record = camelCase(
    JSON.parse(Deno.readTextFileSync(`${folder.path}/o/run.json`)),
  ) as ExperimentRecord<KernelStudyPlan> & { readonly summary: KernelStudySummary };
  assert.deepEqual(camelCase(JSON.parse(lines.at(-1)!)), record);
  assert.deepEqual([record.status, record.summary.certainButWrong], ["done", 0]);
  assert.equal(record.configuration.seed, 5);
  assert.deepEqual(record.summary.methods.map(({ method, precision }) => [method, precision]), [
    ["naive", "single"],
    ["gram-jacobi", "double"],
  ]);
  for (const name of filesIn(`${folder.path}/o`)) assert(out.includes(`\no/${name}\n`), name);

  const counts = readTable(`${folder.path}/o/counts.csv`);
  assert.equal(
    counts.header,
    "family,n,m,method,precision,epsilon,rank,rank_low,rank_high,true_low,true_high,error",
  );
  assert.equal(counts.rows.length, 2 * 2 * 2);
  for (const [, n, m, method, , , rank, low, high, trueLow, trueHigh, error] of counts.rows) {
    assert.deepEqual([n, m], ["8", "11"]);
    assert.equal(low === "" && high === "", method === "naive");
    if (low !== "") assert(Number(low) <= Number(rank) && Number(rank) <= Number(high));
    assert.equal(error === "0", Number(trueLow) <= Number(rank) && Number(rank) <= Number(trueHigh));
  }
  assert.equal(readTable(`${folder.path}/o/eigenvalues.csv`).rows.length, 2 * 2 * 8);
  assert.equal(readTable(`${folder.path}/o/cost.csv`).rows.length, 2 * 2);
  assert.equal(readTable(`${folder.path}/o/growth.csv`).rows.length, 2 * 4);
});

Deno.test("kernel-study: a wrong request is one line and status 2, and leaves no file", async () => {
  using folder = temporaryFolder();
  const { path: cwd } = folder;
  Deno.writeTextFileSync(`${cwd}/file`, "kept");
  const cases: [args: string[], line: RegExp][] = [
    [["--families=trained,nonsense"], /^no family "nonsense"; give one of trained, /],
    [["--with=gone.ts"], /^gone\.ts: there is no such file or folder; give --with a module that exports/],
    [["--methods=svd"], /^unknown method "svd": use naive, /],
    [["--orders=8,1e4"], /^--orders must be a whole number from 1 to 1024, not "1e4"$/],
    [["--orders=8.5"], /^--orders must be a whole number from 1 to 1024, not "8.5"$/],
    [["--batches=0"], /^--batches must be a whole number from 1 to 4096, not "0"$/],
    [["--samples=100"], /^100 samples of 128 features: give as many samples as features, or more$/],
    [["--epsilons=1e-3,2"], /^ε = 2: give shares of λ₁, above 0 and below 1$/],
    [["--growth-samples=1e9"], /^--growth-samples must be a whole number from 1 to \d+, not "1e9"$/],
    [["--seed=-1"], /^--seed must be a whole number from 0 to 4294967295, not "-1"$/],
    [["--out=file"], /^cannot write to the folder file: there is a file of that name; name another one$/],
    [["features.npy"], /^unexpected argument "features.npy"; see --help$/],
  ];
  const queue = cases.entries();
  const work = async () => {
    for (const [i, [args, line]] of queue) {
      const { code, out, err } = await run([`--out=out${i}`, ...args], { cwd, program });
      assert.deepEqual([code, out], [2, ""], `${args}: ${err}`);
      const [first, ...others] = err.slice("kernel-study: ".length, -1).split("\n");
      assert.deepEqual(others, [], `${args}: more than one line`);
      assert.match(first, line);
      assert.deepEqual(filesIn(`${cwd}/out${i}`), []);
    }
  };
  await Promise.all([work(), work()]);
  assert.equal(Deno.readTextFileSync(`${cwd}/file`), "kept");
});

const hasNumpy = await new Deno.Command("python3", { args: ["-c", "import numpy"], stderr: "null" }).output()
  .then(({ success }) => success, () => false);

Deno.test({
  name: "kernel-study: NumPy enters in float32 and float64, right but without a proof",
  ignore: !hasNumpy,
  async fn() {
    using folder = temporaryFolder();
    const module = fileURLToPath(new URL("examples/python/numpy_rank.ts", root));
    const args = [
      `--with=${module}`,
      "--families=gaussian,hilbert",
      "--methods=naive",
      "--orders=8",
      "--batches=1,3",
      "--growth-orders=4,8,12",
      "--growth-samples=20",
      "--quiet",
      "--out=o",
    ];
    const { code, err } = await run(args, { cwd: folder.path, program });
    assert.equal(code, 0, err);
    const record = camelCase(
      JSON.parse(Deno.readTextFileSync(`${folder.path}/o/run.json`)),
    ) as ExperimentRecord<KernelStudyPlan> & { readonly summary: KernelStudySummary };
    const [naive, single, double] = record.summary.methods;
    assert.deepEqual([single, double].map((each) => [each.method, each.precision]), [
      ["numpy-rank", "single"],
      ["numpy-rank", "double"],
    ]);
    assert.deepEqual([record.summary.brokenPromises, record.summary.failures], [0, []]);
    assert.deepEqual([single.certain, double.certain, single.slack, double.slack], [null, null, null, null]);
    // Float32 without squares sees further than a Gram matrix, and float64 further than that.
    assert(double.wrong === 0 && double.largestError! < 1e-13);
    assert(single.wrong < naive.wrong && single.largestError! > 1e-9);
    // It computes on the host, whose time is taken.
    const cost = readTable(`${folder.path}/o/cost.csv`).rows;
    assert.equal(cost.length, 6);
    for (const [, , n, m, , milliseconds, gpu] of cost.slice(2)) {
      assert.deepEqual([n, m, gpu], ["8", "16", ""]);
      assert(Number(milliseconds) > 0);
    }
    const grown = record.summary.exponents.filter(({ method }) => method === "numpy-rank");
    assert(grown.length === 2 && grown.every(({ exponent }) => Number.isFinite(exponent)));
  },
});

Deno.test("kernel-study: --help lists every flag", async () => {
  using folder = temporaryFolder();
  const { code, out } = await run(["--help"], { cwd: folder.path, program });
  assert.equal(code, 0);
  for (const name of [...flagsOf(kernelStudy.options).map(({ name }) => name), "out", "debug", "help"]) {
    assert.match(out, new RegExp(`^  --(\\[no-\\])?${name}( |$)`, "m"));
  }
  assert(out.split("\n").every((line) => line.length <= 100));
});
