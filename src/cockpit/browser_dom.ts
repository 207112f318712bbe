/**
 * The document of figures in a browser: its own, in place of linkedom's.
 *
 * @module
 */

/** The part of an element of a browser that is used here. */
interface BrowserDocument {
  readonly documentElement: object;
}

/** What a browser has and Deno lacks. */
const { DOMParser: Parser, XMLSerializer } = globalThis as unknown as {
  readonly DOMParser: new () => { parseFromString(text: string, type: string): BrowserDocument };
  readonly XMLSerializer: new () => { serializeToString(node: object): string };
};

/** Reads documents whose root element is written as XML by `toString`, as linkedom's are. */
export class DOMParser {
  /**
   * Reads a document.
   *
   * @param text Its text.
   * @param type Its media type.
   * @returns The document.
   */
  parseFromString(text: string, type: string): BrowserDocument {
    const document = new Parser().parseFromString(text, type), root = document.documentElement;
    Object.defineProperty(root, "toString", { value: () => new XMLSerializer().serializeToString(root) });
    return document;
  }
}
