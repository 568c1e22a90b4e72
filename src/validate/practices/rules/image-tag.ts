import { getString } from '../../../std/index.ts';
import { practiceOfContainers, type Practice } from '../practice.ts';

/** An image without a tag is another one tomorrow. */
export const imageTag: Practice = practiceOfContainers('KB0201', 'reliability', ({ container }) => {
  const image = getString(container, 'image') ?? '';
  const name = image.slice(image.lastIndexOf('/') + 1);
  const isFixed = name.includes('@') || (name.includes(':') && !name.endsWith(':latest'));
  return image === '' || isFixed ? [] : [{ path: ['image'], data: { image } }];
});
