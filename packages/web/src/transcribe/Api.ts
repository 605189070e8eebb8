/** The transcription service as this page asks it: with a token of its own, taken anew when it has expired. */

export interface Credentials {
  readonly id: string
  readonly secret: string
}

export interface Job {
  readonly id: string
  readonly status: string
  readonly failureCause: string | null
  readonly media: { readonly originalFileName: string; readonly mimeType: string } | null
  readonly progress: number | null
  readonly queuePosition: number | null
  readonly createdAt: string
  readonly translateTo: string | null
  readonly lastVersionId: string | null
}

export interface Sentence {
  readonly start: number
  readonly end: number
  readonly text: string
}

export interface Question {
  readonly id: string
  readonly question: string | null
  readonly translatedQuestion: string | null
  readonly explanation: string | null
  readonly translatedExplanation: string | null
  readonly choices: ReadonlyArray<{
    readonly id: string
    readonly optionText: string | null
    readonly translatedOptionText: string | null
    readonly correctAnswer: boolean | null
  }>
  readonly answerPointer: { readonly startAnswerPointer: string } | null
}

export interface Version {
  readonly id: string
  readonly enrichmentVersionMetadata: {
    readonly title: string | null
    readonly translatedTitle: string | null
    readonly description: string | null
    readonly translatedDescription: string | null
    readonly topics: ReadonlyArray<string>
    readonly translatedTopics: ReadonlyArray<string>
    readonly discipline: string | null
    readonly mediaType: string | null
  } | null
  readonly transcript: {
    readonly language: string | null
    readonly sentences: ReadonlyArray<Sentence>
    readonly translatedSentences: ReadonlyArray<Sentence> | null
  }
  readonly multipleChoiceQuestions: ReadonlyArray<Question>
  readonly notes: string | null
  readonly translatedNotes: string | null
  readonly translateTo: string | null
}

export interface Wish {
  readonly language: string | null
  readonly translateTo: string | null
  readonly generateMetadata: boolean
  readonly generateQuiz: boolean
  readonly generateNotes: boolean
  readonly disciplines: ReadonlyArray<string>
  readonly mediaTypes: ReadonlyArray<string>
}

/** What the service said, or that it said nothing. */
export class Refused extends Error {
  readonly status: number

  constructor(status: number, message: string) {
    super(message)
    this.status = status
  }
}

// Below whatever prefix the page itself lies.
const base = new URL("../api", location.href).href

const reasonOf = async (response: Response): Promise<string> => {
  const body = await response.json().catch(() => ({})) as {
    readonly errors?: ReadonlyArray<{ readonly message?: string }>
    readonly message?: string
  }
  return body.errors?.map(({ message }) => message ?? "").join(" ") || body.message || String(response.status)
}

const silence = () => new Refused(0, "")

export class Api {
  private readonly credentials: Credentials
  private token: Promise<string> | undefined = undefined

  constructor(credentials: Credentials) {
    this.credentials = credentials
  }

  /** Whether the credentials are good. */
  readonly signIn = async (): Promise<void> => {
    await this.tokenOf()
  }

  readonly list = async (): Promise<ReadonlyArray<Job>> => {
    const response = await this.send("/v1/enrichments?size=8&withStatus=true")
    return (await response.json() as { readonly content: ReadonlyArray<Job> }).content
  }

  readonly job = async (id: string, signal: AbortSignal): Promise<Job> =>
    (await this.send(`/v1/enrichments/${id}`, { signal })).json() as Promise<Job>

  readonly version = async (id: string, signal: AbortSignal): Promise<Version> =>
    (await this.send(`/v1/enrichments/${id}/versions/latest`, { signal })).json() as Promise<Version>

  /** Undefined once the service has let go of it. */
  readonly medium = async (id: string, signal: AbortSignal): Promise<Blob | undefined> => {
    const response = await this.send(`/v1/enrichments/${id}/media`, { signal }).catch(() => undefined)
    return response?.blob()
  }

  readonly subtitles = async (id: string, version: string, format: string, language: string): Promise<Blob> => {
    const path = `/v1/enrichments/${id}/versions/${version}/download_transcript`
    return (await this.send(`${path}?format=${format}&language=${encodeURIComponent(language)}`)).blob()
  }

  readonly byUrl = async (url: string, wish: Wish): Promise<string> => {
    const body = JSON.stringify({ url, notificationLevel: "none", enrichmentParameters: wish })
    const headers = { "content-type": "application/json" }
    return this.idOf(await this.send("/v1/enrichments/url", { method: "POST", body, headers }))
  }

  /** With an XMLHttpRequest, because only it tells how much has been sent. */
  readonly upload = async (file: File, wish: Wish, onSent: (share: number) => void): Promise<string> => {
    const form = new FormData()
    form.set("notificationLevel", "none")
    form.set("enrichmentParameters", JSON.stringify(wish))
    form.set("file", file)
    const token = await this.tokenOf()
    const response = await new Promise<Response>((resolve, reject) => {
      const request = new XMLHttpRequest()
      request.open("POST", `${base}/v1/enrichments/upload`)
      request.setRequestHeader("authorization", `Bearer ${token}`)
      request.upload.addEventListener("progress", ({ loaded, total }) => onSent(loaded / total))
      request.addEventListener("load", () => resolve(new Response(request.responseText, { status: request.status })))
      request.addEventListener("error", () => reject(silence()))
      request.send(form)
    })
    if (!response.ok) throw new Refused(response.status, await reasonOf(response))
    return this.idOf(response)
  }

  private async idOf(response: Response): Promise<string> {
    return (await response.json() as { readonly id: string }).id
  }

  private tokenOf(): Promise<string> {
    this.token ??= this.ask().catch((error: unknown) => {
      this.token = undefined
      throw error
    })
    return this.token
  }

  private async ask(): Promise<string> {
    const { id, secret } = this.credentials
    const body = new URLSearchParams({ grant_type: "client_credentials", client_id: id, client_secret: secret })
    // Else a browser answers a refusal with a dialog of its own.
    const response = await fetch(`${base}/token`, { method: "POST", body, credentials: "omit" }).catch(() => {
      throw silence()
    })
    if (!response.ok) throw new Refused(response.status, await reasonOf(response))
    return (await response.json() as { readonly access_token: string }).access_token
  }

  private async send(path: string, init: RequestInit = {}, again = true): Promise<Response> {
    const headers = new Headers(init.headers)
    headers.set("authorization", `Bearer ${await this.tokenOf()}`)
    const response = await fetch(base + path, { ...init, headers, credentials: "omit" }).catch((error: unknown) => {
      throw init.signal?.aborted === true ? error : silence()
    })
    if (response.status === 401 && again) {
      this.token = undefined
      return this.send(path, init, false)
    }
    if (!response.ok) throw new Refused(response.status, await reasonOf(response))
    return response
  }
}
