/**
 * Kills runs of staircase at random times, and destroys their devices. All must go on to the same
 * bits. Exit status 1 if one does not.
 *
 *     deno task survive --kills 50 --losses 20
 *
 * @module
 */
import { runProgram } from "../src/cli/program.ts";
import { StaircaseError } from "../src/errors.ts";
import { uniform } from "../src/stats/random.ts";
import { brokenRuns, killedRun, wholeRun } from "./support/survival.ts";

const integer = { kind: "integer", min: 0 } as const;

await runProgram({
  name: "survive",
  summary: "kill runs and destroy their devices at random times, and compare what they come to",
  flags: [
    { ...integer, name: "kills", default: 50, help: "runs to kill, once or twice each" },
    { ...integer, name: "losses", default: 20, help: "devices to destroy" },
    { ...integer, name: "steps", default: 3000, help: "steps of each run" },
    { ...integer, name: "seed", default: 0, help: "fixes the times" },
  ],
  examples: [
    { args: "", help: "kills fifty runs and destroys twenty devices" },
    { args: "--kills 5 --losses 2", help: "takes a few minutes" },
  ],
}, async ({ flags: { kills, losses, steps, seed }, signal }) => {
  const random = uniform(seed), cwd = await Deno.makeTempDir({ prefix: "staircase-survive-" });
  try {
    const whole = await wholeRun(cwd, steps);
    let same = 0, times = 0, lost = 0;
    for (let i = 0; i < kills; i++) {
      signal.throwIfAborted();
      const survival = await killedRun(`${cwd}/killed-${i}`, whole, { cwd, steps, random });
      if (survival.differing.length === 0) same++;
      else console.log(`run ${i} differs in ${survival.differing.join(", ")}`);
      [times, lost] = [times + survival.kills, Math.max(lost, survival.lost)];
      await Deno.remove(`${cwd}/killed-${i}`, { recursive: true });
    }
    console.log(`killed ${times} times: ${same} of ${kills} runs have the same bits`);
    console.log(`most work lost: ${lost.toFixed(1)} s, with a checkpoint every 0.3 s`);
    let recovered = 0, destroyed = 0;
    while (destroyed < losses) {
      signal.throwIfAborted();
      const folder = await Deno.makeTempDir({ dir: cwd });
      const broken = await brokenRuns(folder, { count: losses - destroyed, steps, random });
      recovered += broken.recovered;
      destroyed += broken.losses;
      for (const file of broken.differing) console.log(`${file} differs`);
    }
    console.log(`devices destroyed: ${destroyed}, recovered to the same bits: ${recovered}`);
    if (same < kills || recovered < destroyed) throw new StaircaseError("not all runs survived");
  } finally {
    await Deno.remove(cwd, { recursive: true });
  }
});
