/**
 * Reads an answer of verify with what two generators made for TypeScript: node generated.js ANSWER. The types of
 * openapi-typescript say how it may look; the validator of @hey-api/openapi-ts (zod) refuses what does not.
 */

import { readFileSync } from "node:fs";
import type { components } from "./openapi-typescript.js";
import { zVerdict } from "./hey-api/zod.gen.js";

type Verdict = components["schemas"]["Verdict"];

const text = readFileSync(process.argv[2] as string, "utf-8");
const typed = JSON.parse(text) as Verdict;
/** The compiler accepts a code that came later, and still knows those that were there. */
const later: Verdict["reasons"][number]["code"] = "licence_frozen_by_court";
console.log("openapi-typescript", typed.verdict, JSON.stringify(typed.reasons[0]?.code === later ? later : null));
const checked = zVerdict.parse(JSON.parse(text));
console.log("hey-api", checked.verdict, JSON.stringify(checked.reasons[0]?.code));
