/** What a caller of the repositories can do something about: each message says what. */
import { Schema } from "effect"

/** There is already an organisation, or a key of the same organisation, of this name. */
export class DuplicateName extends Schema.TaggedError<DuplicateName>()("DuplicateName", {
  kind: Schema.Literals(["organisation", "key"]),
  name: Schema.String
}) {
  override get message() {
    return `There is already ${
      this.kind === "key" ? "a key of this organisation" : "an organisation"
    } named ${this.name}.`
  }
}

export class UnknownOrganisation extends Schema.TaggedError<UnknownOrganisation>()("UnknownOrganisation", {
  name: Schema.String
}) {
  override get message() {
    return `There is no organisation named ${this.name}. List them with: aiguilleur organisations list`
  }
}

/** Keys, revoked ones included, belong to it: what they used must stay attributable. */
export class OrganisationInUse extends Schema.TaggedError<OrganisationInUse>()("OrganisationInUse", {
  name: Schema.String
}) {
  override get message() {
    return `The organisation ${this.name} still has keys. Remove them first, revoked ones included.`
  }
}

export class UnknownKey extends Schema.TaggedError<UnknownKey>()("UnknownKey", { reference: Schema.String }) {
  override get message() {
    return `There is no key ${this.reference}. List them with: aiguilleur keys list`
  }
}

export class AmbiguousKey extends Schema.TaggedError<AmbiguousKey>()("AmbiguousKey", {
  reference: Schema.String,
  ids: Schema.Array(Schema.String)
}) {
  override get message() {
    return `Several organisations have a key named ${this.reference}; name one by its id: ${this.ids.join(", ")}`
  }
}

/** The secret that was given already belongs to a key, be it revoked. */
export class DuplicateSecret extends Schema.TaggedError<DuplicateSecret>()("DuplicateSecret", {
  name: Schema.String
}) {
  override get message() {
    return `The secret given for the key ${this.name} already belongs to another key.`
  }
}
