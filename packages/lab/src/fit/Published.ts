/** What others have measured and published, to which profiles are fitted; secondary figures, quoted with their source. */
import type { Profile } from "../engine/Profile.ts"
import * as Profiles from "../engine/Profile.ts"

export interface Point {
  /** Clients that each send the next request as soon as the last is answered. */
  readonly clients: number
  /** Output tokens per second, all clients together. */
  readonly tokensPerSecond?: number
  /** Milliseconds. */
  readonly ttft?: number
  /** Milliseconds from one token to the next. */
  readonly perToken?: number
}

export interface Sweep {
  readonly profile: Profile
  readonly source: string
  /** What the source leaves open, and what is assumed instead. */
  readonly assumed: string
  readonly prompt: number
  readonly output: readonly [number, number]
  readonly ttftIs: "median" | "mean"
  /** What these points can tell, and the guesses from which the search starts; the others stay as they are. */
  readonly guesses: Partial<Record<Parameter, number>>
  readonly points: ReadonlyArray<Point>
}

export type Parameter = "t0" | "a" | "b" | "request" | "chunk"

export const sweeps: ReadonlyArray<Sweep> = [
  {
    profile: Profiles.h100Llama8b,
    source: "yobitelcomm.github.io/bench: Llama-3.1-8B fp16, one H100, vLLM 0.21, short chat",
    assumed:
      "64 prompt tokens and 45 to 55 output tokens: the source says \"short chat\". Its throughput at one client "
      + "contradicts its own time per token and is left out. b is derived: 16 GFLOP for each token at 54 % of the GPU's "
      + "990 TFLOPS; prompts this short cannot tell it.",
    prompt: 64,
    output: [45, 55],
    ttftIs: "median",
    guesses: { t0: 6.3, a: 0.15, request: 4, chunk: 1 },
    points: [
      { clients: 1, ttft: 14, perToken: 6.5 },
      { clients: 4, tokensPerSecond: 580, ttft: 23, perToken: 6.6 },
      { clients: 16, tokensPerSecond: 1384, ttft: 42, perToken: 10.9 }
    ]
  },
  {
    profile: Profiles.rtx4090Mistral7b,
    source: "mushfiqrahman.dev: Mistral-7B, RTX 4090, 256 tokens in, 128 out at most",
    assumed: "100 to 128 output tokens: the source gives a maximum.",
    prompt: 256,
    output: [100, 128],
    ttftIs: "mean",
    guesses: { t0: 17, a: 0.15, b: 0.1, request: 1, chunk: 3 },
    points: [
      { clients: 4, tokensPerSecond: 210, ttft: 63 },
      { clients: 8, tokensPerSecond: 377, ttft: 79 },
      { clients: 16, tokensPerSecond: 644, ttft: 155 },
      { clients: 32, tokensPerSecond: 975, ttft: 362 },
      { clients: 48, tokensPerSecond: 1190, ttft: 667 }
    ]
  },
  {
    profile: Profiles.a40Llama8b,
    source: "databasemart: Llama-3.1-8B fp16, one A40, 50 clients, 100 tokens in, 600 out",
    assumed:
      "570 to 600 output tokens. One point: t0 is derived from the memory's bandwidth (16 GB at 80 % of 696 GB/s), "
      + "the front end is guessed.",
    prompt: 100,
    output: [570, 600],
    ttftIs: "median",
    guesses: { a: 0.3, b: 0.15 },
    points: [{ clients: 50, tokensPerSecond: 1017, ttft: 220 }]
  },
  {
    profile: Profiles.l40sLlama8b,
    source: "Red Hat on MLPerf 5.1: Llama-3.1-8B FP8, one L40S, vLLM 0.10, offline",
    assumed:
      "800 tokens in and 128 out, as that benchmark's articles and summaries have about, and 256 requests at a time. One "
      + "point: t0 is derived from the memory's bandwidth (8 GB at 80 % of 864 GB/s), a, k and the front end are guessed.",
    prompt: 800,
    output: [128, 128],
    ttftIs: "mean",
    guesses: { b: 0.09 },
    points: [{ clients: 256, tokensPerSecond: 1642 }]
  }
]

/** A published figure that a profile was not fitted to, because it is of something a little different, or a range. */
export interface Check {
  readonly profile: Profile
  readonly source: string
  readonly clients: number
  readonly prompt: number
  readonly output: number
  readonly figure: "tokensPerSecond" | "ttft" | "perToken"
  readonly published: string
  /** Why the two may differ. */
  readonly remark: string
}

const orders = "llm-d docs/latency-profiles.md: orders of magnitude for 7-8B fp16 at batch 1"

export const checks: ReadonlyArray<Check> = [
  {
    profile: Profiles.h100Llama8b,
    source: "Red Hat on MLPerf 5.1: H100, offline",
    clients: 256,
    prompt: 800,
    output: 128,
    figure: "tokensPerSecond",
    published: "5777",
    remark: "published for FP8, which may be half as fast again; and a, fitted at 16 clients, is too high for 256"
  },
  {
    profile: Profiles.h100Llama8b,
    source: orders,
    clients: 1,
    prompt: 256,
    output: 64,
    figure: "ttft",
    published: "60 to 120",
    remark: "contradicts the 14 ms of the sweep that the profile is fitted to"
  },
  {
    profile: Profiles.h100Llama8b,
    source: orders,
    clients: 1,
    prompt: 256,
    output: 64,
    figure: "perToken",
    published: "10 to 15",
    remark: "contradicts the 6.5 ms of that sweep"
  },
  {
    profile: Profiles.l40sLlama8b,
    source: orders,
    clients: 1,
    prompt: 256,
    output: 64,
    figure: "perToken",
    published: "25 to 35",
    remark: "published for fp16, which reads twice the bytes for each token"
  },
  {
    profile: Profiles.l40sMistral24b,
    source: "derived from the memory's bandwidth, nobody's measurement",
    clients: 1,
    prompt: 256,
    output: 64,
    figure: "perToken",
    published: "33 to 36",
    remark: "what t0 was guessed from"
  }
]
