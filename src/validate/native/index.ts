import type { Kind, KubernetesObject } from '../../model/index.ts';
import type { Report } from '../problem.ts';

/** What the server says of built-in kinds beyond their schemas. */
export function checkNative(_object: KubernetesObject, _kind: Kind, _report: Report): void {}
