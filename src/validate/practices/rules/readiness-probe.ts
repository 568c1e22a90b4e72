import { isSelected, readMapSelector } from '../../../model/index.ts';
import { getArray, getAt, getStringMap } from '../../../std/index.ts';
import { lapseIf, namespaceOfSubject, practiceOfPods, type Practice } from '../practice.ts';

/** A Service sends requests to a pod from its first moment unless a probe says when it is ready. */
export const readinessProbe: Practice = practiceOfPods('KB0203', 'reliability', ({ object, spec, template, world }) => {
  const labels = getStringMap(template.metadata, 'labels');
  const services = world.kind('', 'Service').inNamespace(namespaceOfSubject(object));
  const isServed = services.some((service) => {
    const selector = readMapSelector(getAt(service, 'spec', 'selector'));
    return selector !== undefined && isSelected(selector, labels);
  });
  const containers = getArray(spec, 'containers');
  return lapseIf(isServed && !containers.some((container) => getAt(container, 'readinessProbe') !== undefined), 'containers');
});
