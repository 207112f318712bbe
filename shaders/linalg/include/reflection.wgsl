// Tiles of 8 × 8 in registers, and Householder reflections of 8 or 9 rows: the functions that
// qr.wgsl is made of.
//
// A tile has no addresses. Anything that depends on a number which is not constant is chosen by
// `select`, at an instruction or two per entry; an array indexed at run time would go through
// memory.

// Eight rows of eight columns: row i is (ai, bi).
struct Tile {
  a0: vec4f, a1: vec4f, a2: vec4f, a3: vec4f, a4: vec4f, a5: vec4f, a6: vec4f, a7: vec4f,
  b0: vec4f, b1: vec4f, b2: vec4f, b3: vec4f, b4: vec4f, b5: vec4f, b6: vec4f, b7: vec4f,
}

struct Row { a: vec4f, b: vec4f }

// Rows and columns change places; in registers this moves nothing.
fn transposed(t: Tile) -> Tile {
  let p = transpose(mat4x4f(t.a0, t.a1, t.a2, t.a3));
  let q = transpose(mat4x4f(t.b0, t.b1, t.b2, t.b3));
  let r = transpose(mat4x4f(t.a4, t.a5, t.a6, t.a7));
  let s = transpose(mat4x4f(t.b4, t.b5, t.b6, t.b7));
  return Tile(p[0], p[1], p[2], p[3], q[0], q[1], q[2], q[3], r[0], r[1], r[2], r[3], s[0], s[1], s[2], s[3]);
}

// vᵀ T, for v of 8 entries.
fn products(t: ptr<function, Tile>, v: Row) -> Row {
  return Row(
    v.a.x * (*t).a0 + v.a.y * (*t).a1 + v.a.z * (*t).a2 + v.a.w * (*t).a3 +
      v.b.x * (*t).a4 + v.b.y * (*t).a5 + v.b.z * (*t).a6 + v.b.w * (*t).a7,
    v.a.x * (*t).b0 + v.a.y * (*t).b1 + v.a.z * (*t).b2 + v.a.w * (*t).b3 +
      v.b.x * (*t).b4 + v.b.y * (*t).b5 + v.b.z * (*t).b6 + v.b.w * (*t).b7,
  );
}

// T ← T − v dᵀ
fn subtract(t: ptr<function, Tile>, v: Row, d: Row) {
  (*t).a0 -= v.a.x * d.a;
  (*t).b0 -= v.a.x * d.b;
  (*t).a1 -= v.a.y * d.a;
  (*t).b1 -= v.a.y * d.b;
  (*t).a2 -= v.a.z * d.a;
  (*t).b2 -= v.a.z * d.b;
  (*t).a3 -= v.a.w * d.a;
  (*t).b3 -= v.a.w * d.b;
  (*t).a4 -= v.b.x * d.a;
  (*t).b4 -= v.b.x * d.b;
  (*t).a5 -= v.b.y * d.a;
  (*t).b5 -= v.b.y * d.b;
  (*t).a6 -= v.b.z * d.a;
  (*t).b6 -= v.b.z * d.b;
  (*t).a7 -= v.b.w * d.a;
  (*t).b7 -= v.b.w * d.b;
}

fn pick(a: vec4f, b: vec4f, c: vec4f, d: vec4f, k: u32) -> vec4f {
  let odd = (k & 1u) == 1u;
  return select(select(a, b, odd), select(c, d, odd), (k & 2u) == 2u);
}

// Column k of a tile held by columns: chosen, since registers have no addresses.
fn column(t: ptr<function, Tile>, k: u32) -> Row {
  let late = k >= 4u;
  return Row(
    select(pick((*t).a0, (*t).a1, (*t).a2, (*t).a3, k), pick((*t).a4, (*t).a5, (*t).a6, (*t).a7, k), late),
    select(pick((*t).b0, (*t).b1, (*t).b2, (*t).b3, k), pick((*t).b4, (*t).b5, (*t).b6, (*t).b7, k), late));
}

// dᵢ = columnᵢ · v
fn dots(t: ptr<function, Tile>, v: Row) -> Row {
  return Row(
    vec4f(
      dot((*t).a0, v.a) + dot((*t).b0, v.b), dot((*t).a1, v.a) + dot((*t).b1, v.b),
      dot((*t).a2, v.a) + dot((*t).b2, v.b), dot((*t).a3, v.a) + dot((*t).b3, v.b)),
    vec4f(
      dot((*t).a4, v.a) + dot((*t).b4, v.b), dot((*t).a5, v.a) + dot((*t).b5, v.b),
      dot((*t).a6, v.a) + dot((*t).b6, v.b), dot((*t).a7, v.a) + dot((*t).b7, v.b)),
  );
}

