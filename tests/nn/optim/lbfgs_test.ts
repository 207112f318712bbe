import { bindSearch, checkSearch, SEARCH_WORDS } from "../../../src/nn/optim/lbfgs.ts";
import { Network } from "../../../src/nn/network.ts";
import { optimizerArrays, STATE_WORDS } from "../../../src/nn/optim/update.ts";
import { assert } from "../../deps.ts";
import { type Accepted, type Evaluate, minimize } from "../../reference/lbfgs.ts";
import { barrier, quadratic, rosenbrock } from "../../reference/objectives.ts";
import { U } from "../../reference/rounding.ts";
import { run } from "../../support/arrays.ts";
import { openGpu } from "../../support/gpu.ts";
import { inputError } from "../../support/input_error.ts";

const gpu = await openGpu();

/** Words of `struct State` and of `struct Search`. */
const RATE = 4, LOSS = 7, DIVERGED = 8, PHASE = 0, ACCEPTED = 4, REST = 4;

/** A minimisation of one function in each replica. */
interface Descent {
  readonly functions: readonly Evaluate[];
  readonly starts: readonly ArrayLike<number>[];
  /** Widths of a network with as many parameters, padding included, as the functions have. */
  readonly hidden?: readonly number[];
  readonly history?: number;
  readonly first?: number;
  readonly steps: number;
}

/** What came of a replica. */
interface Descended {
  readonly accepted: readonly Accepted[];
  readonly losses: readonly number[];
  readonly end: Float32Array;
  readonly search: Uint32Array;
  readonly diverged: number;
}

/** Makes networks that have parameters to minimise over, those that pad included. */
async function network(hidden: readonly number[], replicas: number): Promise<Network> {
  const shape = { inputs: 1, hidden, outputs: 1, activation: "tanh", initializer: "pytorch", replicas };
  return await Network.create(gpu, shape);
}

const HIDDEN = [3];
/** ⌈1/4⌉·4 + 1 rows of 4, then 4 + 1 rows of 4. */
const WORDS = 40;

/** Runs the kernels, with functions that the host evaluates in float64 and rounds. */
async function descend(what: Descent): Promise<Descended[]> {
  using stack = new DisposableStack();
  const { functions, starts, hidden = HIDDEN, history = 10, first = 0.1, steps } = what;
  const replicas = functions.length;
  const net = stack.use(await network(hidden, replicas));
  const { parameters, layout } = net, words = 4 * layout.size;
  parameters.write(Float32Array.from(starts.flatMap((start) => [...Array.from(start)])));
  const optimizer = { name: "lbfgs", learningRate: first, history } as const;
  const options = {
    optimizer,
    schedule: { kind: "constant" },
    steps,
    batch: null,
    logCapacity: steps,
  } as const;
  const arrays = optimizerArrays(net, options, stack);
  const { aim, judge, kept } = await bindSearch(net, { ...options, arrays }, stack);
  const found = functions.map(() => ({ accepted: [] as Accepted[], last: 0 }));
  for (let step = 0; step < steps; step++) {
    run(gpu, [aim]);
    const [trials, states] = await Promise.all([parameters.read(), arrays.states.readUint32()]);
    const floats = new Float32Array(states.buffer);
    for (const [r, evaluate] of functions.entries()) {
      const { value, gradient } = evaluate(Float64Array.from(trials.subarray(r * words, (r + 1) * words)));
      const at = r * STATE_WORDS;
      states[at] = step + 1;
      floats[at + RATE] = first;
      floats[at + LOSS] = value;
      if (!Number.isFinite(floats[at + LOSS]) && states[at + DIVERGED] === 0) {
        states[at + DIVERGED] = step + 1;
      }
      arrays.moments.write(Float32Array.from(gradient), 2 * r * words);
      arrays.losses.write(floats.slice(at + LOSS, at + LOSS + 1), step * replicas + r);
    }
    arrays.states.write(states);
    run(gpu, judge);
    const [here, searches] = await Promise.all([parameters.read(), kept.searches.readUint32()]);
    for (const [r, each] of found.entries()) {
      const count = searches[r * SEARCH_WORDS + ACCEPTED];
      if (count === each.last) continue;
      each.last = count;
      const x = Float64Array.from(here.subarray(r * words, (r + 1) * words));
      each.accepted.push({ evaluations: step + 1, x, value: functions[r](x).value });
    }
  }
  const [end, searches, log, states] = await Promise.all([
    parameters.read(),
    kept.searches.readUint32(),
    arrays.losses.read(),
    arrays.states.readUint32(),
  ]);
  return found.map(({ accepted }, r) => ({
    accepted,
    losses: Array.from({ length: steps }, (_, step) => log[step * replicas + r]),
    end: end.slice(r * words, (r + 1) * words),
    search: searches.slice(r * SEARCH_WORDS, (r + 1) * SEARCH_WORDS),
    diverged: states[r * STATE_WORDS + DIVERGED],
  }));
}

