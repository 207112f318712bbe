// Activations σ with their first four derivatives, chosen by `override`, so that a pipeline holds
// the code of one.
// needs: elementary.wgsl
//
//   kind  σ(z)         σ′(z)             σ″(z)              σ‴(z)
//   0     z            1                 0                  0
//   1     h = tanh z   1 − h²            −2 h σ′            −2 σ′ (σ′ − 2 h²)
//   2     1/(1 + e^−z) σ (1 − σ)         σ′ (1 − 2 σ)       σ′ (1 − 6 σ′)
//   3, 4  x^p          p s x^(p−1)       p (p−1) s² x^(p−2) p (p−1) (p−2) s³ x^(p−3)
//   5     sin z        cos z             −sin z             −cos z
//   6     cos z        −sin z            −cos z             sin z
//   7     z Φ(z)       Φ(z) + z φ(z)     (2 − z²) φ(z)      (z² − 4) z φ(z)
//   8     log(1 + e^z) 1/(1 + e^−z)      σ′ (1 − σ′)        σ″ (1 − 2 σ′)
//
// σ⁗: of 1 8 h σ′ (2 σ′ − h²), of 2 σ″ (1 − 12 σ′), of 7 (7 z² − z⁴ − 4) φ, of 8 σ″ (1 − 6 σ″), of
// the others as the pattern goes on.
//
// Kinds 3 (ReLU) and 4 (leaky ReLU): x = s z, and s is 1 where z > 0; else it is 0 in kind 3, and
// the parameter in kind 4. p: the exponent, a whole number from 1. Φ: the normal distribution; φ:
// its density. A factor of 0 makes a derivative 0, and in kind 3 all derivatives are 0 for z ≤ 0.
// At a kink all are those from the left, as PyTorch has them. What a kink adds to σ″, a multiple of
// Dirac's δ, is seen by no sample: networks of ReLU have no second derivatives.
//
// σ″, σ‴ and σ⁗ are for jets: σ″ carries second derivatives, σ‴ third ones, and one more
// differentiates the result with respect to parameters. Cost: up to 30 flops beside σ and σ′, and
// none where a kernel does not use them, since a compiler drops them there.
//
// A new activation is a case here, an entry in src/nn/activation.ts, and a formula in
// tests/reference/activation.ts.

override ACTIVATION: u32 = 0u;
override ACTIVATION_PARAMETER: f32 = 0.0;
override ACTIVATION_EXPONENT: u32 = 1u;

struct Activated { value: vec4f, first: vec4f, second: vec4f, third: vec4f, fourth: vec4f }

fn integer_power(x: vec4f, exponent: u32) -> vec4f {
  var result = vec4f(1.0);
  for (var i = 0u; i < exponent; i++) { result *= x; }
  return result;
}

// tanh with its derivatives, from its value.
fn tangent_from(h: vec4f) -> Activated {
  // (1 − h)(1 + h), not 1 − h²: it keeps the digits where |h| is close to 1.
  let first = (1.0 - h) * (1.0 + h);
  return Activated(
    h,
    first,
    -2.0 * h * first,
    -2.0 * first * (first - 2.0 * h * h),
    8.0 * h * first * (2.0 * first - h * h),
  );
}

fn activate(z: vec4f) -> Activated {
  return activate_as(ACTIVATION, ACTIVATION_PARAMETER, ACTIVATION_EXPONENT, z);
}

