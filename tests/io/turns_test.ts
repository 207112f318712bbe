import { givesTurns } from "../../src/io/turns.ts";
import { assert } from "../deps.ts";

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
