// Activations with their first three derivatives, as jets need them: σ″ to carry second derivatives, σ‴ to differentiate
// what came of that with respect to parameters.
//
//   kind  σ″(z)                      σ‴(z)
//   0, 3, 4     0                    0
//   1     −2 h σ′                    −2 σ′ (σ′ − 2 h²)              h = tanh z
//   2     σ′ (1 − 2 σ)               σ′ (1 − 6 σ′)
//   5     p (p−1) max(0, z)^(p−2)    p (p−1) (p−2) max(0, z)^(p−3)   0 for z ≤ 0, and where a factor is 0
//   6     −sin z                     −cos z
//   7     −cos z                     sin z
//   8     (2 − z²) φ(z)              (z² − 4) z φ(z)
//   9     σ′ (1 − σ′)                σ″ (1 − 2 σ′)
//   10+p  p (p−1) s² x^(p−2)         p (p−1) (p−2) s³ x^(p−3)        x = s z, s the slope; 0 where a factor is 0
//
// At a kink all are those from the left. What a kink adds to σ″, a multiple of Dirac's δ, no sample sees: networks of ReLU
// have no second derivatives. Cost: up to 20 flops beside those of activation.wgsl. Needs elementary.wgsl, activation.wgsl.

struct ActivationJet { value: vec4f, first: vec4f, second: vec4f, third: vec4f }

// The (p − lost)-th power of max(0, z); 0 for z ≤ 0, the 0th power too.
fn one_sided_power(z: vec4f, lost: u32) -> vec4f {
  let x = select(z, vec4f(), z <= vec4f());
  return select(integer_power(x, u32(ACTIVATION_PARAMETER) - lost), vec4f(), z <= vec4f());
}

fn activation_jet(z: vec4f) -> ActivationJet {
  let each = activate(z);
  let h = each.value;
  let slope = each.derivative;
  var second = vec4f();
  var third = vec4f();
  switch ACTIVATION {
    case 1u: {
      second = -2.0 * h * slope;
      third = -2.0 * slope * (slope - 2.0 * h * h);
    }
    case 2u: {
      second = slope * (1.0 - 2.0 * h);
      third = slope * (1.0 - 6.0 * slope);
    }
    case 5u: {
      let p = ACTIVATION_PARAMETER;
      if (p > 1.0) { second = p * (p - 1.0) * one_sided_power(z, 2u); }
      if (p > 2.0) { third = p * (p - 1.0) * (p - 2.0) * one_sided_power(z, 3u); }
    }
    case 6u, 7u: {
      second = -h;
      third = -slope;
    }
    case 8u: {
      let density = 0.398942280 * exponential(-0.5 * z * z);
      second = (2.0 - z * z) * density;
      third = (z * z - 4.0) * z * density;
    }
    case 9u: {
      second = slope * logistic(-z);
      third = second * (1.0 - 2.0 * slope);
    }
    default: {
      if (ACTIVATION > 10u) {
        let p = f32(ACTIVATION - 10u);
        let s = select(vec4f(ACTIVATION_PARAMETER), vec4f(1.0), z > vec4f());
        second = p * (p - 1.0) * s * s * integer_power(s * z, ACTIVATION - 12u);
        if (p > 2.0) { third = p * (p - 1.0) * (p - 2.0) * s * s * s * integer_power(s * z, ACTIVATION - 13u); }
      }
    }
  }
  return ActivationJet(h, slope, second, third);
}
