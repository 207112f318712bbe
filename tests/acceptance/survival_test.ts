import { uniform } from "../../src/stats/random.ts";
import { assert } from "../deps.ts";
import { temporaryFolder } from "../support/program.ts";
import { brokenRuns, killedRun, wholeRun } from "../support/survival.ts";

Deno.test({
  name: "survival: runs that are killed at random times go on to the same bits; little work is lost",
  ignore: Deno.build.os === "windows",
  async fn() {
    using folder = temporaryFolder();
    const { path: cwd } = folder, steps = 1000, random = uniform(3);
    const whole = await wholeRun(cwd, steps);
    let kills = 0;
    for (let i = 0; i < 2; i++) {
      const survival = await killedRun(`${cwd}/killed-${i}`, whole, { cwd, steps, random });
      assert.deepEqual(survival.differing, []);
      kills += survival.kills;
    }
    assert(kills > 0, "none was killed");
  },
});

Deno.test("survival: a device that is destroyed at a random time is replaced, and the bits are the same", async () => {
  using folder = temporaryFolder();
  const { recovered, losses, differing } = await brokenRuns(folder.path, {
    count: 1,
    steps: 1000,
    random: () => 0.5,
  });
  assert.deepEqual(differing, []);
  assert.deepEqual([recovered, losses], [1, 1]);
});
