import { assert } from "../deps.ts";
import type { Flag } from "../../src/cli/flags.ts";
import { helpText } from "../../src/cli/help.ts";

const FLAGS = [
  { name: "json", group: "output", kind: "boolean", default: false, help: "print one JSON object" },
  { name: "steps", group: "how to train", kind: "integer", min: 1, default: 1000, help: "updates to make" },
  {
    name: "learning-rate",
    group: "how to train",
    kind: "number",
    positive: true,
    default: 1e-2,
    full: 1e-6,
    help: "step size",
  },
  {
    name: "shift",
    group: "what to train",
    kind: "number",
    min: -2,
    max: 2,
    default: 0,
    help: "start of the domain",
  },
  {
    name: "epsilons",
    group: "what to probe",
    kind: "numbers",
    positive: true,
    default: [1e-2, 1e-6],
    help: "thresholds of the rank",
  },
  {
    name: "widths",
    group: "what to train",
    kind: "integers",
    min: 1,
    max: 4096,
    default: [50, 50],
    full: [100, 100],
    help: "neurons per hidden layer",
  },
  {
    name: "optimizer",
    group: "how to train",
    kind: "string",
    choices: ["sgd", "momentum", "adam"],
    default: "sgd",
    help: "how to update",
  },
  { name: "resume", kind: "string", default: null, placeholder: "FILE", help: "checkpoint to go on from" },
  {
    name: "batch",
    group: "how to train",
    kind: "integer",
    default: null,
    full: 64,
    help: "samples of a step",
  },
  { name: "figures", group: "output", kind: "boolean", default: true, help: "draw the figures" },
  { name: "adapter", group: "machine", kind: "string", default: "fast", help: "GPU to run on" },
] as const satisfies readonly Flag[];

const program = {
  name: "staircase",
  summary: "watch the rank rise",
  flags: FLAGS,
  positionals: { placeholder: "FILE", help: "file to read", min: 1, max: 1 },
  examples: [
    { args: "digits.npz", help: "trains for 1,000 steps" },
    {
      args: "digits.npz --widths 64,64,64 --optimizer adam --epsilons 1e-6",
      help: "trains a network of your own",
    },
  ],
} as const;

/** The text with its lines joined. */
const flat = (text: string) => text.replaceAll(/\s+/g, " ");

Deno.test("help: every flag has its range, its choices and its defaults", () => {
  const text = flat(helpText(program));
  for (
    const entry of [
      "FILE file to read",
      "--steps N updates to make (at least 1; default 1000)",
      "--learning-rate X step size (above 0; default 0.01; --full: 1e-6)",
      "--shift X start of the domain (from -2 to 2; default 0)",
      "--epsilons X,… thresholds of the rank (above 0; default 1e-2,1e-6)",
      "--widths N,… neurons per hidden layer (from 1 to 4096; default 50,50; --full: 100,100)",
      "--optimizer NAME how to update (sgd, momentum, adam; default sgd)",
      "--resume FILE checkpoint to go on from what to train:",
      "--batch N samples of a step (--full: 64)",
      "--[no-]figures draw the figures (default on)",
      "--json print one JSON object --[no-]figures",
      "--debug show the stack of an error --help",
      "--help show this text",
    ]
  ) assert.ok(text.includes(entry), entry);
  assert.doesNotMatch(text, /none|off|0\.000001/);
});

Deno.test("help: flags stand in groups of a fixed order, examples at the end", () => {
  const text = helpText(program);
  assert.ok(text.startsWith("staircase: watch the rank rise\n\nusage: staircase [flags] FILE\n\n  FILE "));
  const terms = text.split("\n").flatMap((line) =>
    /^(?: {2}--(?:\[no-\])?([a-z-]+)|(\w.*):)/.exec(line)?.slice(1) ?? []
  );
  assert.deepEqual(terms.filter((term) => term !== undefined).slice(2), [
    "resume",
    ...["what to train", "shift", "widths"],
    ...["how to train", "steps", "learning-rate", "optimizer", "batch"],
    ...["what to probe", "epsilons"],
    ...["output", "json", "figures", "debug", "help"],
    ...["machine", "adapter"],
    "examples",
  ]);
  assert.ok(text.endsWith([
    "examples:",
    "  deno task staircase digits.npz",
    "      trains for 1,000 steps",
    "  deno task staircase digits.npz --widths 64,64,64 --optimizer adam --epsilons 1e-6",
    "      trains a network of your own",
    "",
  ].join("\n")));
});

Deno.test("help: no line is longer than asked for", () => {
  for (const width of [60, 72, 100]) {
    for (const line of helpText(program, { width }).split("\n")) assert.ok(line.length <= width, line);
  }
  // A broken command is still one command for a shell.
  const text = helpText(program, { width: 60 });
  assert.ok(
    flat(text.replaceAll("\\\n", "")).includes(
      "digits.npz --widths 64,64,64 --optimizer adam --epsilons 1e-6",
    ),
  );
});

Deno.test("help: prints the defaults of a task where they are known", () => {
  const text = flat(helpText(program, { defaults: { widths: [30], resume: "last", epsilons: null } }));
  assert.ok(text.includes("(from 1 to 4096; default 30; --full: 100,100)"));
  assert.ok(text.includes("checkpoint to go on from (default last)"));
  assert.ok(text.includes("thresholds of the rank (above 0)"));
});
