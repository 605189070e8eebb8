/** Whisper models in whisper.cpp's format that are fetched by name, each with the size and checksum of its one right file. */

export interface ModelEntry {
  readonly file: string
  readonly bytes: number
  readonly sha256: string
}

/** Of the revision that the checksums are of; another place can be told by `AIGUILLEUR_WHISPER_URL`. */
export const source = "https://huggingface.co/ggerganov/whisper.cpp/resolve/5359861c739e955e79d9a303bcbc70fb988958b1"

/** From the fastest to the best. All know a hundred languages. */
export const models: Readonly<Record<string, ModelEntry>> = {
  tiny: {
    file: "ggml-tiny.bin",
    bytes: 77_691_713,
    sha256: "be07e048e1e599ad46341c8d2a135645097a538221678b7acdd1b1919c6e1b21"
  },
  "base-q5_1": {
    file: "ggml-base-q5_1.bin",
    bytes: 59_707_625,
    sha256: "422f1ae452ade6f30a004d7e5c6a43195e4433bc370bf23fac9cc591f01a8898"
  },
  base: {
    file: "ggml-base.bin",
    bytes: 147_951_465,
    sha256: "60ed5bc3dd14eea856493d334349b405782ddcaf0028d4b5df4088345fba2efe"
  },
  "small-q5_1": {
    file: "ggml-small-q5_1.bin",
    bytes: 190_085_487,
    sha256: "ae85e4a935d7a567bd102fe55afc16bb595bdb618e11b2fc7591bc08120411bb"
  },
  small: {
    file: "ggml-small.bin",
    bytes: 487_601_967,
    sha256: "1be3a9b2063867b937e64e2ec7483364a79917e157fa98c5d94b5c1fffea987b"
  },
  "medium-q5_0": {
    file: "ggml-medium-q5_0.bin",
    bytes: 539_212_467,
    sha256: "19fea4b380c3a618ec4723c3eef2eb785ffba0d0538cf43f8f235e7b3b34220f"
  },
  "large-v3-turbo-q5_0": {
    file: "ggml-large-v3-turbo-q5_0.bin",
    bytes: 574_041_195,
    sha256: "394221709cd5ad1f40c46e6031ca61bce88931e6e088c188294c6d5a55ffa7e2"
  },
  "large-v3-q5_0": {
    file: "ggml-large-v3-q5_0.bin",
    bytes: 1_081_140_203,
    sha256: "d75795ecff3f83b5faa89d1900604ad8c780abd5739fae406de19f23ecd98ad1"
  }
}

export const names = Object.keys(models)