const spread = (length: number) => Float32Array.from({ length }, (_, i) => Math.sin(3 * i + 1) * (1 + i % 3));

/**
 * The same descent in float64, and how far rounding takes it: from functions whose values and
 * gradients have errors of 64 u, which is their own rounding, that of products of 40 numbers, of
 * the parameters, and of up to 40 passes that make a direction. An error in a search grows with
 * each step after it as these do, so that the tolerance of a point is ten times their spread there,
 * and 8 u of the parameters.
 */
function reference(evaluate: Evaluate, start: ArrayLike<number>, most: number, history: number) {
  const options = { history, first: 0.1, most };
  const exact = minimize(evaluate, Float64Array.from(start), options);
  let phase = 0;
  const disturbed = Array.from({ length: 6 }, () =>
    minimize(
      (x) => {
        const { value, gradient } = evaluate(x);
        const error = () => 1 + 64 * U * Math.sin(phase += 1.7);
        return { value: value * error(), gradient: gradient.map((g) => g * error()) };
      },
      Float64Array.from(start),
      options,
    ));
  return exact.flatMap((point, k) => {
    const others = disturbed.map((run) => run[k]);
    if (others.some((other) => other?.evaluations !== point.evaluations)) return [];
    const off = Math.max(...others.flatMap((other) => [...other.x.map((x, i) => Math.abs(x - point.x[i]))]));
    const size = Math.max(...point.x.map(Math.abs));
    return [{ ...point, tolerance: 10 * off + 8 * U * size }];
  });
}

Deno.test("lbfgs: accepts the points of float64, on quadratics and on Rosenbrock's function", async () => {
  const steps = 25, start = spread(WORDS);
  for (const history of [1, 3, 20]) {
    const functions = [quadratic(10), quadratic(300), rosenbrock];
    const found = await descend({ functions, starts: functions.map(() => start), history, steps });
    for (const [r, { accepted }] of found.entries()) {
      const points = reference(functions[r], start, steps, history);
      let compared = 0;
      for (const [k, { x, evaluations, tolerance }] of points.entries()) {
        // Behind that a comparison shows little.
        if (tolerance > 1e-2) break;
        compared++;
        const where = `function ${r}, history ${history}, point ${k}`;
        assert.equal(accepted[k]?.evaluations, evaluations, where);
        const off = Math.max(...x.map((each, i) => Math.abs(each - accepted[k].x[i])));
        assert(off <= tolerance, `${where}: off by ${off}, not ${tolerance}`);
      }
      assert(compared >= 8, `function ${r}, history ${history}: only ${compared} points are compared`);
    }
  }
});

Deno.test("lbfgs: accepted losses fall, by the strong Wolfe conditions, and pairs curve upwards", async () => {
  const functions = [rosenbrock, quadratic(1e4), barrier], steps = 120;
  const valley = Float32Array.from({ length: WORDS }, (_, i) => i % 2 ? 1 : -1.2);
  const starts = [valley, spread(WORDS), new Float32Array(WORDS).fill(0.05)];
  const found = await descend({ functions, starts, steps });
  for (const [r, { accepted, losses }] of found.entries()) {
    assert(accepted.length > 12, `function ${r}: ${accepted.length} points`);
    for (const [k, { x, value }] of accepted.entries()) {
      if (k === 0) continue;
      const before = accepted[k - 1], from = functions[r](before.x), to = functions[r](x);
      const s = x.map((each, i) => each - before.x[i]);
      const along = (g: Float64Array) => g.reduce((sum, each, i) => sum + each * s[i], 0);
      const size = (g: Float64Array) => g.reduce((sum, each, i) => sum + Math.abs(each * s[i]), 0);
      const [slope, next] = [along(from.gradient), along(to.gradient)];
      // s, and sums of 40 products in 32 chains and five levels, are good to a few u.
      const slack = 16 * U * (size(from.gradient) + size(to.gradient));
      // Near the minimum parameters round to steps that are as long as s.
      if (Math.max(...s.map(Math.abs)) < 1e3 * U) break;
      const where = `function ${r}, point ${k}`;
      assert(Math.abs(next) <= -0.9 * slope + slack, `${where}: slope ${slope} became ${next}`);
      const least = before.value + 1e-4 * slope;
      assert(value <= Math.max(least + slack, before.value * (1 + 2 ** -6)), `${where}: not low enough`);
      assert(next - slope > -slack, `${where}: no curvature`);
    }
    assert(losses.every((loss, t) => t === 0 || loss <= losses[t - 1] * (1 + 2 ** -6)), "losses rise");
  }
  const [rosen, , barred] = found;
  assert(rosen.accepted.at(-1)!.value < 1e-8, `Rosenbrock's function is ${rosen.accepted.at(-1)!.value}`);
  for (const x of rosen.end) assert(Math.abs(x - 1) < 1e-3, `minimum at ${x}`);
  for (const x of barred.end) assert(Math.abs(x - 1) < 1e-3, `minimum at ${x}`);
});

