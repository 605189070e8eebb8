import { assert, describe, it } from "@effect/vitest"
import { setImmediate as endOfTurn } from "node:timers/promises"
import { Turn } from "../src/Turn.ts"

const rig = () => {
  const turn = new Turn()
  const done: Array<string> = []
  const answer = (name: string) => ({
    deliver: () => done.push(`deliver ${name}`),
    settle: () => done.push(`settle ${name}`)
  })
  return { turn, done, answer }
}

describe("Turn", () => {
  it("sends every answer, then gives back every slot, then lets new requests have them", async () => {
    const { answer, done, turn } = rig()
    turn.arrive(() => done.push("arrival"))
    turn.complete(answer("a"))
    turn.complete(answer("b"))
    assert.deepStrictEqual(done, [])
    await endOfTurn()
    assert.deepStrictEqual(done, ["deliver a", "deliver b", "settle a", "settle b", "arrival"])
  })

  it("leaves what comes meanwhile to the next turn, and does nothing twice", async () => {
    const { answer, done, turn } = rig()
    turn.arrive(() => {
      done.push("first")
      turn.arrive(() => done.push("second"))
      turn.complete(answer("late"))
    })
    await endOfTurn()
    assert.deepStrictEqual(done, ["first"])
    await endOfTurn()
    assert.deepStrictEqual(done, ["first", "deliver late", "settle late", "second"])
    await endOfTurn()
    assert.lengthOf(done, 4)
  })
})
