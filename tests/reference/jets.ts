/**
 * Jets in float64, with bounds of what single precision makes of them: values, first and second
 * derivatives along the axes of the input, mixed and third ones where asked for.
 *
 * @module
 */
import { evaluateJet } from "./activation.ts";
import { type Bounded, exact, product, sum } from "./bounded.ts";

/**
 * A number with its derivatives along each axis, or what the loss's gradient with respect to them
 * is.
 */
export interface Jet {
  /** u. */
  readonly value: Bounded;
  /** ∂u/∂x_i. */
  readonly first: readonly Bounded[];
  /** ∂²u/∂x_i². */
  readonly second: readonly Bounded[];
  /** ∂²u/∂x_i∂x_j, i < j, by i and then j; none where they are not carried. */
  readonly mixed: readonly Bounded[];
  /** ∂³u/∂x_i³; none where they are not carried. */
  readonly third: readonly Bounded[];
}

const TWO = exact(2), THREE = exact(3);

/** Pairs i < j of axes, in the order of mixed derivatives. */
export function pairsOf(axes: number): [number, number][] {
  const pairs: [number, number][] = [];
  for (let i = 0; i < axes; i++) {
    for (let j = i + 1; j < axes; j++) pairs.push([i, j]);
  }
  return pairs;
}

/** A jet whose components all are exact. */
export function exactJet(
  value: number,
  first: readonly number[],
  second: readonly number[],
  mixed: readonly number[] = [],
  third: readonly number[] = [],
): Jet {
  const [all, ...rest] = [first, second, mixed, third].map((each) => each.map(exact));
  return { value: exact(value), first: all, second: rest[0], mixed: rest[1], third: rest[2] };
}

/** Sum of jets, component by component; `more` as in {@linkcode sum}. */
export function sumJets(jets: readonly Jet[], more = 0): Jet {
  const along = (pick: (jet: Jet) => readonly Bounded[]) =>
    pick(jets[0]).map((_, i) => sum(jets.map((jet) => pick(jet)[i]), more));
  return {
    value: sum(jets.map(({ value }) => value), more),
    first: along(({ first }) => first),
    second: along(({ second }) => second),
    mixed: along(({ mixed }) => mixed),
    third: along(({ third }) => third),
  };
}

/** A jet times a number that does not depend on the input. */
export function scaleJet({ value, first, second, mixed, third }: Jet, factor: number): Jet {
  const scaled = (each: Bounded) => product(each, exact(factor));
  return {
    value: scaled(value),
    first: first.map(scaled),
    second: second.map(scaled),
    mixed: mixed.map(scaled),
    third: third.map(scaled),
  };
}

/**
 * Joins σ and the features below as a skip connection does: σ + a, or with α a + α (σ − a).
 *
 * @param sigma Jet of σ.
 * @param below Jet of a.
 * @param alpha α; `null` for a skip connection that adds.
 * @returns The features, and σ − a with α.
 */
export function skipJet(sigma: Jet, below: Jet, alpha: number | null): { h: Jet; apart: Jet | null } {
  if (alpha === null) return { h: sumJets([sigma, below]), apart: null };
  const apart = subtractJets(sigma, below);
  return { h: sumJets([below, scaleJet(apart, alpha)]), apart };
}

/** Product of jets, with its derivatives. */
export function multiplyJets(a: Jet, b: Jet): Jet {
  const pairs = pairsOf(a.first.length);
  return {
    value: product(a.value, b.value),
    first: a.first.map((ai, i) => sum([product(ai, b.value), product(a.value, b.first[i])])),
    second: a.second.map((aii, i) =>
      sum([
        product(aii, b.value),
        product(TWO, a.first[i], b.first[i]),
        product(a.value, b.second[i]),
      ])
    ),
    mixed: a.mixed.map((aij, at) => {
      const [i, j] = pairs[at];
      return sum([
        product(aij, b.value),
        product(a.first[i], b.first[j]),
        product(a.first[j], b.first[i]),
        product(a.value, b.mixed[at]),
      ]);
    }),
    third: a.third.map((aiii, i) =>
      sum([
        product(aiii, b.value),
        product(THREE, a.second[i], b.first[i]),
        product(THREE, a.first[i], b.second[i]),
        product(a.value, b.third[i]),
      ])
    ),
  };
}

