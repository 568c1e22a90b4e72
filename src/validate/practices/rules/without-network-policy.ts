import { isSelected, readLabelSelector } from '../../../model/index.ts';
import { getAt, getStringMap } from '../../../std/index.ts';
import { lapseIf, namespaceOfSubject, practiceOfPods, type Practice } from '../practice.ts';

/** A pod that no policy selects is open to every other. */
export const withoutNetworkPolicy: Practice = practiceOfPods('KB0122', 'security', ({ object, template, world }) => {
  const labels = getStringMap(template.metadata, 'labels');
  const policies = world.kind('networking.k8s.io', 'NetworkPolicy').inNamespace(namespaceOfSubject(object));
  return lapseIf(!policies.some((policy) => isSelected(readLabelSelector(getAt(policy, 'spec', 'podSelector')), labels)));
});
