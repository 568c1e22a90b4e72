/** A tool that objects are taken over from. */
export type FormerTool = 'Argo CD' | 'Flux' | 'Helm' | 'kubectl' | 'nobody known';

/** The field managers under which tools apply whole manifests. What people write by hand (kubectl edit, scale) stays theirs. */
const MANAGERS: Readonly<Record<string, FormerTool>> = {
  'argocd-application-controller': 'Argo CD',
  'argocd-controller': 'Argo CD',
  'before-first-apply': 'kubectl',
  'flux-client-side-apply': 'Flux',
  helm: 'Helm',
  'helm-controller': 'Flux',
  kubectl: 'kubectl',
  'kubectl-client-side-apply': 'kubectl',
  'kubectl-create': 'kubectl',
  'kubectl-last-applied': 'kubectl',
  'kubectl-replace': 'kubectl',
  'kustomize-controller': 'Flux',
};

/** What tools write on an object to know it by: annotations and labels, with the value that tells where any other may be meant. */
const MARKS: readonly {
  readonly tool: FormerTool;
  readonly on: 'annotations' | 'labels';
  readonly name: string;
  readonly value?: string;
}[] = [
  { tool: 'Argo CD', on: 'annotations', name: 'argocd.argoproj.io/installation-id' },
  { tool: 'Argo CD', on: 'annotations', name: 'argocd.argoproj.io/tracking-id' },
  { tool: 'Flux', on: 'labels', name: 'helm.toolkit.fluxcd.io/name' },
  { tool: 'Flux', on: 'labels', name: 'helm.toolkit.fluxcd.io/namespace' },
  { tool: 'Flux', on: 'annotations', name: 'kustomize.toolkit.fluxcd.io/checksum' },
  { tool: 'Flux', on: 'labels', name: 'kustomize.toolkit.fluxcd.io/name' },
  { tool: 'Flux', on: 'labels', name: 'kustomize.toolkit.fluxcd.io/namespace' },
  { tool: 'Helm', on: 'labels', name: 'app.kubernetes.io/managed-by', value: 'Helm' },
  { tool: 'Helm', on: 'annotations', name: 'meta.helm.sh/release-name' },
  { tool: 'Helm', on: 'annotations', name: 'meta.helm.sh/release-namespace' },
  { tool: 'kubectl', on: 'annotations', name: 'kubectl.kubernetes.io/last-applied-configuration' },
];

/** The tool that applies under a field manager; undefined for controllers, people and programs that are not known. */
export function toolOf(manager: string): FormerTool | undefined {
  if (manager.startsWith('terraform-provider-helm')) return 'Helm';
  return Object.hasOwn(MANAGERS, manager) ? MANAGERS[manager] : undefined;
}

/** The marks of tools. */
export function listMarks(): typeof MARKS {
  return MARKS;
}
