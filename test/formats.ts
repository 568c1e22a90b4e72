import { FORMATS as LOADED, type Format, type FormatName } from '../src/report/index.ts';

/** The formats of a report by name, loaded. */
export const FORMATS: Readonly<Record<FormatName, Format>> = {
  gitlab: await LOADED.gitlab(),
  html: await LOADED.html(),
  json: await LOADED.json(),
  junit: await LOADED.junit(),
  markdown: await LOADED.markdown(),
  sarif: await LOADED.sarif(),
  text: await LOADED.text(),
  yaml: await LOADED.yaml(),
};
