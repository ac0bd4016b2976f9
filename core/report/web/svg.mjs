// Draws a picture without a browser: node svg.mjs FOLDER SPEC SVG reads a picture's specification and
// writes it as SVG, in the page's light colours, with what lies in FOLDER.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import vm from "node:vm";

const [folder, input, output] = process.argv.slice(2);
const read = (name) => readFileSync(join(folder, name), "utf8");
const kWidth = 760;  // pixels

async function draw() {
  // The libraries are scripts of a page: they leave their names in the global scope.
  for (const script of ["charts.js", "look.js"]) vm.runInThisContext(read(script));
  const { vega, vegaLite, vegaInterpreter, look } =
    vm.runInThisContext("({ vega, vegaLite, vegaInterpreter, look: pictureLook })");
  const light = read("page.css").split("}", 1)[0];
  const colours = new Map(
    [...light.matchAll(/(--[a-z-]+):\s*([^;]+);/g)].map(([, name, value]) => [name, value.trim()]));
  const config = look.config(kWidth, (name) => colours.get(name), false);
  config.background = colours.get("--paper");

  const spec = JSON.parse(readFileSync(input, "utf8"));
  spec.datasets.rows = look.rowsOf(spec.datasets.rows);
  const { spec: drawn } = vegaLite.compile(look.fitted(spec, kWidth), { config });
  const view = new vega.View(vega.parse(drawn, null, { ast: true }),
    { renderer: "none", expr: vegaInterpreter.expressionInterpreter });
  writeFileSync(output, await view.toSVG());
}

try {
  await draw();
} catch (error) {
  console.error(`${input}: ${error.message}`);
  process.exitCode = 1;
}
