/**
 * Settings of the live page: one run, or two side by side, and how fast they are shown. The
 * fragment of the page's address holds them.
 *
 * @module
 */
import { firstSettings, type RunSettings, type SettingName, settingNames } from "./settings.ts";

/** Settings of the page. */
export interface PageSettings {
  /** Settings of the runs: one or two. */
  readonly runs: readonly RunSettings[];
  /** Steps that are shown in a second; `null` for as many as the GPU makes. */
  readonly speed: number | null;
}

/** A page to begin with. */
export interface Preset {
  /** Name. */
  readonly name: string;
  /** What it shows, in a sentence. */
  readonly help: string;
  /** Settings of its runs. */
  readonly runs: readonly RunSettings[];
}

const structured: RunSettings = { ...firstSettings, init: "structured" };
const momentum: RunSettings = {
  ...firstSettings,
  optimizer: "momentum",
  learningRate: "0.01",
  steps: "10000",
  epsilons: "1e-6,1e-4,1e-2",
};

/** The presets, the first of which a page begins with. */
export const presets: readonly Preset[] = [
  {
    name: "Xavier beside structured",
    help: "With neurons spread over the samples the rank is high from the start, and the staircase is gone.",
    runs: [firstSettings, structured],
  },
  {
    name: "The staircase",
    help: "While the loss falls, the rank of the features rises in stairs.",
    runs: [momentum],
  },
  {
    name: "tanh beside sine",
    help: "Sine features are independent sooner.",
    runs: [firstSettings, { ...firstSettings, activation: "sine" }],
  },
  {
    name: "Eight seeds",
    help: "Networks that differ in their seed alone climb different stairs.",
    runs: [{ ...firstSettings, replicas: "8" }],
  },
  {
    name: "A function of your own",
    help: "Any formula of x, or of x and y.",
    runs: [{ ...firstSettings, task: "f(x) = sin(10x) + |x| on [-1, 1]" }],
  },
];

/** Letters before the names of the settings of the second run. */
const SECOND = "b.";

/** Longest text of a setting that a fragment may hold. */
const LONGEST = 40_000;

/**
 * Writes settings as the fragment of an address, without what a page begins with.
 *
 * @param page The settings.
 * @returns The fragment without `#`; of the first preset it is empty.
 */
export function writeFragment({ runs: [first, second], speed }: PageSettings): string {
  const parts = new URLSearchParams();
  for (const name of settingNames) if (first[name] !== firstSettings[name]) parts.set(name, first[name]);
  if (second) {
    const changed = settingNames.filter((name) => second[name] !== first[name]);
    for (const name of changed) parts.set(SECOND + name, second[name]);
    parts.set("runs", "2");
  } else parts.set("runs", "1");
  if (speed !== null) parts.set("speed", String(speed));
  const isFirst = JSON.stringify([first, second]) === JSON.stringify(presets[0].runs) && speed === null;
  return isFirst ? "" : parts.toString();
}

/**
 * Reads settings from the fragment of an address. What it does not say is as a page begins; what is
 * no setting is left out.
 *
 * @param fragment The fragment, with or without `#`.
 * @returns The settings. Their texts are not checked.
 */
export function readFragment(fragment: string): PageSettings {
  const parts = new URLSearchParams(fragment.replace(/^#/, ""));
  if (!parts.has("runs")) return { runs: presets[0].runs, speed: null };
  const read = (base: RunSettings, prefix: string): RunSettings => {
    const given = settingNames.flatMap((name): [SettingName, string][] => {
      const text = parts.get(prefix + name);
      return text === null || text.length > LONGEST ? [] : [[name, text]];
    });
    return { ...base, ...Object.fromEntries(given) };
  };
  const first = read(firstSettings, ""), speed = Number(parts.get("speed") ?? NaN);
  return {
    runs: parts.get("runs") === "2" ? [first, read(first, SECOND)] : [first],
    speed: speed > 0 && speed < Infinity ? speed : null,
  };
}
