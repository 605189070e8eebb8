/** The live page of operators. */
import { LanguageChoice } from "../page/LanguageChoice.tsx"
import { mount } from "../page/mount.tsx"
import { ThemeChoice } from "../page/Theme.tsx"
import { Wordmark } from "../page/Wordmark.tsx"

mount(
  <main>
    <h1>
      <Wordmark />
    </h1>
    <LanguageChoice />
    <ThemeChoice />
  </main>
)
