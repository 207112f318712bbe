import { Gpu } from "../../../src/gpu/device.ts";
import { chooseRankMethod, chooseSpectrumMethod } from "../../../src/rank/methods/auto_method.ts";
import { featureRanks } from "../../../src/rank/methods/feature_ranks.ts";
import {
  expectedSeconds,
  type MethodTimes,
  type MethodWork,
  type TimedMethodName,
  USUAL_TIMES,
} from "../../../src/rank/methods/method_costs.ts";
import { measureTimes, methodTimes } from "../../../src/rank/methods/method_times.ts";
import { uniform } from "../../../src/stats/random.ts";
import { assert } from "../../deps.ts";
import { tanhFeatures } from "../../support/solve.ts";
import { openGpu } from "../../support/gpu.ts";

const gpu = await openGpu();

/** An adapter that says that it is a GPU, whose rates are given. */
async function pretended(times?: MethodTimes): Promise<Gpu> {
  const device = await Gpu.open();
  Object.defineProperty(device, "software", { value: false });
  if (times) Object.defineProperty(device, "tuner", { value: { figures: () => Promise.resolve(times) } });
  return device;
}

const shaped = (rows: number, columns: number) => ({ rows, columns, tile: () => new Float32Array() });
const features = { rows: 300, columns: 100, data: tanhFeatures(uniform(3), 300, 100) };
/** A host and dispatches so slow that counting wins for any size. */
const SLOW: MethodTimes = { ...USUAL_TIMES, "dispatch": 1e5, "10⁹ host operations": 1e6 };

Deno.test("expectedSeconds: by operations and dispatches, infinite where a method can not", () => {
  const work: MethodWork = {
    shape: { rows: 2048, columns: 1024 },
    precision: "auto",
    epsilons: [1e-6],
    threshold: "relative",
  };
  const names = ["gram-jacobi", "one-sided-jacobi", "host-bidiagonal", "blocked-inertia"] as const;
  for (const name of names) {
    const seconds = (more: Partial<MethodWork>, times = USUAL_TIMES) =>
      expectedSeconds(name, { ...work, ...more }, times);
    const once = seconds({});
    assert.ok(once > 0 && Number.isFinite(once), name);
    assert.equal(seconds({ shape: { rows: 1024, columns: 2048 } }), once);
    assert.ok(seconds({ shape: { rows: 4096, columns: 2048 } }) > 3 * once, name);
    const slow = Object.fromEntries(Object.entries(USUAL_TIMES).map(([name, time]) => [name, 2 * time]));
    assert.ok(Math.abs(seconds({}, slow as MethodTimes) / once - 2) < 1e-12, name);
    const isDouble = name === "host-bidiagonal" || name === "blocked-inertia";
    assert.equal(seconds({ precision: "single" }) === Infinity, isDouble, name);
  }
  const at = (name: TimedMethodName, more: Partial<MethodWork>) =>
    expectedSeconds(name, { ...work, ...more }, USUAL_TIMES);
  assert.equal(at("blocked-inertia", { shape: { rows: 5000, columns: 4097 } }), Infinity);
  assert.equal(at("blocked-inertia", { epsilons: [] }), Infinity);
  assert.equal(at("host-bidiagonal", { shape: { rows: 8193, columns: 8193 } }), Infinity);
  // Thresholds that single precision does not decide take double as well.
  assert.ok(at("gram-jacobi", { epsilons: [1e-9] }) > 2 * at("gram-jacobi", {}));
  // Each threshold takes two factorisations.
  assert.ok(at("blocked-inertia", { epsilons: [1, 2, 3, 4, 5] }) > at("blocked-inertia", {}));
});

Deno.test("chooseRankMethod: on software by size alone, whatever the rates", async () => {
  const chosen = async (rows: number, columns: number) => await chooseRankMethod(gpu, shaped(rows, columns));
  assert.deepEqual(await chosen(300, 64), { name: "gram-jacobi", reason: null });
  const host = { name: "host-bidiagonal", reason: "the adapter is software" };
  assert.deepEqual(await chosen(300, 65), host);
  assert.deepEqual(await chosen(8192, 4096), host);
  assert.deepEqual(await chooseSpectrumMethod(gpu, features), host);
});

Deno.test("chooseRankMethod: on a GPU the least expected time; a count only where a spectrum takes over a second", async () => {
  using device = await pretended();
  const options = { epsilons: [1e-3, 1e-6, 1e-9], threshold: "relative" } as const;
  const chosen = async (rows: number, columns: number, more = {}) =>
    (await chooseRankMethod(device, shaped(rows, columns), { ...options, ...more })).name;
  assert.equal(await chosen(300, 64), "gram-jacobi");
  assert.equal(await chosen(500, 100), "host-bidiagonal");
  assert.equal(await chosen(4096, 4096), "blocked-inertia");
  assert.equal(await chosen(4096, 4096, { precision: "single" }), "gram-jacobi");
  assert.equal(await chosen(4096, 4096, { epsilons: [] }), "gram-jacobi");
  const { reason } = await chooseRankMethod(device, shaped(4096, 4096), options);
  assert.match(reason!, /^expected to take [\d.]+ s, (gram-jacobi|host-bidiagonal) [\d.]+ s, .* s$/);
  const spectrum = await chooseSpectrumMethod(device, shaped(4096, 4096), options);
  assert.notEqual(spectrum.name, "blocked-inertia");
});

Deno.test("featureRanks: auto on a GPU says what was expected, and the host decides what a count leaves in doubt", async () => {
  using device = await pretended(SLOW);
  const options = { epsilons: [1e-2, 1e-6, 1e-8], threshold: "relative" } as const;
  const counted = await featureRanks(device, features, options);
  const exact = await featureRanks(gpu, features, options);
  assert.deepEqual([counted.kind, counted.rankMethod], ["count", "blocked-inertia"]);
  assert.match(counted.methodReason!, /^expected to take [\d.]+ s, .*host-bidiagonal [\d.]+ s/);
  assert.deepEqual(counted.ranks, exact.ranks);
  // All eigenvalues are 1/160, and no rounding decides which side of ε they are on.
  const data = new Float32Array(160 ** 2).map((_, e) => e % 161 === 0 ? 1 : 0);
  const doubtful = await featureRanks(device, { rows: 160, columns: 160, data }, { epsilons: [1 / 160] });
  assert.deepEqual([doubtful.kind, doubtful.rankMethod], ["spectrum", "host-bidiagonal"]);
  assert.match(doubtful.methodReason!, /^blocked-inertia was expected to take .*, but left ranks in doubt$/);
  const asked = await featureRanks(device, features, { ...options, rankMethod: "host-bidiagonal" });
  assert.ok(!("methodReason" in asked));
});

Deno.test("methodTimes: measured times are positive; without a tuner the usual ones stand for them", async () => {
  assert.equal(await methodTimes(gpu), USUAL_TIMES);
  const times = await measureTimes(gpu);
  assert.deepEqual(Object.keys(times), Object.keys(USUAL_TIMES));
  for (const [name, time] of Object.entries(times)) assert.ok(time > 0 && time < 1e5, `${name}: ${time}`);
  using tuned = await Gpu.open({ autotune: true });
  const first = methodTimes(tuned);
  assert.equal(methodTimes(tuned), first);
  assert.ok((await first)["10⁹ operations"] > 0);
  assert.deepEqual(tuned.choices, []);
});
