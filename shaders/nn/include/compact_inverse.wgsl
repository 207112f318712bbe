// H of L-BFGS in compact form, on inner products (Byrd, Nocedal, Schnabel, Math. Programming 63,
// 1994).
//
// With S and Y of the pairs, R the upper triangle of SᵀY from the oldest pair to the newest, D its
// diagonal, and γ = sᵀy / yᵀy of the newest, d = −H g is
//
//  R a = Sᵀg,   Rᵀ c = D a + γ (YᵀY a − Yᵀg),   d = −γ g + γ Y a − S c
//
// The equations for a and c are the two loops of algorithm 7.4 of Nocedal and Wright on scalars.
// A new pair adds a row to SᵀY and YᵀY, its products with all y; the rest is kept. A workgroup
// takes 2 m² fma and 2 m barriers for m pairs.
//
// A kernel that includes this file supplies LANES, the uniform `settings.history`, and `products`:
// (s_jᵀy_i, y_jᵀy_i) of the slots i and j, [i][j], then the weights (of s, of y), by age.

const MOST_HISTORY = 64u;
// Sums of a trial before those of its pairs; the last of them is that of the pair of the trial.
const OWN = 3u;

// What the search asks for, and (sᵀΔg, sᵀg, yᵀΔg, yᵀg) of each pair, by age.
var<workgroup> dots: array<vec4f, OWN + MOST_HISTORY>;
var<workgroup> curvatures: array<f32, MOST_HISTORY>;
var<workgroup> inner: array<f32, MOST_HISTORY>;
var<workgroup> outer: array<f32, MOST_HISTORY>;

var<private> lane: u32;
// Where the replica's products begin, and its weights.
var<private> products_at: u32;
var<private> weights_at: u32;

// The place of a pair by its age, from 0; that of the pair of the trial is of age `history`.
fn slot_of(newest: u32, age: u32) -> u32 {
  return newest + select(0u, settings.history + 1u, age > newest) - age;
}

// Keeps the products of the newest pair with all, itself included.
fn keep(pairs: u32, newest: u32) {
  let slots = settings.history + 1u;
  for (var age = lane; age < pairs; age += LANES) {
    let slot = slot_of(newest, age);
    let sums = dots[OWN - 1u + age];
    products[products_at + newest * slots + slot] = sums.xz;
    products[products_at + slot * slots + newest].y = sums.z;
  }
}

// Finds the weights of the pairs in d = −H g from their products with g, at `dots_at`.
fn weigh(pairs: u32, newest: u32, scale: f32, dots_at: u32) {
  let slots = settings.history + 1u;
  for (var age = lane; age < pairs; age += LANES) {
    curvatures[age] = products[products_at + slot_of(newest, age) * (slots + 1u)].x;
    inner[age] = dots[dots_at + age].y;
    outer[age] = -scale * dots[dots_at + age].w;
  }
  // R a = Sᵀg from the newest pair on; `inner` becomes D a.
  for (var age = 0u; age < pairs; age++) {
    workgroupBarrier();
    let weight = inner[age] / curvatures[age];
    let row = products_at + slot_of(newest, age) * slots;
    for (var older = age + 1u + lane; older < pairs; older += LANES) {
      inner[older] -= weight * products[row + slot_of(newest, older)].x;
    }
  }
  workgroupBarrier();
  for (var age = lane; age < pairs; age += LANES) {
    let row = products_at + slot_of(newest, age) * slots;
    var sum = 0.0;
    for (var other = 0u; other < pairs; other++) {
      sum += products[row + slot_of(newest, other)].y * (inner[other] / curvatures[other]);
    }
    outer[age] += inner[age] + scale * sum;
  }
  // Rᵀ c = D a + γ (YᵀY a − Yᵀg) from the oldest pair on; `outer` becomes D c.
  for (var k = pairs; k > 0u; k--) {
    workgroupBarrier();
    let weight = outer[k - 1u] / curvatures[k - 1u];
    let column = products_at + slot_of(newest, k - 1u);
    for (var newer = lane; newer + 1u < k; newer += LANES) {
      outer[newer] -= weight * products[column + slot_of(newest, newer) * slots].x;
    }
  }
  workgroupBarrier();
  for (var age = lane; age < pairs; age += LANES) {
    products[weights_at + age] = vec2f(-outer[age], scale * inner[age]) / curvatures[age];
  }
}
