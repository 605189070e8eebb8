/** What the store promises on any server; each kind of server calls this once. */
import { layer } from "@effect/vitest"
import type { Layer } from "effect"
import { fixture } from "../support/Fixture.ts"
import type { TestServer } from "../support/TestServer.ts"
import * as ChangesSuite from "./ChangesSuite.ts"
import * as KeysSuite from "./KeysSuite.ts"
import * as OutageSuite from "./OutageSuite.ts"
import * as SchemaSuite from "./SchemaSuite.ts"
import * as ShadowsSuite from "./ShadowsSuite.ts"
import * as UsageSuite from "./UsageSuite.ts"

/** `hasSwitch` is false for a server that the tests may not stop: what needs it is then skipped. */
export const suite = <E>(name: string, server: Layer.Layer<TestServer, E>, hasSwitch = true) =>
  layer(fixture(server), { excludeTestServices: true, timeout: "60 seconds" })(`Store (${name})`, (it) => {
    SchemaSuite.suite(it)
    KeysSuite.suite(it)
    UsageSuite.suite(it)
    ShadowsSuite.suite(it)
    ChangesSuite.suite(it)
    OutageSuite.suite(it, hasSwitch)
  })
