// node validate.mjs FOLDER-WITH-NODE-MODULES FILE: exit code 0 where the file is a bill of materials
// as CycloneDX 1.6 has it, strictly; else 1 and what is wrong with it.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

const [folder, file] = process.argv.slice(2);
const require = createRequire(join(folder, 'package.json'));
const { Spec, Validation } = require('@cyclonedx/cyclonedx-library');
const validator = new Validation.JsonStrictValidator(Spec.Version.v1dot6);
const problem = await validator.validate(readFileSync(file, 'utf8'));
if (problem !== null) {
  console.error(JSON.stringify(problem, null, 2));
  process.exit(1);
}
