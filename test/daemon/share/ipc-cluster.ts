import type { Cluster } from '../../../src/cluster/index.ts';
import { KplanError } from '../../../src/model/index.ts';
import { aborted, isObject } from '../../../src/std/index.ts';

/** The methods that a process asks its parent for. */
export const METHODS = ['identity', 'resources', 'get', 'list', 'apply', 'create', 'update', 'updateStatus', 'delete', 'revision'] as const;
export type Method = (typeof METHODS)[number];

/** A request of a child: its number, what it asks for, and with what. */
export interface Request {
  readonly id: number;
  readonly method: Method;
  readonly args: readonly unknown[];
}

/** Asks the parent process. A parent that is gone answers nothing any more. */
export function openParent(): (method: Method, ...args: readonly unknown[]) => Promise<unknown> {
  const waiting = new Map<number, (answer: { readonly value: unknown; readonly error: unknown }) => void>();
  let count = 0;
  process.on('message', (message: unknown) => {
    if (typeof message !== 'object' || message === null || !('id' in message)) return;
    const id = Number(message.id);
    waiting.get(id)?.({ value: 'value' in message ? message.value : undefined, error: 'error' in message ? message.error : undefined });
    waiting.delete(id);
  });
  return async (method, ...args) => {
    const id = count++;
    const answered = new Promise<{ readonly value: unknown; readonly error: unknown }>((resolve) => waiting.set(id, resolve));
    process.send?.({ id, method, args: args.map((arg) => (isObject(arg) ? JSON.parse(JSON.stringify(arg)) : arg)) });
    const { value, error } = await answered;
    if (typeof error === 'string') throw new KplanError('NO_CLUSTER', error);
    return value;
  };
}

/** The cluster of the parent process. Nothing is told by its watches. */
export function openIpcCluster(ask: (method: Method, ...args: readonly unknown[]) => Promise<unknown>): Cluster {
  const as = async <T>(method: Method, ...args: readonly unknown[]): Promise<T> => (await ask(method, ...args)) as T;
  return {
    identity: () => as('identity'),
    resources: () => as('resources'),
    get: (ref) => as('get', ref),
    list: (kind, query) => as('list', kind, query),
    async *watch(_, { signal = new AbortController().signal }) {
      await aborted(signal);
      yield { type: 'expired' };
    },
    apply: (object, options) => as('apply', object, { ...options, signal: undefined }),
    create: (object, options) => as('create', object, { ...options, signal: undefined }),
    update: (object, options) => as('update', object, { ...options, signal: undefined }),
    updateStatus: (object, options) => as('updateStatus', object, { ...options, signal: undefined }),
    delete: (ref, options) => as('delete', ref, { ...options, signal: undefined }),
    close: async () => Promise.resolve(),
  };
}
