/**
 * The readers of what other programs write while they train, and of what is asked of their ranks.
 *
 * @module
 */
import { holdsCertainly, layersOf, parseAlarm } from "../../../../src/follow/alarm.ts";
import { parseFrame, StreamReader } from "../../../../src/follow/frames.ts";
import { parseLosses } from "../../../../src/follow/losses.ts";
import { namedSteps } from "../../../../src/io/step_names.ts";
import { parseEnd, parseTracker } from "../../../../src/follow/tracker_files.ts";
import { JsonError, parseJson } from "../../../../src/io/parse_json.ts";
import { InputError } from "../../../../src/errors.ts";
import { assert, fc } from "../../../deps.ts";
import { damagedText } from "../mutations.ts";
import { decode, encode, type FuzzedParser } from "../parser.ts";
import { frame } from "../../tracker.ts";

const ALARMS = [
  "rank(layer3, 1e-4) < 8",
  'low("b c", 0.01) >= 2 and (high(1, 1e-6) == 3 or loss > 1e3)',
  "effective_rank(net.0) <= 2.5 or 1 < 2 and loss<3",
];
const PARTS = [
  "rank(a, 1)",
  "loss",
  "<",
  "and",
  "or",
  "(",
  ")",
  "1e-3",
  "'a b'",
  ",",
  " ",
  "effective_rank(1)",
  "==",
];

const alarmParser: FuzzedParser = {
  name: "alarms",
  files: () => ALARMS.map(encode),
  nearly: fc.oneof(
    damagedText(ALARMS),
    fc.array(fc.constantFrom(...PARTS), { maxLength: 12 }).map((parts) => parts.join(" ")),
    fc.constantFrom("(", "1 < 2 and ", "rank(").map((part) => part.repeat(300)),
  ).map(encode),
  parse: (bytes) => {
    const condition = parseAlarm(decode(bytes));
    const context = { probe: { loss: NaN, layers: [] }, names: [], threshold: "absolute" } as const;
    return [layersOf(condition), holdsCertainly(condition, context)];
  },
  check: (bytes, value) => {
    // What names numbers alone holds as it does in JavaScript.
    const text = decode(bytes), [layers, holds] = value as [string[], boolean];
    if (layers.length > 0 || !/^[\d.\s<>=()]*$/.test(text) || /[<>=].*[<>=]{1,2}[^<>=]*[<>=]/.test(text)) {
      return;
    }
    const [, left, sign, right] = /^[\s(]*([\d.]+)\s*(<=|>=|==|<|>)\s*([\d.]+)[\s)]*$/.exec(text) ?? [];
    if (sign === undefined) return;
    const [a, b] = [Number(left), Number(right)];
    assert.equal(holds, { "<": a < b, "<=": a <= b, ">": a > b, ">=": a >= b, "==": a === b }[sign]);
  },
  expansion: 256,
};

/** Bytes in pieces of odd sizes. */
async function* pieces(bytes: Uint8Array) {
  for (let at = 0, size = 1; at < bytes.length; at += size, size = size % 61 + 7) {
    yield await Promise.resolve(bytes.slice(at, at + size));
  }
}

const begin = encode('{"staircase":1,"layers":["conv1","fc"]}\n'), end = encode('{"end":"done"}\n');
const whole = Uint8Array.from([...begin, ...frame(0), ...frame(100), ...end]);
const LINES = [
  '{"staircase":1,"steps":9}',
  '{"end":"stopped","dropped":2}',
  '{"step":3,"loss":NaN,"layers":[{"name":"a","dtype":"<f4","shape":[2,1]}]}',
];

const streamParser: FuzzedParser = {
  name: "streams",
  files: () => [whole],
  nearly: fc.oneof(
    fc.array(damagedText(LINES), { maxLength: 4 }).map((lines) => encode(`${lines.join("\n")}\n`)),
    fc.array(fc.constantFrom(begin, frame(7), end), { maxLength: 4 }).map((parts) =>
      Uint8Array.from(parts.flatMap((part) => [...part]))
    ),
  ),
  parse: async (bytes) => {
    const reader = new StreamReader(pieces(bytes)), found: unknown[] = [];
    for (let line = await reader.line(); line !== null; line = await reader.line()) {
      const read = parseFrame(line);
      found.push(read, read.kind === "step" ? await reader.bytes(read.bytes) : null);
      if (read.kind === "end") break;
    }
    return found;
  },
  expansion: 256,
};

const LOSSES = ["step,loss\n0,1.5\n100,nan\n", '"loss",lr,step\n1e-3,0.1,7\n-inf,,8\n'];

const lossesParser: FuzzedParser = {
  name: "losses",
  files: () => LOSSES.map(encode),
  nearly: damagedText(LOSSES).map(encode),
  parse: (bytes) => parseLosses(decode(bytes), "l.csv"),
  expansion: 64,
};

const NAMES = ["ckpt/step_10/a.npy", "e5.npz:b/c", "7.npy", "run/{step}-{layer}.npy", "*_{step}"];

const namesParser: FuzzedParser = {
  name: "names of steps",
  files: () => [encode(NAMES.join("\0"))],
  nearly: fc.array(damagedText(NAMES), { minLength: 1, maxLength: 5 }).map((names) =>
    encode(names.join("\0"))
  ),
  parse: (bytes) => {
    const [pattern, ...names] = decode(bytes).split("\0");
    const all = names.map((name) => {
      const [file, tensor = null] = name.split(":");
      return { file, tensor };
    });
    return namedSteps(all, pattern.includes("{") ? pattern : null);
  },
  expansion: 256,
};

const TRACKERS = [
  '{"format":1,"every":10,"layers":["a"],"steps":100}',
  '{"status":"done","last_step":3,"dropped":0}',
];

const trackerParser: FuzzedParser = {
  name: "trackers",
  files: () => TRACKERS.map(encode),
  nearly: damagedText(TRACKERS).map(encode),
  parse: (bytes) => {
    try {
      const value = parseJson(decode(bytes));
      return "format" in Object(value) ? parseTracker(value, "format", "t") : parseEnd(value, "status");
    } catch (error) {
      throw error instanceof JsonError ? new InputError(error.message) : error;
    }
  },
  expansion: 64,
};

/** Readers of what other programs write while they train. */
export const followedParsers: readonly FuzzedParser[] = [
  alarmParser,
  streamParser,
  lossesParser,
  namesParser,
  trackerParser,
];