/** The gradient with respect to a jet a, from that with respect to the product a b. */
export function multiplyAdjoint(g: Jet, b: Jet): Jet {
  const pairs = pairsOf(g.first.length), left = components(g), right = components(b);
  return {
    value: sum(left.map((each, c) => product(each, right[c]))),
    first: g.first.map((gi, i) => {
      const terms = [product(gi, b.value), product(TWO, g.second[i], b.first[i])];
      pairs.forEach((pair, at) => {
        if (g.mixed[at] && pair.includes(i)) {
          terms.push(product(g.mixed[at], b.first[pair[0] === i ? pair[1] : pair[0]]));
        }
      });
      if (g.third.length > 0) terms.push(product(THREE, g.third[i], b.second[i]));
      return sum(terms);
    }),
    second: g.second.map((gii, i) => {
      const own = product(gii, b.value);
      return g.third.length > 0 ? sum([own, product(THREE, g.third[i], b.first[i])]) : own;
    }),
    mixed: g.mixed.map((gij) => product(gij, b.value)),
    third: g.third.map((giii) => product(giii, b.value)),
  };
}

/** Difference of jets. */
export function subtractJets(a: Jet, b: Jet): Jet {
  return sumJets([a, scaleJet(b, -1)]);
}

/** The components of a jet in the order of rows: value, first derivatives, second … derivatives. */
export function components({ value, first, second, mixed, third }: Jet): Bounded[] {
  return [value, ...first, ...second, ...mixed, ...third];
}

/**
 * Preactivations of a layer: inputs · W + b, the bias on the values alone. The kernel adds up to 4
 * zeros to a sum.
 */
export function denseJets(
  inputs: readonly Jet[],
  outputs: number,
  weight: (i: number, j: number) => number,
  bias: (j: number) => number,
): Jet[] {
  return Array.from({ length: outputs }, (_, j) => {
    const z = sumJets(inputs.map((h, i) => scaleJet(h, weight(i, j))), 4);
    return { ...z, value: sum([z.value, exact(bias(j))]) };
  });
}

/**
 * σ(z) with its derivatives: h = σ, h_i = σ′ z_i, h_ij = σ″ z_i z_j + σ′ z_ij, h_iii = σ‴ z_i³ + 3
 * σ″ z_i z_ii + σ′ z_iii.
 */
export function activateJet(name: string, z: Jet): Jet {
  const [value, slope, bend, third] = evaluateJet(name, z.value);
  const pairs = pairsOf(z.first.length);
  return {
    value,
    first: z.first.map((zi) => product(slope, zi)),
    second: z.second.map((zii, i) => sum([product(bend, z.first[i], z.first[i]), product(slope, zii)])),
    mixed: z.mixed.map((zij, at) => {
      const [i, j] = pairs[at];
      return sum([product(bend, z.first[i], z.first[j]), product(slope, zij)]);
    }),
    third: z.third.map((ziii, i) =>
      sum([
        product(third, z.first[i], z.first[i], z.first[i]),
        product(THREE, bend, z.first[i], z.second[i]),
        product(slope, ziii),
      ])
    ),
  };
}

/**
 * The gradient with respect to z, from that with respect to h = σ(z) and its derivatives: each
 * component of h is differentiated by each component of z.
 */
export function activateAdjoint(name: string, z: Jet, g: Jet): Jet {
  const [, slope, bend, third, fourth] = evaluateJet(name, z.value);
  const pairs = pairsOf(z.first.length);
  const terms = [product(g.value, slope)];
  // Of each ∂/∂x_i: what mixed and third derivatives add.
  const more = z.first.map((): Bounded[] => []);
  g.mixed.forEach((gij, at) => {
    const [i, j] = pairs[at];
    terms.push(product(gij, third, z.first[i], z.first[j]), product(gij, bend, z.mixed[at]));
    more[i].push(product(gij, bend, z.first[j]));
    more[j].push(product(gij, bend, z.first[i]));
  });
  g.third.forEach((giii, i) => {
    const [zi, zii] = [z.first[i], z.second[i]];
    terms.push(
      product(giii, fourth, zi, zi, zi),
      product(THREE, giii, third, zi, zii),
      product(giii, bend, z.third[i]),
    );
    more[i].push(product(THREE, giii, third, zi, zi), product(THREE, giii, bend, zii));
  });
  z.first.forEach((zi, i) => {
    terms.push(
      product(g.first[i], bend, zi),
      product(g.second[i], third, zi, zi),
      product(g.second[i], bend, z.second[i]),
    );
  });
  return {
    value: sum(terms),
    first: z.first.map((zi, i) =>
      sum([product(g.first[i], slope), product(TWO, g.second[i], bend, zi), ...more[i]])
    ),
    second: z.second.map((_, i) => {
      const own = product(g.second[i], slope);
      return g.third.length > 0 ? sum([own, product(THREE, g.third[i], bend, z.first[i])]) : own;
    }),
    mixed: g.mixed.map((gij) => product(gij, slope)),
    third: g.third.map((giii) => product(giii, slope)),
  };
}
