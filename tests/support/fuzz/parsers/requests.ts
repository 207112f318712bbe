/**
 * The readers of command lines: flags, texts of options, names and patterns of arrays.
 *
 * @module
 */
import { parseFlags } from "../../../../src/cli/flags.ts";
import { rankFlags } from "../../../../src/cli/rank/flags.ts";
import { parseBatch, parseLayers } from "../../../../src/cli/sizes.ts";
import { experimentFlags, experiments } from "../../../../src/experiments/mod.ts";
import { parseNames } from "../../../../src/experiments/core/names.ts";
import { parseFrequencies } from "../../../../src/experiments/methods/inputs.ts";
import { parseAtlasOptimizer } from "../../../../src/experiments/staircase_atlas/plan.ts";
import { familiesOf } from "../../../../src/experiments/kernel_study/families/mod.ts";
import { chooseArrays } from "../../../../src/io/choose_array.ts";
import { featureAxes } from "../../../../src/io/feature_axes.ts";
import { activationNames, parseActivation } from "../../../../src/nn/activation.ts";
import { initializerNames, parseInitializer } from "../../../../src/nn/initializer.ts";
import { parseOptimizerName } from "../../../../src/nn/optim/optimizer.ts";
import { parseSchedule } from "../../../../src/nn/optim/schedule.ts";
import { functionEntries } from "../../../../src/tasks/function_task.ts";
import { loadTask } from "../../../../src/tasks/registry.ts";
import type { Task } from "../../../../src/tasks/task.ts";
import { parseSplits, splitMatrix } from "../../../../src/weights/split.ts";
import { assert, fc } from "../../../deps.ts";
import { damagedText } from "../mutations.ts";
import { decode, encode, type FuzzedParser } from "../parser.ts";

/** Texts on a command line are separated as the system separates them. */
const SEPARATOR = "\0";
/** Tasks that are formulas. */
const FORMULAS = ["f(x) = 2|x| - cos(pi x)^2 on [-1, 1]", "f(x, y) = max(x y, 1) / exp(3(x + y))"];
/** The index that a text gives, of a list. */
const indexOf = (text: string, { length }: { readonly length: number }) =>
  Number(text.match(/\d{1,3}/)?.[0] ?? 0) % length;
const line = (words: readonly string[]) => encode(words.join(SEPARATOR));

const NUMBERS = [
  ...["1", "0", "-1", "2.5", "1e3", "1e308", "1e309", "-1e308", "NaN", "Infinity", "0x10", "1_000", "", " "],
  ...["9007199254740991", "9007199254740993", "4294967296", "1".repeat(5000), `0.${"0".repeat(5000)}1`, "٣"],
];

const task = await loadTask("cosines", { samples: 4 }) as Task;
const programs = [rankFlags, ...experiments.map(experimentFlags)];

/** Some flags of some program, with values that may fit. */
const requests = fc.nat(programs.length - 1).chain((program) => {
  const flag = fc.constantFrom(...programs[program]).chain((flag) => {
    const value = fc.oneof(
      fc.constantFrom(...NUMBERS),
      fc.string({ unit: "binary", maxLength: 20 }),
      fc.array(fc.constantFrom(...NUMBERS), { maxLength: 4 }).map((list) => list.join()),
      fc.constantFrom(...("choices" in flag ? flag.choices : ["tanh", "50,50", "--", "-x", "two\nlines"])),
    );
    return fc.tuple(value, fc.constantFrom("=", " ", "", "no"), fc.constant(flag.name)).map(
      ([value, way, name]) =>
        way === "=" ? [`--${name}=${value}`] : way === " " ? [`--${name}`, value] : [`--${way}${name}`],
    );
  });
  return fc.array(flag, { maxLength: 4 }).map((words) => line([String(program), ...words.flat()]));
});

const flagsParser: FuzzedParser = {
  name: "flags",
  files: () => [
    line(["0", "a.npy", "--epsilons", "1e-2,1e-4", "--axes=-1", "--no-autotune", "--", "--x"]),
    line(["1", "--task=cosines", "--steps", "100", "--layers=50,50", "--learning-rate", "1e-2", "--full"]),
    line(["2", "--depths=2,4", "--replicas", "3", "--seed", "4294967295"]),
  ],
  nearly: requests,
  parse: (bytes) => {
    const [which, ...args] = decode(bytes).split(SEPARATOR);
    return parseFlags(programs[indexOf(which, programs)], args).flags;
  },
  expansion: 64,
};

