// Peak rates of an adapter: three entry points for src/gpu/measure/peak.ts.
//
//   arithmetic  each invocation updates its 8 numbers x ← a x + b, 16 times an iteration: 256
//               flops, all in registers. 8 chains are enough to hide the latency of two units that
//               take 4 cycles, and few enough for the 16 vector registers of a CPU. With a = −1 the
//               numbers have their first values again after two steps, exactly.
//   copy        target ← source, a vector of 16 bytes an invocation: 32 bytes moved without
//               arithmetic.
//   nothing     an invocation without work: its time is the cost of a dispatch.
//
// `count`: iterations of arithmetic, below the 65,535 after which lavapipe ends a shader; number of
// vectors to copy; not 0 for nothing. Grid: ⌈invocations / 64⌉ workgroups along x.

struct Shape { count: u32, a: f32, b: f32 }

@group(0) @binding(0) var<uniform> shape: Shape;
@group(0) @binding(1) var<storage, read_write> results: array<vec4f>;
@group(0) @binding(2) var<storage, read> source_vectors: array<vec4f>;

@compute @workgroup_size(64)
fn arithmetic(@builtin(global_invocation_id) id: vec3u) {
  let a = vec4f(shape.a);
  let b = vec4f(shape.b);
  var x = vec4f(f32(id.x % 1024u));
  var y = x + vec4f(1.0);
  for (var i = 0u; i < shape.count; i++) {
    x = fma(x, a, b);
    y = fma(y, a, b);
    x = fma(x, a, b);
    y = fma(y, a, b);
    x = fma(x, a, b);
    y = fma(y, a, b);
    x = fma(x, a, b);
    y = fma(y, a, b);
    x = fma(x, a, b);
    y = fma(y, a, b);
    x = fma(x, a, b);
    y = fma(y, a, b);
    x = fma(x, a, b);
    y = fma(y, a, b);
    x = fma(x, a, b);
    y = fma(y, a, b);
    x = fma(x, a, b);
    y = fma(y, a, b);
    x = fma(x, a, b);
    y = fma(y, a, b);
    x = fma(x, a, b);
    y = fma(y, a, b);
    x = fma(x, a, b);
    y = fma(y, a, b);
    x = fma(x, a, b);
    y = fma(y, a, b);
    x = fma(x, a, b);
    y = fma(y, a, b);
    x = fma(x, a, b);
    y = fma(y, a, b);
    x = fma(x, a, b);
    y = fma(y, a, b);
  }
  results[id.x] = vec4f(x.xy, y.zw);
}

@compute @workgroup_size(64)
fn copy(@builtin(global_invocation_id) id: vec3u) {
  if (id.x < shape.count) { results[id.x] = source_vectors[id.x]; }
}

@compute @workgroup_size(1)
fn nothing() {
  if (shape.count == 0u) { results[0] = vec4f(); }
}
