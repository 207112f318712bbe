import { parseFlags } from "../../../src/cli/flags.ts";
import { completeValues, flagsOf } from "../../../src/cli/options.ts";
import { trainingOptions } from "../../../src/cli/training_flags.ts";
import { trainingTable } from "../../../src/cli/training_table.ts";
import { commandArguments, commandLine } from "../../../src/cockpit/live/command.ts";
import { presets, readFragment, writeFragment } from "../../../src/cockpit/live/page_settings.ts";
import {
  firstSettings,
  readSettings,
  type RunSettings,
  settings,
} from "../../../src/cockpit/live/settings.ts";
import { InputError } from "../../../src/errors.ts";
import { digitBytes } from "../../../src/tasks/digits/digit_bytes.ts";
import { digitsOf } from "../../../src/tasks/digits/digits.ts";
import { completeOptions } from "../../../src/train/options.ts";
import { assert, fc } from "../../deps.ts";

/** Options that the program staircase reads from a command line. */
async function programOptions(args: string[]) {
  const { flags } = parseFlags(flagsOf(trainingTable), args);
  return completeOptions(await trainingOptions(completeValues(trainingTable, { ...flags }, "staircase")));
}

const empty = Object.fromEntries(Object.keys(settings).map((name) => [name, ""])) as unknown as RunSettings;

const several: readonly RunSettings[] = [
  ...presets.flatMap(({ runs }) => runs),
  { ...empty, task: "franke2d" },
  { ...empty, task: "poisson1d", samples: "50" },
  { ...empty, task: "mixture", layers: "3", replicas: "2", learningRate: "0.1,0.2" },
  { ...empty, task: "f(x) = 'x'".replaceAll("'", "|"), activation: "tanh, relu", layers: "7,1" },
  { ...empty, task: "points 0 1, 1 0", epsilons: "1e-3", precision: "double" },
];

for (const [i, texts] of several.entries()) {
  Deno.test(`live settings ${i + 1}: the command trains what the page trains`, async () => {
    assert.deepEqual(await programOptions(commandArguments(texts)), await readSettings(texts));
  });
}

Deno.test("live settings: digits come from the server of the page, once; a server without them is told of", async () => {
  const images = (count: number) => ({
    size: 6,
    labels: Uint8Array.from({ length: count }, (_, i) => i % 10),
    pixels: Uint8Array.from({ length: 6 * count }, (_, i) => 41 * i),
  });
  const sets = { train: images(40), test: images(10) }, own = globalThis.fetch, asked: string[] = [];
  let isThere = false;
  globalThis.fetch = (address) => {
    asked.push(String(address));
    return Promise.resolve(isThere ? new Response(digitBytes(sets)) : new Response("", { status: 404 }));
  };
  try {
    const texts = { ...empty, task: "digits", samples: "30", seed: "3" };
    await assert.rejects(readSettings(texts), (error) => {
      assert.ok(error instanceof InputError);
      assert.match(error.message, /not beside this page \(the server says 404\): .*use deno task staircase/);
      return true;
    });
    isThere = true;
    const options = await readSettings(texts);
    assert.deepEqual(options, await readSettings(texts));
    assert.deepEqual(asked, ["digits.bin", "digits.bin"]);
    const task = digitsOf(sets, { samples: 30, seed: 3 });
    assert.deepEqual(options.task, task);
    assert.deepEqual([options.batch, options.hidden], [30, [256, 128]]);
  } finally {
    globalThis.fetch = own;
  }
});

Deno.test("live settings: the command is a line for a shell", async () => {
  const line = commandLine({ ...empty, task: "f(x) = |x|; rm -rf 'y'", layers: "50,50" });
  const echo = line.replace("deno task staircase", "printf '%s\\n'");
  const { stdout } = await new Deno.Command("sh", { args: ["-c", echo] }).output();
  assert.deepEqual(
    new TextDecoder().decode(stdout).trimEnd().split("\n"),
    ["--task", "f(x) = |x|; rm -rf 'y'", "--layers", "50,50", "--spectra-every", "1"],
  );
});

Deno.test("live settings: a wrong one is refused, with what to give", async () => {
  const wrong: readonly (readonly [Partial<RunSettings>, RegExp])[] = [
    [{ task: "cosine" }, /did you mean "cosines"/],
    [{ task: "f(x) = y" }, /no name "y"/],
    [{ layers: "50,x" }, /hidden widths "x": give a number/],
    [{ layers: "50,,50" }, /give numbers, separated by commas/],
    [{ layers: "0" }, /hidden widths/],
    [{ activation: "tan" }, /no activation "tan"/],
    [{ init: "xavier" }, /no initialiser "xavier"/],
    [{ optimizer: "lion" }, /no optimiser "lion"/],
    [{ learningRate: "-1" }, /learning rate must be/],
    [{ replicas: "1.5" }, /replicas must be/],
    [{ epsilons: "0" }, /threshold ε must be/],
    [{ steps: "many" }, /steps "many": give a number/],
    [{ precision: "half" }, /no precision "half"/],
    [{ task: "poisson1d", activation: "relu" }, /no second derivatives/],
  ];
  for (const [change, message] of wrong) {
    await assert.rejects(readSettings({ ...firstSettings, ...change }), (error) => {
      assert.ok(error instanceof InputError);
      assert.match(error.message, message);
      return true;
    });
  }
});

Deno.test("live settings: the address holds all of them, and none where the page is at its start", () => {
  assert.equal(writeFragment({ runs: presets[0].runs, speed: null }), "");
  const text = fc.string({ unit: "grapheme" });
  const run = fc.record(Object.fromEntries(Object.keys(settings).map((name) => [name, text])));
  const page = fc.record({
    runs: fc.array(run, { minLength: 1, maxLength: 2 }),
    speed: fc.option(fc.integer({ min: 1, max: 1000 })),
  });
  fc.assert(fc.property(page, (page) => {
    const given = page as unknown as Parameters<typeof writeFragment>[0];
    assert.deepEqual(readFragment(`#${writeFragment(given)}`), JSON.parse(JSON.stringify(given)));
  }));
  fc.assert(fc.property(text, (text) => {
    const { runs } = readFragment(text);
    assert.ok(runs.length === 1 || runs.length === 2);
  }));
  assert.deepEqual(readFragment("#runs=1&speed=-3&nonsense=1"), { runs: [firstSettings], speed: null });
});
