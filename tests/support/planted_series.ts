/**
 * Series of ranks with planted jumps, or without any, and how often they are told apart.
 *
 * @module
 */
import { findStairs, type Staircase } from "../../src/rank/stairs/find_stairs.ts";
import { normal, uniform } from "../../src/stats/random.ts";

type Random = () => number;

/** A series without flicker, and the probes at which its jumps are. */
export interface Planted {
  readonly ranks: readonly number[];
  /** Index of the first probe after each jump, and its size. */
  readonly jumps: readonly { readonly at: number; readonly size: number }[];
}

/** A family of series. */
export interface Family {
  readonly name: string;
  /** Whether it has levels: one or more. Others rise, fall or wander without a jump. */
  readonly hasLevels: boolean;
  /** Makes a series from random numbers. */
  readonly plant: (random: Random) => Planted;
  /** Side to which probes flicker; 0 for either. */
  readonly side: number;
}

/** What is found in the series of a family. */
export interface Found {
  /** Share of the series of which the staircase can be told. */
  readonly told: number;
  /** Share of the planted jumps of these series that are found within `TOLERANCE` probes. */
  readonly recall: number;
  /** Share of the jumps that are found and not planted. */
  readonly wrong: number;
  /** Share of these jumps whose range holds the planted one. */
  readonly covered: number;
  /** Share of all series with a jump, by flicker alone. */
  readonly withJump: number;
  /** Share of all series with a jump that no trend makes. */
  readonly claimed: number;
}

/** Probes by which a jump that is found may be off. */
export const TOLERANCE = 5;

/** Probes of a series without a jump. */
const LENGTH = 400;

const whole = (random: Random, least: number, most: number) =>
  least + Math.floor(random() * (most - least + 1));

/** Levels with jumps of some sizes between them, and stairs that last for some probes. */
function levels(
  count: number,
  { sizes, shortest, longest }: {
    readonly sizes: readonly number[];
    readonly shortest: number;
    readonly longest: number;
  },
): Family["plant"] {
  return (random) => {
    const ranks: number[] = [], jumps: { at: number; size: number }[] = [];
    let level = whole(random, 5, 15);
    for (let j = 0; j <= count; j++) {
      const size = sizes[whole(random, 0, sizes.length - 1)];
      if (j > 0) {
        jumps.push({ at: ranks.length, size });
        level += size;
      }
      for (let n = whole(random, shortest, longest); n > 0; n--) ranks.push(level);
    }
    return { ranks, jumps };
  };
}

/** A curve that is rounded, at a random height between two ranks. */
const curve = (height: (share: number, random: number) => number): Family["plant"] => (random) => {
  const shift = random();
  return {
    ranks: Array.from({ length: LENGTH }, (_, i) => Math.round(shift + height(i / (LENGTH - 1), shift))),
    jumps: [],
  };
};

/** A normal random walk that is rounded. */
const walk = (deviation: number, drift = 0): Family["plant"] => (random) => {
  const next = normal(random);
  let at = 20 + random();
  return {
    ranks: Array.from({ length: LENGTH }, () => Math.round(at += drift + deviation * next())),
    jumps: [],
  };
};

/** A walk by −1, 0 or 1. */
const steps: Family["plant"] = (random) => {
  let at = 20;
  return { ranks: Array.from({ length: LENGTH }, () => at += whole(random, -1, 1)), jumps: [] };
};

/** The families. */
export const families: readonly Family[] = [
  ...[0, 1].flatMap((side) => {
    const aside = side === 0 ? "" : ", flicker to one side";
    const own = { side, hasLevels: true };
    return [
      {
        ...own,
        name: `one level${aside}`,
        plant: levels(0, { sizes: [1], shortest: LENGTH, longest: LENGTH }),
      },
      {
        ...own,
        name: `one jump${aside}`,
        plant: levels(1, { sizes: [1, -1, 2, 3], shortest: 20, longest: 200 }),
      },
      {
        ...own,
        name: `ten jumps${aside}`,
        plant: levels(10, { sizes: [1, 1, 2, -1, 3], shortest: 20, longest: 60 }),
      },
      {
        ...own,
        name: `ten jumps by one, 20 probes apart${aside}`,
        plant: levels(10, { sizes: [1], shortest: 20, longest: 20 }),
      },
    ];
  }),
  { name: "ramp by 10", plant: curve((x) => 5 + 10 * x), side: 0, hasLevels: false },
  { name: "ramp by 40", plant: curve((x) => 5 + 40 * x), side: 0, hasLevels: false },
  {
    name: "drift that saturates",
    plant: curve((x) => 2 + 25 * (1 - Math.exp(-x / 0.2))),
    side: 0,
    hasLevels: false,
  },
  {
    name: "drift up and down",
    plant: curve((x, a) => 12 + 8 * Math.sin(2 * Math.PI * (x + a))),
    side: 0,
    hasLevels: false,
  },
  { name: "random walk, deviation 0.1", plant: walk(0.1), side: 0, hasLevels: false },
  { name: "random walk, deviation 0.3", plant: walk(0.3), side: 0, hasLevels: false },
  { name: "random walk, deviation 0.1, drift 0.05", plant: walk(0.1, 0.05), side: 0, hasLevels: false },
  { name: "random walk by −1, 0, 1", plant: steps, side: 0, hasLevels: false },
];

/**
 * Finds the stairs of series of a family.
 *
 * @param family The family.
 * @param share Share of the probes that are off their rank by one.
 * @param seeds Number of series.
 * @returns How often jumps are found.
 */
export function measureFamily({ plant, side }: Family, share: number, seeds = 100): Found {
  let told = 0, planted = 0, hits = 0, found = 0, covered = 0, withJump = 0, claimed = 0;
  for (let seed = 0; seed < seeds; seed++) {
    const random = uniform(1000 + seed), { ranks, jumps } = plant(random);
    const series = ranks.map((rank) => random() < share ? rank + (side || (random() < 0.5 ? 1 : -1)) : rank);
    const staircase = findStairs(series.map((_, i) => i), series);
    if (staircase.doubt !== null) continue;
    told++;
    planted += jumps.length;
    found += staircase.jumps.length;
    if (staircase.jumps.length > 0) withJump++;
    if (staircase.jumps.some(({ isSignificant }) => isSignificant)) claimed++;
    const matched = match(staircase, jumps);
    hits += matched.length;
    covered += matched.filter(({ jump, at }) => jump.after < at && at <= jump.before).length;
  }
  return {
    told: told / seeds,
    recall: hits / planted,
    wrong: found === 0 ? 0 : 1 - hits / found,
    covered: covered / hits,
    withJump: withJump / seeds,
    claimed: claimed / seeds,
  };
}

/** Pairs planted jumps with those that are found near them, in the same direction. */
function match({ jumps }: Staircase, planted: Planted["jumps"]) {
  const free = new Set(jumps);
  return planted.flatMap(({ at, size }) => {
    const jump = [...free].find((each) =>
      Math.abs(each.step - at) <= TOLERANCE && Math.sign(each.size) === Math.sign(size)
    );
    if (!jump) return [];
    free.delete(jump);
    return [{ jump, at }];
  });
}
