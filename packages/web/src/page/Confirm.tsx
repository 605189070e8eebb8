/** Asks before something is done: the browser's own modal dialog, with what it means in words. */
import type { ReactNode } from "react"
import { useEffect, useId, useRef, useState } from "react"
import { useTexts } from "./Language.tsx"

const texts = {
  cancel: { en: "Cancel", fr: "Annuler" },
  working: { en: "Working…", fr: "En cours…" }
}

interface Props {
  readonly title: string
  readonly children: ReactNode
  readonly action: string
  /** Looks as serious as it is. */
  readonly grave?: boolean
  /** Rejects with an Error whose message is shown. */
  readonly onConfirm: () => Promise<void>
  readonly onClose: () => void
}

export const Confirm = ({ action, children, grave = false, onClose, onConfirm, title }: Props) => {
  const t = useTexts(texts)
  const dialog = useRef<HTMLDialogElement>(null)
  const [problem, setProblem] = useState<string>()
  const [busy, setBusy] = useState(false)
  const heading = useId()
  useEffect(() => dialog.current?.showModal(), [])
  const confirm = async () => {
    setBusy(true)
    setProblem(undefined)
    try {
      await onConfirm()
      dialog.current?.close()
    } catch (cause) {
      setProblem(cause instanceof Error ? cause.message : String(cause))
      setBusy(false)
    }
  }
  return (
    <dialog ref={dialog} className="confirm" aria-labelledby={heading} onClose={onClose}>
      <h2 id={heading}>{title}</h2>
      {children}
      {problem !== undefined && <p role="alert" className="problem">{problem}</p>}
      <p className="buttons">
        <button type="button" onClick={() => dialog.current?.close()}>{t.cancel}</button>
        <button type="button" className={grave ? "grave" : "primary"} disabled={busy} onClick={() => void confirm()}>
          {busy ? t.working : action}
        </button>
      </p>
    </dialog>
  )
}