// columnᵢ ← columnᵢ − dᵢ v
fn subtract_columns(t: ptr<function, Tile>, v: Row, d: Row) {
  (*t).a0 -= d.a.x * v.a;
  (*t).b0 -= d.a.x * v.b;
  (*t).a1 -= d.a.y * v.a;
  (*t).b1 -= d.a.y * v.b;
  (*t).a2 -= d.a.z * v.a;
  (*t).b2 -= d.a.z * v.b;
  (*t).a3 -= d.a.w * v.a;
  (*t).b3 -= d.a.w * v.b;
  (*t).a4 -= d.b.x * v.a;
  (*t).b4 -= d.b.x * v.b;
  (*t).a5 -= d.b.y * v.a;
  (*t).b5 -= d.b.y * v.b;
  (*t).a6 -= d.b.z * v.a;
  (*t).b6 -= d.b.z * v.b;
  (*t).a7 -= d.b.w * v.a;
  (*t).b7 -= d.b.w * v.b;
}

// Zeros below the diagonal.
fn upper(t: Tile) -> Tile {
  return Tile(
    t.a0, vec4f(0.0, t.a1.yzw), vec4f(0.0, 0.0, t.a2.zw), vec4f(0.0, 0.0, 0.0, t.a3.w),
    vec4f(), vec4f(), vec4f(), vec4f(),
    t.b0, t.b1, t.b2, t.b3,
    t.b4, vec4f(0.0, t.b5.yzw), vec4f(0.0, 0.0, t.b6.zw), vec4f(0.0, 0.0, 0.0, t.b7.w),
  );
}

// 2⁻¹⁰⁰: in a smaller sum of squares those that vanish, below 2⁻¹²⁶, would count, and what is made
// of it not be orthogonal.
const LEAST_SQUARE: f32 = 7.8886091e-31;

// The reflector I − τ v vᵀ that takes (α, x) to (β, 0), with v = (1, x · scale).
struct Reflector { beta: f32, tau: f32, scale: f32 }

fn reflector(alpha: f32, x: Row) -> Reflector {
  let square = dot(x.a, x.a) + dot(x.b, x.b);
  if (square < LEAST_SQUARE) { return Reflector(alpha, 0.0, 0.0); }
  let norm = sqrt(alpha * alpha + square);
  let beta = select(norm, -norm, alpha >= 0.0);
  return Reflector(beta, (beta - alpha) / beta, 1.0 / (alpha - beta));
}

const FIRST = vec4u(0u, 1u, 2u, 3u);
const LAST = vec4u(4u, 5u, 6u, 7u);

// Entry k.
fn entry(r: Row, k: u32) -> f32 {
  let none = vec4f();
  let one = select(none, r.a, FIRST == vec4u(k)) + select(none, r.b, LAST == vec4u(k));
  return (one.x + one.y) + (one.z + one.w);
}

// Entries behind k, the others 0.
fn behind(r: Row, k: u32) -> Row {
  return Row(select(vec4f(), r.a, FIRST > vec4u(k)), select(vec4f(), r.b, LAST > vec4u(k)));
}

// Entries from k on, the others 0.
fn starting(r: Row, k: u32) -> Row {
  return Row(select(vec4f(), r.a, FIRST >= vec4u(k)), select(vec4f(), r.b, LAST >= vec4u(k)));
}

fn with_entry(r: Row, k: u32, value: f32) -> Row {
  return Row(select(r.a, vec4f(value), FIRST == vec4u(k)), select(r.b, vec4f(value), LAST == vec4u(k)));
}

fn times(factor: f32, r: Row) -> Row { return Row(factor * r.a, factor * r.b); }

fn minus(r: Row, s: Row) -> Row { return Row(r.a - s.a, r.b - s.b); }

fn plus(r: Row, s: Row) -> Row { return Row(r.a + s.a, r.b + s.b); }

// Eight rows of R, each of which is reflected by itself.
struct Rows { r0: Row, r1: Row, r2: Row, r3: Row, r4: Row, r5: Row, r6: Row, r7: Row }

fn rows_of(t: Tile) -> Rows {
  return Rows(
    Row(t.a0, t.b0), Row(t.a1, t.b1), Row(t.a2, t.b2), Row(t.a3, t.b3),
    Row(t.a4, t.b4), Row(t.a5, t.b5), Row(t.a6, t.b6), Row(t.a7, t.b7));
}

fn tile_of(r: Rows) -> Tile {
  return Tile(
    r.r0.a, r.r1.a, r.r2.a, r.r3.a, r.r4.a, r.r5.a, r.r6.a, r.r7.a,
    r.r0.b, r.r1.b, r.r2.b, r.r3.b, r.r4.b, r.r5.b, r.r6.b, r.r7.b);
}
