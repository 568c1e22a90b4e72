import { podTemplateOf, type KubernetesObject } from '../../../model/index.ts';
import { getAt, getObject } from '../../../std/index.ts';
import { checkLabelMap } from '../../object/metadata.ts';
import { judgeLabel, judgeSubdomain } from '../../object/names.ts';
import type { Problem, Report } from '../../problem.ts';
import { Place } from '../place.ts';
import { checkTemplateLabels } from '../selectors.ts';
import { checkAffinity } from './affinity.ts';
import { checkContainers } from './containers.ts';
import { checkVariableFiles } from './environment.ts';
import { checkOverhead, checkPodResources } from './pod-resources.ts';
import type { PodScope } from './scope.ts';
import { checkPodSecurity } from './security.ts';
import { checkNetworkNames, checkPodNames } from './spec.ts';
import { checkSpreading } from './spreading.ts';
import { checkSystem } from './system.ts';
import { checkTolerations } from './tolerations.ts';
import { checkVolumes } from './volumes.ts';

const DEFAULT_GRACE = 30;
const CONTAINERS: ReadonlySet<string | number | undefined> = new Set(['containers', 'ephemeralContainers', 'initContainers']);
/** What the fields of a container are said under; all else of it is KV0113. */
const CODES: ReadonlyMap<string | number | undefined, string> = new Map([
  ['env', 'KV0118'],
  ['envFrom', 'KV0118'],
  ['lifecycle', 'KV0111'],
  ['livenessProbe', 'KV0111'],
  ['ports', 'KV0103'],
  ['readinessProbe', 'KV0111'],
  ['resources', 'KV0105'],
  ['securityContext', 'KV0120'],
  ['startupProbe', 'KV0111'],
  ['volumeDevices', 'KV0104'],
  ['volumeMounts', 'KV0104'],
]);

/** What `ValidatePodTemplateSpec` says of the pods that an object makes, and `ValidatePodCreate` of a Pod. */
export function checkPods(object: KubernetesObject, report: Report): void {
  const template = podTemplateOf(object);
  if (template === undefined) return;
  const { path } = template;
  checkTemplateLabels(object, path, report);
  const place = (code: string): Place => Place.of(template.spec, [...path, 'spec'], code, report);
  const isPod = path.length === 0;
  const metadata = Place.of(getObject(object, ...path, 'metadata'), [...path, 'metadata'], 'KV0121', report);
  const scope: PodScope = {
    spec: Place.of(template.spec, [...path, 'spec'], 'KV0113', (problem) => report(underField(problem, path.length + 1))),
    metadata,
    isPod,
    provided: listProvided(object, report),
    isNamed: object.kind === 'StatefulSet',
  };
  checkSpec(scope, place, report);
}

/** The problem under the code of the field of a container that it is in; `depth` is how deep the pod spec stands. */
function underField(problem: Problem, depth: number): Problem {
  const [list, , field] = problem.path.slice(depth);
  const code = CONTAINERS.has(list) ? CODES.get(field) : undefined;
  return code === undefined ? problem : { ...problem, code };
}

function listProvided(object: KubernetesObject, report: Report): readonly Place[] {
  const claims = Place.of(getAt(object, 'spec', 'volumeClaimTemplates'), ['spec', 'volumeClaimTemplates'], 'KV0122', report);
  return claims.items().map((claim) => claim.at('metadata').at('name'));
}

function checkSpec(scope: PodScope, place: (code: string) => Place, report: Report): void {
  const { spec, isPod } = scope;
  const volumes = checkVolumes(scope, report);
  const claims = checkDeviceClaims(spec.at('resourceClaims'));
  const hostUsers = spec.at('hostUsers').value !== false;
  const ending = {
    graceSeconds: spec.at('terminationGracePeriodSeconds').number ?? DEFAULT_GRACE,
  };
  checkContainers({ spec, isPod, volumes, claims, ending, hostUsers });
  checkVariableFiles(listContainers(spec), spec.at('volumes'));
  checkPodResources(place('KV0105'), claims);
  checkOverhead(place('KV0105').at('overhead'));
  checkPodSecurity(place('KV0120').at('securityContext'), place('KV0120'));
  checkSystem(place('KV0120'), listContainers(place('KV0120')));
  const nodeSelector = spec.at('nodeSelector');
  checkLabelMap(nodeSelector.value, nodeSelector.path, nodeSelector.field, report);
  checkAffinity(place('KV0119').at('affinity'), report);
  checkSpreading(place('KV0119').at('topologySpreadConstraints'), report);
  checkTolerations(place('KV0119').at('tolerations'));
  // A StatefulSet names its pods itself, whatever the template says.
  checkPodNames(place('KV0121'), scope.isNamed ? [] : ['hostname', 'subdomain']);
  checkNetworkNames(place('KV0121'));
  if (isPod) checkPodAlone(spec);
  else if (spec.at('ephemeralContainers').items().length > 0) {
    spec.at('ephemeralContainers').forbidden('ephemeral containers not allowed in pod template');
  }
}

/** Every container of a pod spec, in the order in which the server visits them. */
function listContainers(spec: Place): readonly Place[] {
  return ['initContainers', 'containers', 'ephemeralContainers'].flatMap((name) => spec.at(name).items());
}

/** `validatePodResourceClaims`. Answers the names of the claims. */
function checkDeviceClaims(list: Place): readonly string[] {
  const names = new Set<string>();
  for (const claim of list.items()) {
    const [name, existing, made] = [claim.at('name'), claim.at('resourceClaimName'), claim.at('resourceClaimTemplateName')];
    if (name.wanted()) {
      if (names.has(name.text)) name.duplicate();
      else name.judged(judgeLabel);
      names.add(name.text);
    }
    const printed = {
      Name: name.text,
      ResourceClaimName: existing.value ?? null,
      ResourceClaimTemplateName: made.value ?? null,
    };
    if (existing.isSet && made.isSet) {
      claim.invalid('at most one of `resourceClaimName` or `resourceClaimTemplateName` may be specified', printed);
    }
    if (!existing.isSet && !made.isSet) claim.invalid('must specify one of: `resourceClaimName`, `resourceClaimTemplateName`', printed);
    for (const place of [existing, made]) if (place.isSet) place.judgedEvenEmpty(judgeSubdomain);
  }
  return [...names];
}

/** What is asked of a Pod, and not of what pods are made from. */
function checkPodAlone(spec: Place): void {
  if (spec.at('ephemeralContainers').items().length > 0) spec.at('ephemeralContainers').forbidden('cannot be set on create');
  if (spec.at('nodeName').text !== '' && spec.at('schedulingGates').items().length > 0) {
    spec.at('nodeName').forbidden('cannot be set until all schedulingGates have been cleared');
  }
  const account = spec.at('serviceAccountName').text === '' ? spec.at('serviceAccount').text : spec.at('serviceAccountName').text;
  if (account !== '') return;
  for (const volume of spec.at('volumes').items()) {
    for (const source of volume.at('projected').at('sources').items()) {
      if (source.at('serviceAccountToken').isSet) {
        source.at('serviceAccountToken').forbidden('must not be specified when serviceAccountName is not set');
      }
    }
  }
}
