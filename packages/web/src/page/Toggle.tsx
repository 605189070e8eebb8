/** A choice of one among a few, all in sight. */
import { useId } from "react"

interface Props<A extends string> {
  readonly legend: string
  readonly options: ReadonlyArray<readonly [value: A, label: string]>
  readonly value: A
  readonly onChange: (value: A) => void
}

export const Toggle = <A extends string>({ legend, onChange, options, value }: Props<A>) => {
  const name = useId()
  return (
    <fieldset className="toggle">
      <legend>{legend}</legend>
      {options.map(([each, label]) => (
        <label key={each}>
          <input type="radio" name={name} value={each} checked={value === each} onChange={() => onChange(each)} />
          <span>{label}</span>
        </label>
      ))}
    </fieldset>
  )
}
