// Joins the libraries that draw pictures into one script for the page.
//   node bundle.mjs FOLDER_WITH_NODE_MODULES OUTPUT
import { readFileSync, writeFileSync } from "node:fs";

const [folder, output] = process.argv.slice(2);
const read = (name) => readFileSync(`${folder}/node_modules/${name}`, "utf8");

const libraries = [
  ["vega", "build/vega.min.js"],
  ["vega-lite", "build/vega-lite.min.js"],
  ["vega-embed", "build/vega-embed.min.js"],
];

// Evaluates expressions without eval. Published as a module alone, with imports that vega exports.
const interpreter = () => {
  const source = read("vega-interpreter/build/vega-interpreter.js");
  const body = source
    .replace(/^import \{([^}]*)\} from 'vega-util';/m, "const {$1} = vega;")
    .replace(/^export \{ expression as expressionInterpreter \};/m,
      "globalThis.vegaInterpreter = { expressionInterpreter: expression };");
  if (/^(import|export) /m.test(body) || !body.includes("globalThis.vegaInterpreter")) {
    throw new Error("vega-interpreter is laid out otherwise than expected");
  }
  return `(() => {\n${body}\n})();`;
};

const versions = ["vega", "vega-lite", "vega-embed", "vega-interpreter"]
  .map((name) => `${name} ${JSON.parse(read(`${name}/package.json`)).version}`);
const notice = `/*!\n${versions.join(", ")}\n\n${read("vega/LICENSE").trim()}\n*/`;
const scripts = [...libraries.map(([name, file]) => read(`${name}/${file}`)), interpreter()];
const bundle = [notice, ...scripts]
  .join("\n")
  .replace(/^\/\/# sourceMappingURL=.*$/gm, "")
  .replaceAll("</script", "<\\/script")
  .replaceAll("<!--", "<\\!--");
writeFileSync(output, bundle);
