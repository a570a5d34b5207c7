import { place, setQuery } from "../../router.svelte";
import type { NewRun } from "../../types";

export const steps = ["folder", "model", "options", "look"] as const;
export type Step = (typeof steps)[number];

const texts = ["folder", "study", "name", "model", "country", "timeZone", "clockShift", "sampleFps", "threshold", "deployments"] as const;
type Name = (typeof texts)[number];

/** The run that is being put together. It lives in the address, so that a reload or a bookmark loses nothing. */
class Draft {
  get step(): Step {
    const wanted = place.query.get("step");
    return steps.find((step) => step === wanted) ?? "folder";
  }

  get(name: Name): string {
    return place.query.get(name) ?? "";
  }

  set(name: Name, value: string): void {
    setQuery({ [name]: value || null });
  }

  goTo(step: Step): void {
    setQuery({ step });
  }

  /** What to ask the server for. */
  wish(): NewRun {
    const study = this.get("study");
    const optional = (name: Name) => (this.get(name) ? { [name]: this.get(name) } : {});
    const numeric = (name: "sampleFps" | "threshold") => (this.get(name) ? { [name]: Number(this.get(name)) } : {});
    return {
      study: study ? { id: study } : { name: this.get("name").trim() },
      folder: this.get("folder"),
      model: this.get("model"),
      ...optional("country"),
      ...optional("timeZone"),
      ...optional("clockShift"),
      ...optional("deployments"),
      ...numeric("sampleFps"),
      ...numeric("threshold"),
    };
  }
}

export const draft = new Draft();
