/** Lines of a stream. @module */

/** Cuts a stream of text into lines. */
export class TextLineStream extends TransformStream<string, string> {
  /** Starts at the beginning of a line. */
  constructor() {
    let rest = "";
    super({
      transform(chunk, controller) {
        const lines = (rest + chunk).split("\n");
        rest = lines.pop()!;
        for (const line of lines) controller.enqueue(line);
      },
    });
  }
}
