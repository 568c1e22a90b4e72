import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { getNumber, getString, parseJson } from '../../src/std/index.ts';

/** A control plane in a process of its own. */
export class ControlPlane {
  readonly #end: () => Promise<void>;
  readonly connection: Readonly<Record<'kubeconfig' | 'kubectl' | 'token' | 'certificate' | 'pidFile', string>> & { readonly port: number };

  private constructor(connection: ControlPlane['connection'], end: () => Promise<void>) {
    this.connection = connection;
    this.#end = end;
  }

  static async start(): Promise<ControlPlane> {
    const child = spawn(process.execPath, [fileURLToPath(new URL('../../scripts/judges/serve.mjs', import.meta.url))], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    const ended = new Promise<void>((resolve) => {
      child.on('close', () => resolve());
    });
    for await (const line of createInterface({ input: child.stdout })) {
      if (!line.startsWith('{')) continue;
      const said = parseJson(line);
      const text = (name: string): string => getString(said, name) ?? '';
      const connection = {
        kubeconfig: text('kubeconfig'),
        kubectl: text('kubectl'),
        token: text('token'),
        certificate: text('certificate'),
        pidFile: text('pidFile'),
        port: getNumber(said, 'port') ?? 0,
      };
      return new ControlPlane(connection, () => {
        child.stdin.end();
        return ended;
      });
    }
    throw new Error('the control plane did not start');
  }

  stop(): Promise<void> {
    return this.#end();
  }
}
