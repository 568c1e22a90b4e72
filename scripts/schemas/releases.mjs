/** The release that speaks for each minor version, as pinned in scripts/judges/modules. */
export const releases = { 1.32: 'v1.32.2', 1.33: 'v1.33.13', 1.34: 'v1.34.4', 1.35: 'v1.35.4', 1.36: 'v1.36.3' };
