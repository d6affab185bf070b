// Publishes the packages whose versions the registry doesn't have yet. It runs in the release workflow: npm takes a
// provenance only where the manifest names the repository that it comes from, and only the workflow knows that.
import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { pathToFileURL } from "node:url"
import { fail, packages, prepare, root, run } from "./workspace.mjs"

/** Writes the repository into the manifest of every public package. */
export const nameRepository = (url, workspace = root) => {
  for (const { folder, manifest, path } of packages(workspace)) {
    if (manifest.private === true) continue
    const repository = { type: "git", url: `git+${url}.git`, directory: folder }
    writeFileSync(join(path, "package.json"), `${JSON.stringify({ ...manifest, repository }, null, 2)}\n`)
  }
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  const { GITHUB_REPOSITORY, GITHUB_SERVER_URL } = process.env
  if (GITHUB_REPOSITORY === undefined || GITHUB_SERVER_URL === undefined) {
    fail("releases are made by .github/workflows/release.yml: merge its pull request.")
  }
  prepare()
  if (run("turbo", ["run", "build", "check:package"]) !== 0) fail("nothing was published.")
  nameRepository(`${GITHUB_SERVER_URL}/${GITHUB_REPOSITORY}`)
  process.exit(run("changeset", ["publish"]))
}
