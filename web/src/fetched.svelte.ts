import { type Problem, toProblem, wasAborted } from "./ask";

/** One thing fetched for one page. A later `load` overtakes an earlier one, whose answer is then dropped. */
export class Fetched<T> {
  value = $state.raw<T | null>(null);
  problem = $state.raw<Problem | null>(null);
  busy = $state(false);
  #turn = 0;

  async load(fetch: () => Promise<T>): Promise<void> {
    this.#turn += 1;
    const turn = this.#turn;
    this.busy = true;
    try {
      const value = await fetch();
      if (turn !== this.#turn) return;
      this.value = value;
      this.problem = null;
    } catch (thrown) {
      if (turn === this.#turn && !wasAborted(thrown)) this.problem = toProblem(thrown);
    } finally {
      if (turn === this.#turn) this.busy = false;
    }
  }
}
