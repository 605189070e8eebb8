/** The store on the PostgreSQL that we bring along. */
import { suite } from "./suite/StoreSuite.ts"
import { embedded } from "./support/TestServer.ts"

suite("embedded", embedded)
