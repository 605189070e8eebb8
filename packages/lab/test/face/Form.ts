/** Audio and forms for the tests of transcription. */

/** Silence of so many seconds: mono, 16 bit, 8 kHz. */
export const wav = (seconds: number): Buffer => {
  const rate = 16_000
  const header = Buffer.alloc(44)
  header.write("RIFF", 0)
  header.writeUInt32LE(36 + seconds * rate, 4)
  header.write("WAVEfmt ", 8)
  header.writeUInt32LE(16, 16)
  header.writeUInt16LE(1, 20)
  header.writeUInt16LE(1, 22)
  header.writeUInt32LE(8_000, 24)
  header.writeUInt32LE(rate, 28)
  header.writeUInt16LE(2, 32)
  header.writeUInt16LE(16, 34)
  header.write("data", 36)
  header.writeUInt32LE(seconds * rate, 40)
  return Buffer.concat([header, Buffer.alloc(seconds * rate)])
}

export const form = (fields: Readonly<Record<string, string>>, audio: Buffer | undefined = wav(12)): FormData => {
  const parts = new FormData()
  if (audio !== undefined) parts.append("file", new Blob([Uint8Array.from(audio)]), "speech.wav")
  // after the file, where a reader in a hurry does not look
  for (const [name, value] of Object.entries(fields)) parts.append(name, value)
  return parts
}
