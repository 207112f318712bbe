import { assert, fc } from "../deps.ts";
import type { Bar } from "../../src/cli/deps.ts";
import { progressBar, progressLines } from "../../src/cli/progress.ts";
import { durationText, leftText, timeLeft } from "../../src/cli/time_left.ts";

/** A job that starts slowly and then goes on at a constant rate. */
interface Job {
  /** Time of the start, in seconds. */
  readonly slow: number;
  /** Share of the work that is done in it. */
  readonly early: number;
  /** Updates in all. */
  readonly updates: number;
  /** Time of the rest, in seconds. */
  readonly rest: number;
}

const jobs = fc.record({
  slow: fc.constantFrom(0, 2, 5),
  early: fc.constantFrom(0, 0.001, 0.02, 0.05),
  updates: fc.integer({ min: 20, max: 1000 }),
  rest: fc.double({ min: 0.5, max: 4000, noNaN: true }),
});

/** Time at which a share of the work is done, in milliseconds. */
function timeOf({ slow, early, rest }: Job, share: number): number {
  if (share < early) return 1000 * slow * share / early;
  return 1000 * (slow + rest * (share - early) / (1 - early));
}

/** States of a job from its first update on: time in milliseconds, work done. */
function* states(job: Job, total: number): Generator<[time: number, done: number]> {
  yield [0, 0];
  for (let i = 1; i <= job.updates; i++) {
    const done = Math.round(total * i / job.updates);
    yield [timeOf(job, done / total), done];
  }
}

Deno.test("timeLeft: a slow start is forgotten from a fifth of the work on", () => {
  const total = 10_000;
  fc.assert(fc.property(jobs, (job) => {
    const left = timeLeft(total);
    const end = timeOf(job, 1);
    for (const [time, done] of states(job, total)) {
      const estimate = left.at(time, done);
      if (done < 0.2 * total || done === total) continue;
      assert.ok(estimate !== null, `no estimate at ${done}`);
      assert.ok(
        Math.abs(estimate - (end - time)) <= 0.25 * (end - time),
        `${estimate} for ${end - time} at ${done}`,
      );
    }
  }));
});

Deno.test("timeLeft: the default run's shape: five seconds of start-up, then eighteen of training", () => {
  const job = { slow: 5, early: 0, updates: 100, rest: 18 }, left = timeLeft(10_000);
  const estimates = [...states(job, 10_000)].map(([time, done]) => [done, left.at(time, done)] as const);
  const [first] = estimates.filter(([, estimate]) => estimate !== null);
  assert.equal(first[0], 1100);
  for (const [done, estimate] of estimates) {
    if (estimate !== null) assert.ok(Math.abs(estimate - 18_000 * (1 - done / 10_000)) < 1, `${estimate}`);
  }
});

Deno.test("timeLeft: follows a change of rate within a tenth of the work or half a minute", () => {
  const left = timeLeft(1000);
  let time = 0;
  for (let done = 1; done <= 500; done++) left.at(time += 100, done);
  let estimate: number | null = null;
  for (let done = 501; done <= 605; done++) estimate = left.at(time += 300, done);
  assert.ok(Math.abs(estimate! - 300 * 395) < 1000, `${estimate}`);
});

Deno.test("timeLeft: no work, no estimate; a job that stands still grows long", () => {
  const left = timeLeft(10);
  assert.deepEqual([left.at(0, 0), left.at(9000, 0), left.at(10_000, 5)], [null, null, null]);
  assert.equal(left.at(20_000, 6), 40_000);
  assert.equal(timeLeft(0).at(1, 0), null);
});

Deno.test("timeLeft: many updates cost little", () => {
  const left = timeLeft(1e6);
  const start = performance.now();
  for (let done = 0; done <= 1e6; done++) left.at(done / 10, done);
  assert.ok(performance.now() - start < 5000);
});

Deno.test("leftText: never 0 s", () => {
  assert.deepEqual([null, 0, 20, 1_400, 59_400, 450_000].map(leftText), [
    ...["", "1 s left", "1 s left", "1 s left", "59 s left", "450 s left"],
  ]);
  assert.deepEqual([0, 9_960, 600_000, 7_190_000, 7_200_000].map(durationText), [
    ...["0.0 s", "10.0 s", "10 min", "2 h 0 min", "2 h 0 min"],
  ]);
});

Deno.test("progress: neither lines nor bar ever have no time left before the end", async () => {
  await fc.assert(
    fc.asyncProperty(jobs, async (job) => {
      const total = 10_000;
      let time = 0;
      const shown: string[] = [];
      const drawn: Bar = {
        start: (_total, _done, { notes }) => void shown.push(notes),
        update: (_done, { notes }) => void shown.push(notes),
        stop: () => {},
      };
      const outlet = {
        write: (line: string) => void shown.push(line),
        now: () => time,
        createBar: () => Promise.resolve(drawn),
      };
      const displays = [progressLines, progressBar].map((show) => show({ total, label: "job" }, outlet));
      for (const [at, done] of states(job, total)) {
        time = at;
        if (done === total) break;
        for (const display of displays) display.update(done, "loss 0.1, rank 7");
        if (done === 0) await Promise.resolve().then(() => {});
      }
      for (const text of shown) assert.doesNotMatch(text, /\b0(\.0)? ?s left/);
      assert.ok(shown.includes(", loss 0.1, rank 7"));
      assert.match(shown.at(-1)!, / left$/);
      for (const display of displays) display.finish();
      assert.match(shown.at(-1)!, /^, loss 0\.1, rank 7, in \d/);
    }),
    { numRuns: 30 },
  );
});
