/** What an engine says in the body of an error, whichever of the known shapes it takes and wherever it was cut. */
import { Option, Predicate, Schema } from "effect"

export interface EngineError {
  readonly message: string
  /** OpenAI's word, such as `model_not_found`; numeric codes repeat the status and are left out. */
  readonly code: string | undefined
  readonly type: string | undefined
}

const silent: EngineError = { message: "", code: undefined, type: undefined }

const parse = Schema.decodeUnknownOption(Schema.fromJsonString(Schema.Unknown))

const text = (value: unknown): string | undefined => Predicate.isString(value) ? value : undefined

// Bodies are cut at a bound, so the JSON may not close: then the first message is looked for as text.
const cut = /"(?:message|error|detail)"\s*:\s*"((?:[^"\\]|\\.)*)/

const fromText = (body: string): EngineError => ({ ...silent, message: cut.exec(body)?.[1] ?? body.trim() })

const fromObject = (object: { readonly [x: PropertyKey]: unknown }): EngineError => ({
  message: text(object["message"]) ?? text(object["detail"]) ?? "",
  code: text(object["code"]),
  type: text(object["type"])
})

/**
 * OpenAI and recent vLLM nest `{"error": {"message", "type", "param", "code"}}`, older vLLM and LMDeploy put the same
 * members at the top, Ollama and middlewares write `{"error": "text"}`, FastAPI `{"detail": "text"}`.
 */
export const read = (body: string): EngineError => {
  const json = Option.getOrUndefined(parse(body))
  if (!Predicate.isReadonlyObject(json)) return fromText(body)
  const error = json["error"]
  if (Predicate.isString(error)) return { ...silent, message: error }
  return fromObject(Predicate.isReadonlyObject(error) ? error : json)
}

/**
 * Only a message that *begins* with the model counts: engines quote what callers wrote, and nobody may talk a server
 * out of the fleet by asking for a response called "the model does not exist".
 */
const unknownModel =
  /^(?:the )?model(?:\s*:)?(?:\s*[`'"]?[^\s`'"]+[`'"]?)?\s*(?:does not exist|not found|is not found|not loaded)/i

export const namesUnknownModel = ({ code, message }: EngineError): boolean =>
  // Cut, because the pattern goes back over blanks, and an engine may write as many as it likes.
  code === "model_not_found" || unknownModel.test(message.slice(0, 300))
