/** The store on a PostgreSQL that is reached by its URL. */
import { describe, it } from "@effect/vitest"
import { suite } from "./suite/StoreSuite.ts"
import { byGivenUrl, byInstalled, givenUrl, installed } from "./support/TestServer.ts"

if (givenUrl !== undefined) {
  suite("by AIGUILLEUR_TEST_DATABASE_URL, which tests may not stop", byGivenUrl(givenUrl), false)
} else if (installed !== undefined) suite(`by URL, ${installed}`, byInstalled(installed))
else {
  describe("Store (by URL)", () => {
    it.skip("not run: AIGUILLEUR_TEST_DATABASE_URL is not set and /usr/lib/postgresql has no server", () => {})
  })
}
