import { createRequire } from "node:module"

/** The compiled modules: run `npm run build` first. */
const require = createRequire(import.meta.url)
export const built = (path) => require(`../.medusa/server/src/${path}.js`)
