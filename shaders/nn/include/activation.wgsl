// Activations σ and their derivatives, chosen by `override`, so that a pipeline holds the code of one.
//
//   kind  σ(z)                               σ′(z)
//   0     z                                  1
//   1     tanh z                             1 − tanh² z
//   2     1 / (1 + e^−z)                     σ (1 − σ)
//   3     max(0, z)                          [z > 0]
//   4     z or slope · z for z ≤ 0           1 or slope          slope = ACTIVATION_PARAMETER
//   5     max(0, z)^p                        p max(0, z)^(p−1)   p = ACTIVATION_PARAMETER, a positive integer
//   6     sin z                              cos z
//   7     cos z                              −sin z
//   8     z Φ(z), Φ the normal distribution  Φ(z) + z φ(z)       (GELU, exact form)
//   9     log(1 + e^z)                       1 / (1 + e^−z)      (softplus)
//   10+p  x^p, x of kind 4                   p x^(p−1) · its σ′  p from 2
//
// At a kink the derivative is the one from the left, as PyTorch has it. Needs elementary.wgsl.

override ACTIVATION: u32 = 0u;
override ACTIVATION_PARAMETER: f32 = 0.0;

struct Activated { value: vec4f, derivative: vec4f }

fn integer_power(x: vec4f, exponent: u32) -> vec4f {
  var result = vec4f(1.0);
  for (var i = 0u; i < exponent; i++) { result *= x; }
  return result;
}

fn activate(z: vec4f) -> Activated { return activate_as(ACTIVATION, ACTIVATION_PARAMETER, z); }

// A kind that is no constant costs where a GPU evaluates all branches (lavapipe does).
fn activate_as(kind: u32, parameter: f32, z: vec4f) -> Activated {
  let positive = z > vec4f();
  switch kind {
    case 1u: {
      let h = hyperbolic_tangent(z);
      // (1 − h)(1 + h), not 1 − h²: it keeps the digits where |h| is close to 1.
      return Activated(h, (1.0 - h) * (1.0 + h));
    }
    case 2u: {
      return Activated(logistic(z), logistic(z) * logistic(-z));
    }
    case 3u: {
      return Activated(select(z, vec4f(), z <= vec4f()), select(vec4f(), vec4f(1.0), positive));
    }
    case 4u: {
      let slope = select(vec4f(parameter), vec4f(1.0), positive);
      return Activated(slope * z, slope);
    }
    case 5u: {
      let x = select(z, vec4f(), z <= vec4f());
      let power = integer_power(x, u32(parameter) - 1u);
      return Activated(power * x, select(vec4f(), parameter * power, positive));
    }
    case 6u: {
      let sc = sine_cosine(z);
      return Activated(sc.sine, sc.cosine);
    }
    case 7u: {
      let sc = sine_cosine(z);
      return Activated(sc.cosine, -sc.sine);
    }
    case 8u: {
      let tail = 0.5 * erfc_positive(abs(z) * 0.707106781);
      let distribution = select(tail, 1.0 - tail, positive);
      let density = 0.398942280 * exponential(-0.5 * z * z);
      return Activated(z * distribution, distribution + z * density);
    }
    case 9u: {
      return Activated(max(z, vec4f()) + log1p(exponential(-abs(z))), logistic(z));
    }
    case 0u: {
      return Activated(z, vec4f(1.0));
    }
    default: {
      let slope = select(vec4f(parameter), vec4f(1.0), positive);
      let x = slope * z;
      let power = integer_power(x, kind - 11u);
      return Activated(power * x, f32(kind - 10u) * power * slope);
    }
  }
}

// Whether the derivative is the same function of the value in every bit: for the identity, tanh and ReLU.
fn follows(kind: u32) -> bool { return kind == 0u || kind == 1u || kind == 3u; }

// The derivative from the value, where it follows.
fn slope_from(value: vec4f) -> vec4f {
  switch ACTIVATION {
    case 1u: { return (1.0 - value) * (1.0 + value); }
    case 3u: { return select(vec4f(), vec4f(1.0), value > vec4f()); }
    default: { return vec4f(1.0); }
  }
}
