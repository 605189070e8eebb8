/** Whether a model's text says anything: small models answer with dots, copied or for want of an idea. */
export const isEmpty = (text: string | null | undefined): boolean => !/[\p{L}\p{N}]/u.test(text ?? "")
