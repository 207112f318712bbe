// One sweep of two-sided Jacobi over a 16 × 16 symmetric matrix in workgroup memory, by LANES
// invocations.
//
//     gram ← Jᵀ gram J,   turn = Jᵀ,   J the product of 120 rotations
//
// Rounds 1 … 15 rotate the 8 pairs of numbers that differ by an exclusive-or with the round. So
// each pair meets once, and indices need no division. Rotations are left out where an entry is
// below u of its diagonal's.
//
// Cost: 15 rounds of 36 blocks of 2 × 2 (24 flops, 12 words) and 128 entries of `turn` (6 flops, 4
// words); two barriers per round.
//
// needs: jacobi_pairs.wgsl

override LANES: u32 = 16u;

// Entry (i, j) with i ≤ j at 16 i + j; those below the diagonal are not kept.
var<workgroup> gram: array<f32, 256>;
// Rows of four vectors.
var<workgroup> turn: array<vec4f, 64>;
// Cosine and sine of each pair of a round.
var<workgroup> rotations: array<vec2f, 8>;

fn rotation(p: u32, q: u32) -> vec2f {
  let app = gram[17u * p];
  let aqq = gram[17u * q];
  let x = gram[16u * p + q];
  if (abs(x) <= 5.9604645e-8 * sqrt(max(app, 0.0)) * sqrt(max(aqq, 0.0))) { return vec2f(1.0, 0.0); }
  let t = tangent(aqq - app, x);
  let r = sqrt(1.0 + t * t);
  // Not 1 / r, whose rounding errors add up: c² + s² = 1 on average.
  let c = 1.0 - t * t / (r * (r + 1.0));
  return vec2f(c, t * c);
}

fn rotate_block(k: u32, l: u32, round: u32, high: u32) {
  let a = rotations[k];
  let b = rotations[l];
  let p = low_of(k, high);
  let q = p ^ round;
  let u = low_of(l, high);
  let v = u ^ round;
  let at = vec4u(place_of(p, u), place_of(p, v), place_of(q, u), place_of(q, v));
  let x = vec4f(gram[at.x], gram[at.y], gram[at.z], gram[at.w]);
  let top = a.x * x.xy - a.y * x.zw;
  let bottom = a.y * x.xy + a.x * x.zw;
  gram[at.x] = b.x * top.x - b.y * top.y;
  gram[at.z] = b.x * bottom.x - b.y * bottom.y;
  // On the diagonal of blocks, entries (p, v) and (q, u) are one.
  gram[at.y] = b.y * top.x + b.x * top.y;
  gram[at.w] = b.y * bottom.x + b.x * bottom.y;
}

// One sweep over the 16 × 16 Gram matrix; `turn` collects the rotations.
fn sweep(lane: u32) {
  for (var e = lane; e < 64u; e += LANES) {
    turn[e] = select(vec4f(), vec4f(1.0), vec4u(e >> 2u) == 4u * (e & 3u) + vec4u(0u, 1u, 2u, 3u));
  }
  for (var round = 1u; round < 16u; round++) {
    let high = firstLeadingBit(round);
    if (lane < 8u) {
      let p = low_of(lane, high);
      rotations[lane] = rotation(p, p ^ round);
    }
    workgroupBarrier();
    // Blocks (rows of pair k) × (columns of pair l), k ≤ l: row r of the triangle beside row 7 − r,
    // nine in all.
    for (var e = lane; e < 36u; e += LANES) {
      let r = (57u * e) >> 9u;
      let c = e - 9u * r;
      let k = select(r, 7u - r, c >= 8u - r);
      let l = select(r + c, c - 1u, c >= 8u - r);
      rotate_block(k, l, round, high);
    }
    for (var e = lane; e < 32u; e += LANES) {
      let a = rotations[e >> 2u];
      let p = 4u * low_of(e >> 2u, high) + (e & 3u);
      let q = p ^ (4u * round);
      let x = turn[p];
      let y = turn[q];
      turn[p] = a.x * x - a.y * y;
      turn[q] = a.y * x + a.x * y;
    }
    workgroupBarrier();
  }
}
