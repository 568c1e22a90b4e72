import type { Kind, KubernetesObject } from '../../model/index.ts';
import type { Report } from '../problem.ts';
import { warnOfObject } from './objects.ts';
import { Warner } from './say.ts';
import { describeDeprecation } from './versions.ts';

/**
 * What a server of a release would send as warnings with a built-in object that it takes, in its words (`WarningsOnCreate` of each
 * strategy in `pkg/registry`, and the lifecycles of API versions). docs/parity.md says what is left out.
 */
export function listWarnings(object: KubernetesObject, kind: Kind, release: string, report: Report): void {
  if (!kind.verbs.includes('create')) return;
  const warner = new Warner(report);
  const deprecation = describeDeprecation(kind, release);
  if (deprecation !== undefined) warner.sayWhole('deprecated', ['apiVersion'], deprecation);
  warnOfObject(object, kind, warner);
}
