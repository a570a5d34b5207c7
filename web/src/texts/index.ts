// The texts of the pages in the reader's language. A translation is a sibling of `en.ts` with the same shape.

export { en as t } from "./en";
