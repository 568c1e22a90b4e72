import { type Illustration, type Plan, stepsOf } from '../model/index.ts';
import { isEqualJson, isJson, isObject, parseJson, sha256, stringifyJson, type JsonObject, type JsonValue } from '../std/index.ts';
import { decodeIllustration } from './decode-illustration.ts';
import { decodePlan } from './decode-plan.ts';
import { count, Malformed, oneOf, record, text } from './decode.ts';
import { hashSecret } from './secret.ts';

/** The version of the file's form: one that is not this is not read. */
const FORMAT_VERSION = 1;

/** What is written beside the plan itself. */
export interface PlanFileMeta {
  readonly kplanVersion: string;
  /** What pages show of the plan; `kapply` does without. */
  readonly illustration?: Illustration;
}

/** A plan file as read, or why it is refused. */
export type PlanFile =
  | ({ readonly kind: 'ok'; readonly plan: Plan } & PlanFileMeta)
  | { readonly kind: 'invalid'; readonly reason: string };

/** The plan as a file: JSON (`schemas/plan.schema.json`), sealed with a digest. Throws if it held a secret value. */
export function writePlanFile(plan: Plan, { kplanVersion, illustration }: PlanFileMeta): string {
  assertNoSecrets(plan);
  const content: JsonObject = {
    apiVersion: 'kplan.dev/v1',
    kind: 'Plan',
    formatVersion: FORMAT_VERSION,
    kplanVersion,
    plan: toJson(plan),
    ...(illustration === undefined ? {} : { illustration: toJson(illustration) }),
  };
  return `${stringifyJson({ ...content, digest: digestOf(content) }, 2)}\n`;
}

const envelope = record<
  {
    apiVersion: 'kplan.dev/v1';
    kind: 'Plan';
    formatVersion: number;
    kplanVersion: string;
    digest: string;
    plan: Plan;
  },
  Pick<PlanFileMeta, 'illustration'>
>(
  { apiVersion: oneOf('kplan.dev/v1'), kind: oneOf('Plan'), formatVersion: count, kplanVersion: text, digest: text, plan: decodePlan },
  { illustration: decodeIllustration },
);

/**
 * Reads a plan file, which may come from anywhere: refused with a reason where it is not JSON, of another form, or not
 * what was written (its digest does not fit). Never throws.
 */
export function readPlanFile(content: string): PlanFile {
  try {
    return readSealed(parseJson(content));
  } catch (error) {
    if (error instanceof Malformed) return { kind: 'invalid', reason: error.message };
    if (error instanceof SyntaxError || error instanceof TypeError) return { kind: 'invalid', reason: 'not JSON' };
    if (error instanceof RangeError) return { kind: 'invalid', reason: 'nested too deep' };
    throw error;
  }
}

function readSealed(value: JsonValue): PlanFile {
  if (!isObject(value) || value['kind'] !== 'Plan') return { kind: 'invalid', reason: 'not a plan file' };
  const version = value['formatVersion'];
  if (version !== FORMAT_VERSION) {
    const found = typeof version === 'number' ? `format version ${version}` : 'no format version';
    return { kind: 'invalid', reason: `${found}: this version of kplan reads ${FORMAT_VERSION}` };
  }
  const { digest, ...rest } = value;
  if (digest !== digestOf(rest)) return { kind: 'invalid', reason: 'changed after it was written: its digest does not fit' };
  const { plan, kplanVersion, illustration } = envelope(value, '');
  const meta = { kplanVersion, ...(illustration === undefined ? {} : { illustration }) };
  return isInOrder(plan) ? { kind: 'ok', plan, ...meta } : { kind: 'invalid', reason: 'its waves are not in order' };
}

function isInOrder(plan: Plan): boolean {
  return plan.waves.every(({ index, steps }, place) => index === place && steps.every(({ wave }) => wave === place));
}

function digestOf(content: JsonObject): string {
  return `sha256:${sha256(stringifyJson(content))}`;
}

function toJson(value: Plan | Illustration): JsonValue {
  return isJson(value) ? value : null;
}

/** A plan is made of hashed Secrets from the start; this holds even if a caller made it otherwise. */
function assertNoSecrets(plan: Plan): void {
  for (const object of [...stepsOf(plan).flatMap(({ desired, merged }) => [desired, merged]), ...(plan.hooks ?? [])]) {
    if (object !== undefined && !isEqualJson(hashSecret(object, plan.salt), object))
      throw new Error('a plan file must not hold secret values');
  }
}
