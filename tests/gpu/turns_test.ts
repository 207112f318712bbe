import { assert } from "../deps.ts";
import { finish, givesTurns, inTurns, turn } from "../../src/gpu/turns.ts";

/** Work of some milliseconds a step. */
function* busy(steps: number, milliseconds: number) {
  for (let step = 0; step < steps; step++, yield) {
    for (const end = performance.now() + milliseconds; performance.now() < end;);
  }
  return steps;
}

Deno.test("turns: the same result at once and in turns, and others have their turn", async () => {
  assert.equal(finish(busy(5, 0)), 5);
  let ticks = 0;
  const timer = setInterval(() => ticks++, 1);
  assert.equal(await inTurns(busy(10, 30)), 10);
  clearInterval(timer);
  assert(ticks >= 3, `${ticks} ticks in 300 ms`);
});

Deno.test("turns: a signal stops the work with its reason, before it starts as well", async () => {
  const controller = new AbortController(), { signal } = controller, reason = new Error("enough");
  setTimeout(() => controller.abort(reason), 1);
  await assert.rejects(inTurns(busy(1e6, 20), { signal }), reason);
  await assert.rejects(inTurns(busy(1, 0), { signal }), reason);
  await assert.rejects(turn({ signal }), reason);
});

Deno.test("turns: timers run during long work, though most steps of it are not delayed", async () => {
  const turn = givesTurns();
  let steps = 0, turns = 0, isHeard = false;
  setTimeout(() => isHeard = true, 60);
  while (!isHeard) {
    const given = turn();
    steps++;
    if (given) turns++;
    await given;
  }
  assert(turns > 0 && turns < steps);
});

Deno.test("turns: work that awaits turns hears its signal", async () => {
  const controller = new AbortController(), reason = new Error("enough");
  const turn = givesTurns(controller);
  setTimeout(() => controller.abort(reason), 60);
  await assert.rejects(async () => {
    while (true) await turn();
  }, reason);
});
