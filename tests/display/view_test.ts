import { mimeBundle, viewOf, withView } from "../../src/display/view.ts";
import { assert } from "../deps.ts";

const DISPLAY = Symbol.for("Jupyter.display");
const viewed = () =>
  withView({ rank: 2, values: Float64Array.of(1, 2) }, {
    text: () => "rank 2",
    html: () => Promise.resolve("<b>2</b>"),
    svg: () => "<svg></svg>",
  });

Deno.test("withView: a record keeps its equality, keys, JSON, clone and print", () => {
  const plain = { rank: 2, values: Float64Array.of(1, 2) };
  assert.deepEqual(viewed(), plain);
  assert.deepEqual(plain, viewed());
  assert.deepEqual(Reflect.ownKeys({ ...viewed() }), ["rank", "values"]);
  assert.deepEqual(Object.keys(viewed()), ["rank", "values"]);
  assert.equal(JSON.stringify(viewed()), JSON.stringify(plain));
  assert.deepEqual(Reflect.ownKeys(structuredClone(viewed())), ["rank", "values"]);
  assert.equal(Deno.inspect(viewed()), Deno.inspect(plain));
});

Deno.test("withView: lists as well, and a later view takes the place of an earlier one", () => {
  const list = withView(withView([1, 2], { text: () => "first" }), { text: () => "second" });
  assert.deepEqual(list, [1, 2]);
  assert.equal(viewOf(list)!.text(), "second");
  assert.equal(list.length, 2);
  assert.deepEqual(list.map((x) => x), [1, 2]);
});

Deno.test("withView: the kernel finds a method that gives all types", async () => {
  const record = viewed() as unknown as Record<symbol, () => Promise<unknown>>;
  assert.deepEqual(await record[DISPLAY](), {
    "text/plain": "rank 2",
    "text/html": "<b>2</b>",
    "image/svg+xml": "<svg></svg>",
  });
});

Deno.test("viewOf: none of what has none; mimeBundle: text alone", async () => {
  for (const value of [null, undefined, 3, "text", {}, [], { ...viewed() }]) {
    assert.equal(viewOf(value), null);
  }
  assert.deepEqual(await mimeBundle({ text: () => "x" }), { "text/plain": "x" });
});
