import { getArray, getString } from '../../../std/index.ts';
import { practiceOfContainers, type Practice } from '../practice.ts';

const SECRET_NAME = /(?:^|_)(?:API_?KEY|PASS|PASSWD|PASSWORD|PRIVATE_KEY|SECRET|SECRET_KEY|TOKEN)$/i;

/** Whoever reads the manifest reads the secret. */
export const secretInVariable: Practice = practiceOfContainers('KB0110', 'security', ({ container }) =>
  getArray(container, 'env').flatMap((item, index) => {
    const [name, value] = [getString(item, 'name') ?? '', getString(item, 'value') ?? ''];
    return value !== '' && SECRET_NAME.test(name) && !value.includes('$(') && !/^(?:true|false|\d+|\/.*)$/.test(value)
      ? [{ path: ['env', index, 'name'], data: { variable: name } }]
      : [];
  }),
);
