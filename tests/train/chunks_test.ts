import { inChunks } from "../../src/train/chunks.ts";
import { assert } from "../deps.ts";

/** Work whose submissions take some milliseconds each, and what is known of it. */
function work(steps: number, most: number, signal?: AbortSignal) {
  const log = { submitted: [] as [first: number, count: number][], open: 0, mostOpen: 0 };
  const submit = async (first: number, count: number) => {
    log.submitted.push([first, count]);
    log.mostOpen = Math.max(log.mostOpen, ++log.open);
    await new Promise((resolve) => setTimeout(resolve, 2));
    log.open--;
    if (first <= 7 && 7 < first + count && steps > 1000) throw new Error("step 7");
    return `from ${first}`;
  };
  return { log, work: { steps, most, signal, submit } };
}

Deno.test("inChunks: all steps arrive once, in order, two submissions at a time", async () => {
  for (const [steps, most] of [[1, 1], [40, 3], [100, 64]]) {
    const { log, work: own } = work(steps, most);
    let next = 0, last = 0;
    for await (const { first, count, result, milliseconds } of inChunks(own)) {
      assert.deepEqual([first, result], [next, `from ${next}`]);
      assert(count >= 1 && count <= most && milliseconds >= last);
      [next, last] = [first + count, milliseconds];
    }
    assert.equal(next, steps);
    assert.deepEqual([log.open, log.mostOpen], [0, Math.min(2, log.submitted.length)]);
  }
});

Deno.test("inChunks: a signal ends it when what was submitted has arrived; so does who leaves", async () => {
  const controller = new AbortController();
  const stopped = work(50, 1, controller.signal);
  let arrived = 0;
  for await (const _ of inChunks(stopped.work)) if (++arrived === 3) controller.abort();
  assert.equal(arrived, stopped.log.submitted.length);
  assert(arrived < 6);
  const left = work(50, 1);
  for await (const { first } of inChunks(left.work)) if (first === 2) break;
  assert.equal(left.log.open, 0);
});

Deno.test("inChunks: an error of a submission reaches the caller when the others are done", async () => {
  const { log, work: own } = work(2000, 4);
  await assert.rejects(async () => {
    for await (const _ of inChunks(own));
  }, /step 7/);
  assert.equal(log.open, 0);
});
