/** Asks one registry over HTTP: typed by the description, with retries that repeat no effect. */

import { OPERATIONS, type Operations, type Problem } from "./types.js";

/** What an operation may be asked with: parts that it has none of need not be stated. */
export type Asked<K extends keyof Operations> = (Operations[K]["path"] extends Record<string, never>
  ? { path?: never }
  : { path: Operations[K]["path"] }) & {
  query?: Operations[K]["query"];
  headers?: Record<string, string>;
  /** An Idempotency-Key: it is done once, however often it is sent. */
  once?: string;
  signal?: AbortSignal;
} & (undefined extends Operations[K]["body"] ? { body?: Operations[K]["body"] } : { body: Operations[K]["body"] });

/** The registry refused, and said why (RFC 9457). Act on `problem.code`; texts may change. */
export class ProblemError extends Error {
  override name = "ProblemError";
  constructor(
    readonly where: string,
    readonly status: number,
    readonly problem: Problem | undefined,
    readonly retryAfter: number | undefined,
  ) {
    super(`${where}: ${status} ${problem?.code ?? ""} ${problem?.detail ?? ""}`.trimEnd());
  }
}

/** The registry did not answer, or a redirect came, which is not followed: a key would go elsewhere. */
export class NoAnswer extends Error {
  override name = "NoAnswer";
}

export interface Settings {
  /** Like `https://registry.example.org`. Plain http is for this machine alone. */
  url: string;
  /** An API key (`rrk_...`, or `rrk_test_...` for the sandbox). */
  key?: string;
  language?: string;
  /** Tries in all, 5 where nothing is said; milliseconds of one try, 30,000; and of one pause, 60,000. */
  tries?: number;
  timeout?: number;
  longestPause?: number;
  fetch?: typeof fetch;
}