// A kind that is no constant costs where a GPU evaluates all branches (lavapipe does).
fn activate_as(kind: u32, parameter: f32, exponent: u32, z: vec4f) -> Activated {
  let positive = z > vec4f();
  let p = f32(exponent);
  switch kind {
    //#if ACTIVATION == 1
    case 1u: {
      return tangent_from(hyperbolic_tangent(z));
    }
    //#end
    //#if ACTIVATION == 2
    case 2u: {
      let value = logistic(z);
      let first = value * logistic(-z);
      let second = first * (1.0 - 2.0 * value);
      return Activated(value, first, second, first * (1.0 - 6.0 * first), second * (1.0 - 12.0 * first));
    }
    //#end
    //#if ACTIVATION == 3
    case 3u: {
      let x = select(z, vec4f(), z <= vec4f());
      let power = integer_power(x, exponent - 1u);
      var second = vec4f();
      var third = vec4f();
      var fourth = vec4f();
      if (exponent > 1u) { second = p * (p - 1.0) * select(integer_power(x, exponent - 2u), vec4f(), z <= vec4f()); }
      if (exponent > 2u) {
        third = p * (p - 1.0) * (p - 2.0) * select(integer_power(x, exponent - 3u), vec4f(), z <= vec4f());
      }
      if (exponent > 3u) {
        fourth = p * (p - 1.0) * (p - 2.0) * (p - 3.0) *
          select(integer_power(x, exponent - 4u), vec4f(), z <= vec4f());
      }
      return Activated(power * x, select(vec4f(), p * power, positive), second, third, fourth);
    }
    //#end
    //#if ACTIVATION == 4
    case 4u: {
      let s = select(vec4f(parameter), vec4f(1.0), positive);
      let x = s * z;
      let power = integer_power(x, exponent - 1u);
      var second = vec4f();
      var third = vec4f();
      var fourth = vec4f();
      if (exponent > 1u) { second = p * (p - 1.0) * s * s * integer_power(x, exponent - 2u); }
      if (exponent > 2u) { third = p * (p - 1.0) * (p - 2.0) * s * s * s * integer_power(x, exponent - 3u); }
      if (exponent > 3u) {
        fourth = p * (p - 1.0) * (p - 2.0) * (p - 3.0) * s * s * s * s * integer_power(x, exponent - 4u);
      }
      return Activated(power * x, p * power * s, second, third, fourth);
    }
    //#end
    //#if ACTIVATION == 5
    case 5u: {
      let sc = sine_cosine(z);
      return Activated(sc.sine, sc.cosine, -sc.sine, -sc.cosine, sc.sine);
    }
    //#end
    //#if ACTIVATION == 6
    case 6u: {
      let sc = sine_cosine(z);
      return Activated(sc.cosine, -sc.sine, -sc.cosine, sc.sine, sc.cosine);
    }
    //#end
    //#if ACTIVATION == 7
    case 7u: {
      let tail = 0.5 * erfc_positive(abs(z) * 0.707106781);
      let distribution = select(tail, 1.0 - tail, positive);
      let density = 0.398942280 * exponential(-0.5 * z * z);
      let first = distribution + z * density;
      let square = z * z;
      return Activated(
        z * distribution,
        first,
        (2.0 - square) * density,
        (square - 4.0) * z * density,
        ((7.0 - square) * square - 4.0) * density,
      );
    }
    //#end
    //#if ACTIVATION == 8
    case 8u: {
      let first = logistic(z);
      let second = first * logistic(-z);
      let value = max(z, vec4f()) + log1p(exponential(-abs(z)));
      return Activated(value, first, second, second * (1.0 - 2.0 * first), second * (1.0 - 6.0 * second));
    }
    //#end
    default: {
      return Activated(z, vec4f(1.0), vec4f(), vec4f(), vec4f());
    }
  }
}

// Whether σ′ is the same function of σ in every bit: for the identity, tanh and ReLU.
fn slope_follows_value() -> bool {
  return ACTIVATION == 0u || ACTIVATION == 1u || (ACTIVATION == 3u && ACTIVATION_EXPONENT == 1u);
}

// σ′ from σ, where it follows.
fn slope_from(value: vec4f) -> vec4f {
  switch ACTIVATION {
    case 1u: { return (1.0 - value) * (1.0 + value); }
    case 3u: { return select(vec4f(), vec4f(1.0), value > vec4f()); }
    default: { return vec4f(1.0); }
  }
}
