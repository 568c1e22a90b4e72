import { strict as assert } from 'node:assert';
import { test } from 'node:test';
import { findProxy } from '../../../src/cluster/kubeconfig/proxy.ts';
import { KplanError } from '../../../src/model/index.ts';

const SERVER = 'https://api.example.com:6443';

interface Case {
  readonly server?: string;
  readonly env: Readonly<Record<string, string>>;
  readonly want: string | undefined;
}

const CASES: readonly Case[] = [
  { env: {}, want: undefined },
  { env: { HTTPS_PROXY: 'http://p:1' }, want: 'http://p:1/' },
  { env: { HTTPS_PROXY: '', https_proxy: 'https://p:1' }, want: 'https://p:1/' },
  { env: { HTTPS_PROXY: 'p:1' }, want: 'http://p:1/' },
  { env: { HTTPS_PROXY: '10.0.0.1:3128' }, want: 'http://10.0.0.1:3128/' },
  { env: { HTTPS_PROXY: 'http://jane:pass@p:1' }, want: 'http://jane:pass@p:1/' },
  { env: { HTTP_PROXY: 'http://p:1' }, want: undefined },
  { server: 'http://api.example.com', env: { HTTP_PROXY: 'http://p:1', HTTPS_PROXY: 'http://q:1' }, want: 'http://p:1/' },
  { server: 'https://localhost:6443', env: { HTTPS_PROXY: 'http://p:1' }, want: undefined },
  { server: 'https://127.0.0.2:6443', env: { HTTPS_PROXY: 'http://p:1' }, want: undefined },
  { server: 'https://[::1]:6443', env: { HTTPS_PROXY: 'http://p:1' }, want: undefined },
  { server: 'https://[fd00::1]:6443', env: { HTTPS_PROXY: 'http://p:1' }, want: 'http://p:1/' },
];
for (const { server = SERVER, env, want } of CASES) {
  test(`${server} with ${JSON.stringify(env)}`, () => assert.equal(findProxy(new URL(server), env)?.href, want));
}

const COVERED: readonly { readonly server?: string; readonly noProxy: string; readonly want: boolean }[] = [
  { noProxy: '*', want: true },
  { noProxy: 'api.example.com', want: true },
  { noProxy: 'API.Example.com', want: true },
  { noProxy: 'example.com', want: true },
  { noProxy: '.example.com', want: true },
  { noProxy: '*.example.com', want: true },
  { noProxy: '.api.example.com', want: false },
  { noProxy: 'ample.com', want: false },
  { noProxy: 'other.org, example.com', want: true },
  { noProxy: 'other.org', want: false },
  { noProxy: ',', want: false },
  { noProxy: ':6443', want: false },
  { noProxy: 'api.example.com:6443', want: true },
  { noProxy: 'api.example.com:443', want: false },
  { server: 'https://api.example.com', noProxy: 'api.example.com:443', want: true },
  { server: 'https://10.1.2.3', noProxy: '10.1.2.3', want: true },
  { server: 'https://10.1.2.3', noProxy: '10.0.0.0/8', want: true },
  { server: 'https://10.1.2.3', noProxy: '10.0.0.0/16', want: false },
  { server: 'https://10.1.2.3', noProxy: '10.0.0.0/99', want: false },
  { server: 'https://10.1.2.3', noProxy: '10.1.2.3:443', want: true },
  { server: 'https://10.1.2.3', noProxy: '10.1.2.3:80', want: false },
  { server: 'https://10.1.2.3', noProxy: '0.1.2.3', want: false },
  { server: 'https://[fd00::1]', noProxy: 'fd00::1', want: true },
  { server: 'https://[fd00::1]', noProxy: '[fd00::1]:443', want: true },
  { server: 'https://[fd00::1]', noProxy: 'fd00::/8', want: true },
  { server: 'https://[fd00::1]', noProxy: '10.0.0.0/8', want: false },
];
for (const { server = SERVER, noProxy, want } of COVERED) {
  test(`NO_PROXY ${noProxy} ${want ? 'covers' : 'leaves'} ${server}`, () => {
    const found = findProxy(new URL(server), { HTTPS_PROXY: 'http://p:1', no_proxy: noProxy });
    assert.equal(found === undefined, want);
  });
}

const REFUSED: readonly { readonly proxy: string; readonly want: string }[] = [
  { proxy: 'ftp://u:SECRET@p:1', want: 'kubeconfig environment: HTTPS_PROXY: unsupported scheme "ftp"' },
  { proxy: 'http://u:SECRET@p:99999', want: 'kubeconfig environment: HTTPS_PROXY: could not parse it as a URL' },
];
for (const { proxy, want } of REFUSED) {
  test(`refuses the proxy ${proxy}`, () => {
    const find = (): unknown => findProxy(new URL(SERVER), { HTTPS_PROXY: proxy });
    assert.throws(find, (error) => error instanceof KplanError && error.code === 'UNREADABLE' && error.message === want);
  });
}
