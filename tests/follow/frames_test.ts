import { parseFrame, StreamReader } from "../../src/follow/frames.ts";
import { assert } from "../deps.ts";
import { inputError } from "../support/input_error.ts";

const layer = (changed: object = {}) => ({ name: "a", dtype: "<f4", shape: [2, 3], ...changed });
const line = (changed: object = {}) => JSON.stringify({ step: 1, loss: 0.5, layers: [layer()], ...changed });

Deno.test("parseFrame: the three kinds of lines", () => {
  assert.deepEqual(parseFrame('{"staircase":1,"layers":["a"],"steps":10,"other":[]}'), {
    kind: "begin",
    facts: { layers: ["a"], steps: 10 },
  });
  assert.deepEqual(parseFrame('{"end":"done"}'), { kind: "end", end: { status: "done", dropped: 0 } });
  assert.deepEqual(parseFrame('{"end":"?","dropped":3}'), {
    kind: "end",
    end: { status: "failed", dropped: 3 },
  });
  const layers = [
    layer(),
    layer({ name: "b", dtype: "<f8", shape: [] }),
    layer({ name: "c", dtype: "<f2", shape: [0, 5] }),
  ];
  assert.deepEqual(parseFrame(line({ layers })), {
    kind: "step",
    step: 1,
    loss: 0.5,
    layers: [
      { name: "a", dtype: "f32", shape: [2, 3], bytes: 24 },
      { name: "b", dtype: "f64", shape: [], bytes: 8 },
      { name: "c", dtype: "f16", shape: [0, 5], bytes: 0 },
    ],
    bytes: 32,
  });
});

Deno.test("parseFrame: losses that JSON does not have are not known", () => {
  for (const loss of ["NaN", "Infinity", "-Infinity", "null", '"0.5"']) {
    const frame = parseFrame(`{"step": 1, "loss": ${loss}, "layers": []}`);
    assert(frame.kind === "step" && Number.isNaN(frame.loss));
  }
});

Deno.test("parseFrame: hostile lines are refused", () => {
  for (
    const text of [
      ...["", "{", "[]", "1", "null", "NaN", '{"step":-1}', '{"step":1.5}', '{"step":"1"}', "[".repeat(100)],
      ...['{"staircase":2}', '{"staircase":"1"}', '{"step":1,"step":2,"layers":[]}', line({ step: 2 ** 53 })],
      ...[line({ layers: {} }), line({ layers: [null] }), line({ layers: [layer(), layer()] })],
      line({ layers: Array.from({ length: 5000 }, (_, i) => layer({ name: String(i) })) }),
      ...[[-1], [1.5], "2", [1e300, 1e300], [2 ** 40], null, Array(17).fill(1)].map((shape) =>
        line({ layers: [layer({ shape })] })
      ),
      ...["<i4", "f4", null, "<f4 "].map((dtype) => line({ layers: [layer({ dtype })] })),
      ...[1, null, "x".repeat(1000)].map((name) => line({ layers: [layer({ name })] })),
      line({ layers: ["a", "b", "c"].map((name) => layer({ name, shape: [2 ** 28] })) }),
    ]
  ) assert.throws(() => parseFrame(text), inputError(/stream/), text.slice(0, 100));
});

/** A stream in pieces of the given size. */
async function* inPieces(bytes: Uint8Array, size: number) {
  for (let at = 0; at < bytes.length; at += size) yield await Promise.resolve(bytes.slice(at, at + size));
}

Deno.test("StreamReader: lines and bytes, however the stream is cut", async () => {
  const bytes = new TextEncoder().encode("first ε\n\nabc\ndef");
  for (const size of [1, 2, 3, 5, 100]) {
    const reader = new StreamReader(inPieces(bytes, size));
    assert.equal(await reader.line(), "first ε");
    assert.equal(await reader.line(), "");
    assert.deepEqual(await reader.bytes(5), new TextEncoder().encode("abc\nd"));
    assert.deepEqual(await reader.bytes(0), new Uint8Array(0));
    await assert.rejects(reader.line(), inputError(/ends in a line/));
  }
  const short = new StreamReader(inPieces(bytes, 4));
  await assert.rejects(short.bytes(1000), inputError(/ends 983 bytes before the end of a frame/));
  const long = new StreamReader(inPieces(new Uint8Array(2 ** 21).fill(65), 2 ** 16));
  await assert.rejects(long.line(), inputError(/more than 1048576 bytes/));
  assert.equal(await new StreamReader(inPieces(new Uint8Array(0), 1)).line(), null);
});
