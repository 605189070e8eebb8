/** The laboratory's command line. */
import * as Command from "./face/command/Command.ts"
import * as FitCommand from "./face/command/FitCommand.ts"

const args = process.argv.slice(2)
process.exitCode = args[0] === "fit" ? FitCommand.run(args.slice(1)) : await Command.run(args)
