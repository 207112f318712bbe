import { assert } from "./deps.ts";
import { countAllocations } from "./support/fuzz/allocations.ts";
import { fuzz, fuzzInputs } from "./support/fuzz/fuzz.ts";
import { encode, type FuzzedParser } from "./support/fuzz/parser.ts";
import { fuzzedParsers } from "./support/fuzz/registry.ts";
import { fc } from "./deps.ts";
import { InputError } from "../src/errors.ts";

/** Inputs of each parser: a twentieth of them are valid where few are. */
const COUNT = 150;

for (const parser of fuzzedParsers) {
  Deno.test(`fuzz: ${parser.name}: each input is read right, or refused by a short line`, async () => {
    const { inputs, accepted, faults } = await fuzz(parser, { seed: 0, count: COUNT });
    // How long an input takes depends on what else the machine does.
    const wrong = faults.filter(({ kind }) => kind !== "slow");
    assert.deepEqual(wrong.map(({ kind, index, text }) => `${kind} ${index}: ${text}`), []);
    assert.equal(inputs, COUNT);
    // Inputs that are all alike, or none of which is nearly valid, would show nothing.
    assert(accepted > 0 && accepted < inputs, `${accepted} of ${inputs} accepted`);
  });
}

/** A parser that does wrong with some inputs. */
function faulty(parse: (text: string) => unknown, more: Partial<FuzzedParser> = {}): FuzzedParser {
  return {
    name: "faulty",
    files: () => [encode("a")],
    nearly: fc.constantFrom("a", "b").map(encode),
    parse: (bytes) => parse(new TextDecoder().decode(bytes)),
    expansion: 1,
    ...more,
  };
}

Deno.test("fuzz: what a parser does wrong is found", async () => {
  const kinds = async (parser: FuzzedParser) =>
    new Set((await fuzz(parser, { seed: 1, count: 40 })).faults.map(({ kind }) => kind));
  const throwing = (error: unknown) => () => {
    throw error;
  };
  assert.deepEqual(await kinds(faulty(throwing(new RangeError("x")))), new Set(["untyped"]));
  assert.deepEqual(await kinds(faulty(throwing("x"))), new Set(["untyped"]));
  assert.deepEqual(await kinds(faulty(throwing(new InputError("x".repeat(500))))), new Set(["message"]));
  assert.deepEqual(await kinds(faulty(throwing(new InputError("f: wrong")))), new Set());
  assert.deepEqual(await kinds(faulty(() => new Float64Array(2 ** 18))), new Set(["memory"]));
  assert.deepEqual(
    await kinds(faulty(async () => await Promise.resolve(Array(2 ** 18)))),
    new Set(["memory"]),
  );
  assert.deepEqual(await kinds(faulty(() => 1, { check: () => assert.equal(1, 2) })), new Set(["wrong"]));
});

Deno.test("fuzz: memory is counted where it is asked for by length, whether or not it can be had", async () => {
  const bytes = async (work: () => unknown) => (await countAllocations(work)).bytes;
  assert.equal(await bytes(() => new Uint8Array(2 ** 50)), 2 ** 50);
  assert.equal(await bytes(() => new Float32Array(3)), 12);
  assert.equal(await bytes(() => Float64Array.from({ length: 5 })), 40);
  assert.equal(await bytes(() => Array.from({ length: 5 }, () => 0)), 40);
  assert.equal(await bytes(() => new Array<number>(7).fill(0)), 56);
  assert.equal(await bytes(() => new ArrayBuffer(9)), 9);
  const buffer = new ArrayBuffer(64);
  assert.equal(await bytes(() => [new Uint8Array(buffer, 0, 8), new Uint8Array([1, 2])]), 0);
  // Afterwards all is as before.
  assert(new Uint8Array(1).constructor === Uint8Array && [].constructor === Array);
});

Deno.test("fuzz: seed and index fix an input, however many are made", async () => {
  const take = async (first: number, count: number, seed = 3) => {
    const taken = [];
    for await (const { index, input } of fuzzInputs(fuzzedParsers[0], { seed, first, count })) {
      taken.push([index, input.toHex()]);
    }
    return taken;
  };
  const all = await take(0, 230);
  assert.equal(all.length, 230);
  assert.deepEqual(await take(97, 110), all.slice(97, 207));
  assert.notDeepEqual(await take(0, 230, 4), all);
});
