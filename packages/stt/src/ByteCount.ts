/** Sizes as people write them: `800MB`, `4GB`, or plain bytes. */
const units: Record<string, number> = { "": 1, B: 1, KB: 1024, MB: 1024 ** 2, GB: 1024 ** 3, TB: 1024 ** 4 }

export const bytesOf = (text: string): number | undefined => {
  const [, digits, unit] = /^(\d+(?:\.\d+)?)\s*([KMGT]?B?)$/i.exec(text.trim()) ?? []
  const factor = unit === undefined ? undefined : units[unit.toUpperCase()]
  return digits === undefined || factor === undefined ? undefined : Math.floor(Number(digits) * factor)
}
