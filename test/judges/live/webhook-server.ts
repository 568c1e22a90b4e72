import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { getObject, getString, isObject, parseJson, type JsonObject, type JsonValue } from '../../../src/std/index.ts';
import { makeCertificate } from './certificate.ts';

/** A webhook that an API server asks. `/mutate` annotates; `/check` refuses what has `data.bad`, and quotes it. */
export class WebhookServer {
  /** What it was asked: `dry CREATE shop/name /mutate`. */
  readonly asked: string[] = [];
  /** All bodies, for what must not be in them. */
  readonly bodies: string[] = [];
  readonly #certificate: string;
  readonly #server: ReturnType<typeof createServer>;

  /** Makes itself a certificate in a folder, by openssl. */
  constructor(folder: string) {
    const { key, cert } = makeCertificate(folder, 'hook');
    this.#certificate = cert;
    this.#server = createServer({ key, cert }, (incoming, outgoing) => {
      let text = '';
      incoming.setEncoding('utf8');
      incoming.on('data', (chunk: string) => (text += chunk));
      incoming.on('end', () => {
        outgoing.setHeader('content-type', 'application/json');
        outgoing.end(JSON.stringify(this.#answer(text, (incoming.url ?? '').replace(/\?.*$/, ''))));
      });
    });
  }

  /** Listens on loopback. */
  async listen(): Promise<void> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
  }

  close(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }

  /** How a configuration reaches it. */
  clientConfig(path: '/mutate' | '/check'): JsonObject {
    const { port } = this.#server.address() as AddressInfo;
    return { url: `https://127.0.0.1:${port}${path}`, caBundle: Buffer.from(this.#certificate).toString('base64') };
  }

  #answer(text: string, path: string): JsonObject {
    this.bodies.push(text);
    const request = getObject(parseJson(text), 'request');
    const [namespace, name] = [getString(request, 'namespace'), getString(request, 'name')];
    this.asked.push(`${request?.['dryRun'] === true ? 'dry' : 'wet'} ${getString(request, 'operation')} ${namespace}/${name} ${path}`);
    const uid = getString(request, 'uid') ?? '';
    const response = { uid, ...(path === '/mutate' ? annotate(request) : check(request)) };
    return { apiVersion: 'admission.k8s.io/v1', kind: 'AdmissionReview', response };
  }
}

function annotate(request: JsonValue | undefined): JsonObject {
  const annotations = getObject(request, 'object', 'metadata', 'annotations');
  const patch = [{ op: 'add', path: '/metadata/annotations', value: { ...annotations, injected: 'yes' } }];
  return { allowed: true, patchType: 'JSONPatch', patch: Buffer.from(JSON.stringify(patch)).toString('base64') };
}

function check(request: JsonValue | undefined): JsonObject {
  const bad = getString(request, 'object', 'data', 'bad');
  const isProtected =
    isObject(request) && request['operation'] === 'DELETE' && getString(request, 'oldObject', 'data', 'keep') !== undefined;
  if (isProtected) return { allowed: false, status: { message: 'keep it' } };
  return bad === undefined ? { allowed: true } : { allowed: false, status: { message: `bad is ${bad}` } };
}
