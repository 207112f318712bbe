import { drawPdf, drawPng } from "../../src/convert/draw.ts";
import { InputError } from "../../src/errors.ts";
import { staircaseFigure } from "../../src/plot/staircase/staircase.ts";
import { assert } from "../deps.ts";
import { madeUp, readFigure } from "../support/figure.ts";
import { colorAt, differenceOf, drawPage, hasPoppler, poppler, readPng } from "../support/pixels.ts";

const golden = new URL("../plot/golden/", import.meta.url);
const decode = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

const document = (content: string, size = 'width="40" height="30"') =>
  `<svg xmlns="http://www.w3.org/2000/svg" ${size}>${content}</svg>`;

Deno.test("drawPdf: the same figure is the same file, with a fixed date and both weights of the font", async () => {
  const svg = staircaseFigure(madeUp({ probes: 40 }));
  const [a, b] = await Promise.all([drawPdf(svg), drawPdf(svg)]);
  assert.deepEqual(a, b);
  const text = new TextDecoder("latin1").decode(a);
  const { width, height } = readFigure(svg)[0].attributes;
  assert(text.includes(`/MediaBox [0 0 ${0.75 * Number(width)} ${0.75 * Number(height)}]`));
  assert.equal([...text.matchAll(/\/FontFile2 /g)].length, 2);
  assert.equal([...text.matchAll(/\/ToUnicode /g)].length, 2);
  assert(!/Helvetica|Times|Courier/.test(text), "has fonts that are not in it");
  assert.deepEqual(new Set(text.match(/D:\d{4}|>\d{4}-\d\d-\d\d/g)), new Set(["D:1970", ">1970-01-01"]));
});

for (const { name } of Deno.readDirSync(golden)) {
  Deno.test({
    name: `drawPdf: ${name} has its texts, and looks as in PNG`,
    ignore: !hasPoppler,
    fn: async () => {
      const svg = Deno.readTextFileSync(new URL(name, golden)), pdf = await drawPdf(svg);
      const squeeze = (text: string) => text.replaceAll(/\s/g, "");
      const found = squeeze(decode(await poppler("pdftotext", pdf, "-raw", "-")));
      for (const { name, text } of readFigure(svg)) {
        if (name === "text") assert(found.includes(squeeze(text)), `"${text}" is not in the text`);
      }
      const fonts = decode(await poppler("pdffonts", pdf)).trim().split("\n").slice(2);
      assert(
        fonts.length > 0 && fonts.every((line) => /DejaVuSans.* yes yes yes /.test(line)),
        fonts.join("\n"),
      );
      // Two programs draw the edges of lines and letters differently, and nothing else.
      const apart = differenceOf(await readPng(await drawPng(svg, 1)), await drawPage(pdf, 96));
      assert(apart < 0.02, `${(100 * apart).toFixed(2)} %`);
    },
  });
}

/** Pixels of small documents that use one feature each. */
const FEATURES: Readonly<
  Record<string, readonly [content: string, ...pixels: [x: number, y: number, color: string][]]>
