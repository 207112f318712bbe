/**
 * Fuzzes one parser in a process of its own, which may end with any input: prints the index of each
 * before it is tried, and what came of all as JSON on the last line.
 *
 *     child.ts PARSER SEED FIRST COUNT
 *
 * @module
 */
import { fuzz } from "./fuzz.ts";
import { fuzzedParsers } from "./registry.ts";

const [name, seed, first, count] = Deno.args;
const parser = fuzzedParsers.find((each) => each.name === name)!;
const encoder = new TextEncoder();
const print = (line: string) => {
  const bytes = encoder.encode(`${line}\n`);
  for (let written = 0; written < bytes.length;) written += Deno.stdout.writeSync(bytes.subarray(written));
};

const outcome = await fuzz(parser, {
  seed: Number(seed),
  first: Number(first),
  count: Number(count),
  onInput: (index) => print(String(index)),
});
const faults = outcome.faults.map(({ input, ...fault }) => ({ ...fault, input: input?.toBase64() }));
print(JSON.stringify({ ...outcome, faults, rss: Deno.memoryUsage().rss }));
