// Computes the loss of one sample and its gradient with respect to the network's output.
// needs: elementary.wgsl
//
//  LOSS  ℓ(u, y) of one sample                          ∂ℓ/∂u
//  0     ‖u − y‖²                                       2 (u − y)
//  1     Σ_c y_c (log Σ_j e^{u_j} − u_c)                softmax(u) Σ_c y_c − y
//  2     Σ_c log(1 + e^{u_c}) − y_c u_c                 1 / (1 + e^{−u_c}) − y_c
//
// u, y: `outputs` numbers in vectors of 4. The delta emitted is w · ∂ℓ/∂u with the sample's weight
// w, and 0 where it pads. A sample is a hit where the largest output stands on the largest target
// (LOSS 1), or where each output is on the same side as its target (LOSS 2). Where the loss is NaN
// or infinite there is no hit.
//
// A kernel that includes this file says where the vectors lie:
//    network_output(at) -> vec4f,   wanted(at) -> vec4f,   emit_delta(at, delta).
// An output may be overwritten by its delta: it is not read again. Cost: about 20 flops an output.
//
// A new loss is a case here, an entry in src/nn/loss/loss.ts, and a formula in
// tests/reference/loss.ts.

override LOSS: u32;

fn inside(j: u32, outputs: u32) -> vec4<bool> {
  return 4u * j + vec4u(0u, 1u, 2u, 3u) < vec4u(outputs);
}

fn total(x: vec4f) -> f32 { return (x.x + x.y) + (x.z + x.w); }
fn largest(x: vec4f) -> f32 { return max(max(x.x, x.y), max(x.z, x.w)); }

fn squares(u_at: u32, y_at: u32, weight: f32, outputs: u32) -> vec2f {
  var loss = 0.0;
  for (var j = 0u; 4u * j < outputs; j++) {
    let difference = select(vec4f(), network_output(u_at + j) - wanted(y_at + j), inside(j, outputs));
    loss += total(difference * difference);
    emit_delta(u_at + j, 2.0 * weight * difference);
  }
  return vec2f(loss, 0.0);
}

fn cross_entropy(u_at: u32, y_at: u32, weight: f32, outputs: u32) -> vec2f {
  var top = -3.0e38;
  var top_target = -3.0e38;
  var mass = 0.0;
  for (var j = 0u; 4u * j < outputs; j++) {
    top = max(top, largest(select(vec4f(-3.0e38), network_output(u_at + j), inside(j, outputs))));
    top_target = max(top_target, largest(select(vec4f(-3.0e38), wanted(y_at + j), inside(j, outputs))));
    mass += total(select(vec4f(), wanted(y_at + j), inside(j, outputs)));
  }
  // Σ e^{u_j − top} is 1 for the largest output itself; without that 1 the sum keeps the digits of
  // a small loss.
  var others = -1.0;
  var seen_top = false;
  var hit = false;
  var excess = 0.0;
  for (var j = 0u; 4u * j < outputs; j++) {
    let u = network_output(u_at + j);
    let y = wanted(y_at + j);
    for (var lane = 0u; lane < 4u; lane++) {
      if (4u * j + lane >= outputs) { continue; }
      excess += y[lane] * (top - u[lane]);
      if (u[lane] == top && !seen_top) {
        seen_top = true;
        hit = y[lane] == top_target;
        others += 1.0;
      } else {
        others += exponential(vec4f(u[lane] - top)).x;
      }
    }
  }
  let spread = log1p(vec4f(others)).x;
  for (var j = 0u; 4u * j < outputs; j++) {
    let probability = exponential(network_output(u_at + j) - top) / (1.0 + others);
    emit_delta(u_at + j, select(vec4f(), weight * (mass * probability - wanted(y_at + j)), inside(j, outputs)));
  }
  let loss = excess + mass * spread;
  return vec2f(loss, select(0.0, 1.0, hit && !is_not_finite(vec4f(loss)).x));
}

fn binary(u_at: u32, y_at: u32, weight: f32, outputs: u32) -> vec2f {
  var loss = 0.0;
  var wrong = 0.0;
  for (var j = 0u; 4u * j < outputs; j++) {
    let u = network_output(u_at + j);
    let y = wanted(y_at + j);
    let each = max(u, vec4f()) - y * u + log1p(exponential(-abs(u)));
    loss += total(select(vec4f(), each, inside(j, outputs)));
    let same_side = (u > vec4f()) == (y > vec4f(0.5));
    wrong += total(select(vec4f(), vec4f(1.0), inside(j, outputs) & !same_side));
    emit_delta(u_at + j, select(vec4f(), weight * (logistic(u) - y), inside(j, outputs)));
  }
  return vec2f(loss, select(0.0, 1.0, wrong == 0.0 && !is_not_finite(vec4f(loss)).x));
}

// (ℓ, hit) of the sample whose output begins at u_at, its target at y_at; its delta is weighted.
fn unweighted_loss(u_at: u32, y_at: u32, weight: f32, outputs: u32) -> vec2f {
  switch LOSS {
    //#if LOSS == 1
    case 1u: { return cross_entropy(u_at, y_at, weight, outputs); }
    //#end
    //#if LOSS == 2
    case 2u: { return binary(u_at, y_at, weight, outputs); }
    //#end
    default: { return squares(u_at, y_at, weight, outputs); }
  }
}

// (w ℓ, hit) of that sample.
fn sample_loss(u_at: u32, y_at: u32, weight: f32, outputs: u32) -> vec2f {
  let sum = unweighted_loss(u_at, y_at, weight, outputs);
  return vec2f(weight * sum.x, sum.y);
}
