declare const KPLAN_VERSION: string | undefined;

/** The version of this build; `source` when run from source. */
export const VERSION: string = typeof KPLAN_VERSION === 'string' ? KPLAN_VERSION : 'source';
