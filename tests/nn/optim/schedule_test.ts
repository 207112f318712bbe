import { InputError } from "../../../src/errors.ts";
import {
  checkSchedule,
  parseSchedule,
  type Schedule,
  scheduleNames,
  schedules,
} from "../../../src/nn/optim/schedule.ts";
import { assert } from "../../deps.ts";
import { scheduleFactor } from "../../reference/optimizer.ts";
import scheduleSource from "../../../shaders/nn/include/schedule.wgsl" with { type: "text" };

/** Asserts that an action is refused as a wrong request whose message holds all of some words. */
function refused(action: () => unknown, ...words: readonly string[]): void {
  assert.throws(action, (error) => {
    assert(error instanceof InputError, `${error}`);
    assert.equal(error.exitStatus, 2);
    for (const word of words) assert(error.message.includes(word), `"${error.message}" lacks "${word}"`);
    return true;
  });
}

Deno.test("schedule: schedules are read, and others refused with what there is", () => {
  assert.deepEqual(parseSchedule("constant"), { kind: "constant" });
  assert.deepEqual(parseSchedule("cosine"), { kind: "cosine" });
  assert.deepEqual(parseSchedule("step:1:1e-1"), { kind: "step", every: 1, factor: 0.1 });
  const wrong = [
    "",
    "linear",
    "step",
    "step:10",
    "step:0:0.5",
    "step:1.5:0.5",
    "step:10:0",
    "step:10:-1",
    "step:10:x",
  ];
  for (const text of [...wrong, "step:10: ", "step:10:Infinity", "cosine:3"]) {
    refused(() => parseSchedule(text), "constant", "cosine", "step:EVERY:FACTOR");
  }
});

Deno.test("schedule: kinds, keys and numbers of a schedule are checked, with suggestions", () => {
  const wrong = (schedule: object, ...words: string[]) =>
    refused(() => checkSchedule(schedule as unknown as Schedule), ...words);
  wrong({ kind: "cosin" }, 'no schedule "cosin"', 'did you mean "cosine"', "constant");
  wrong({}, "no schedule undefined");
  wrong({ kind: "cosine", every: 3 }, 'have no "every"');
  wrong({ kind: "step", evry: 3, factor: 0.5 }, 'have no "evry"', 'did you mean "every"');
  for (const every of [0, 1.5, NaN, "3", undefined]) wrong({ kind: "step", every, factor: 0.5 }, "steps");
  for (const factor of [0, -1, NaN, Infinity, undefined]) wrong({ kind: "step", every: 3, factor }, "factor");
  checkSchedule({ kind: "step", every: 3, factor: 0.5 });
});

Deno.test("schedule: entries have kinds of their own, each with a case in WGSL and a formula in float64", () => {
  const kinds = Object.values(schedules).map(({ kind }) => kind);
  assert.equal(new Set(kinds).size, kinds.length);
  // The constant is what the switch does for 0.
  for (const kind of kinds.filter((kind) => kind !== 0)) assert(scheduleSource.includes(`case ${kind}u: {`));
  for (const kind of scheduleNames) {
    const factor = scheduleFactor({ kind, every: 2, factor: 0.5 } as Schedule, 5, 10);
    assert.equal(factor === 1, kind === "constant", kind);
  }
});
