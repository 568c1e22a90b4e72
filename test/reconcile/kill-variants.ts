import type { KubernetesObject } from '../../src/model/index.ts';
import { deployment, object } from './embedded-unit.ts';

/** Variants of one unit: from each to the next some objects come, some change and some go. */
export function toVariant(variant: number): readonly KubernetesObject[] {
  const configs = Array.from({ length: 12 }, (_, index) => index).filter((index) => (index + variant) % 3 !== 0);
  return [
    object('Namespace', 'shop'),
    ...configs.map((index) => object('ConfigMap', `settings-${index}`, { data: { variant: String(variant) } })),
    object('Secret', 'token', { stringData: { password: `secret-${variant}` } }),
    deployment('web', 1 + (variant % 3)),
    ...(variant % 2 === 0 ? [deployment('api', 1)] : []),
  ];
}
