import { assert } from "./deps.ts";
import { readFiles } from "./support/source_tree.ts";
import { nonFiniteConstants, unevenReturns } from "./support/tint.ts";

const shaders = readFiles("shaders", ".wgsl");

/** A shader of a few lines. */
const shader = (text: string) => ({ path: "test.wgsl", text });

Deno.test("Tint: no constant of a shader is infinite or NaN", () => {
  assert.deepEqual(nonFiniteConstants(shaders), []);
  for (
    const text of [
      "fn f() -> f32 { return bitcast<f32>(0x7f800000u); }",
      "const NOT_FINITE: u32 = 0x7f800000u;\nfn f(a: bool) -> f32 { return select(bitcast<f32>(NOT_FINITE), 1.0, a); }",
      "fn f() -> vec2f { return bitcast<vec2f>(vec2u(0u, 0x7fc00000u)); }",
      "fn f() -> vec2f { return bitcast<vec2<f32>>(vec2u(0xff800000u)); }",
    ]
  ) assert.equal(nonFiniteConstants([shader(text)]).length, 1, text);
  for (
    const text of [
      "fn f() -> f32 { return bitcast<f32>(0x7f7fffffu); }",
      "fn f() -> f32 { return bitcast<f32>(0x7f800000u | shape.zero); }",
      "fn f(x: u32) -> bool { return bitcast<u32>(x) < 0x7f800000u; }",
    ]
  ) assert.deepEqual(nonFiniteConstants([shader(text)]), [], text);
});

Deno.test("Tint: no barrier is behind a return that depends on the invocation or on what a kernel writes", () => {
  assert.deepEqual(shaders.flatMap(unevenReturns), []);
  const kernel = (access: string, body: string) =>
    shader(`@group(0) @binding(0) var<storage, ${access}> progress: array<u32>;
      var<workgroup> before: u32;
      @compute @workgroup_size(64)
      fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) { ${body} }`);
  const early = "if (progress[group.x] == 1u) { return; } workgroupBarrier();";
  const uneven = [
    kernel("read_write", early),
    kernel(
      "read_write",
      "let done = progress[0]; let all = done == 1u; if (all) { return; } storageBarrier();",
    ),
    kernel("read", "let at = lane + 1u; if (at > 7u) { return; } workgroupBarrier();"),
  ];
  for (const each of uneven) assert.equal(unevenReturns(each).length, 1, each.text);
  const even = [
    kernel("read", early),
    kernel("read_write", "if (progress[0] == 1u) { return; } progress[1] = 2u;"),
    kernel(
      "read_write",
      "if (lane == 0u) { before = progress[0]; } let b = workgroupUniformLoad(&before); if (b == 1u) { return; } workgroupBarrier();",
    ),
  ];
  for (const each of even) assert.deepEqual(unevenReturns(each), [], each.text);
});
