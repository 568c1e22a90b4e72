import type { CatalogTable } from './entry.ts';

/** Codes of the family KN. */
export const NETWORK_CODES: CatalogTable = {
  KN0101: {
    title: 'Connection opened',
    severity: 'warning',
    message: '{from} -> {to} {ports} {verb}{because}',
    remedy: 'If that is not meant, narrow the NetworkPolicy rule or the labels that let {from} reach {to}.',
    why: 'NetworkPolicies only ever allow, and only where both ends agree. A changed selector, label or rule opens connections far from the line that changed: the last policy that selects a pod closes everything when it comes and opens everything when it goes.',
    example: 'kind: NetworkPolicy\nspec:\n  podSelector: {matchLabels: {app: db}}\n  ingress: [{}]   # everybody; nobody before: []',
  },
  KN0102: {
    title: 'Connection closed',
    severity: 'warning',
    message: '{from} -> {to} {ports} {verb}{because}',
    remedy: 'If {from} still needs {to}, add a rule that allows {ports} between them, on the side whose policy forbids it.',
    why: 'What used this connection will time out once the change is applied. A pod that gets its first policy of a direction loses everything in that direction which no rule allows, DNS included.',
    example: 'kind: NetworkPolicy   # new\nspec:\n  podSelector: {}\n  policyTypes: [Egress]   # no rules: nothing may leave, not even DNS',
  },
  KN0103: {
    title: 'Reach of a new workload',
    severity: 'info',
    message: 'new {workload}: reached from {from}; reaches {to}',
    remedy: 'If that is too much, write a NetworkPolicy that selects {workload}.',
    why: 'A pod that no NetworkPolicy selects may be reached by every pod of the cluster and from outside, and may reach everything.',
    example:
      'kind: Deployment   # new, and no NetworkPolicy selects it\nspec:\n  template:\n    metadata: {labels: {app: web}}\n    spec: {containers: [{name: main}]}',
  },
  KN0104: {
    title: 'Reachable from outside',
    severity: 'warning',
    message: '{workload} can now be reached from outside: {by}',
    remedy: 'If that is not meant, undo what opens it, or write a NetworkPolicy for {workload} that names who may come in.',
    why: 'A Service of type LoadBalancer or NodePort, a host port, an Ingress or a route opens a workload to people outside the cluster, and it is often a label, a selector, a grant or a policy elsewhere that completes the way.',
    example:
      'kind: Service\nspec:\n  type: LoadBalancer   # without loadBalancerSourceRanges: everybody\n  selector: {app: db}\n  ports: [{port: 5432}]',
  },
  KN0105: {
    title: 'No longer reachable from outside',
    severity: 'warning',
    message: '{workload} can no longer be reached from outside: {by}',
    remedy:
      'If people outside still need {workload}, restore what led there: the Service, the route, its grant or the rule that lets them in.',
    why: 'Whoever used this way gets no answer, or an error of the proxy, once the change is applied.',
    example: 'kind: Service\nspec:\n  type: ClusterIP   # LoadBalancer before\n  selector: {app: db}\n  ports: [{port: 5432}]',
  },
  KN0106: {
    title: 'Protection lost',
    severity: 'warning',
    message: 'no policy limits the {direction} of {workload} any more: {meaning}',
    remedy: 'Restore the policy or the labels by which one selected {workload}, or write one that does.',
    why: 'A pod that no NetworkPolicy selects is open in that direction. A changed label or selector takes the last policy away without a line about it.',
    example:
      'kind: Deployment\nspec:\n  template:\n    metadata: {labels: {app: web2}}   # web before\n    spec: {containers: [{name: main}]}\n---\nkind: NetworkPolicy   # a rule that is narrowed limits web alone\nspec: {podSelector: {matchLabels: {app: web}}, ingress: [{}]}',
  },
  KN0107: {
    title: 'Client cut off from a Service that it names',
    severity: 'warning',
    message: '{from} can no longer reach {service} {ports}, which it names: {reason}',
    ended: '{from} can reach {service} {ports} again, which it names',
    remedy: 'Change what names {service} along with it, or restore the selector, label, port or rule by which it was reached.',
    why: 'A selector, port or type of a Service, or the label by which it selects its pods, changes for all who use it, and they are elsewhere: workloads whose environment, command or arguments name it. They fail at the first request after the change.',
    example:
      'kind: Service\nmetadata: {name: db}\nspec:\n  selector: {app: archive}   # db before\n  ports: [{port: 5432}]\n---\nkind: NetworkPolicy   # nobody comes in to archive\nspec: {podSelector: {matchLabels: {app: archive}}, policyTypes: [Ingress]}\n---\nkind: Deployment\nspec:\n  template:\n    metadata: {labels: {app: web}}\n    spec: {containers: [{name: main, env: [{name: DB, value: "db:5432"}]}]}',
  },
  KN0201: {
    title: 'Connection missing',
    severity: 'error',
    message: '{from} cannot reach {to} on {ports}, which {policy} asks for{because}',
    ended: '{from} can reach {to} on {ports} again, as {policy} asks for',
    remedy: 'Add a rule that allows it to the policies that select {to} and {from}, or change {policy}.',
    why: '`reach.allow` of kplan.yaml says who must be able to connect to whom. A plan tells what the change breaks; `kplan reach` tells all that is broken.',
    example:
      'reach:   # kplan.yaml\n  allow:\n    - {from: [shop/web], to: [shop/db], ports: [5432]}\n---\nkind: NetworkPolicy\nspec: {podSelector: {matchLabels: {app: db}}, policyTypes: [Ingress]}',
  },
  KN0202: {
    title: 'Connection that must not be',
    severity: 'error',
    message: '{from} can reach {to} on {ports}, which {policy} rules out{because}',
    ended: '{from} can no longer reach {to} on {ports}, as {policy} wants it',
    remedy: 'Narrow the rule that lets it through, write a policy that selects {to}, or change {policy}.',
    why: '`reach.deny` and `reach.onlyFrom` of kplan.yaml say who must never connect to whom. `internet` counts every way from outside: load balancers, ports of nodes, Ingresses, Gateways.',
    example:
      'reach:   # kplan.yaml\n  onlyFrom:\n    - {to: [shop/db], from: [shop/web], ports: [5432]}\n---\nkind: NetworkPolicy\nspec:\n  podSelector: {matchLabels: {app: db}}\n  ingress: [{}]   # everybody; nobody before: []',
  },
  KN0203: {
    title: 'Workload without DNS',
    severity: 'warning',
    message: '{workload} may not ask the DNS of the cluster',
    ended: '{workload} may ask the DNS of the cluster again',
    remedy: 'Allow egress to the pods of kube-dns on UDP and TCP 53 in a policy that selects {workload}.',
    why: 'The first egress policy that selects a pod forbids everything it does not name, name lookups too: every connection by name fails. `reach.usual: false` in kplan.yaml turns this check off.',
    example:
      'kind: NetworkPolicy\nspec:\n  podSelector: {}\n  policyTypes: [Egress]\n  egress: [{to: [{podSelector: {}}]}]   # kube-dns is in another namespace',
  },
  KN0204: {
    title: 'API server kept out',
    severity: 'warning',
    message: '{by} is answered by {workload} {ports} (Service {service}), which lets no address outside in: the API server cannot call it',
    ended: 'the API server can call {workload} {ports} again, which answers for {by}',
    remedy: 'Allow the addresses of the control plane, or all of them, into {workload} on {ports}.',
    why: 'The API server calls webhooks and aggregated APIs from the address of a control plane node, which no pod or namespace selector matches. Where it is kept out, writes that the webhook is asked about fail or go unchecked.',
    example:
      'kind: NetworkPolicy\nspec:\n  podSelector: {matchLabels: {app: db}}\n  policyTypes: [Ingress]   # no rules: nobody, not even the API server\n---\nkind: Service\nmetadata: {name: guard}\nspec: {selector: {app: db}, ports: [{port: 443, targetPort: 5432}]}\n---\nkind: ValidatingWebhookConfiguration\nwebhooks:\n  - name: pods.guard.example\n    clientConfig: {service: {namespace: shop, name: guard}}',
  },
  KN0205: {
    title: 'Backend out of reach of its proxy',
    severity: 'warning',
    message: '{route} leads to {workload} {ports}, but policies keep the proxy out: {reason}',
    ended: '{route} reaches {workload} {ports} again',
    remedy: 'Allow the pods of the proxy into {workload} on {ports}, by their namespace.',
    why: 'Requests from outside reach a workload by the pods of an ingress controller or Gateway. A policy that does not name them answers users with errors of the proxy.',
    example:
      'kind: NetworkPolicy\nspec:\n  podSelector: {matchLabels: {app: db}}\n  ingress: [{from: [{podSelector: {}}]}]   # the controller is elsewhere\n---\nkind: Service\nmetadata: {name: db}\nspec: {selector: {app: db}, ports: [{port: 80, targetPort: 5432}]}\n---\nkind: Ingress\nspec: {defaultBackend: {service: {name: db, port: {number: 80}}}}',
  },
  KN0206: {
    title: 'Workload that cannot be scraped',
    severity: 'warning',
    message: '{workload} says that {ports} is to be scraped, but policies keep {scraper} out',
    ended: '{scraper} can scrape {workload} {ports} again',
    remedy: 'Allow {scraper} into {workload} on {ports}.',
    why: 'Monitoring fails silently: the metrics of the workload end, and its alerts with them.',
    example:
      'kind: NetworkPolicy\nspec:\n  podSelector: {matchLabels: {app: web}}\n  ingress: [{from: [{podSelector: {}}]}]   # nobody of monitoring\n---\nkind: Deployment\nspec:\n  template:\n    metadata:\n      labels: {app: web}\n      annotations:\n        prometheus.io/scrape: "true"\n        prometheus.io/port: "9090"\n    spec: {containers: [{name: main}]}',
  },
  KN0301: {
    title: 'Rule that adds nothing',
    severity: 'info',
    message: '{rule} of {policy} lets nothing through that other rules do not, for the workloads there are',
    remedy: 'Remove the rule, or narrow the one that makes it needless.',
    why: 'NetworkPolicies add up: a rule within a wider one reads as a limit and is none. Often the wider one is the mistake.',
    example:
      'kind: NetworkPolicy\nspec:\n  podSelector: {matchLabels: {app: db}}\n  ingress:\n    - from: [{podSelector: {}}]   # lets web in already\n    - from: [{podSelector: {matchLabels: {app: web}}}]',
  },
  KN0302: {
    title: 'Rule that decides nothing',
    severity: 'info',
    message: '{rule} of {policy} decides nothing: whatever it said, connections of the workloads there are would be the same',
    remedy: 'Give the rule an earlier place or the policy an earlier priority, or remove it.',
    why: 'In the tiers of administrators the first rule that matches decides; NetworkPolicies decide before the baseline. A rule behind them may look like a limit and never be asked.',
    example:
      'apiVersion: policy.networking.k8s.io/v1alpha1\nkind: AdminNetworkPolicy\nspec:\n  priority: 10\n  subject: {namespaces: {}}\n  ingress:\n    - {action: Allow, from: [{namespaces: {}}]}\n    - action: Deny   # never asked\n      from: [{namespaces: {matchLabels: {team: guests}}}]\n---\nkind: Namespace\nmetadata: {name: shop, labels: {team: guests}}',
  },
  KN0303: {
    title: 'Peer that is nobody',
    severity: 'info',
    message: 'peer {peer} of {rule} of {policy} selects no workload of the namespaces it names',
    remedy: 'Correct the selector, if the workload has other labels; else nothing to do until it comes.',
    why: 'A label with a typo selects nobody, and the API server accepts it: what was to be let in stays out.',
    example:
      'kind: NetworkPolicy\nspec:\n  podSelector: {matchLabels: {app: db}}\n  ingress: [{from: [{podSelector: {matchLabels: {app: wbe}}}]}]   # web',
  },
  KN0304: {
    title: 'Port name that no pod has',
    severity: 'warning',
    message: '{rule} of {policy} names the port {port}, which no container of the pods it is for has: it matches nothing',
    remedy: 'Name a port of the pods that receive the connection, with its protocol, or give the number.',
    why: 'A named port is looked up on the pod that receives the connection, and its protocol must be the same. Where no container has the name the rule lets nothing through.',
    example: 'kind: NetworkPolicy\nspec:\n  podSelector: {matchLabels: {app: db}}\n  ingress: [{ports: [{port: htttp}]}]',
  },
  KN0305: {
    title: 'Block of addresses inside the cluster',
    severity: 'warning',
    message: 'peer {peer} of {rule} of {policy} is a block of addresses that only pods or Services have',
    remedy: 'Select the pods by their labels and namespaces.',
    why: 'Pods get other addresses when they are made again, and most network plugins match neither the address of a Service nor, some of them, that of a pod against an ipBlock.',
    example:
      'kind: NetworkPolicy\nspec:\n  podSelector: {matchLabels: {app: web}}\n  egress: [{to: [{ipBlock: {cidr: 10.96.0.10/32}}]}]\n---\nkind: Service\nspec: {clusterIP: 10.96.0.10, selector: {app: db}, ports: [{port: 5432}]}',
  },
  KN0306: {
    title: 'Part of a policy that is not judged',
    severity: 'warning',
    message: '{place} of {policy} is not judged: {reason}; connections that it decides are unknown, and told as possible',
    remedy:
      'Nothing to mend: ask `kplan reach --from A --to B --port P` what hangs on it, or write the rule by labels, addresses and ports.',
    why: 'Policies of Cilium, Calico and Istio may speak of requests, domain names, groups of a cloud or other things that manifests do not tell. Nobody can say then what they let through.',
    example:
      'apiVersion: cilium.io/v2\nkind: CiliumNetworkPolicy\nmetadata: {name: web, namespace: shop}\nspec:\n  endpointSelector: {matchLabels: {app: web}}\n  egress: [{toFQDNs: [{matchName: example.com}]}]   # which addresses?',
  },
  KN0307: {
    title: 'Part of a policy that counts for nothing',
    severity: 'warning',
    message: '{place} of {policy}: {reason}; it matches nothing',
    remedy: 'Correct the field: the network plugin refuses the policy, or leaves this part of it out.',
    why: 'The API server takes policies of plugins as they are; what is wrong with them the plugin finds later, and says in its log.',
    example:
      "apiVersion: projectcalico.org/v3\nkind: NetworkPolicy\nmetadata: {name: db, namespace: shop}\nspec:\n  selector: app = 'db'   # must be ==",
  },
  KN0308: {
    title: 'Policy that nothing enforces',
    severity: 'warning',
    message: '{policy} is not enforced by {by}: it limits nothing',
    remedy: 'Write it as a kind that the network plugin enforces, or say in kplan.yaml what does: `reach.cni`, `reach.enforces`.',
    why: 'The API server takes every policy whose kind it knows; whether anything acts on it is up to the network plugin. One that reads as a limit and is none is worse than none.',
    example:
      'reach:   # kplan.yaml\n  cni: flannel   # enforces no policies at all\n---\nkind: NetworkPolicy\nspec: {podSelector: {matchLabels: {app: db}}, policyTypes: [Ingress]}',
  },
  KN0309: {
    title: 'Priority of two policies',
    severity: 'warning',
    message: '{policy} has {reason}: which of them decides first is not defined',
    remedy: 'Give each policy of a tier a priority of its own.',
    why: 'Of the tiers of administrators the rules of the lower priority decide first. Of two policies with the same one each network plugin chooses by itself, and may choose otherwise after a restart.',
    example:
      'apiVersion: policy.networking.k8s.io/v1alpha1\nkind: AdminNetworkPolicy\nmetadata: {name: a}\nspec: {priority: 10, subject: {namespaces: {}}}\n---\napiVersion: policy.networking.k8s.io/v1alpha1\nkind: AdminNetworkPolicy\nmetadata: {name: b}\nspec: {priority: 10, subject: {namespaces: {}}}',
  },
  KN0310: {
    title: 'Policy that the API server refuses',
    severity: 'error',
    message: '{place} of {policy}: {reason}',
    remedy: 'Write the field as the definition of its kind asks.',
    why: 'The definition of the kind is not in the repository, so that validation cannot hold the policy to it; the API server does, and takes none that breaks it.',
    example:
      'apiVersion: policy.networking.k8s.io/v1alpha1\nkind: AdminNetworkPolicy\nspec:\n  priority: 10\n  subject: {namespaces: {}}\n  ingress:\n    - action: Deny\n      from: [{namespaces: {}}]\n      ports: [{portRange: {protocol: TCP, start: 90, end: 80}}]',
  },
};
