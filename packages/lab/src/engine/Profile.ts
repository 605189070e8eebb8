/** How fast one GPU runs one model: the constants of the step loop, in milliseconds and tokens. */

export interface Profile {
  readonly name: string
  /** A step's time when the batch is empty: the weights are read once. */
  readonly t0: number
  /** Per sequence that decodes. */
  readonly a: number
  /** Per prompt token computed. */
  readonly b: number
  /** Per token of context that the decoding sequences attend to. */
  readonly k: number
  /** `max_num_batched_tokens`: what one step computes at most, decoding included. */
  readonly maxNumBatchedTokens: number
  /** `max_num_seqs`: sequences in the batch at most. */
  readonly maxNumSeqs: number
  readonly maxModelLen: number
  /** Tokens that the KV cache has room for. */
  readonly kvTokens: number
  /** The front end's time for each request, and the wait for a chunk of each request that is being answered meanwhile. */
  readonly frontEnd: { readonly request: number; readonly chunk: number }
}

/** What one step has to compute. */
export interface Work {
  readonly decoding: number
  readonly prefillTokens: number
  readonly contextTokens: number
}

export const stepTime = (profile: Profile, work: Work): number =>
  profile.t0 + profile.a * work.decoding + profile.b * work.prefillTokens + profile.k * work.contextTokens

/** Every step lasts one millisecond, so that a test counts steps by the clock. */
export const test: Profile = {
  name: "test",
  t0: 1,
  a: 0,
  b: 0,
  k: 0,
  maxNumBatchedTokens: 8192,
  maxNumSeqs: 256,
  maxModelLen: 32_768,
  kvTokens: 1_000_000,
  frontEnd: { request: 0, chunk: 0 }
}

/** About 100 tokens a second per user, slower as users come: quick to watch and easy to saturate. */
export const demo: Profile = {
  name: "demo",
  t0: 8,
  a: 0.25,
  b: 0.02,
  k: 0,
  maxNumBatchedTokens: 2048,
  maxNumSeqs: 64,
  maxModelLen: 32_768,
  kvTokens: 200_000,
  frontEnd: { request: 0, chunk: 0 }
}

/** Fitted (docs/profiles.md): t0, a and the front end; b is derived from the GPU's arithmetic, k is a guess. */
export const h100Llama8b: Profile = {
  name: "h100-llama-3.1-8b-bf16",
  t0: 5.78,
  a: 0.294,
  b: 0.03,
  k: 4e-5,
  maxNumBatchedTokens: 8192,
  maxNumSeqs: 256,
  maxModelLen: 131_072,
  kvTokens: 420_000,
  frontEnd: { request: 6.33, chunk: 1.1 }
}

/** Guessed: derived from the memory's bandwidth, no figure was found to fit it to. */
export const l40sMistral24b: Profile = {
  name: "l40s-mistral-small-24b-fp8",
  t0: 33,
  a: 0.12,
  b: 0.25,
  k: 2e-4,
  maxNumBatchedTokens: 2048,
  maxNumSeqs: 256,
  maxModelLen: 32_768,
  kvTokens: 100_000,
  frontEnd: { request: 3, chunk: 0.2 }
}

/** One published point: b is fitted to it, t0 is derived, the others are guessed. */
export const l40sLlama8b: Profile = {
  name: "l40s-llama-3.1-8b-fp8",
  t0: 11.6,
  a: 0.04,
  b: 0.0744,
  k: 1e-4,
  maxNumBatchedTokens: 8192,
  maxNumSeqs: 256,
  maxModelLen: 131_072,
  kvTokens: 250_000,
  frontEnd: { request: 3, chunk: 0.2 }
}

/** Fitted (docs/profiles.md): t0, a, b and the front end. */
export const rtx4090Mistral7b: Profile = {
  name: "rtx4090-mistral-7b-fp16",
  t0: 16.5,
  a: 0.132,
  b: 0.146,
  k: 2e-5,
  maxNumBatchedTokens: 2048,
  maxNumSeqs: 256,
  maxModelLen: 32_768,
  kvTokens: 50_000,
  frontEnd: { request: 1.03, chunk: 4.82 }
}

/** One published point: a and b are fitted to it, the others derived or guessed. */
export const a40Llama8b: Profile = {
  name: "a40-llama-3.1-8b-fp16",
  t0: 28.7,
  a: 0.301,
  b: 0.436,
  k: 1e-4,
  maxNumBatchedTokens: 2048,
  maxNumSeqs: 256,
  maxModelLen: 131_072,
  kvTokens: 190_000,
  frontEnd: { request: 3, chunk: 0.2 }
}

export const profiles: ReadonlyArray<Profile> = [
  test,
  demo,
  h100Llama8b,
  l40sLlama8b,
  l40sMistral24b,
  rtx4090Mistral7b,
  a40Llama8b
]

export const byName = (name: string): Profile | undefined => profiles.find((profile) => profile.name === name)
