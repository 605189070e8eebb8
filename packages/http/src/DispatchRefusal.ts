/** The one mapping from the dispatcher's reasons to HTTP. */
import type { DispatchError, Reason } from "@aiguilleur/core/DispatchError"
import {
  type OpenAiError,
  stopping,
  totalSpent,
  unavailable,
  unknownKey,
  unknownModel,
  upstreamFailed
} from "./OpenAiError.ts"

const ofReason = (reason: Reason): OpenAiError => {
  switch (reason._tag) {
    case "UnknownModel":
      return unknownModel(reason.model)
    case "NotAllowed":
      return {
        status: 403,
        type: "permission_error",
        code: "model_not_allowed",
        param: "model",
        message:
          `This API key may not use the model \`${reason.model}\` in this way. GET /v1/models lists what it may use.`
      }
    case "ThresholdReached":
      return {
        status: 429,
        type: "rate_limit_error",
        code: "rate_limit_exceeded",
        param: null,
        message:
          `${reason.waiting} requests wait for this model already, and this API key tolerates ${reason.threshold}. Try again later.`,
        retryAfter: 5
      }
    case "NoServer":
      return unavailable(503, "no_server", `No server is configured that this key may use for \`${reason.model}\`.`, 30)
    case "PatienceSpent":
      return unavailable(
        504,
        "patience_spent",
        `No server came free within ${Math.round(reason.waited / 1000)} seconds. Try again when there is less traffic.`
      )
    case "NoServerUp":
      return unavailable(
        503,
        "no_server_up",
        `No server of \`${reason.model}\` is up at the moment. Try again later.`,
        10
      )
    case "AttemptsExhausted":
      return upstreamFailed
    case "TotalSpent":
      return totalSpent
    case "ModelRemoved":
      return unavailable(
        503,
        "model_removed",
        `The model \`${reason.model}\` was withdrawn while this request waited.`,
        30
      )
    case "KeyRevoked":
      return unknownKey
    case "Stopping":
      return stopping
  }
}

export const ofDispatchError = (error: DispatchError): OpenAiError => ofReason(error.reason)
