import type { StatusError } from '../../../cluster/index.ts';
import { labelsOf, nameOf, namespaceOf, podTemplateOf, toRefKey, type Kind, type KubernetesObject } from '../../../model/index.ts';
import {
  judgeNamespaceLabels,
  judgePodSecurity,
  readPodSecuritySettings,
  type PodSecuritySite,
} from '../../../model/pod-security/index.ts';
import type { Context, Write } from '../context.ts';
import { forbidden, invalid } from '../status-errors.ts';

const SETTINGS = readPodSecuritySettings({});

/** Why Pod Security refuses a new pod; undefined if it does not. */
export function checkPodSecurity({ draft }: Context, kind: Kind, pod: KubernetesObject): StatusError | undefined {
  const template = kind.group === '' && kind.kind === 'Pod' ? podTemplateOf(pod) : undefined;
  const namespace = draft.get(toRefKey({ group: '', kind: 'Namespace', name: namespaceOf(pod) ?? '' }));
  if (template === undefined || namespace === undefined) return undefined;
  const { enforce } = judgePodSecurity(template, siteOf(namespace), { isTemplate: false });
  return enforce === undefined ? undefined : forbidden(kind, nameOf(pod), enforce.message);
}

/** Why the labels of a namespace are refused; undefined if they are not. */
export function checkPodSecurityLabels({ kind, live }: Write, namespace: KubernetesObject): StatusError | undefined {
  const { faults } = judgeNamespaceLabels(live === undefined ? undefined : labelsOf(live), siteOf(namespace), []);
  if (faults.length === 0) return undefined;
  const problems = faults.map(({ label, message }) => {
    const field = `metadata.labels[${label}]`;
    return { reason: 'FieldValueInvalid', field, message: message.slice(field.length + 2) };
  });
  return invalid(kind, nameOf(namespace), problems);
}

function siteOf(namespace: KubernetesObject): PodSecuritySite {
  return { namespace: nameOf(namespace), labels: labelsOf(namespace), settings: SETTINGS };
}
