/**
 * Names of lines at their right ends.
 *
 * @module
 */
import { fontSize, type LineStyle } from "./palette.ts";
import { spread } from "./spread.ts";
import { appendGroup, type Group, px } from "./svg.ts";
import { textWidth } from "./text.ts";

/** The name of a line. */
export interface EndLabel {
  /** Its text. */
  readonly text: string;
  /** Height at which the line ends, in pixels. */
  readonly y: number;
  /** How the line looks. */
  readonly style: LineStyle;
}

const lead = 8;
const stub = 32;
const afterStub = 5;

/**
 * Computes the width that labels take to the right of the frame.
 *
 * @param texts Texts of the labels.
 * @returns Width in pixels.
 */
export function endLabelRoom(texts: readonly string[]): number {
  return lead + stub + afterStub + Math.max(0, ...texts.map((text) => textWidth(text, fontSize.text)));
}

/**
 * Writes each name beside the end of its line, after a short piece of that line, and moves names
 * apart that would overlap.
 *
 * @param parent Where to draw; the origin is at the top of the frame, to the right of whatever
 * stands beside it.
 * @param labels The names. Of lines that end at the same height the first stands on top.
 * @param height Height of the frame in pixels.
 */
export function drawEndLabels(parent: Group, labels: readonly EndLabel[], height: number): void {
  const group = appendGroup(parent, "end-labels");
  const places = spread(
    labels.map(({ y }) => y),
    fontSize.text * 1.2,
    fontSize.text / 2,
    height - fontSize.text / 2,
  );
  for (const [i, { text, y, style }] of labels.entries()) {
    const place = px(places[i]);
    group.append("path").attr("d", `M0,${px(y)}L${lead},${place}H${lead + stub}`).attr("fill", "none")
      .attr("stroke", style.color).attr("stroke-width", style.width).attr("stroke-dasharray", style.dash);
    group.append("text").attr("x", lead + stub + afterStub).attr("y", place).attr("dy", "0.35em")
      .attr("font-size", fontSize.text).text(text);
  }
}
