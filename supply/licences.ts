/** What we may hand on with the images, and with what obligations: a notice at most. */
export const allowedLicences: readonly string[] = ['Apache-2.0', 'MIT', 'ISC', 'BSD-2-Clause', 'BSD-3-Clause', '0BSD'];

/** Packages under another licence that are borne, by name, each with its reason. */
export const licenceExceptions: Readonly<Record<string, string>> = {};
