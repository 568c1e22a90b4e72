// One process of scripts/test.mjs: imports its test files one after the other.
import { pathToFileURL } from 'node:url';

for (const file of process.argv.slice(2)) await import(pathToFileURL(file).href);