/** The blocks of a matrix by the rules of a text. */
function blocksOf(text: string): unknown {
  const rules = parseSplits(text).filter(({ cuts }) => cuts.length > 0);
  return rules.map((rule) => splitMatrix(rule, { rows: 12, columns: 36 }, "w"));
}

/** Readers of one text, and what they read. */
const TEXTS: readonly [read: (text: string) => unknown, examples: readonly string[]][] = [
  [(text) => parseLayers(text, task), ["50,50", "1-50-50-1", "8"]],
  [(text) => parseBatch(text), ["full", "64"]],
  [parseActivation, activationNames],
  [parseInitializer, initializerNames],
  [parseOptimizerName, ["sgd", "adamw"]],
  [parseSchedule, ["constant", "cosine", "step:1000:0.5"]],
  [parseFrequencies, ["random:16:2", "dyadic:4"]],
  [parseAtlasOptimizer, ["adam:0.01", "momentum"]],
  [(text) => parseNames("tasks", text), ["cosines, abs", "digits"]],
  [familiesOf, ["all", "common", "hilbert"]],
  [(text) => loadTask(text, { samples: 4 }), [...Object.keys(functionEntries), ...FORMULAS]],
  [(text) => loadTask(text), ["points -1 0.5, 0 1e-3, 1 2"]],
  [(text) => featureAxes([10, 3, 8, 8], { layout: text }, "f"), ["NCHW", "nhwc"]],
  [blocksOf, ["w=3", "q=heads:12@1,w=3/heads:4", "w=24+6+6@1", "e=each", "[a-c]*=2@0"]],
];

const textParser: FuzzedParser = {
  name: "texts",
  files: () => TEXTS.flatMap(([, examples], i) => examples.map((text) => line([String(i), text]))),
  nearly: fc.nat(TEXTS.length - 1).chain((i) =>
    fc.oneof(
      damagedText(TEXTS[i][1]),
      fc.tuple(
        fc.constantFrom(...TEXTS[i][1]),
        fc.constantFrom(...NUMBERS),
        fc.constantFrom(":", ",", "-", "^"),
      )
        .map(([text, number, sign]) => text + sign + number),
    ).map((text) => line([String(i), text]))
  ),
  parse: async (bytes) => {
    const [which, ...texts] = decode(bytes).split(SEPARATOR);
    return await TEXTS[indexOf(which, TEXTS)][0](texts.join(SEPARATOR));
  },
  expansion: 1024,
};

/** Whether a name fits a pattern, by trying all that a star may stand for. */
function fits(pattern: string, name: string): boolean {
  const [first, ...rest] = pattern;
  if (first === undefined) return name === "";
  const others = rest.join(""), [head, ...tail] = name;
  if (first === "*") return fits(others, name) || head !== undefined && fits(pattern, tail.join(""));
  return head !== undefined && (first === "?" || first === head) && fits(others, tail.join(""));
}

const patternParser: FuzzedParser = {
  name: "patterns",
  files: () => [["layer.*", "layer.0", "layer.1", "loss"], ["*[!0-3]?", "a7b"], ["[a-c]*[", "b["]].map(line),
  nearly: fc.oneof(
    fc.tuple(fc.string({ unit: fc.constantFrom(..."ab*?") }), fc.string({ unit: fc.constantFrom(..."ab") }))
      .map(line),
    fc.array(fc.string({ unit: fc.constantFrom(..."ab*?[]!^-\\/.😀\n"), maxLength: 12 }), { maxLength: 4 })
      .map(line),
    fc.nat(400).map((n) => line(["*a".repeat(n) + "b", "a".repeat(2 * n)])),
  ),
  parse: (bytes) => {
    const [pattern, ...names] = decode(bytes).split(SEPARATOR);
    return chooseArrays(names, pattern, "f");
  },
  check: (bytes, value) => {
    const [pattern, ...names] = decode(bytes).split(SEPARATOR);
    if (pattern.includes("[") || pattern.length > 12 || names.includes(pattern)) return;
    assert.deepEqual(value, names.filter((name) => fits(pattern, name)));
  },
  expansion: 64,
};

/** Readers of command lines. */
export const requestParsers: readonly FuzzedParser[] = [flagsParser, textParser, patternParser];
