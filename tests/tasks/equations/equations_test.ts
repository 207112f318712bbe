import { burgersSolution } from "../../../src/tasks/equations/burgers.ts";
import { type Equation, equations } from "../../../src/tasks/equations/equations.ts";
import { assert, fc } from "../../deps.ts";

const all = Object.values(equations);
const { PI } = Math;

/**
 * Weights of f(x ± jh), j = 1 … 4, in the central differences of eighth order (B. Fornberg, 1988).
 */
const FIRST = [4 / 5, -1 / 5, 4 / 105, -1 / 280], SECOND = [8 / 5, -1 / 5, 8 / 315, -1 / 560];
const CENTRE = -205 / 72;

/** First and second derivative of f at 0. */
function derivatives(f: (x: number) => number, h: number): [first: number, second: number] {
  let first = 0, second = CENTRE * f(0);
  for (let j = 1; j <= 4; j++) {
    first += FIRST[j - 1] * (f(j * h) - f(-j * h));
    second += SECOND[j - 1] * (f(j * h) + f(-j * h));
  }
  return [first / h, second / h ** 2];
}

/** 𝓛u by differences; third and mixed derivatives are those of second and first ones. */
function operated({ operator, u }: Equation, x: number[], h: number): number {
  const { second, first, value, cube, advection, third = [], mixed = [] } = operator;
  const at = u(...x);
  const along = (x: number[], i: number) => derivatives((t) => u(...x.with(i, x[i] + t)), h);
  let sum = value * at + cube * at ** 3;
  let pair = 0;
  for (const i of x.keys()) {
    const [slope, curvature] = along(x, i);
    sum += second[i] * curvature + first[i] * slope + (i === 0 ? advection * at * slope : 0);
    const change = (order: 0 | 1, of: number) =>
      derivatives((t) => along(x.with(i, x[i] + t), of)[order], h)[0];
    if (third[i]) sum += third[i] * change(1, i);
    for (let j = i + 1; j < x.length; j++) {
      const coefficient = mixed[pair++];
      if (coefficient) sum += coefficient * change(0, j);
    }
  }
  return sum;
}

/** A point of a box, at least `margin` from its faces. */
const inside = ({ domain }: Equation, margin: number) =>
  fc.tuple(...domain.map(([low, high]) => fc.double({ min: low + margin, max: high - margin, noNaN: true })));

Deno.test("equations: each solution satisfies its equation", () => {
  // Twice the step makes 256 times the error: what the two differ by bounds that of the smaller.
  // Beside it stand the roundings of u, some 10⁻¹⁴ each, by the largest weight.
  const h = 2 ** -8, rounding = 1e-14 * 6 / h ** 2;
  for (const equation of all) {
    fc.assert(
      fc.property(inside(equation, 16 * h), (x) => {
        const result = operated(equation, x, h);
        const tolerance = Math.abs(operated(equation, x, 2 * h) - result) + rounding;
        assert(tolerance < 1e-5, `${equation.name}: differences of step ${h} tell nothing at ${x}`);
        const error = Math.abs(result - equation.f(...x));
        assert(error <= tolerance, `${equation.name} at ${x}: ${error} above ${tolerance}`);
      }),
      { numRuns: 60 },
    );
  }
});

Deno.test("equations: boundary and initial values that can be worked out by hand", () => {
  const close = (actual: number, expected: number, tolerance = 1e-15) =>
    assert(Math.abs(actual - expected) <= tolerance, `${actual} is not ${expected}`);
  const { poisson1d, poisson2d, helmholtz1d, helmholtz2d, burgers } = equations;
  for (const t of [-1, -0.3, 0, 0.4, 1]) {
    for (const end of [-1, 1]) {
      close(poisson1d.u(end), 0);
      for (const { u } of [poisson2d, helmholtz2d]) {
        close(u(end, t), 0);
        close(u(t, end), 0);
      }
      if (t >= 0) close(burgers.u(end, t), 0);
    }
    close(burgers.u(t, 0), -Math.sin(PI * t), 2e-15);
  }
  close(helmholtz1d.u(1), -1);
  const front = equations["allen-cahn"].u;
  close(front(0.4, 0), 0.5);
  // The speed is 3ℓ / √2τ.
  close(front(0.4 - 3 * Math.sqrt(0.001) / 0.2, 1), 0.5);
  assert(front(-1, 0) < 1e-7 && front(1, 1) > 1 - 1e-7);
});

Deno.test("burgersSolution: agrees with the series of the heat equation that Cole and Hopf turn it into", () => {
  const viscosities = fc.double({ min: 0.02, max: 1, noNaN: true });
  const places = fc.double({ min: -1, max: 1, noNaN: true });
  const times = fc.double({ min: 0, max: 1, noNaN: true });
  fc.assert(fc.property(viscosities, places, times, (nu, x, t) => {
    const { value, cancelled } = bySeries(x, t, nu);
    const error = Math.abs(burgersSolution(x, t, nu) - value);
    assert(error <= 1e-12 + 1e-14 * cancelled, `${error} at ${x}, ${t} with ν = ${nu}`);
  }));
});

/**
 * −2ν φ_x / φ with φ = I₀(z) + 2 Σ (−1)ⁿ Iₙ(z) e^(−νn²π²t) cos nπx, z = 1 / 2πν: the Fourier series
 * of e^(−z cos πx) at t = 0; and by how much its terms exceed their sum, which is small where u is
 * steep.
 */
function bySeries(x: number, t: number, nu: number): { value: number; cancelled: number } {
  const z = 1 / (2 * PI * nu);
  let phi = besselI(0, z), slope = 0, size = phi;
  for (let n = 1; n <= 60; n++) {
    const term = 2 * (-1) ** n * besselI(n, z) * Math.exp(-nu * (n * PI) ** 2 * t);
    phi += term * Math.cos(n * PI * x);
    slope -= term * n * PI * Math.sin(n * PI * x);
    size += Math.abs(term) * (1 + n * PI);
  }
  return { value: -2 * nu * slope / phi, cancelled: size / phi };
}

/** Modified Bessel function Iₙ(z) = Σ (z/2)^(2k+n) / (k! (n + k)!): all terms have one sign. */
function besselI(n: number, z: number): number {
  let term = 1;
  for (let k = 1; k <= n; k++) term *= z / 2 / k;
  let sum = 0;
  for (let k = 1; term > 1e-18 * sum; k++) {
    sum += term;
    term *= (z / 2) ** 2 / (k * (n + k));
  }
  return sum;
}
