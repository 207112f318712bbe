import { InputError } from "../../src/errors.ts";
import { runExperiment } from "../../src/experiments/core/run.ts";
import { judge } from "../../src/experiments/core/verdict.ts";
import { tangentKernelClaims, type TangentRow } from "../../src/experiments/tangent_kernel/claims.ts";
import { tangentKernel } from "../../src/experiments/tangent_kernel/mod.ts";
import { uniform } from "../../src/stats/random.ts";
import { assert } from "../deps.ts";
import { openGpu } from "../support/gpu.ts";
import { assertSoundSvg, marks } from "../support/sound.ts";
import { smallTask } from "../support/tasks.ts";

const gpu = await openGpu();

const EVERY = 10, PROBES = 120, REPLICAS = 5, steps = EVERY * (PROBES - 1);
const cases = [{ name: "curve", scale: null }, { name: "α = 1", scale: 1 }, { name: "α = 100", scale: 100 }];
const plan = { cases, replicas: REPLICAS, steps };

/** What a network is like at a probe. */
type Course = (probe: number, replica: number) => { kernel: number; features: number; moved: number };

/** Networks of all cases, made by hand. */
function networks(courses: Readonly<Record<string, Course>>): TangentRow[] {
  return Object.entries(courses).flatMap(([name, course]) =>
    Array.from({ length: REPLICAS * PROBES }, (_, e) => {
      const replica = Math.floor(e / PROBES), probe = e % PROBES, own = course(probe, replica);
      const [kernel, features] = [own.kernel, own.features].map((rank) => ({ rank, low: rank, high: rank }));
      const loss = (1 + 0.01 * replica) * 0.99 ** probe;
      return { name, replica, step: EVERY * probe, loss, kernel, features, moved: own.moved };
    })
  );
}

/** Probes at which a rank rises: some near each other, others not. */
function risesOf(replica: number): number[] {
  const next = uniform(replica), gaps = [3, 19, 4, 3, 22, 3, 18, 3, 17];
  return gaps.map((_, k) =>
    10 + gaps.slice(0, k).reduce((sum, gap) => sum + gap, 0) + Math.floor(3 * next())
  );
}

const passed = (probe: number, replica: number, shift = 0) =>
  risesOf(replica).filter((at) => at + shift <= probe).length;
const still: Course = () => ({ kernel: 6, features: 4, moved: 0.01 });
const follows: Course = (probe, replica) => ({
  kernel: 6 + passed(probe, replica),
  features: 3 + passed(probe, replica, 2),
  moved: 0.5,
});

Deno.test("tangent-kernel: the claims hold of features that follow a kernel, and of a kernel that stays", () => {
  const verdicts = tangentKernelClaims(
    networks({ "curve": follows, "α = 1": follows, "α = 100": still }),
    plan,
  )
    .map(judge);
  assert.equal(verdicts.length, 6 + 1 + 3);
  for (const { claim, holds, value, pValue } of verdicts) assert(holds, `${claim}: ${value}, p ${pValue}`);
});

Deno.test("tangent-kernel: they do not hold of what is built to break them", () => {
  const leads: Course = (probe, replica) => ({
    kernel: 6 + passed(probe, replica, 2),
    features: 7 + passed(probe, replica),
    moved: 0.5,
  });
  const broken = { "curve": leads, "α = 1": still, "α = 100": follows };
  const verdicts = tangentKernelClaims(networks(broken), plan).map(judge);
  const held = verdicts.filter(({ holds }) => holds).map(({ claim }) => claim);
  assert.deepEqual(held, [
    "curve: the kernel's rank rises",
    "curve: it rises in stairs",
    "curve: the features' rank rises near its rises",
    "α = 100: the loss falls nevertheless",
  ]);
  for (const rows of [[], networks({ "curve": still, "α = 1": still, "α = 100": follows })]) {
    const held = tangentKernelClaims(rows, plan).map(judge).filter(({ holds }) => holds);
    const allowed = ["curve: it is nowhere below the features'", "α = 100: the loss falls nevertheless"];
    assert(held.every(({ claim }) => allowed.includes(claim)));
  }
});

Deno.test("tangent-kernel: networks that were stopped or are missing do not count; an open rank is no rise", () => {
  const rows = networks({ "curve": follows, "α = 1": follows, "α = 100": still });
  const cut = rows.filter(({ replica, step }) => replica !== 0 && (replica !== 1 || step < steps));
  const claims = tangentKernelClaims(cut, plan);
  for (const { values } of claims) {
    assert.deepEqual(values.map((value) => value === null), [true, true, false, false, false]);
  }
  const open = rows.map((row) => ({ ...row, kernel: { ...row.kernel, low: 0, high: 128 } }));
  const [rise, , below] = tangentKernelClaims(open, plan).map(judge);
  assert(!rise.holds && below.holds);
});

Deno.test("tangent-kernel: a kernel of small networks has at least the features' rank, in table and figure", async () => {
  const options = { layers: [6, 4], steps: 40, probeEvery: 10, replicas: 2 };
  const result = await runExperiment(gpu, tangentKernel, { tasks: [smallTask()], ...options });
  assert.equal(result.rows.length, 3 * 2 * 5);
  for (const { kernel, features, step, moved } of result.rows) {
    assert(kernel.low === kernel.high && kernel.low >= features.low);
    assert.equal(moved === 0, step === 0);
  }
  // An antisymmetric start: features come twice, whatever the factor, and the loss is that of 0.
  const starts = result.rows.filter(({ step, name }) => step === 0 && name !== "small");
  assert(starts.every(({ features }) => features.rank <= 2));
  assert(starts.every(({ loss }) => Math.abs(loss - starts[0].loss) < 1e-5));
  const lazy = result.rows.filter(({ step, name }) => step === 40 && name === "small, α = 100");
  assert(lazy.length === 2 && lazy.every(({ moved }) => moved < 0.05));
  const svg = await tangentKernel.figures["tangent_kernel.svg"](result);
  assert.equal(marks(assertSoundSvg(svg, "Ranks of tangent kernel and features"), "panel").length, 6);
  const [header] = tangentKernel.tables["tangent_kernel.csv"](result).csv.split("\n");
  assert.equal(
    header,
    "name,replica,step,loss,kernel_rank,kernel_rank_low,kernel_rank_high,rank,rank_low,rank_high,moved",
  );
});

Deno.test("tangent-kernel: odd widths, equations, and more than fits in memory are refused", async () => {
  const wrong: [object, RegExp][] = [
    [{ layers: [5, 4] }, /even/],
    [{ tasks: "poisson1d" }, /equation/],
    [{ tasks: "no-such-task" }, /no-such-task/],
    [{ samples: 8193 }, /samples × outputs/],
    [{ steps: 1e9, probeEvery: 1 }, /fewer networks or probes/],
  ];
  for (const [options, message] of wrong) {
    await assert.rejects(runExperiment(gpu, tangentKernel, options), (error) => {
      assert(error instanceof InputError);
      assert.match(error.message, message);
      return true;
    });
  }
});
