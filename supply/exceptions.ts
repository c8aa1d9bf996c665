/** An advisory that is known and borne, for a while. */
export interface Exception {
  /** `GHSA-…`, the end of the advisory's address. */
  readonly advisory: string;
  readonly package: string;
  /** The last day, as 2027-01-31. */
  readonly until: string;
  readonly reason: string;
}

/** Empty is the rule. One that is over, or that nothing asks for any more, fails the audit. */
export const exceptions: readonly Exception[] = [];
