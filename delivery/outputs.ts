import { appendFileSync } from 'node:fs';

/** Where a job of GitHub is told things; elsewhere they are printed. */
export interface Places {
  readonly outputs: string | undefined;
  readonly summary: string | undefined;
}

export const placesOf = (env: Readonly<Record<string, string | undefined>>): Places => ({
  outputs: env['GITHUB_OUTPUT'],
  summary: env['GITHUB_STEP_SUMMARY'],
});

/** Gives a value to later steps. A line's end in it would make another output of the rest. */
export function giveOutput(places: Places, name: string, value: string): void {
  if (/[\r\n]/.test(value)) throw new Error(`The output ${name} has more than one line: ${JSON.stringify(value)}`);
  if (places.outputs !== undefined) appendFileSync(places.outputs, `${name}=${value}\n`);
  console.log(`${name}=${value}`);
}

/** Shows a text on the page of the run. */
export function giveSummary(places: Places, text: string): void {
  if (places.summary !== undefined) appendFileSync(places.summary, `${text}\n`);
  console.log(text);
}
