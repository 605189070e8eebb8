/** Puts a page into its document. */
import type { ReactNode } from "react"
import { StrictMode } from "react"
import { createRoot } from "react-dom/client"
import { LanguageProvider } from "./Language.tsx"
import "./fonts.css"
import "./page.css"
import { Mishap } from "./Mishap.tsx"
import * as Theme from "./Theme.tsx"

export const mount = (page: ReactNode): void => {
  Theme.restore()
  createRoot(document.getElementById("root")!).render(
    <StrictMode>
      <LanguageProvider>
        <Mishap>{page}</Mishap>
      </LanguageProvider>
    </StrictMode>
  )
}
