// Calls modules as applications import them: `@mintmark/core/TokenSource`, not `core/src/TokenSource`.
import { Converter, ReflectionKind } from "typedoc"

export const load = (app) =>
  app.converter.on(Converter.EVENT_RESOLVE_BEGIN, ({ project }) => {
    for (const module of project.getReflectionsByKind(ReflectionKind.Module)) {
      module.name = `@mintmark/${module.name.replace(/\/src(?=\/|$)/, "")}`
    }
  })
