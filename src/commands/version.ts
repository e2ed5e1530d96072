import pkg from '../../package.json' with { type: 'json' };

/** The one version: the package's. */
export const version: string = pkg.version;
