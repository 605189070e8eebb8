/** Small media that are what they say: a wave of silence, subtitles, and things that are not what they say. */

/** 16 bit, mono, 8 kHz. */
export const wav = (seconds: number): Buffer => {
  const data = Buffer.alloc(Math.round(seconds * 8000) * 2)
  const head = Buffer.alloc(44)
  head.write("RIFF", 0)
  head.writeUInt32LE(36 + data.length, 4)
  head.write("WAVEfmt ", 8)
  head.writeUInt32LE(16, 16)
  head.writeUInt16LE(1, 20)
  head.writeUInt16LE(1, 22)
  head.writeUInt32LE(8000, 24)
  head.writeUInt32LE(16_000, 28)
  head.writeUInt16LE(2, 32)
  head.writeUInt16LE(16, 34)
  head.write("data", 36)
  head.writeUInt32LE(data.length, 40)
  return Buffer.concat([head, data])
}

export const srt = "0\n00:00:01,000 --> 00:00:02,500\nBonjour à tous.\n\n1\n00:00:03,000 --> 00:00:04,000\nMerci.\n"

export const vtt =
  "WEBVTT\n\nNOTE 00:00 --> 00:01\nnot spoken\n\nintro\n00:01.000 --> 00:02.500 align:start\n<v A>Hello\n\n00:03.000 --> 00:04.000\nThanks.\n"

export const sentences = [
  { start: 0, end: 1.5, text: " Bonjour à tous.", no_speech_prob: 0.01, is_transient: false },
  { start: 1.5, end: 3.25, text: " Merci de votre attention." }
]

export const transcript = (language = "fr") => ({
  original_file_name: "",
  language,
  text: " Bonjour à tous. Merci de votre attention.",
  sentences
})
