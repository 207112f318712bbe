/**
 * Fuzzes the parsers: damaged real files and nearly valid ones, made by fast-check. No input may
 * end or stop a process, take more than two seconds or more memory than it has bytes (times what
 * its entries grow to), or be refused otherwise than by an error of the toolkit, of one short line.
 * What is accepted is compared with what a simple reader makes of it.
 *
 *     deno task fuzz --inputs 100000
 *     deno task fuzz --parser npz --seed 7 --inputs 10000
 *
 * @module
 */
import { createProgress, runProgram, textTable } from "../src/cli/mod.ts";
import { InputError, StaircaseError } from "../src/errors.ts";
import type { FuzzOutcome } from "./support/fuzz/fuzz.ts";
import { fuzzedParsers } from "./support/fuzz/registry.ts";
import { superviseFuzz } from "./support/fuzz/supervise.ts";

/** Parsers that are tried at a time. */
const PROCESSES = 2;

const names = fuzzedParsers.map(({ name }) => name);

function row(
  name: string,
  { inputs, accepted, refused, faults, mostMemory, longest }: FuzzOutcome,
): string[] {
  const of = (...kinds: string[]) => String(faults.filter(({ kind }) => kinds.includes(kind)).length);
  return [
    name,
    ...[inputs, accepted].map(String),
    Object.entries(refused).map(([type, number]) => `${number} ${type}`).join(", ") || "none",
    of("crash"),
    of("hang", "slow"),
    of("untyped", "message"),
    of("wrong"),
    of("memory"),
    `${Math.max(0, mostMemory / 1024).toFixed(0)} KiB`,
    `${longest.toFixed(0)} ms`,
  ];
}

await runProgram({
  name: "fuzz",
  summary: "try the parsers with damaged and made-up files",
  flags: [
    {
      name: "inputs",
      kind: "integer",
      default: 100_000,
      min: 1,
      max: 1e9,
      group: "experiment",
      help: "inputs in all, the same number for each parser",
    },
    {
      name: "parser",
      kind: "string",
      default: null,
      placeholder: "NAME",
      group: "experiment",
      help: `one parser alone: ${names.join(", ")}`,
    },
    {
      name: "seed",
      kind: "integer",
      default: 0,
      min: 0,
      max: 2 ** 32 - 1,
      group: "experiment",
      help: "fixes the inputs",
    },
    {
      name: "out",
      kind: "string",
      default: "runs/fuzz",
      placeholder: "DIR",
      group: "output",
      help: "folder for inputs that are treated wrongly",
    },
  ],
  examples: [
    { args: "", help: "tries all parsers with 100,000 inputs in all" },
    { args: "--parser npz --seed 7 --inputs 10000", help: "tries one with other inputs" },
  ],
}, async ({ flags: { inputs, parser, seed, out }, signal }) => {
  if (parser !== null && !names.includes(parser)) {
    throw new InputError(`no parser ${JSON.stringify(parser)}; give one of ${names.join(", ")}`);
  }
  const chosen = parser === null ? names : [parser];
  const count = Math.ceil(inputs / chosen.length);
  using progress = createProgress({ total: chosen.length, label: "parsers" });
  const outcomes = new Map<string, FuzzOutcome>();
  const queue = chosen.values();
  const work = async () => {
    for (const name of queue) {
      outcomes.set(name, await superviseFuzz(name, { seed, count }, signal));
      progress.update(outcomes.size);
    }
  };
  await Promise.all(Array.from({ length: PROCESSES }, work));
  progress.finish();
  const header = [
    ...["parser", "inputs", "accepted", "refused", "crashes", "over 2 s", "untyped", "wrong", "too large"],
    ...["most memory", "longest"],
  ];
  const done = chosen.flatMap((name) => outcomes.has(name) ? [[name, outcomes.get(name)!] as const] : []);
  console.log(textTable([header, ...done.map(([name, outcome]) => row(name, outcome))], 1).join("\n"));
  console.log("\n  most memory: asked for at once beyond the bytes of an input");
  const faults = done.flatMap(([name, outcome]) => outcome.faults.map((fault) => ({ name, ...fault })));
  if (faults.length === 0) return;
  await Deno.mkdir(out, { recursive: true });
  for (const { name, kind, index, text, input } of faults.slice(0, 100)) {
    const path = `${out}/${name.replaceAll(" ", "-")}-${seed}-${index}`;
    if (input) await Deno.writeFile(path, input);
    console.log(`${kind}: input ${index} of ${name} (${input ? path : "not kept"}): ${text}`);
  }
  throw new StaircaseError(`${faults.length} inputs are treated wrongly`);
});
