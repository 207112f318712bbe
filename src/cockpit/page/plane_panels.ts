/**
 * The panels of networks of two inputs.
 *
 * @module
 */
import { scientific } from "../../plot/core/format.ts";
import { computed } from "../deps.ts";
import { extentOf, plainAxis } from "../views/function_views.ts";
import { drawPlanes, drawValues, type PlaneFunction } from "../views/plane_views.ts";
import {
  baseOf,
  CELLS,
  MOST_FEATURES,
  type NetworkPanels,
  type NetworkValues,
  SUBSCRIPTS,
} from "./network_values.ts";
import type { PanelFrame, PanelParts } from "./panel.ts";

/** Axes of a panel of pictures that have none. */
const NO_AXES: Pick<PanelFrame, "x" | "y"> = {
  x: { scale: () => 0, domain: [0, 1], ticks: [] },
  y: { scale: () => 0, domain: [0, 1], ticks: [] },
};

/**
 * Makes the panels of functions of two inputs.
 *
 * @param values The networks.
 * @returns The panels.
 */
export function planePanels(values: NetworkValues): NetworkPanels {
  const { basis, ends, output, features, psi, when, who, layer } = values;
  const { widths, targetX, targetY } = basis;
  const plane = (width: number, height: number) => ({
    x: plainAxis(ends[0], [0, width], Math.max(2, Math.floor(width / 70))),
    y: plainAxis(ends[1], [height, 0], 5),
  });
  const outputs = widths[widths.length - 1], target = targetY.filter((_, i) => i % outputs === 0);
  const range = computed(() => extentOf([output.value, target]));
  const span = ([low, high]: readonly [number, number]) =>
    `from ${scientific(low)} (dark) to ${scientific(high)}`;
  const shown = computed((): readonly PlaneFunction[] => {
    const { columns: n, values } = features.value ?? { columns: 0, values: new Float64Array(0) };
    const domain = extentOf([values]), every = Math.max(1, Math.ceil(n / MOST_FEATURES));
    return Array.from({ length: Math.ceil(n / every) }, (_, i) => ({
      values: values.filter((_, k) => k % n === every * i),
      domain,
    }));
  });
  const functions: PanelParts[] = [
    ...target.length === 0 ? [] : [
      {
        ...baseOf(values, "target", () => ["target, in the colours of the output", "target"]),
        axes: plane,
        layers: [(parent, frame) => drawValues(parent, targetX, target, frame, range.value)],
      } satisfies PanelParts,
    ],
    {
      ...baseOf(
        values,
        "output",
        () => [`output at ${when()}${who()}, ${span(range.value)}`, `output, ${when()}`],
      ),
      axes: plane,
      layers: [(parent, { width, height }) => {
        if (output.value.length === 0) return;
        drawPlanes(parent, [{ values: output.value, domain: range.value }], { cells: CELLS, width, height });
      }],
    },
    {
      ...baseOf(values, "features", () => [
        `features φ of ${layer()}, ${when()}${who()}, ${span(shown.value[0]?.domain ?? [0, 1])}`,
        `features φ of ${layer()}, ${when()}`,
        `features of ${layer()}`,
      ]),
      xName: null,
      axes: () => NO_AXES,
      layers: [
        (parent, { width, height }) => drawPlanes(parent, shown.value, { cells: CELLS, width, height }),
      ],
    },
  ];
  const eigenfunctions: PanelParts = {
    ...baseOf(values, "eigenfunctions", () => [
      psi.value.length > 0
        ? `eigenfunctions ψ of ${layer()}, each in colours of its own`
        : `${layer()} is too wide for eigenfunctions`,
      "eigenfunctions ψ",
    ]),
    xName: null,
    axes: () => NO_AXES,
    layers: [(parent, { width, height }) => {
      const all = psi.value.map((values, i) => ({
        values,
        domain: extentOf([values]),
        name: `ψ${SUBSCRIPTS[i]}`,
      }));
      drawPlanes(parent, all, { cells: CELLS, width, height });
    }],
  };
  return { functions, eigenfunctions };
}
