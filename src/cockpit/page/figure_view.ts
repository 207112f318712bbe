/// <reference lib="dom" />
/**
 * The part of a figure that is on screen: larger and smaller, moved, and as it was.
 *
 * @module
 */
import type { Signal } from "../deps.ts";
import { computed, effect, type ReadonlySignal } from "../deps.ts";

/** Largest magnification, and what one step multiplies it by. */
const MOST = 16, STEP = 1.5;

/** A part of a figure: magnification, and the place of its upper left corner, in pixels. */
export interface View {
  readonly scale: number;
  readonly x: number;
  readonly y: number;
}

/** Zoom and pan of a figure. */
export class FigureView {
  /** What is on screen. */
  readonly view: ReadonlySignal<View>;
  readonly #text: Signal<string>;
  readonly #size: readonly [number, number];

  /**
   * Shows a figure as a text says.
   *
   * @param svg The figure, whose view box it sets.
   * @param text Magnification and place, as `2,100,50`; empty for the whole figure.
   */
  constructor(private readonly svg: SVGSVGElement, text: Signal<string>) {
    this.#text = text;
    this.#size = [svg.viewBox.baseVal.width, svg.viewBox.baseVal.height];
    this.view = computed(() => {
      const [scale, x, y] = text.value.split(",").map(Number);
      return this.#within(Number.isFinite(scale + x + y) ? { scale, x, y } : { scale: 1, x: 0, y: 0 });
    });
    effect(() => {
      const { scale, x, y } = this.view.value, [width, height] = this.#size;
      svg.setAttribute("viewBox", `${x} ${y} ${width / scale} ${height / scale}`);
      svg.classList.toggle("larger", scale > 1);
    });
  }

  /** Keeps a view within the figure. */
  #within({ scale: wanted, x, y }: View): View {
    const scale = Math.min(MOST, Math.max(1, wanted));
    const [right, bottom] = this.#size.map((size) => size - size / scale);
    return { scale, x: Math.min(right, Math.max(0, x)), y: Math.min(bottom, Math.max(0, y)) };
  }

  #show(view: View): void {
    const { scale, x, y } = this.#within(view);
    this.#text.value = scale === 1 ? "" : [scale, x, y].map((each) => Number(each.toFixed(2))).join(",");
  }

  /**
   * Makes the figure larger or smaller.
   *
   * @param steps Steps up; down where negative.
   * @param at Place that stays where it is, in pixels of the figure. Default: the middle.
   */
  zoom(steps: number, at?: DOMPoint): void {
    const { scale, x, y } = this.view.value, [width, height] = this.#size;
    const [cx, cy] = at ? [at.x, at.y] : [x + width / scale / 2, y + height / scale / 2];
    const next = Math.min(MOST, Math.max(1, scale * STEP ** steps));
    this.#show({ scale: next, x: cx - (cx - x) * scale / next, y: cy - (cy - y) * scale / next });
  }

  /**
   * Moves what is on screen.
   *
   * @param right Shares of its width.
   * @param down Shares of its height.
   */
  move(right: number, down: number): void {
    const { scale, x, y } = this.view.value, [width, height] = this.#size;
    this.#show({ scale, x: x + right * width / scale, y: y + down * height / scale });
  }

  /** Shows the whole figure. */
  reset(): void {
    this.#text.value = "";
  }

  /**
   * Finds a place of the screen in the figure.
   *
   * @param event Pointer or wheel.
   * @returns Place in pixels of the figure.
   */
  placeOf({ clientX, clientY }: MouseEvent): DOMPoint {
    return new DOMPoint(clientX, clientY).matrixTransform(this.svg.getScreenCTM()!.inverse());
  }

  /** Follows the wheel, with Ctrl or while the figure is larger than whole, and drags. */
  followPointer(): void {
    const { svg } = this;
    svg.addEventListener("wheel", (event) => {
      // Without Ctrl the wheel scrolls the page past the figure.
      if (!event.ctrlKey && !event.metaKey && !(this.view.value.scale > 1 && svg.matches(":focus-within"))) {
        return;
      }
      event.preventDefault();
      this.zoom(-Math.sign(event.deltaY) / 2, this.placeOf(event));
    }, { passive: false });
    svg.addEventListener("pointermove", (event) => {
      if ((event.buttons & 1) === 0 || this.view.value.scale === 1 || event.pointerType === "touch") return;
      this.move(-event.movementX / svg.clientWidth, -event.movementY / svg.clientHeight);
    });
  }
}
