import { ShapeError } from "../../../src/errors.ts";
import { responseOptions, testCoupling, testFloor, testPairing } from "../../../src/rank/stairs/coupling.ts";
import { normal, uniform } from "../../../src/stats/random.ts";
import { assert } from "../../deps.ts";

const LENGTH = 401;

/**
 * A loss that falls along a trend with autocorrelated noise, and by more near jumps of the rank.
 * Jumps become rarer, as the trend becomes slower.
 */
function run(seed: number, { strength = 0, lag = 0 } = {}) {
  const random = uniform(seed), next = normal(random);
  const steps = Array.from({ length: LENGTH }, (_, i) => 10 * i);
  const jumps: { step: number; size: number }[] = [];
  for (let at = 0; (at += 5 + Math.floor(40 * random() * (0.3 + at / LENGTH))) < LENGTH;) {
    jumps.push({ step: 10 * at, size: 1 });
  }
  let log = 0, noise = 0;
  const losses = steps.map((step, i) => {
    noise = 0.8 * noise + 0.003 * next();
    const near = jumps.filter((jump) => Math.abs(step - 10 * lag - jump.step) <= 20).length;
    return Math.exp(log -= 0.02 * Math.exp(-i / 150) + 0.003 + noise + 0.01 * strength * near);
  });
  return { steps, losses, jumps };
}

const count = (n: number) => Array.from({ length: n }, (_, i) => i);
const share = (values: readonly number[]) => values.filter((p) => p <= 0.05).length / values.length;
const most = (n: number) => 0.05 + 3 * Math.sqrt(0.05 * 0.95 / n);

Deno.test("testCoupling: two trends are not coupled", () => {
  const tests = count(200).map((seed) => testCoupling(run(seed)));
  for (const key of ["pValue", "lagPValue"] as const) {
    const rejected = share(tests.map((test) => test[key]));
    assert(rejected <= most(200), `${key}: ${rejected}`);
  }
});

Deno.test("testCoupling: a loss that falls at jumps, before them or behind them is found", () => {
  for (const lag of [-8, 0, 8]) {
    const tests = count(20).map((seed) => testCoupling(run(seed, { strength: 1, lag })));
    assert(share(tests.map(({ lagPValue }) => lagPValue)) >= 0.95);
    const lags = tests.map((test) => test.lag).sort((a, b) => a - b);
    assert(Math.abs(lags[10] - lag) <= 2, `lag ${lags[10]}, not ${lag}`);
  }
});

Deno.test("testPairing: own jumps count only if the loss follows them, and not the shared trend", () => {
  const paired = (strength: number) =>
    count(24).map((seed) => testPairing(count(4).map((k) => run(1000 + 4 * seed + k, { strength }))));
  assert(share(paired(0)) <= most(24));
  assert(share(paired(1)) >= 0.95);
  const seven = count(7).map((k) => run(k, { strength: 1 }));
  assert(testPairing(seven, { seed: 3 }) <= 0.05);
  assert.equal(testPairing(seven, { seed: 3 }), testPairing(seven, { seed: 3 }));
  assert.equal(testPairing(seven.slice(0, 2)), NaN);
});

/** A loss that waits at the floor of each stair, or falls evenly above it. */
function floored(seed: number, waits: boolean) {
  const { steps, jumps } = run(seed), next = normal(uniform(seed + 77));
  let log = 0, floor = Math.log(0.8);
  const at = new Set(jumps.map(({ step }) => step)), floors: number[] = [];
  const losses = steps.map((step) => {
    if (at.has(step)) floor -= 0.2;
    const towards = waits ? 0.25 * (log - floor - 0.05) : 0.01;
    log = Math.max(floor, log - towards + 0.002 * next());
    floors.push(Math.exp(floor));
    return Math.exp(log);
  });
  return { steps, jumps, losses, floors };
}

Deno.test("testFloor: a loss that waits at its floor is told from one that falls evenly", () => {
  const waiting = count(20).map((seed) => testFloor(floored(seed, true)));
  assert(share(waiting.map(({ pValue }) => pValue)) >= 0.95);
  assert(waiting.every(({ jumps, reached }) => reached > 0 && reached <= jumps));
  const even = count(100).map((seed) => {
    const { steps, jumps } = floored(seed, true), own = run(seed + 500).losses;
    // The floor lies just below a loss that does not know it.
    return testFloor({ steps, jumps, losses: own, floors: own.map((loss) => loss / 1.5) });
  });
  assert(share(even.map(({ pValue }) => pValue)) <= most(100));
});

Deno.test("coupling: nothing to test has no p-value", () => {
  const { steps, losses, jumps } = run(1);
  assert.deepEqual(responseOptions(1001), { reach: 5, mostLag: 20 });
  assert.equal(testCoupling({ steps, losses, jumps: [] }).pValue, NaN);
  assert.equal(testCoupling({ steps, losses: losses.with(7, 0), jumps }).pValue, NaN);
  assert.equal(testFloor({ steps, losses, jumps, floors: losses.map(() => NaN) }).pValue, NaN);
  const far = testFloor({ steps, losses, jumps, floors: losses.map((loss) => loss / 3) });
  assert(far.jumps > 0 && far.reached === 0 && Number.isNaN(far.pValue));
  assert.throws(() => testCoupling({ steps, losses: [1], jumps }), ShapeError);
});

Deno.test("testCoupling, testFloor: long series count by every s-th probe, and lags in probes", () => {
  const stretch = 75, { steps, losses, jumps } = run(3, { strength: 1 });
  const length = stretch * (steps.length - 1) + 1, at = (k: number) => Math.floor(k / stretch);
  const long = {
    steps: Array.from({ length }, (_, k) => 10 * k),
    // Losses between two probes lie on the line of their logarithms.
    losses: Array.from({ length }, (_, k) => {
      const share = k / stretch - at(k), next = Math.min(at(k) + 1, losses.length - 1);
      return losses[at(k)] ** (1 - share) * losses[next] ** share;
    }),
    jumps: jumps.map(({ step, size }) => ({ step: stretch * step, size })),
  };
  assert(testCoupling({ steps, losses, jumps }).lagPValue <= 0.05);
  const { lagPValue, lag } = testCoupling(long);
  assert(lagPValue <= 0.05 && Math.abs(lag) <= 4 * length / 200, `${lagPValue} at ${lag}`);
  const floors = long.losses.map((loss) => loss / 3);
  assert.equal(testFloor({ ...long, floors }).reached, 0);
  assert(testFloor({ ...long, floors: long.losses.map((loss) => loss / 1.5) }).reached > 0);
});

Deno.test("testPairing: of very many replicas some are compared", () => {
  const few = count(6).map((k) => run(k, { strength: 1 }));
  const many = Array.from({ length: 1200 }, (_, k) => {
    const { steps, losses, jumps } = few[k % 6];
    return {
      steps: steps.slice(0, 60),
      losses: losses.slice(0, 60),
      jumps: jumps.filter(({ step }) => step < 600),
    };
  });
  const pValue = testPairing(many);
  assert(pValue > 0 && pValue <= 1, `${pValue}`);
});
