import { describe, isKubernetesObject, type Kind, type Schema, type SchemaCatalog } from '../../src/model/index.ts';
import { getArray, getAt, getObject, getString, isArray, isObject, type JsonObject, type JsonValue } from '../../src/std/index.ts';
import { validateManifests } from '../../src/validate/index.ts';
import { readFixture } from '../validate/server-cases.ts';
import { toManifest } from '../validate/fake-origin.ts';
import { groupByKind, listBases } from './bases.ts';
import { folderOf, groupVersionOf, type Client, type ServerAnswer } from './client.ts';
import type { Comparison, Judge, Setting, Trial } from './judge.ts';
import { mutate } from './mutate.ts';

const NAMESPACE = 'judged-validate';

const DONE_EITHER_WAY = ['dropped', 'duplicate item', 'enum', 'field added', 'map entry', 'metadata', 'null', 'null item', 'number'];
const BRANCHES: readonly string[] = [
  ...[...DONE_EITHER_WAY, 'emptied', 'item added', 'quantity', 'text', 'unknown field', 'wrong type'].map((name) => `accepted (${name})`),
  ...[...DONE_EITHER_WAY, 'bytes', 'int-or-string', 'quantity', 'text', 'time', 'unknown field', 'wrong type'].map(
    (name) => `rejected in the same words (${name})`,
  ),
  'both reject, the server also by native rules',
];

/** Whether kplan rejects what the API server rejects when it decodes an object and looks at its schema and metadata, in its words. */
export const validateJudge: Judge = { subject: 'validation', cases: 12_000, parallel: 8, branches: BRANCHES, prepare };

async function prepare({ client, catalog, random }: Setting): Promise<Trial> {
  await client.createNamespace(NAMESPACE);
  const definition = readFixture('setup.yaml');
  if (!isKubernetesObject(definition)) throw new Error('setup.yaml holds a definition');
  await client.define(definition, '/apis/example.com/v1/widgets');
  const known = catalog.withCustomResources([definition]);
  const bases = listBases(known, NAMESPACE, random);
  const kinds = groupByKind(bases);
  const widgets = bases.filter(({ kind }) => kind.custom);
  return {
    generate(random) {
      const { kind, object } = random.pick(random.once(5) ? widgets : random.pick(kinds));
      const done = mutate(object, kind.schema, random);
      const more = random.once(6) ? mutate(done.object, kind.schema, random) : done;
      return { mutation: done.name, object: more.object };
    },
    compare: (input) => compare(input, known, client),
  };
}

/** A server that panics over an object gives no answer, however often it is asked. */
function unlessClosed(error: unknown): undefined {
  if (error instanceof Error && error.message.endsWith('socket hang up')) return undefined;
  throw error;
}

async function compare(input: JsonValue, catalog: SchemaCatalog, client: Client): Promise<Comparison | undefined> {
  const object = getObject(input, 'object');
  const kind = catalog.find({ ...groupVersionOf(object ?? null), kind: getString(object, 'kind') ?? '' });
  if (object === undefined || kind === undefined || !isKubernetesObject(object)) return undefined;
  const path = `${folderOf(kind, NAMESPACE)}?dryRun=All&fieldValidation=Strict&fieldManager=judge`;
  const answer = await client.send('POST', path, object).catch(unlessClosed);
  if (answer === undefined) return { coverage: ['(the server closes the connection)'], isCompared: false };
  const name = getString(input, 'mutation') ?? 'shrunk';
  const ours = judgeOurselves(object, catalog);
  const servers = toVerdict(answer, kind, object);
  const oddity = oddityOf(object, kind);
  const differs = (signature: string): Comparison => ({
    coverage: [],
    difference: {
      signature: oddity === undefined ? signature : `${oddity}: ${signature}`,
      ours: ours.join(' | ') || 'accepted',
      servers: servers.whole,
    },
  });
  switch (servers.kind) {
    case 'skipped':
      return undefined;
    case 'accepted':
      return ours.length === 0
        ? { coverage: [`accepted (${name})`] }
        : differs(`kplan rejects what the server accepts: ${toPattern(ours.join(' | '))}`);
    case 'native':
      if (ours.length > 0) return { coverage: ['both reject, the server also by native rules'] };
      return { coverage: ['not covered: native'], isCompared: false };
    case 'structural': {
      const likenesses = servers.texts.map((text) => ({ text, likeness: likenessOf(text, ours) }));
      const missing = likenesses.find(({ likeness }) => likeness === 'none')?.text;
      if (missing === undefined) {
        const words = likenesses.some(({ likeness }) => likeness === 'types')
          ? 'in the same words but for names of Go types'
          : 'in the same words';
        return { coverage: [`rejected ${words} (${name})`] };
      }
      if (ours.length === 0) return differs(`kplan accepts what the server rejects: ${toPattern(missing)}`);
      return differs(`kplan rejects in other words than: ${toPattern(missing)}`);
    }
  }
}

/** What is odd about a case in a way that a known deviation is about. */
function oddityOf(object: JsonObject, kind: Kind): string | undefined {
  if (Object.keys(object).some((key) => /^(?:apiversion|kind)$/i.test(key) && key !== 'apiVersion' && key !== 'kind'))
    return 'type in other letters';
  if (kind.kind === 'LimitRange' && (getString(object, 'metadata', 'name') ?? '') === '') return 'nameless LimitRange';
  return holdsBytesList(object, kind.schema) ? 'list for bytes' : undefined;
}

function holdsBytesList(value: JsonValue, schema: Schema): boolean {
  if (isArray(value))
    return (schema.type === 'string' && schema.format === 'byte') || value.some((item) => holdsBytesList(item, schema.items ?? {}));
  if (!isObject(value)) return false;
  const rest = typeof schema.additionalProperties === 'object' ? schema.additionalProperties : {};
  return Object.entries(value).some(([key, item]) => holdsBytesList(item, schema.properties?.[key] ?? rest));
}

