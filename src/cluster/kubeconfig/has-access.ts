import { statSync } from 'node:fs';
import { join } from 'node:path';
import { KplanError } from '../../model/index.ts';
import type { AccessOptions, AccessSurroundings } from './access.ts';
import { mergeKubeconfigs, readKubeconfigFiles } from './files.ts';

/** Where a pod finds its service account. */
export const SERVICE_ACCOUNT = '/var/run/secrets/kubernetes.io/serviceaccount';

/**
 * Whether `openAccess` would find a cluster without being told which: a kubeconfig with a current context, or a pod's service
 * account. True also for a file that is there, or that `--kubeconfig` names, and cannot be used: `openAccess` says why. Runs nothing.
 */
export function hasAccess(
  options: Pick<AccessOptions, 'kubeconfig' | 'env' | 'cwd'>,
  around: Pick<AccessSurroundings, 'serviceAccount'> = { serviceAccount: SERVICE_ACCOUNT },
): boolean {
  try {
    const { read } = readKubeconfigFiles(options);
    return mergeKubeconfigs(read).currentContext !== undefined || isPod(options.env, around.serviceAccount);
  } catch (error) {
    if (error instanceof KplanError) return true;
    throw error;
  }
}

/** Whether this is a pod with a service account (client-go's `inClusterClientConfig.Possible`). */
export function isPod(env: AccessOptions['env'], directory: string): boolean {
  if (!env['KUBERNETES_SERVICE_HOST'] || !env['KUBERNETES_SERVICE_PORT']) return false;
  return statSync(join(directory, 'token'), { throwIfNoEntry: false })?.isDirectory() === false;
}
