import type { KubernetesObject } from '../../../../src/model/index.ts';
import type { Flow } from '../../../../src/engine/network/index.ts';
import { toEnd, type End } from '../naive-network.ts';
import { passesCalico, passesCalicoHost } from './naive-calico.ts';
import { passesCilium } from './naive-cilium.ts';
import { passesMesh } from './naive-istio.ts';
import { isHost, type KnownSelector, type Question } from './naive-question.ts';

/** What may come of a connection: `unknown` where it depends on what no manifest says. */
export type Answer = 'allow' | 'deny' | 'unknown';

const MAX_GUESSES = 14;

/**
 * Policies of Cilium, Calico and Istio as their API texts say them, one pair and port at a time, sharing no code with the engine:
 * whatever is unknown is guessed in all ways, and where the guesses differ the answer is unknown.
 */
export function naivePluginsAllow(
  objects: readonly KubernetesObject[],
  flow: Flow,
  selectors: ReadonlyMap<string, KnownSelector['holds']>,
): { readonly egress: Answer; readonly ingress: Answer } {
  const [from, to] = [toEnd(objects, flow.from), toEnd(objects, flow.to)];
  const ask = (type: Question['type'], subject: End, peer: End): Answer => {
    const isOfHost = !('pod' in subject) || isHost(subject);
    const pod = 'pod' in subject ? subject.pod : NO_POD;
    return guessAll((guess) => {
      const question: Question = { objects, flow, type, subject, pod, peer, selectors, guess };
      return isOfHost ? passesHosts(question) : decide(question);
    });
  };
  return { egress: ask('Egress', from, to), ingress: ask('Ingress', to, from) };
}

function guessAll(judge: (guess: Question['guess']) => boolean): Answer {
  const unknowns: string[] = [];
  const outcomes = new Set<boolean>();
  for (let bits = 0; bits < 2 ** unknowns.length; bits++) {
    outcomes.add(
      judge((what) => {
        if (!unknowns.includes(what)) unknowns.push(what);
        return (bits & (1 << unknowns.indexOf(what))) !== 0;
      }),
    );
    if (unknowns.length > MAX_GUESSES) throw new Error('too much is unknown for a naive evaluator');
  }
  return outcomes.size === 2 ? 'unknown' : outcomes.has(true) ? 'allow' : 'deny';
}

const NO_POD: KubernetesObject = { apiVersion: 'v1', kind: 'Pod', metadata: { name: '' } };

function passesHosts(question: Question): boolean {
  return isOfCilium(question) ? passesCilium(question) : passesCalicoHost(question);
}

function isOfCilium({ objects }: Question): boolean {
  return objects.some(({ kind }) => kind.startsWith('Cilium') && kind.endsWith('NetworkPolicy'));
}

function decide(question: Question): boolean {
  if (question.type === 'Ingress' && !passesMesh(question)) return false;
  return isOfCilium(question) ? passesCilium(question) : passesCalico(question);
}
