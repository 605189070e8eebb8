/** The smoke test on Node, Bun and Deno. */
import { smoke } from "./smoke.ts"

console.log(await smoke())
