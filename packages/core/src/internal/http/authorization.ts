import type { Authorization } from "../../Authorization.ts"

/** What is wrong with it, if anything is: a header that HTTP itself needs can't carry a token. */
export const problemOf = ({ header, scheme }: Authorization): string | undefined =>
  !token.test(header) || header !== header.toLowerCase()
    ? "must have the name of a header, in lower case"
    : taken.test(header)
    ? `can't be the header ${header}`
    : scheme !== undefined && !token.test(scheme)
    ? "must have a scheme without spaces, such as Bearer"
    : undefined

/** RFC 9110 section 5.6.2. */
const token = /^[\w!#$%&'*+.^`|~-]{1,100}$/

const taken = /^(?:host|connection|content-.*|transfer-encoding|upgrade|cookie|accept.*|proxy-.*)$/
