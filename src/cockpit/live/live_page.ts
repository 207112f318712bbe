/// <reference lib="dom" />
/**
 * The script of the live page: networks train in the browser, or a run of another process is
 * followed, and staircases are drawn while they grow.
 *
 * @module
 */
import { Gpu } from "../../gpu/device.ts";
import { element } from "../page/dom.ts";
import { buildFollowPage } from "./follow_page.ts";
import { buildTrainPage } from "./train_page.ts";

/** Opens the GPU, or says in the page why there is none. */
async function openGpu(main: Element): Promise<Gpu> {
  try {
    return await Gpu.open();
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    main.replaceChildren(element(
      "div",
      { class: "message", role: "alert" },
      element("p", {}, `No network can train here: ${reason}.`),
      element(
        "p",
        {},
        "Chrome and Edge have WebGPU from version 134 on, Firefox from 141 on; on Linux it may have to be turned on.",
      ),
    ));
    // The link to a recorded run stands in the page where there is one.
    document.getElementById("recorded")?.removeAttribute("hidden");
    throw error;
  }
}

const main = document.getElementById("live")!, { feed } = main.dataset;
if (feed !== undefined) buildFollowPage(main, feed);
else buildTrainPage(main, await openGpu(main));