Deno.test("lbfgs: a trial that is not a number is too long a step, and no divergence", async () => {
  const [{ losses, end, diverged, accepted }] = await descend({
    functions: [barrier],
    starts: [new Float32Array(WORDS).map((_, i) => 2 + i % 5)],
    // The first trial is far beyond 0.
    first: 1000,
    steps: 60,
  });
  assert(accepted[1].evaluations > 2, "the first trial was a number");
  assert(losses.every(Number.isFinite));
  assert.equal(diverged, 0);
  for (const x of end) assert(Math.abs(x - 1) < 1e-3, `minimum at ${x}`);
});

Deno.test("lbfgs: without a gradient it stays where it is, and at a minimum it comes to rest", async () => {
  const flat: Evaluate = (x) => ({ value: 3, gradient: new Float64Array(x.length) });
  const start = spread(WORDS);
  const [still, rest] = await descend({
    functions: [flat, quadratic(2)],
    starts: [start, new Float32Array(WORDS).fill(1 + 2 ** -20)],
    steps: 100,
  });
  assert.deepEqual(still.end, start);
  assert.equal(still.search[PHASE], REST);
  assert.deepEqual(new Set(still.losses), new Set([3]));
  assert.equal(rest.search[PHASE], REST);
  for (const x of rest.end) assert(Math.abs(x - 1) <= 2 * U, `${x}`);
});

Deno.test("lbfgs: a start that is not finite diverges and is left as it is", async () => {
  const start = spread(WORDS), infinite = new Float64Array(WORDS).fill(1e30);
  const functions: Evaluate[] = [
    (x) => ({ value: NaN, gradient: x }),
    (x) => ({ value: 1, gradient: x.map(() => NaN) }),
    () => ({ value: 1, gradient: infinite }),
    quadratic(4),
  ];
  const found = await descend({ functions, starts: functions.map(() => start), steps: 30 });
  for (const { losses, end, diverged } of found.slice(0, 3)) {
    assert(!Number.isFinite(losses[0]));
    assert.equal(diverged, 1);
    assert.deepEqual(end, start);
  }
  assert(found[3].losses[29] < 1e-3 * found[3].losses[0], "the replica beside them");
});

Deno.test("lbfgs: parameters whose squares overflow are no divergence", async () => {
  const far: Evaluate = (x) => ({ value: 1 + 1e-3 * Math.abs(x[0] - 1e20), gradient: x.map(() => 0) });
  const [{ diverged, losses }] = await descend({
    functions: [far],
    starts: [new Float32Array(WORDS).fill(1e20)],
    steps: 5,
  });
  assert.equal(diverged, 0);
  assert(losses.every(Number.isFinite));
});

Deno.test("lbfgs: each replica has the bits of its own run, with more parameters than lanes too", async () => {
  for (const hidden of [HIDDEN, [1], [13, 9]]) {
    using shape = await network(hidden, 1);
    const words = 4 * shape.layout.size;
    const functions = [quadratic(50), rosenbrock, barrier], steps = 30;
    const starts = [spread(words), spread(words), spread(words).map((x) => 0.1 + Math.abs(x))];
    const together = await descend({ functions, starts, hidden, steps, history: 4 });
    for (const [r, evaluate] of functions.entries()) {
      const [alone] = await descend({
        functions: [evaluate],
        starts: [starts[r]],
        hidden,
        steps,
        history: 4,
      });
      assert.deepEqual(alone, together[r]);
      assert(alone.search[ACCEPTED] > 8);
    }
  }
});

Deno.test("lbfgs: mini-batches, schedules and histories out of range are refused", () => {
  const right = { batch: null, schedule: { kind: "constant" }, optimizer: {} } as const;
  checkSearch(right);
  const refused = (change: object, words: RegExp) =>
    assert.throws(() => checkSearch({ ...right, ...change }), inputError(words));
  refused({ batch: 8 }, /batches of 8.*full batch/);
  refused({ schedule: { kind: "cosine" } }, /schedule cosine.*constant/);
  refused({ optimizer: { layers: [{ weights: 1 }] } }, /rates of layers/);
  for (const history of [0, 65, 2.5, NaN, -1]) refused({ optimizer: { history } }, /history of lbfgs/);
});
