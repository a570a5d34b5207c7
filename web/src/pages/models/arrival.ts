// A model from a file has no name before it is unpacked, so no event can tell of it: the list is asked until something new stands in it.

import { Problem } from "../../ask";
import { models } from "../../live.svelte";
import { tell, tellProblem } from "../../parts/toasts.svelte";
import { t } from "../../texts";
import { isUsable } from "./wording";

const tempo = 1_000;
const patience = 180_000;

/** Notes what is installed now; `begin` then waits for more. */
export function waitForNewModel(from: string): { begin: () => void } {
  const before = new Set(models.items.filter(isUsable).map((model) => model.reference));
  async function wait() {
    const end = Date.now() + patience;
    while (Date.now() < end) {
      await new Promise((wake) => setTimeout(wake, tempo));
      await models.load();
      const arrived = models.items.find((model) => isUsable(model) && !before.has(model.reference));
      if (arrived) {
        tell(t.models.nowInstalled(`${arrived.title} ${arrived.version}`));
        return;
      }
    }
    tellProblem(new Problem({ title: t.models.installLost(from), hint: t.models.installLostHint }));
  }
  return { begin: () => void wait() };
}
