export { NoAnswer, ProblemError, Registry, type Asked, type Settings } from "./client.js";
export { Refused } from "./bytes.js";
export { readTrust, requireSameHead, verifyCheckpoint, verifyReceipt, type Checkpoint, type Receipt, type Trust } from "./proofs.js";
export { verifyDelivery } from "./webhooks.js";
export type * from "./types.js";
