/** The account that `oidcProvider` knows. */
export const oidcAccount = {
  // It decodes both halves of a Basic header, and what isn't encoded would arrive as something else.
  clientId: "client:id+%41",
  clientSecret: "s3cret%41+/=: & %2B",
  username: "carol@example.com",
  password: "pässword +&=% 🔑"
}
