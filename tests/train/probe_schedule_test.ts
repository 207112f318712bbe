import { defaultSpectraEvery, ProbeSchedule } from "../../src/train/probe_schedule.ts";
import { assert, fc } from "../deps.ts";

Deno.test("ProbeSchedule: the first and the last probe solve spectra, every so many between", () => {
  const kinds = (steps: number, every: number, spectra: number) =>
    Array.from({ length: steps + 1 }, (_, s) => new ProbeSchedule(steps, every, spectra).kind(s)?.[0] ?? ".")
      .join("");
  assert.equal(kinds(7, 1, 3), "sccsccss");
  assert.equal(kinds(8, 2, 2), "s.c.s.c.s");
  assert.equal(kinds(5, 3, 100), "s..c.s");
  assert.equal(kinds(0, 10, 10), "s");
  assert.equal(kinds(4, 1, 1), "sssss");
});

Deno.test("ProbeSchedule: what comes before a step is what was made up to it", () => {
  const given = fc.record({
    steps: fc.integer({ min: 0, max: 60 }),
    probeEvery: fc.integer({ min: 1, max: 70 }),
    spectraEvery: fc.integer({ min: 1, max: 9 }),
  });
  fc.assert(fc.property(given, ({ steps, probeEvery, spectraEvery }) => {
    const schedule = new ProbeSchedule(steps, probeEvery, spectraEvery);
    const made = { all: 0, spectrum: 0, count: 0 };
    for (let step = 0; step <= steps; step++) {
      assert.deepEqual(schedule.before(step), made);
      const kind = schedule.kind(step);
      if (!kind) continue;
      made.all++;
      made[kind]++;
    }
  }));
});

Deno.test("defaultSpectraEvery: about a hundred probes solve, fewer of very many replicas, always one", () => {
  const of = (replicas: number) => defaultSpectraEvery(10_000, 10, replicas);
  assert.deepEqual([1, 160, 1024, 4096, 65_536].map(of), [10, 10, 62, 250, 1000]);
  assert.equal(defaultSpectraEvery(100, 10, 1), 1);
});
