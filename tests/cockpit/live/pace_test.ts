import { Pace } from "../../../src/cockpit/live/pace.ts";
import { assert } from "../../deps.ts";

/** Whether training would wait now. */
async function waits(pace: Pace): Promise<boolean> {
  const end = new AbortController();
  let isWaiting = true;
  const waiting = pace.mayTrain(end.signal).then(() => isWaiting = false);
  await new Promise((resolve) => setTimeout(resolve));
  const found = isWaiting;
  end.abort();
  pace.wake();
  await waiting;
  return found;
}

Deno.test("pace: at full speed all that has arrived is shown, and training never waits", async () => {
  const pace = new Pace();
  assert.equal(await waits(pace), true);
  pace.isRunning = true;
  assert.equal(await waits(pace), false);
  pace.arrive(100);
  assert.equal(pace.shown, 100);
  assert.equal(await waits(pace), false);
});

Deno.test("pace: at a speed steps are shown as time goes by, and training waits half a second ahead", async () => {
  const pace = new Pace();
  Object.assign(pace, { isRunning: true, speed: 10 });
  pace.arrive(0);
  pace.tick(0.2);
  assert.equal(pace.shown, 0);
  pace.arrive(7);
  assert.equal(await waits(pace), true);
  pace.tick(0.1);
  assert.equal(pace.shown, 1);
  assert.equal(await waits(pace), true);
  pace.tick(0.1);
  assert.equal(await waits(pace), false);
  pace.tick(100);
  assert.equal(pace.shown, 7);
});

Deno.test("pace: a pause shows nothing more, a step goes to its goal and no further", async () => {
  const pace = new Pace();
  pace.isRunning = true;
  pace.arrive(5);
  pace.isRunning = false;
  pace.arrive(9);
  pace.tick(10);
  assert.equal(pace.shown, 5);
  assert.equal(await waits(pace), true);
  pace.goTo(8);
  assert.equal(pace.shown, 8);
  assert.equal(await waits(pace), true);
  pace.goTo(20);
  assert.equal(pace.shown, 9);
  assert.equal(await waits(pace), false);
  pace.arrive(30);
  assert.equal(pace.shown, 20);
  assert.equal(await waits(pace), true);
});

Deno.test("pace: training that waits goes on when it may, and when it is to end", async () => {
  const pace = new Pace(), end = new AbortController();
  const first = pace.mayTrain(end.signal);
  pace.isRunning = true;
  pace.tick(0);
  await first;
  pace.isRunning = false;
  pace.arrive(3);
  const second = pace.mayTrain(end.signal);
  end.abort();
  pace.wake();
  await second;
});
