import { describe, expect, it } from "vitest";
import { labelOf, rawOf, reasonOf } from "./raw";

const rabbit = "5a565886;mammalia;lagomorpha;leporidae;oryctolagus;cuniculus;european rabbit";
const family = "6c09fa63;mammalia;lagomorpha;leporidae;;;rabbit and hare family";

describe("a raw row", () => {
  it("says what the model guessed, what came out and why", () => {
    const word = rawOf({
      country: "FRA",
      classifications: { classes: [rabbit, family], scores: [0.6, 0.3] },
      detections: [{ category: "1", label: "animal", conf: 0.97, bbox: [0, 0, 1, 1] }],
      prediction: family,
      prediction_score: 0.9,
      prediction_source: "classifier+geofence+rollup_to_family",
    });
    expect(word.guesses[0]).toEqual({ label: "european rabbit (oryctolagus cuniculus)", score: 0.6 });
    expect(word.final).toBe("rabbit and hare family (leporidae)");
    expect(word.reason).toEqual({ kind: "rollup", level: "family", geofenced: true, country: "FRA" });
    expect(word.detections).toEqual([{ label: "animal", confidence: 0.97 }]);
  });

  it("invents nothing", () => {
    expect(rawOf(null)).toEqual({ guesses: [], detections: [], final: null, score: null, reason: null });
    expect(rawOf({ classifications: { classes: ["a", 5], scores: ["x"] }, detections: [1, { conf: "0.5" }] })).toMatchObject({
      guesses: [],
      detections: [],
    });
  });

  it("reads labels of every model", () => {
    expect(labelOf("chamois")).toBe("chamois");
    expect(labelOf("f1856211;;;;;;blank")).toBe("blank");
    expect(labelOf("x;mammalia;;;;;mammal")).toBe("mammal (mammalia)");
  });

  it("reads every way to an answer", () => {
    expect(reasonOf("classifier", null)).toEqual({ kind: "classifier" });
    expect(reasonOf("detector", null)).toEqual({ kind: "detector" });
    expect(reasonOf("classifier+rollup_to_genus", null)).toMatchObject({ kind: "rollup", level: "genus", geofenced: false });
    expect(reasonOf("classifier+geofence+rollup_failed", "SVN")).toEqual({ kind: "rollupFailed", country: "SVN" });
    expect(reasonOf("oracle", null)).toEqual({ kind: "other", text: "oracle" });
    expect(reasonOf(undefined, null)).toBeNull();
  });
});
