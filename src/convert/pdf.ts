/**
 * Figures as PDF.
 *
 * @module
 */
import { VERSION } from "../version.ts";
import { createPdf, type Pdf } from "./deps.ts";
import { loadFonts } from "./fonts.ts";
import { drawElement } from "./pdf_elements.ts";
import { lengthOf, readSvg } from "./svg_element.ts";

/** Points of a pixel: 1/96 inch, of 72 points. */
const POINTS = 0.75;

/**
 * Draws an SVG document as a page of PDF. See `drawPdf`.
 *
 * @param svg The document.
 * @returns The PDF file.
 */
export async function pdfOf(svg: string): Promise<Uint8Array> {
  const { regular, bold } = await loadFonts();
  const root = readSvg(svg), { title, desc } = wordsOf([...root.children]);
  const pdf = createPdf({
    autoFirstPage: false,
    // Without it, Helvetica would be part of every file.
    font: null,
    lang: "en-GB",
    displayTitle: true,
    pdfVersion: "1.7",
    // A fixed date: the same figure is the same file.
    info: { Title: title, Subject: desc, Creator: `Staircase ${VERSION}`, CreationDate: new Date(0) },
  });
  const content = contentOf(pdf);
  const size = [POINTS * lengthOf(root, "width"), POINTS * lengthOf(root, "height")] as const;
  pdf.addPage({ size, margin: 0 }).registerFont("regular", regular).registerFont("bold", bold);
  pdf.transform(POINTS, 0, 0, POINTS, 0, 0);
  drawElement(pdf, root, {});
  pdf.end();
  return await content;
}

/** Finds the title and the description of a document. */
function wordsOf(children: ReturnType<typeof readSvg>[]): { readonly title: string; readonly desc: string } {
  const textOf = (name: string) => children.find(({ tagName }) => tagName === name)?.textContent ?? "";
  return { title: textOf("title"), desc: textOf("desc") };
}

/** Collects what a document writes. */
function contentOf(pdf: Pdf): Promise<Uint8Array> {
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  return new Promise((resolve, reject) => {
    pdf.on("data", (chunk) => chunks.push(new Uint8Array(chunk)));
    pdf.on("end", () => resolve(new Blob(chunks).bytes()));
    pdf.on("error", reject);
  });
}
