/// <reference lib="dom" />
/**
 * Texts that are both shown and part of the address of a page, in its fragment.
 *
 * @module
 */
import { batch, effect, type Signal, signal } from "./deps.ts";

/** Milliseconds without a change until the address follows what is shown. */
const SETTLED = 250;

/**
 * Keeps the address of the page after what is shown, once that rests.
 *
 * @param write Writes the fragment, from signals.
 */
export function followFragment(write: () => string): void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  effect(() => {
    const fragment = write();
    clearTimeout(timer);
    timer = setTimeout(() => {
      const address = fragment === "" ? location.pathname + location.search : `#${fragment}`;
      if (location.hash.slice(1) !== fragment) history.replaceState(null, "", address);
    }, SETTLED);
  });
}

/** Texts by their names. A text that is empty is not written. */
export class Address {
  readonly #texts = new Map<string, Signal<string>>();
  readonly #names: Signal<number> = signal(0);

  /** Begins with the address of the page, and follows it. */
  constructor() {
    addEventListener("hashchange", () => this.#read());
    followFragment(() => this.#write());
  }

  /**
   * Gives a text.
   *
   * @param name Its name.
   * @returns The text, as the address has it; empty if it does not.
   */
  text(name: string): Signal<string> {
    const found = this.#texts.get(name);
    if (found) return found;
    const made = signal(this.#parts().get(name) ?? "");
    this.#texts.set(name, made);
    this.#names.value = this.#texts.size;
    return made;
  }

  #parts(): URLSearchParams {
    return new URLSearchParams(location.hash.replace(/^#/, ""));
  }

  #read(): void {
    const parts = this.#parts();
    batch(() => {
      for (const [name, text] of this.#texts) text.value = parts.get(name) ?? "";
    });
  }

  #write(): string {
    const parts = new URLSearchParams();
    if (this.#names.value === 0) return this.#parts().toString();
    for (const [name, { value }] of this.#texts) if (value !== "") parts.set(name, value);
    return parts.toString();
  }
}
