// Writes docs/cli.md, docs/codes.md and action.yml from the table of commands and the catalog of codes; `--check` fails if they differ,
// or if a link of a page leads nowhere.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { commandName } from '../src/cli/arguments.ts';
import { renderHelp } from '../src/cli/help.ts';
import { COMMANDS } from '../src/cli/table.ts';
import { compareStrings } from '../src/std/index.ts';
import { CATALOG } from '../src/model/index.ts';
import { renderAction } from './action.ts';
import { listBrokenLinks } from './links.ts';

const commands = COMMANDS.map((command) => `## ${commandName(command)}\n\n\`\`\`text\n${renderHelp(command)}\`\`\`\n`).join('\n');
const codes = Object.keys(CATALOG)
  .toSorted(compareStrings)
  .map((code) => {
    const entry = CATALOG[code];
    if (entry === undefined) return '';
    const example = `\n\`\`\`yaml\n${entry.example.trimEnd()}\n\`\`\`\n`;
    return `## ${code}: ${entry.title}\n\n${entry.severity} · ${entry.message}\n\nWhy: ${entry.why}\n\nRemedy: ${entry.remedy}\n${example}`;
  })
  .join('\n');

const files = new Map([
  ['action.yml', renderAction()],
  ['docs/cli.md', `# Commands\n\nMade from the table in \`src/cli/table.ts\` by \`npm run docs\`.\n\n${commands}`],
  [
    'docs/codes.md',
    `# Codes of findings and effects\n\nMade from the catalog in \`src/model/catalog\` by \`npm run docs\`. In messages, \`{name}\` stands for a value.\n\n${codes}`,
  ],
]);

let stale = 0;
mkdirSync('docs', { recursive: true });
for (const [path, text] of files) {
  if (!process.argv.includes('--check')) writeFileSync(path, text);
  else if (readOr(path) !== text) {
    stale++;
    console.error(`${path} is not what the tables say: run \`npm run docs\``);
  }
}
const broken = listBrokenLinks();
for (const problem of broken) console.error(problem);
process.exitCode = stale + broken.length === 0 ? 0 : 1;

function readOr(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
