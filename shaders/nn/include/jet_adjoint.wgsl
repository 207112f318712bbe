// The gradient of the loss with respect to the jet of a preactivation z, from that with respect to
// the jet of σ(z), in place.
//
//  δ     = g σ′ + Σ_i ( g_i σ″ z_i + g_ii (σ‴ z_i² + σ″ z_ii)
//          + g_iii (σ⁗ z_i³ + 3 σ‴ z_i z_ii + σ″ z_iii) )
//  δ_i   = g_i σ′ + 2 g_ii σ″ z_i + 3 g_iii (σ‴ z_i² + σ″ z_ii)
//  δ_ii  = g_ii σ′ + 3 g_iii σ″ z_i
//  δ_iii = g_iii σ′
//
// A kernel that includes this file supplies `delta_below`, which holds g, g_i … component by
// component, `tangents`, as jet_forward.wgsl leaves them, and the constants AXES and ORDER.

// `at` and `kept`: vectors of the value in both arrays; `next`: vectors from one component to the
// next.
fn through_activation(at: u32, kept: u32, next: u32) {
  let slope = tangents[kept];
  let bend = tangents[kept + next];
  let third = tangents[kept + 2u * next];
  var sum = delta_below[at] * slope;
  for (var axis = 1u; axis <= AXES; axis++) {
    let z1 = tangents[kept + (ORDER + axis) * next];
    let z2 = tangents[kept + (ORDER + AXES + axis) * next];
    let g1 = delta_below[at + axis * next];
    let g2 = delta_below[at + (AXES + axis) * next];
    let bent = third * z1 * z1 + bend * z2;
    sum += g1 * bend * z1 + g2 * bent;
    var d1 = g1 * slope + 2.0 * g2 * bend * z1;
    var d2 = g2 * slope;
    if (ORDER > 2u) {
      let fourth = tangents[kept + 3u * next];
      let z3 = tangents[kept + (ORDER + 2u * AXES + axis) * next];
      let g3 = delta_below[at + (2u * AXES + axis) * next];
      sum += g3 * (fourth * z1 * z1 * z1 + 3.0 * third * z1 * z2 + bend * z3);
      d1 += 3.0 * g3 * bent;
      d2 += 3.0 * g3 * bend * z1;
      delta_below[at + (2u * AXES + axis) * next] = g3 * slope;
    }
    delta_below[at + axis * next] = d1;
    delta_below[at + (AXES + axis) * next] = d2;
  }
  delta_below[at] = sum;
}
