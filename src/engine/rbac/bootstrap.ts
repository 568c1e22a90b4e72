import { isArray, isJson } from '../../std/index.ts';
import { isKubernetesObject, type KubernetesObject } from '../../model/index.ts';
import policy from './bootstrap-policy.json' with { type: 'json' };

/**
 * The roles and bindings that every API server makes when it starts, as Kubernetes 1.36 makes them
 * (`plugin/pkg/auth/authorizer/rbac/bootstrappolicy`); recorded by `scripts/rbac/record-bootstrap-policy.mjs`.
 */
export const BOOTSTRAP_POLICY: readonly KubernetesObject[] = decode(policy);

function decode(value: unknown): readonly KubernetesObject[] {
  return isJson(value) && isArray(value) ? value.filter(isKubernetesObject) : [];
}
