export const studies = {};
