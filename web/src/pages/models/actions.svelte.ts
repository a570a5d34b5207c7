import { models as calls, servers as serverCalls } from "../../api";
import { models, servers } from "../../live.svelte";
import { tell, tellProblem } from "../../parts/toasts.svelte";
import { t } from "../../texts";
import type { Model } from "../../types";

/** What can be done to models and servers from a button: one at a time for each place, told in a toast when it fails. */
export class Doing {
  now = $state<string | null>(null);

  async #do(name: string, work: () => Promise<void>): Promise<void> {
    if (this.now) return;
    this.now = name;
    try {
      await work();
    } catch (thrown) {
      tellProblem(thrown);
    } finally {
      this.now = null;
    }
  }

  install = (model: Model) =>
    this.#do("install", async () => {
      await calls.install(model.reference);
      await models.load();
    });

  cancelInstall = (model: Model) =>
    this.#do("cancel", async () => {
      await calls.cancelInstall(model.reference);
      await models.load();
    });

  verify = (model: Model) =>
    this.#do("verify", async () => {
      const { problems } = await calls.verify(model.reference);
      if (problems.length === 0) tell(t.models.verified(model.title));
      await models.load();
    });

  start = (model: Model, country: string) =>
    this.#do("start", async () => {
      servers.put(await serverCalls.start({ model: model.reference, ...(country ? { country } : {}) }));
    });

  stop = (name: string) =>
    this.#do("stop", async () => {
      await serverCalls.stop(name);
      await servers.load();
    });

  restart = (name: string) =>
    this.#do("restart", async () => {
      await serverCalls.restart(name);
      await servers.load();
    });
}
