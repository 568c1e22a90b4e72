export { judgeNamespaceLabels } from './judge-namespace.ts';
export { isPrivilegedAdmitted, judgePodSecurity, type PodSecuritySite, type PodSecurityVerdict } from './judge-pod.ts';
export { compareLevels, formatLevel, POD_SECURITY_PREFIX, readPodSecurityPolicy } from './level.ts';
export { podSecuritySiteOf, readPodSecuritySettings, toPodSecurityObject } from './settings.ts';