const GO_TYPES = /^json: cannot unmarshal (.*?)(?: into Go (?:struct field (\S+)|value) of type .*)?$/s;

/** Whether kplan says a text too: after the place of it, or with other names of Go types, which no schema knows. */
function likenessOf(text: string, ours: readonly string[]): 'same' | 'types' | 'none' {
  if (ours.some((own) => own === text || own.endsWith(`: ${text}`))) return 'same';
  const theirs = GO_TYPES.exec(text);
  if (theirs === null) return 'none';
  const isAlike = (own: string): boolean => {
    const found = GO_TYPES.exec(own);
    return found !== null && found[1] === theirs[1] && lastStep(found[2]) === lastStep(theirs[2]);
  };
  return ours.some(isAlike) ? 'types' : 'none';
}

function lastStep(field = ''): string {
  return field.slice(field.lastIndexOf('.') + 1);
}

/** What is said about manifests in a repository and not about an object that is sent. */
const NOT_THE_SERVERS = new Set(['KV0003', 'KV0004', 'KV0005', 'KV0006', 'KV0007', 'KV0008']);

/** What kplan says of an object that is an error of the object's own, as sentences. */
export function judgeOurselves(object: JsonObject, catalog: SchemaCatalog): readonly string[] {
  const findings = validateManifests([toManifest(object)], { catalogs: [catalog], knowsCluster: false, defaultNamespace: NAMESPACE });
  return findings
    .filter(({ code, severity }) => severity === 'error' && code.startsWith('KV') && !NOT_THE_SERVERS.has(code))
    .map((finding) => describe(finding));
}

interface Verdict {
  readonly kind: 'accepted' | 'native' | 'structural' | 'skipped';
  readonly whole: string;
  /** What kplan ought to say too. */
  readonly texts: readonly string[];
}

/** What the server writes where it has no field to name. */
const NO_FIELD = '<nil>: Invalid value: "": ';

function toVerdict({ status, body }: ServerAnswer, kind: Kind, object: JsonObject): Verdict {
  const message = getString(body, 'message') ?? '';
  const whole = `${status} ${message}`;
  if (status < 300) return { kind: 'accepted', whole: 'accepted', texts: [] };
  if (status === 400)
    return { kind: 'structural', whole, texts: splitStrict(message.replace(/^.* cannot be handled as an? [^:]*: /s, '')) };
  if (status !== 422) return { kind: status === 500 ? 'structural' : 'skipped', whole, texts: [message] };
  const causes = getArray(body, 'details', 'causes').map((cause) => ({
    reason: getString(cause, 'reason') ?? '',
    field: getString(cause, 'field') ?? '',
    text: `${getString(cause, 'field') ?? ''}: ${getString(cause, 'message') ?? ''}`.replace(NO_FIELD, ''),
  }));
  const isNamed = (getString(object, 'metadata', 'name') ?? '') !== '';
  // A bad generateName is found fault with a second time, as a name with random letters.
  const given = causes.filter(({ reason, field }) => isNamed || field !== 'metadata.name' || reason === 'FieldValueRequired');
  const texts = given.filter((cause) => isStructural(cause, kind, object)).map(({ text }) => text);
  return { kind: texts.length === 0 ? 'native' : 'structural', whole, texts };
}

function splitStrict(message: string): readonly string[] {
  const list = /^strict decoding error: (.*)$/s.exec(message)?.[1];
  if (list === undefined) return [message];
  return list.split(/, (?=(?:unknown|duplicate) field ")/).map((item) => `strict decoding error: ${item}`);
}

/** What is wanted of built-in kinds by their schemas. That a field that is there is empty, or that it is wanted by another, is a native rule. */
function isStructural({ reason, field }: { readonly reason: string; readonly field: string }, kind: Kind, object: JsonObject): boolean {
  if (kind.custom) return true;
  if (/^metadata\.(name|generateName|labels|annotations|finalizers|ownerReferences)\b/.test(field)) return true;
  // Claims without a name become volumes in no certain order.
  if (kind.kind === 'StatefulSet' && field.startsWith('spec.template.spec.volumes[')) return false;
  const path = field.split(/[.[\]]+/).filter((step) => step !== '');
  const schema = schemaAt(kind.schema, path);
  if (reason === 'FieldValueNotSupported') return schema?.enum !== undefined;
  const parent = schemaAt(kind.schema, path.slice(0, -1));
  const value = getAt(object, ...path.map((step) => (/^\d+$/.test(step) ? Number(step) : step)));
  if (value !== undefined && value !== null) return false;
  // That one of several fields of `spec` is wanted is a native rule.
  return reason === 'FieldValueRequired' && field !== 'spec' && parent?.required?.includes(path.at(-1) ?? '') === true;
}

function schemaAt(schema: Schema | undefined, [step, ...rest]: readonly string[]): Schema | undefined {
  if (step === undefined || schema === undefined) return schema;
  const rest1 = typeof schema.additionalProperties === 'object' ? schema.additionalProperties : undefined;
  return schemaAt(schema.items ?? schema.properties?.[step] ?? rest1, rest);
}

/** A message without the values of the case. */
export function toPattern(message: string): string {
  return message
    .replace(/Go struct field \S+/g, 'Go struct field F')
    .replace(/\(must be of type .*/s, '(…)')
    .replace(/"(?:[^"\\]|\\.)*"/gs, '"…"')
    .replace(/^(?!metadata|json)[\w$./[\]"…-]+: /, 'F: ')
    .replace(/-?\d+(?:\.\d+)?(?:e[+-]?\d+)?/g, 'N')
    .slice(0, 240);
}
