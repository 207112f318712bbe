/**
 * Pages in headless Chromium, as Debian's package `chromium` installs it.
 *
 * @module
 */
import type { Browser, BrowserContext, Page } from "npm:playwright-core@1.65.1";
import { assert } from "../deps.ts";

const EXECUTABLE = "/usr/bin/chromium";

/** Flags that give a page WebGPU on SwiftShader, which computes on the CPU. */
const WEBGPU = ["--enable-unsafe-webgpu", "--use-webgpu-adapter=swiftshader"];

/** Whether there is a Chromium: tests that need one are skipped by `ignore: !hasChromium`. */
export const hasChromium: boolean = exists(EXECUTABLE);

function exists(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
}

/** How a page is shown. */
export interface PageOptions {
  /** Width of the window in pixels. Default: 1440. */
  readonly width?: number;
  /** Height of the window in pixels. Default: 900. */
  readonly height?: number;
  /** Whether the user prefers dark colours. Default: no. */
  readonly isDark?: boolean;
}

/** A fault that axe-core finds in a page. */
export interface AxeFinding {
  /** Rule that is broken, and what it asks for. */
  readonly rule: string;
  /** Elements that break it, as selectors. */
  readonly elements: readonly string[];
}

/** A page that is open, and what has gone wrong in it so far. */
export class OpenPage implements AsyncDisposable {
  /** Messages on the console that are errors or warnings, and errors that nobody caught. */
  readonly complaints: string[] = [];

  /**
   * Listens to a page from the start.
   *
   * @param page The page, see https://playwright.dev/docs/api/class-page.
   * @param context Window of its own.
   */
  constructor(readonly page: Page, private readonly context: BrowserContext) {
    page.on("console", (message) => {
      if (["error", "warning"].includes(message.type())) this.complaints.push(message.text());
    });
    page.on("pageerror", (error) => this.complaints.push(String(error)));
  }

  /** Asserts that nothing has gone wrong. */
  assertQuiet(): void {
    assert.deepEqual(this.complaints, []);
  }

  /** Looks for serious and critical faults of accessibility. */
  async findFaults(): Promise<AxeFinding[]> {
    const { axe } = await import("./browser_deps.ts");
    // An expression of the debugger's, which a content security policy does not stop.
    await this.page.evaluate(axe.source);
    return await this.page.evaluate(async () => {
      type Violation = { id: string; impact: string; help: string; nodes: { target: string[] }[] };
      const { axe } = globalThis as unknown as { axe: { run(): Promise<{ violations: Violation[] }> } };
      const { violations } = await axe.run();
      return violations.filter(({ impact }) => impact === "serious" || impact === "critical")
        .map(({ id, help, nodes }) => ({
          rule: `${id}: ${help}`,
          elements: nodes.map(({ target }) => target.join(" ")),
        }));
    });
  }

  /** Closes the page. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.context.close();
  }
}

/** A browser, which pages are opened in. */
export class Chromium implements AsyncDisposable {
  private constructor(private readonly browser: Browser) {}

  /**
   * Starts a browser.
   *
   * @param hasWebGpu Whether its pages have WebGPU. Default: no.
   */
  static async launch(hasWebGpu = false): Promise<Chromium> {
    const { chromium } = await import("./browser_deps.ts");
    return new Chromium(
      await chromium.launch({
        executablePath: EXECUTABLE,
        args: hasWebGpu ? WEBGPU : ["--disable-gpu"],
        // Its sandbox refuses to run as root.
        chromiumSandbox: Deno.uid() !== 0,
      }),
    );
  }

  /**
   * Opens a page in a window of its own.
   *
   * @param url Address, of a file (`file://…`) or a server.
   * @param options How it is shown.
   */
  async open(url: string, options: PageOptions = {}): Promise<OpenPage> {
    const { width = 1440, height = 900, isDark = false } = options;
    const context = await this.browser.newContext({
      viewport: { width, height },
      colorScheme: isDark ? "dark" : "light",
    });
    const open = new OpenPage(await context.newPage(), context);
    await open.page.goto(url);
    return open;
  }

  /** Ends the browser. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.browser.close();
  }
}
