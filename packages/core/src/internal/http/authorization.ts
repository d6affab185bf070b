import type { Authorization } from "../../Authorization.ts"

/** What is wrong with it, if anything is: a header that HTTP itself needs can't carry a token. */
export const problemOf = ({ header, scheme }: Authorization): string | undefined =>
  !isFieldName(header) || header !== String(header).toLowerCase()
    ? "must have the name of a header, in lower case"
    : isOwnField(header) || /^(?:cookie|accept.*|proxy-.*)$/.test(header)
    ? `can't be the header ${header}`
    : scheme !== undefined && !isFieldName(scheme)
    ? "must have a scheme without spaces, such as Bearer"
    : undefined

/** Whether a text is a `token`, which the name of a header and a scheme are: RFC 9110 section 5.6.2. */
export const isFieldName = (text: string): boolean => /^[\w!#$%&'*+.^`|~-]{1,100}$/.test(text)

/** Whether a header is one that HTTP itself needs. */
export const isOwnField = (name: string): boolean =>
  /^(?:host|connection|content-.*|transfer-encoding|upgrade)$/i.test(name)
