/** The contract, for every driver that there is: a new one is tested by being one. */
import { drivers, kinds } from "../src/Backends.ts"
import { suite } from "./suite/BackendSuite.ts"

for (const kind of kinds) suite(kind, drivers[kind])
