// The pack: the views of several releases with equal definitions held once. Equal views give equal bytes.
import { createHash } from 'node:crypto';
import { brotliCompressSync, brotliDecompressSync, constants } from 'node:zlib';
import { reach } from './view.mjs';

/** The pack of views by minor version (`{ '1.36': view }`). */
export function toPack(views) {
  const minors = Object.keys(views).toSorted(byMinor);
  const nodes = minors.flatMap((minor) =>
    Object.entries(views[minor].definitions).map(([name, schema]) => ({ key: `${minor} ${name}`, minor, name, schema })),
  );
  const classes = classify(nodes);
  const representatives = [...new Map(nodes.toReversed().map((node) => [classes.get(node.key), node])).values()].toSorted((a, b) =>
    a.name === b.name ? byMinor(a.minor, b.minor) : a.name < b.name ? -1 : 1,
  );
  const indexOf = new Map(representatives.map((node, index) => [classes.get(node.key), index]));
  const indexIn = (minor) => (name) => (name === null ? null : indexOf.get(classes.get(`${minor} ${name}`)));
  return {
    format: 1,
    definitions: representatives.map(({ minor, name, schema }) => [name, replaceReferences(schema, indexIn(minor))]),
    versions: Object.fromEntries(
      minors.map((minor) => [
        minor,
        { release: views[minor].release, kinds: views[minor].kinds.map((kind) => mapKind(kind, indexIn(minor))) },
      ]),
    ),
  };
}

/** The view of one minor version, as it went into the pack. */
export function toViews(pack) {
  const nameOf = (index) => (index === null ? null : `${index}`);
  const byIndex = new Map(pack.definitions.map(([, schema], index) => [`${index}`, replaceReferences(schema, nameOf)]));
  const realName = (index) => (index === null ? null : pack.definitions[index][0]);
  return Object.fromEntries(
    Object.entries(pack.versions).map(([minor, { release, kinds }]) => {
      const roots = kinds.flatMap((kind) => [kind.schema, ...kind.subresources.map((item) => item.schema)]).map(nameOf);
      const definitions = reach(roots, byIndex)
        .map((index) => [realName(index), replaceReferences(pack.definitions[index][1], realName)])
        .toSorted(([a], [b]) => (a < b ? -1 : 1));
      return [minor, { release, kinds: kinds.map((kind) => mapKind(kind, realName)), definitions: Object.fromEntries(definitions) }];
    }),
  );
}

export const encodePack = (pack) => {
  const text = Buffer.from(JSON.stringify(pack));
  return brotliCompressSync(text, {
    params: {
      [constants.BROTLI_PARAM_MODE]: constants.BROTLI_MODE_TEXT,
      [constants.BROTLI_PARAM_QUALITY]: 11,
      [constants.BROTLI_PARAM_LGWIN]: 24,
      [constants.BROTLI_PARAM_SIZE_HINT]: text.length,
    },
  });
};

export const decodePack = (bytes) => JSON.parse(brotliDecompressSync(bytes).toString('utf8'));

const mapKind = (kind, change) => ({
  ...kind,
  subresources: kind.subresources.map((item) => ({ ...item, schema: change(item.schema) })),
  schema: change(kind.schema),
});

/**
 * The class of each definition: two are in one class if they have the same name and text and their references lead to
 * equal classes. Definitions refer to each other in circles, so classes are split until none splits any more.
 */
function classify(nodes) {
  let classes = new Map(nodes.map((node) => [node.key, node.name]));
  for (let count = 0; ;) {
    const next = new Map(
      nodes.map((node) => {
        const text = JSON.stringify(replaceReferences(node.schema, (name) => classes.get(`${node.minor} ${name}`)));
        return [node.key, createHash('sha256').update(`${node.name} ${text}`).digest('hex')];
      }),
    );
    const size = new Set(next.values()).size;
    classes = next;
    if (size === count) return classes;
    count = size;
  }
}

function replaceReferences(schema, change) {
  const out = { ...schema };
  if (out.$ref !== undefined) out.$ref = change(out.$ref);
  if (out.properties !== undefined) {
    out.properties = Object.fromEntries(Object.entries(out.properties).map(([name, item]) => [name, replaceReferences(item, change)]));
  }
  for (const key of ['items', 'additionalProperties', 'not']) {
    if (typeof out[key] === 'object') out[key] = replaceReferences(out[key], change);
  }
  for (const key of ['anyOf', 'oneOf']) if (out[key] !== undefined) out[key] = out[key].map((item) => replaceReferences(item, change));
  return out;
}

const byMinor = (a, b) => Number(a.split('.')[1]) - Number(b.split('.')[1]);
