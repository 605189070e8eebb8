/** How help and mistakes on the command line look: help in full when asked for, a mistake in one line. */
import { Console } from "effect"
import { CliOutput } from "effect/cli"

const formatter = CliOutput.defaultFormatter({ globalFlags: "summary", colors: false })

export const layer = CliOutput.layerPresenter({
  present: (event) => {
    switch (event._tag) {
      case "Help":
        return Console.log(formatter.formatHelpDoc(event.helpDoc))
      case "Version":
        return Console.log(formatter.formatVersion(event.name, event.version))
      case "InvalidInvocation": {
        const said = event.errors.map(({ message }) => message)
        return Console.error([...said, `Help: ${event.commandPath.join(" ")} --help`].join("\n"))
      }
    }
  }
})
