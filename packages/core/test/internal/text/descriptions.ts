/** What authorization servers say in `error_description`, by server. Ids, times and addresses in them are made up. */
export const descriptions: Readonly<Record<string, ReadonlyArray<string>>> = {
  Keycloak: [
    "Invalid user credentials",
    "Account is not fully set up",
    "Account disabled",
    "Client not allowed for direct access grants",
    "Client not enabled to retrieve service account",
    "Invalid client or Invalid client credentials",
    "Invalid client secret",
    "Token is not active",
    "Session not active",
    "Stale token",
    "Maximum allowed refresh token reuse exceeded",
    "Missing parameter: username",
    "Invalid scopes: openid wrong",
    "Unsupported grant_type",
    "No refresh token",
    "Offline user session not found"
  ],
  Auth0: [
    "Wrong email or password.",
    "Unknown or invalid refresh token.",
    "Client is not authorized to access \"https://api.acme.example/\". You might need to create a \"client-grant\" associated to this API. See: https://auth0.com/docs/api/v2#!/Client_Grants/post_client_grants",
    "Grant type 'password' not allowed for the client.",
    "Too many logins with the same username or email.",
    "Service not enabled within domain: https://api.acme.example/",
    "user is blocked"
  ],
  Entra: [
    "AADSTS7000215: Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, not the client secret ID, for a secret added to app '3f6c0f1e-92f5-4c1d-8a4c-0c7f6a3b8f11'. Trace ID: 0a1b2c3d-1111-2222-3333-444455556666 Correlation ID: 99998888-7777-6666-5555-444433332222 Timestamp: 2030-01-01 12:00:00Z",
    "AADSTS700016: Application with identifier '3f6c0f1e-92f5-4c1d-8a4c-0c7f6a3b8f11' was not found in the directory 'Acme'.",
    "AADSTS50126: Error validating credentials due to invalid username or password.",
    "AADSTS50053: The account is locked, you've tried to sign in too many times with an incorrect user ID or password.",
    "AADSTS70008: The provided authorization code or refresh token has expired due to inactivity.",
    "AADSTS70011: The provided request must include a 'scope' input parameter.",
    "AADSTS90002: Tenant 'acme' not found. Check to make sure you have the correct tenant ID and are signing into the correct cloud."
  ],
  Okta: [
    "The client secret supplied for a confidential client is invalid.",
    "One or more scopes are not configured for the authorization server resource.",
    "The refresh token is invalid or expired.",
    "The credentials provided were invalid.",
    "Policy evaluation failed for this request, please check the policy configurations.",
    "No client credentials found."
  ],
  Google: [
    "Token has been expired or revoked.",
    "Bad Request",
    "The OAuth client was not found.",
    "Invalid JWT Signature.",
    "Unauthorized"
  ],
  Salesforce: [
    "authentication failure",
    "expired access/refresh token",
    "invalid client credentials"
  ]
}
