// Fetches the outlines and what draws them only when a map is opened.

export async function outline(): Promise<void> {
  await (await import("./outline")).outline();
}