> = {
  "a fill": ['<rect x="10" y="10" width="10" height="10" fill="#0072b2"/>', [15, 15, "#0072b2"], [
    25,
    15,
    "#ffffff",
  ]],
  "an inherited fill": [
    '<g fill="rgb(0, 114, 178)"><g><circle cx="20" cy="15" r="8"/></g></g>',
    [20, 15, "#0072b2"],
    [20, 25, "#ffffff"],
  ],
  "opacity": ['<path d="M0,0H40V30H0Z" fill="#000000" fill-opacity="0.4"/>', [20, 15, "#999999"]],
  "opacity of a line": [
    '<line x2="40" y1="15" y2="15" stroke="black" stroke-width="8" stroke-opacity="0.4"/>',
    [
      20,
      15,
      "#999999",
    ],
  ],
  "dashes": [
    '<line x1="0" y1="15" x2="40" y2="15" stroke="#000" stroke-width="4" stroke-dasharray="10 5"/>',
    [5, 15, "#000000"],
    [12, 15, "#ffffff"],
    [20, 15, "#000000"],
  ],
  "no dashes after dashes": [
    '<line y1="5" x2="40" y2="5" stroke="red" stroke-width="4" stroke-dasharray="10 5"/>' +
    '<line y1="15" x2="40" y2="15" stroke="black" stroke-width="4"/>',
    [12, 5, "#ffffff"],
    [12, 15, "#000000"],
  ],
  "fill and outline": [
    '<rect x="10" y="10" width="10" height="10" fill="#00ff00" stroke="#0000ff" stroke-width="4"/>',
    [15, 15, "#00ff00"],
    [10, 15, "#0000ff"],
  ],
  "a nested document, which hides what leaves it": [
    '<svg x="10" y="10" width="10" height="10"><rect x="-20" y="2" width="60" height="4"/></svg>',
    [15, 13, "#000000"],
    [5, 13, "#ffffff"],
    [25, 13, "#ffffff"],
  ],
  "a nested document that hides nothing": [
    '<svg x="10" y="10" width="10" height="10" overflow="visible"><rect width="20" height="4"/></svg>',
    [25, 12, "#000000"],
  ],
  "a view box": [
    '<svg width="40" height="30" viewBox="100 0 4 1.5"><rect x="101" width="1" height="1"/></svg>',
    [15, 12, "#000000"],
    [5, 12, "#ffffff"],
    [25, 12, "#ffffff"],
  ],
  "transforms": [
    '<g transform="translate(20,15) rotate(90)"><rect y="-2" width="10" height="4"/></g>',
    [20, 20, "#000000"],
    [25, 15, "#ffffff"],
  ],
  "a turn about a point, a scale, a matrix": [
    '<rect x="20" y="13" width="10" height="4" transform="rotate(180,20,15)"/>' +
    '<rect width="2" height="2" fill="#ff0000" transform="scale(5)"/>' +
    '<rect width="1" height="1" fill="#0000ff" transform="matrix(6 0 0 6 30 20)"/>',
    [14, 15, "#000000"],
    [25, 15, "#ffffff"],
    [8, 8, "#ff0000"],
    [33, 23, "#0000ff"],
  ],
  "turned text": [
    '<text transform="translate(30,15) rotate(-90)" text-anchor="middle" font-size="60" font-weight="bold">l</text>',
    [15, 15, "#000000"],
    [35, 15, "#ffffff"],
  ],
  "a shift in ems": ['<text x="0" y="0" dy="0.9em" font-size="40">■■</text>', [20, 20, "#000000"]],
  "nothing without a fill": ['<rect width="40" height="30" fill="none"/>', [20, 15, "#ffffff"]],
};

for (const [feature, [content, ...pixels]] of Object.entries(FEATURES)) {
  Deno.test({
    name: `drawPdf and drawPng: ${feature}`,
    ignore: !hasPoppler,
    fn: async () => {
      const svg = document(content);
      for (
        const [format, picture] of [
          ["PDF", await drawPage(await drawPdf(svg), 96)],
          ["PNG", await readPng(await drawPng(svg, 1))],
        ] as const
      ) {
        assert.deepEqual([picture.width, picture.height], [40, 30]);
        for (const [x, y, color] of pixels) {
          assert.equal(colorAt(picture, x, y), color, `${format} at ${x}, ${y}`);
        }
      }
    },
  });
}

Deno.test("drawPdf: what it does not draw is refused by name", async () => {
  const refused = {
    '<image href="x.png"/>': /<image>/,
    '<rect width="1" height="1" filter="url(#a)"/>': /<rect> with filter/,
    '<g clip-path="url(#a)"/>': /<g> with clip-path/,
    '<rect width="1" height="1" fill="url(#a)"/>': /url\(#a\)/,
    "<text>a<tspan>b</tspan></text>": /<tspan>/,
    '<g transform="skewX(3)"/>': /skewX/,
    '<rect width="50%" height="1"/>': /width="50%"/,
    '<rect width="1" height="1" style="fill:red"/>': /with style/,
    "<toString/>": /<toString>/,
  };
  for (const [content, message] of Object.entries(refused)) {
    await assert.rejects(() => drawPdf(document(content)), (error) => {
      assert(error instanceof InputError && message.test(error.message), String(error));
      return true;
    });
  }
  for (
    const text of [
      "",
      "plain text",
      "<html></html>",
      document("", 'width="40"'),
      document("", 'width="1cm" height="2"'),
    ]
  ) {
    await assert.rejects(() => drawPdf(text), InputError, text);
  }
});

Deno.test({
  name: "drawPdf: title and description are the document's, and reserved characters stay",
  ignore: !hasPoppler,
  fn: async () => {
    const words = "<title>λ &lt; ε (1) \\</title><desc>a &amp; b</desc>";
    const pdf = await drawPdf(document(`${words}<text y="9">(λ) \\</text>`));
    assert.equal(decode(await poppler("pdftotext", pdf, "-")).trim(), "(λ) \\");
    const info = decode(await poppler("pdfinfo", pdf));
    assert.match(info, /^Title: +λ < ε \(1\) \\$/m);
    assert.match(info, /^Subject: +a & b$/m);
    assert.match(info, /^Page size: +30 x 22.5 pts$/m);
  },
});
