/** JSON as senders write it: every kind of value, spelling and space, and tokens that make no document at all. */
import { Arbitrary } from "effect"
import { among, json, oneOf, textOf } from "../../../core/test/fuzz/Inputs.ts"
import { characters, numbers, ownedNames } from "../wire/RandomBody.ts"

type Text = Arbitrary.Arbitrary<string>

const space = among(["", "", "", "", " ", "\n", "\t", "\r\n  "])

const string = Arbitrary.map(
  Arbitrary.array(among([...characters, "0123456789abcdef0123456789abcdef"]), { maxLength: 5 }),
  (pieces) => `"${pieces.join("")}"`
)

const scalar = oneOf(
  string,
  among(numbers),
  among(["true", "false", "null"])
)

/**
 * Now and then with a letter escaped, which is the same name. Not a name of one letter: once V8 13.6 has parsed
 * `{"🚂":2,"\\":1}`, it reads the second name of `{"🚂":2,"\u006e":1}` as a backslash, and is no judge of that.
 */
const owned = Arbitrary.map(
  Arbitrary.all([among([...ownedNames, "include_usage"]), among([-1, -1, -1, 0, 2])]),
  ([name, at]) =>
    at === -1 || at >= name.length || name.length === 1
      ? `"${name}"`
      : `"${name.slice(0, at)}\\u00${name.charCodeAt(at).toString(16)}${name.slice(at + 1)}"`
)

const listed = (items: Text, open: string, close: string): Text =>
  Arbitrary.map(
    Arbitrary.all([Arbitrary.array(Arbitrary.all([space, items, space]), { maxLength: 4 }), space]),
    ([all, inner]) => `${open}${all.length === 0 ? inner : all.map((each) => each.join("")).join(",")}${close}`
  )

const member = (name: Text, value: Text): Text =>
  Arbitrary.map(
    Arbitrary.all([name, space, space, value]),
    ([key, before, after, said]) => `${key}${before}:${after}${said}`
  )

const nested = (inner: Text): Text =>
  oneOf(scalar, listed(inner, "[", "]"), listed(member(oneOf(string, owned), inner), "{", "}"))

const value = nested(nested(nested(scalar)))

const options = listed(member(among(["\"include_usage\"", "\"x\""]), among(["true", "false", "null", "1"])), "{", "}")

/** What owned fields usually say, so that most documents are requests. */
const sensible = oneOf(
  among(["\"m\"", "\"\\u006d/é\"", "true", "false", "null", "5", "-3", "2e2", "\"any\"", "9007199254740991"]),
  options
)

/** Well-formed. */
export const object: Text = listed(
  oneOf(member(owned, sensible), member(owned, value), member(string, value)),
  "{",
  "}"
)

const flaws = [
  "01",
  "-",
  "-a",
  "1.",
  "1.e1",
  ".5",
  "1e",
  "1e+",
  "+1",
  "tru",
  "nulL",
  "falsey",
  "NaN",
  "\"\\x\"",
  "\"\\ug041\"",
  "\"\\u0g41\"",
  "\"\\u00g1\"",
  "\"\\u004g\"",
  "\"\\u\"",
  "\"\u0001\"",
  "\"\n\"",
  "[1 2]",
  "[1,]",
  "{,}",
  "{1:2}",
  "'a'"
]

/** Documents but for one kind of value that JSON does not have. */
export const flawed: Text = listed(member(oneOf(string, owned), oneOf(among(flaws), value)), "{", "}")

/** Any document, with space around it. */
export const document: Text = Arbitrary.map(
  Arbitrary.all([space, oneOf(object, object, object, object, value), space]),
  (pieces) => pieces.join("")
)

export const tokens = [
  ...json,
  "\\",
  "\\u00",
  "{\"a\":",
  "\"a\"",
  "\"model\"",
  "\"usage\"",
  "\"model\":\"m\"",
  "\"stream\":true",
  "\"m\\u006fdel\":",
  "-",
  "1",
  ".5",
  "e+",
  "tru",
  "true",
  "null",
  " ",
  "\n",
  "é"
]

/** Tokens in any order: hardly ever a document. */
export const rubble: Text = textOf(tokens)
