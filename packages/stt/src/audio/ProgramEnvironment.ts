/** What programs that read strangers' media are told of our environment: what they have use for, and no secret. */

const useful =
  /^(?:PATH|HOME|TMPDIR|TEMP|TMP|TZ|LANG|LC_\w+|LD_LIBRARY_PATH|DYLD_\w+|SystemRoot|OMP_\w+|GGML_\w+|CUDA_\w+)$/i

export const environment = (own: NodeJS.ProcessEnv = process.env): NodeJS.ProcessEnv =>
  Object.fromEntries(Object.entries(own).filter(([name]) => useful.test(name)))
