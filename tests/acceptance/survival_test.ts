import { uniform } from "../../src/stats/random.ts";
import { assert } from "../deps.ts";
import { temporaryFolder } from "../support/program.ts";
import { brokenRuns, killedRun, wholeRun } from "../support/survival.ts";

Deno.test({
  name: "survival: a run that is killed twice at random times goes on to the same bits",
  ignore: Deno.build.os === "windows",
  async fn() {
    using folder = temporaryFolder();
    const { path: cwd } = folder, steps = 1000, random = uniform(4);
    const whole = await wholeRun(cwd, steps);
    const { differing, kills } = await killedRun(`${cwd}/killed`, whole, { cwd, steps, random });
    assert.deepEqual(differing, []);
    assert(kills > 0, "it was never killed");
  },
});

Deno.test("survival: a device that is destroyed at a random time is replaced, and the bits are the same", async () => {
  using folder = temporaryFolder();
  const { recovered, losses, differing } = await brokenRuns(folder.path, {
    count: 1,
    steps: 400,
    random: () => 0.5,
  });
  assert.deepEqual(differing, []);
  assert.deepEqual([recovered, losses], [1, 1]);
});
