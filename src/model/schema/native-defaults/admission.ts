import { getString } from '../../../std/index.ts';
import { ensureAt, fieldsAt, fill, itemsAt, type Draft } from './draft.ts';

const MATCH = { matchPolicy: 'Equivalent', namespaceSelector: {}, objectSelector: {} };

/** Completes a ValidatingWebhookConfiguration. */
export function defaultValidatingWebhooks(object: Draft): void {
  for (const webhook of itemsAt(object, 'webhooks')) defaultWebhook(webhook);
}

/** Completes a MutatingWebhookConfiguration. */
export function defaultMutatingWebhooks(object: Draft): void {
  for (const webhook of itemsAt(object, 'webhooks')) {
    defaultWebhook(webhook);
    fill(webhook, { reinvocationPolicy: 'Never' });
  }
}

function defaultWebhook(webhook: Draft): void {
  fill(webhook, { ...MATCH, failurePolicy: 'Fail', timeoutSeconds: 10 });
  for (const rule of itemsAt(webhook, 'rules')) fill(rule, { scope: '*' });
  defaultServicePort(fieldsAt(webhook, 'clientConfig', 'service'));
}

/** Completes a ValidatingAdmissionPolicy or MutatingAdmissionPolicy. */
export function defaultAdmissionPolicy(object: Draft): void {
  const spec = ensureAt(object, 'spec');
  fill(spec, { failurePolicy: 'Fail' });
  defaultMatchResources(fieldsAt(spec, 'matchConstraints'));
}

/** Completes the binding of an admission policy. */
export function defaultAdmissionPolicyBinding(object: Draft): void {
  defaultMatchResources(fieldsAt(object, 'spec', 'matchResources'));
}

function defaultMatchResources(match: Draft | undefined): void {
  if (match === undefined) return;
  fill(match, MATCH);
  for (const list of ['resourceRules', 'excludeResourceRules']) for (const rule of itemsAt(match, list)) fill(rule, { scope: '*' });
}

export function defaultCustomResourceDefinition(object: Draft): void {
  const spec = ensureAt(object, 'spec');
  const names = ensureAt(spec, 'names');
  const kind = getString(names, 'kind') ?? '';
  if (kind !== '') fill(names, { singular: kind.toLowerCase(), listKind: `${kind}List` });
  fill(spec, { conversion: { strategy: 'None' } });
  defaultServicePort(fieldsAt(spec, 'conversion', 'webhook', 'clientConfig', 'service'));
}

export function defaultApiService(object: Draft): void {
  defaultServicePort(fieldsAt(object, 'spec', 'service'));
}

function defaultServicePort(service: Draft | undefined): void {
  if (service !== undefined) fill(service, { port: 443 });
}
