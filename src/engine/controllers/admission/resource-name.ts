import { gvkOf, type KubernetesObject } from '../../../model/index.ts';

/** `deployments.apps`: the resource of an object of a built-in kind, as quotas and messages name it. */
export function resourceNameOf(object: KubernetesObject): string {
  const { group, kind } = gvkOf(object);
  const plural = toPlural(kind.toLowerCase());
  return group === '' ? plural : `${plural}.${group}`;
}

function toPlural(name: string): string {
  if (name === 'endpoints') return name;
  if (/[^aeiou]y$/.test(name)) return `${name.slice(0, -1)}ies`;
  return /(s|x|ch|sh)$/.test(name) ? `${name}es` : `${name}s`;
}