const LOCAL = /^http:\/\/(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/;
const AWAY = [502, 503, 504];

export class Registry {
  readonly #settings: Required<Omit<Settings, "key">> & { key: string | undefined };

  constructor(settings: Settings) {
    const url = settings.url.replace(/\/$/, "");
    if (!/^https:\/\/[^/?#@]+$/.test(url) && !LOCAL.test(url)) {
      throw new RangeError(`${url}: an address like https://registry.example.org is expected`);
    }
    if (settings.key !== undefined && !/^rrk_[\x21-\x7e]+$/.test(settings.key)) {
      throw new RangeError("this is no API key: one begins with rrk_ and is one word");
    }
    this.#settings = {
      language: "en", tries: 5, timeout: 30_000, longestPause: 60_000, fetch: globalThis.fetch.bind(globalThis),
      ...settings, url, key: settings.key,
    };
  }

  /** May this recruiter recruit? Only `yes` is yes. The question goes in the body, so no log on the way holds it. */
  verify(question: Operations["verifyByPost"]["body"]): Promise<Operations["verifyByPost"]["answer"]> {
    return this.call("verifyByPost", { body: question });
  }

  /** Both ends of a corridor and the agreement between them. */
  corridor(question: Operations["verifyCorridorByPost"]["body"]): Promise<Operations["verifyCorridorByPost"]["answer"]> {
    return this.call("verifyCorridorByPost", { body: question });
  }

  /** Every operation that is open to all or to organisations, by its name. Throws ProblemError, NoAnswer. */
  async call<K extends keyof Operations>(operation: K, asked: Asked<K>): Promise<Operations[K]["answer"]> {
    const [method, template] = OPERATIONS[operation];
    const given = asked as { path?: Record<string, string>; query?: Record<string, unknown>; body?: unknown };
    const path = template.replace(/\{(\w+)\}/g, (_, name: string) => segment(given.path?.[name], name));
    const query = new URLSearchParams();
    for (const [name, value] of Object.entries(given.query ?? {})) if (value !== undefined) query.set(name, String(value));
    const address = this.#settings.url + path + (query.size ? `?${query}` : "");
    const isRead = method === "GET" || operation === "verifyByPost" || operation === "verifyCorridorByPost";
    const mayRepeat = isRead || method === "DELETE" || asked.once !== undefined;
    const response = await this.#asked(`${method} ${path}`, address, this.#request(method, given.body, asked), mayRepeat);
    const kind = response.headers.get("Content-Type") ?? "";
    if (response.status === 204) return undefined as Operations[K]["answer"];
    return (kind.includes("json") ? await response.json() : await response.text()) as Operations[K]["answer"];
  }

  #request(method: string, body: unknown, asked: { headers?: Record<string, string>; once?: string; signal?: AbortSignal }): RequestInit {
    const headers = new Headers({ Accept: "application/json", "Accept-Language": this.#settings.language, ...asked.headers });
    if (this.#settings.key !== undefined) headers.set("Authorization", `Bearer ${this.#settings.key}`);
    if (asked.once !== undefined) headers.set("Idempotency-Key", `"${asked.once}"`);
    const request: RequestInit = { method, headers, redirect: "manual", credentials: "omit" };
    if (body instanceof Blob || body instanceof Uint8Array) request.body = body as BodyInit;
    else if (body !== undefined) {
      headers.set("Content-Type", "application/json");
      request.body = JSON.stringify(body);
    }
    if (asked.signal) request.signal = asked.signal;
    return request;
  }

  async #asked(where: string, address: string, request: RequestInit, mayRepeat: boolean): Promise<Response> {
    const { tries, timeout } = this.#settings;
    for (let count = 1; ; count += 1) {
      let pause: number | undefined;
      try {
        const signals = [AbortSignal.timeout(timeout), ...(request.signal ? [request.signal] : [])];
        const response = await this.#settings.fetch(address, { ...request, signal: AbortSignal.any(signals) });
        if (response.ok) return response;
        if (response.type === "opaqueredirect" || (response.status >= 300 && response.status < 400)) {
          throw new NoAnswer(`${where}: a redirect, which is not followed`);
        }
        const after = secondsOf(response.headers.get("Retry-After") ?? "", Date.now());
        // 409 with Retry-After: the first request with the same Idempotency-Key is not answered yet.
        const isRunning = response.status === 409 && !Number.isNaN(after);
        const isWorthIt = response.status === 429 || (mayRepeat && (isRunning || AWAY.includes(response.status)));
        pause = isWorthIt && count < tries ? this.#pause(count, Number.isNaN(after) ? undefined : after * 1000) : undefined;
        if (pause === undefined) {
          const problem = (await response.json().catch(() => undefined)) as Problem | undefined;
          throw new ProblemError(where, response.status, problem, Number.isNaN(after) ? undefined : after);
        }
      } catch (error) {
        if (error instanceof ProblemError || error instanceof NoAnswer) throw error;
        if (request.signal?.aborted) throw error;
        pause = mayRepeat && count < tries ? this.#pause(count, undefined) : undefined;
        // The request itself is not told on: it holds the key.
        if (pause === undefined) throw new NoAnswer(`${where}: no answer, asked ${count} times at ${this.#settings.url}`);
      }
      await new Promise((done) => setTimeout(done, pause));
    }
  }

  /** Milliseconds until the next try: what the registry said, or ever longer; never for all programs at the same moment. */
  #pause(count: number, after: number | undefined): number | undefined {
    if (after !== undefined) {
      return after > this.#settings.longestPause ? undefined : after + Math.random() * Math.min(1000, after / 10 + 50);
    }
    return Math.min(this.#settings.longestPause, 500 * 2 ** (count - 1)) * (0.5 + Math.random() / 2);
  }
}

/** One part of a path; it cannot leave its place. */
function segment(given: string | undefined, name: string): string {
  if (given === undefined || ["", ".", ".."].includes(given)) throw new RangeError(`${name}: ${String(given)} is no reference`);
  return encodeURIComponent(given);
}

/** Seconds that `Retry-After` asks to wait, a number or a date (RFC 9110); not a number for anything else. */
function secondsOf(text: string, now: number): number {
  if (/^[0-9]+$/.test(text)) return Number.parseInt(text, 10);
  return /^[A-Z][a-z]{2},/.test(text) ? Math.max(0, Math.ceil((Date.parse(text) - now) / 1000)) : Number.NaN;
}
