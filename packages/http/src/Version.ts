/** What this program calls itself. */
export const version = "0.1.0"
