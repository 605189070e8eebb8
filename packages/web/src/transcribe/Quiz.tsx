/** The questions, to be answered: a choice shows whether it was right, and why. */
import { useState } from "react"
import { useTexts } from "../page/Language.tsx"
import type { Question } from "./Api.ts"

const texts = {
  heading: { en: "Quiz", fr: "Quiz" },
  right: { en: "Right.", fr: "Juste." },
  wrong: { en: "No.", fr: "Non." },
  listen: { en: (at: string) => `Listen from ${at}`, fr: (at: string) => `Écouter à ${at}` }
}

interface Props {
  readonly questions: ReadonlyArray<Question>
  readonly isTranslated: boolean
  readonly onSeek: (seconds: number) => void
}

const secondsOf = (pointer: string): number => pointer.split(":").reduce((sum, part) => sum * 60 + Number(part), 0)

const One = ({ isTranslated, onSeek, question }: Omit<Props, "questions"> & { readonly question: Question }) => {
  const t = useTexts(texts)
  const [chosen, setChosen] = useState<string | undefined>()
  const choice = question.choices.find(({ id }) => id === chosen)
  const said = (own: string | null, translated: string | null) => (isTranslated ? translated : own) ?? own
  const pointer = question.answerPointer?.startAnswerPointer
  return (
    <li>
      <fieldset>
        <legend>{said(question.question, question.translatedQuestion)}</legend>
        {question.choices.map(({ correctAnswer, id, optionText, translatedOptionText }) => (
          <label
            key={id}
            className={chosen === undefined ? "tick" : correctAnswer === true ? "tick right" : "tick"}
          >
            <input type="radio" name={question.id} checked={chosen === id} onChange={() => setChosen(id)} />
            {said(optionText, translatedOptionText)}
          </label>
        ))}
      </fieldset>
      {choice === undefined
        ? null
        : (
          <p role="status">
            <strong>{choice.correctAnswer === true ? t.right : t.wrong}</strong>{" "}
            {said(question.explanation, question.translatedExplanation)} {pointer === undefined
              ? null
              : <button className="plain" onClick={() => onSeek(secondsOf(pointer))}>{t.listen(pointer)}</button>}
          </p>
        )}
    </li>
  )
}

export const Quiz = ({ questions, ...others }: Props) => {
  const t = useTexts(texts)
  return (
    <section className="panel quiz">
      <h2>{t.heading}</h2>
      <ol>{questions.map((question) => <One key={question.id} question={question} {...others} />)}</ol>
    </section>
  )
}
