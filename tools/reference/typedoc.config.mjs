import { packages } from "@mintmark/scripts/workspace"
import { topics } from "./modules.mjs"

const published = packages().filter(({ manifest }) => manifest.private !== true)

export default {
  name: "Mintmark",
  out: "dist",
  entryPointStrategy: "expand",
  // These two are imported module by module, the others by their names.
  entryPoints: ["../../packages/{core,store}/src/*.ts", "../../packages/!(core|store)/src/index.ts"],
  exclude: ["../../packages/{core,store}/src/index.ts"],
  readme: "../../README.md",
  excludeExternals: true,
  excludeInternal: true,
  disableSources: true,
  blockTags: ["@since", "@category", "@see", "@param", "@returns", "@example"],
  validation: { notExported: false, invalidLink: true, notDocumented: true },
  requiredToBeDocumented: ["Variable", "Function", "Class", "Interface", "TypeAlias", "Namespace"],
  packagesRequiringDocumentation: published.map(({ manifest }) => manifest.name),
  treatWarningsAsErrors: true,
  plugin: ["./modules.mjs"],
  categorizeByGroup: false,
  categoryOrder: [...Object.keys(topics), "*"],
  navigation: { includeCategories: true },
  sort: ["source-order"]
}
