import { nameOf, type Kind, type KubernetesObject } from '../../model/index.ts';
import { getString } from '../../std/index.ts';
import { invalid, invalidField, requiredField, type FieldProblem } from './status-errors.ts';
import type { StatusError } from '../../cluster/index.ts';

const SUBDOMAIN = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
const SUBDOMAIN_TEXT =
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an " +
  "alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";
const LABEL = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;
const LABEL_TEXT =
  "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an " +
  "alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')";

/** Kinds whose names are a single DNS label. */
const WITH_LABEL_NAMES: ReadonlySet<string> = new Set(['/Namespace', '/Service']);

/** RBAC's names may be any path segment. */
const WITH_PATH_NAMES = 'rbac.authorization.k8s.io';

/** Why an object cannot have its name; undefined if it can. */
export function checkName(kind: Kind, object: KubernetesObject): StatusError | undefined {
  const name = nameOf(object);
  const generated = getString(object.metadata, 'generateName') ?? '';
  if (name === '') {
    const problem = requiredField('metadata.name', 'name or generateName is required');
    return generated === '' ? invalid(kind, '', [problem]) : undefined;
  }
  const problem = kind.group === WITH_PATH_NAMES ? checkSegment(name) : checkDnsName(kind, name);
  return problem === undefined ? undefined : invalid(kind, name, [problem]);
}

function checkDnsName(kind: Kind, name: string): FieldProblem | undefined {
  const isLabel = WITH_LABEL_NAMES.has(`${kind.group}/${kind.kind}`);
  const longest = isLabel ? 63 : 253;
  const quoted = JSON.stringify(name);
  if (name.length > longest) return invalidField('metadata.name', quoted, `must be no more than ${longest} bytes`);
  const isRight = isLabel ? LABEL.test(name) : SUBDOMAIN.test(name);
  return isRight ? undefined : invalidField('metadata.name', quoted, isLabel ? LABEL_TEXT : SUBDOMAIN_TEXT);
}

function checkSegment(name: string): FieldProblem | undefined {
  const quoted = JSON.stringify(name);
  if (name === '.' || name === '..') return invalidField('metadata.name', quoted, `may not be '${name}'`);
  for (const part of ['/', '%']) if (name.includes(part)) return invalidField('metadata.name', quoted, `may not contain '${part}'`);
  return undefined;
}
