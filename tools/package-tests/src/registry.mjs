// A registry on this machine, and the release that it gets: the packages with the versions that the changesets give
// them, packed and published by the commands that the release workflow runs.
import { packages, root } from "@mintmark/scripts/workspace"
import { cpSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs"
import { basename, dirname, join } from "node:path"
import { pathToFileURL } from "node:url"
import { succeed } from "./run.mjs"
import { tool } from "./toolbox.mjs"

/** Starts verdaccio for our own packages, and returns its URL and how to stop it. */
export const startRegistry = async (folder) => {
  const { runServer } = await import(pathToFileURL(tool("verdaccio", "build", "index.js")).href)
  const access = { access: "$all", publish: "$all" }
  const registry = await runServer({
    configPath: join(folder, "registry.yaml"),
    storage: join(folder, "storage"),
    packages: { "@mintmark/*": access },
    log: { type: "stdout", format: "pretty", level: "fatal" }
  })
  await new Promise((resolve, reject) => registry.on("error", reject).listen(0, "127.0.0.1", resolve))
  const { port } = registry.address()
  return { url: `http://127.0.0.1:${port}/`, stop: () => registry.close() }
}

/** The settings of npm and pnpm that find our packages there, and all others where this machine finds them. */
export const npmrc = ({ url }) => `@mintmark:registry=${url}\n${url.slice("http:".length)}:_authToken=any\n`

// What a folder holds in a fresh clone, and what was built into it.
const isShipped = (path) => !["node_modules", ".turbo", ".reports"].includes(basename(path))

/** Releases every package, and returns the folder of the tarballs. */
export const release = async (folder, registry) => {
  const workspace = join(folder, "workspace")
  for (
    const name of [
      "package.json",
      "pnpm-workspace.yaml",
      "LICENSE",
      ".changeset",
      "packages",
      "examples",
      "tools/scripts"
    ]
  ) {
    cpSync(join(root, name), join(workspace, name), { recursive: true, filter: isShipped })
  }
  const link = (target, path) => {
    mkdirSync(dirname(path), { recursive: true })
    symlinkSync(target, path)
  }
  link(join(root, "node_modules", "@changesets"), join(workspace, "node_modules", "@changesets"))
  // As an installation does it: packing looks there for the versions of our own packages.
  for (const { manifest, path } of packages(workspace).filter(({ folder }) => folder.startsWith("packages/"))) {
    for (const name of Object.keys({ ...manifest.dependencies, ...manifest.devDependencies })) {
      const own = packages(workspace).find(({ manifest }) => manifest.name === name)
      if (own !== undefined) link(own.path, join(path, "node_modules", name))
    }
  }
  const cwd = { cwd: workspace }
  await succeed("git", ["init", "--quiet"], cwd)
  await succeed("changeset", ["version"], cwd)
  await succeed("npm", ["run", "name-repository"], {
    ...cwd,
    env: { ...process.env, GITHUB_REPOSITORY: "a/b", GITHUB_SERVER_URL: "https://git.example" }
  })
  writeFileSync(join(workspace, ".npmrc"), npmrc(registry))
  await succeed("changeset", ["pack", "--out-dir", folder], cwd)
  await succeed("changeset", ["publish", "--from-pack-dir", folder, "--no-git-tag"], cwd)
  return join(folder, "packages")
}
