const PATH = /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*$/;
const DOMAIN = /^(?:[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?)(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?)*(?::\d+)?$/;
const TAG = /^\w[\w.-]{0,127}$/;
const DIGEST = /^[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,}$/;

/** The patterns would overflow their stack on megabytes. */
const LONGEST_IMAGE = 10_000;
const LONGEST_PATH = 255;

/** The pull policy that the server gives an image: `Always` for the tag `latest`, said or meant; what is no reference at all has no tag. */
export function pullPolicyOf(image: string): 'Always' | 'IfNotPresent' {
  return tagOf(image) === 'latest' ? 'Always' : 'IfNotPresent';
}

function tagOf(image: string): string | undefined {
  if (image.length > LONGEST_IMAGE) return undefined;
  const at = image.indexOf('@');
  const digest = at < 0 ? undefined : image.slice(at + 1);
  const named = at < 0 ? image : image.slice(0, at);
  const colon = named.indexOf(':', named.lastIndexOf('/') + 1);
  const tag = colon < 0 ? undefined : named.slice(colon + 1);
  const isReference =
    isRepository(colon < 0 ? named : named.slice(0, colon)) &&
    (tag === undefined || TAG.test(tag)) &&
    (digest === undefined || DIGEST.test(digest));
  if (!isReference) return undefined;
  return tag ?? (digest === undefined ? 'latest' : undefined);
}

function isRepository(name: string): boolean {
  if (/^[0-9a-f]{64}$/.test(name)) return false;
  const [first = '', ...rest] = name.split('/');
  const hasDomain = rest.length > 0 && (/[.:A-Z]/.test(first) || first === 'localhost');
  const steps = hasDomain ? rest : [first, ...rest];
  // What has no owner at the default registry is in `library/`.
  const isOfLibrary = steps.length === 1 && (!hasDomain || /^(?:index\.)?docker\.io$/.test(first));
  const length = steps.join('/').length + (isOfLibrary ? 'library/'.length : 0);
  return length <= LONGEST_PATH && (!hasDomain || DOMAIN.test(first)) && steps.every((part) => PATH.test(part));
}
