import { number } from "../../format";

const rules = new Intl.PluralRules("en");

/** `1 photo`, `2,000 photos`. */
export function plural(count: number, one: string, other = `${one}s`): string {
  return `${number(count)} ${rules.select(count) === "one" ? one : other}`;
}
