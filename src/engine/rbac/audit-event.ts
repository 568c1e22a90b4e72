import { getArray, getString, type JsonValue } from '../../std/index.ts';
import type { Action, UserInfo } from './request.ts';

/** How far a request had come when the event was written. */
type Stage = 'ended' | 'received' | 'started';

/** One event of an audit log, as far as rights are concerned. */
export interface AuditEvent {
  readonly id: string;
  readonly stage: Stage;
  /** As the log writes it; empty if it does not. */
  readonly time: string;
  /** Whose rights it took: the one who is acted for, where somebody impersonates. Undefined for requests of nobody who was known. */
  readonly user: UserInfo | undefined;
  /** Who acts for that user by impersonation. */
  readonly actor: UserInfo | undefined;
  /** The verb by which that was allowed, if not `impersonate` itself. */
  readonly constraint: string | undefined;
  readonly action: Action;
  /** Whether authorization let it pass; what admission or the store refused later has been allowed. */
  readonly isAllowed: boolean;
}

const STAGES: ReadonlyMap<string, Stage> = new Map(
  Object.entries<Stage>({
    RequestReceived: 'received',
    ResponseStarted: 'started',
    ResponseComplete: 'ended',
    Panic: 'ended',
  }),
);

/**
 * Reads an event of the audit API (`audit.k8s.io/v1`). Undefined for what is none. A request's name is known to authorization only
 * where the URL has it: audit logs also give that of the object that is made.
 */
export function readAuditEvent(value: JsonValue): AuditEvent | undefined {
  const stage = STAGES.get(getString(value, 'stage') ?? '');
  const verb = getString(value, 'verb') ?? '';
  if (stage === undefined || verb === '' || getString(value, 'kind') !== 'Event') return undefined;
  const sender = readUser(value, 'user');
  const target = readUser(value, 'impersonatedUser');
  const constraint = getString(value, 'authenticationMetadata', 'impersonationConstraint');
  const head = { id: getString(value, 'auditID') ?? '', stage, time: getString(value, 'requestReceivedTimestamp') ?? '', constraint };
  const refused = readRefusedImpersonation(value);
  if (refused !== undefined) return { ...head, user: sender, actor: undefined, action: refused, isAllowed: false };
  return { ...head, user: target ?? sender, actor: target && sender, action: readAction(value, verb), isAllowed: wasAllowed(value) };
}

function readUser(event: JsonValue, field: string): UserInfo | undefined {
  const name = getString(event, field, 'username') ?? '';
  if (name === '') return undefined;
  return { name, groups: getArray(event, field, 'groups').filter((group) => typeof group === 'string') };
}

function readAction(event: JsonValue, verb: string): Action {
  const text = (field: string): string => getString(event, 'objectRef', field) ?? '';
  const resource = text('resource');
  if (resource === '') return { kind: 'path', verb, path: (getString(event, 'requestURI') ?? '').replace(/[?#][^]*$/, '') };
  const subresource = text('subresource');
  const isNamed = (verb !== 'create' || subresource !== '') && verb !== 'deletecollection';
  return {
    kind: 'resource',
    verb,
    group: text('apiGroup'),
    resource,
    subresource,
    namespace: text('namespace'),
    name: isNamed ? text('name') : '',
  };
}

/** By the annotation of the authorizer; where a log has none, by what the server answered: admission refuses with the same code. */
function wasAllowed(event: JsonValue): boolean {
  const decision = getString(event, 'annotations', 'authorization.k8s.io/decision');
  if (decision !== undefined) return decision === 'allow';
  return !/ cannot [^"]* (?:path|resource) "/.test(getString(event, 'responseStatus', 'message') ?? '');
}

/** The request to act for somebody that was refused: such an event tells of the request which was never looked at. */
function readRefusedImpersonation(event: JsonValue): Action | undefined {
  const message = getString(event, 'responseStatus', 'message') ?? '';
  const [, resource, group = ''] = / cannot impersonate resource "([^"]*)" in API group "([^"]*)"/.exec(message) ?? [];
  if (resource === undefined) return undefined;
  const [, name = ''] = /^[^ "]+ "([^"]*)" is forbidden/.exec(message) ?? [];
  const [, namespace = ''] = / in the namespace "([^"]*)"/.exec(message) ?? [];
  const [plural = '', subresource = ''] = resource.split('/');
  return { kind: 'resource', verb: 'impersonate', group, resource: plural, subresource, namespace, name };
}
