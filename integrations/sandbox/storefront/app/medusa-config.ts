import { defineConfig } from "@medusajs/framework/utils"

// Everything comes from the environment, so that one build serves every run.
//   DATABASE_URL            PostgreSQL of this run
//   JWT_SECRET, COOKIE_SECRET   drawn for each run
//   SANDBOX_PLUGIN_OPTIONS  JSON object, the plugin's module options
//   SANDBOX_ADMIN           "1" serves Medusa's own admin (needs a build with the same setting)
//   ERP_PORTAL_URL, …       read by the plugin itself
const origins = process.env.SANDBOX_ORIGINS || "http://localhost:8000"

module.exports = defineConfig({
  admin: { disable: process.env.SANDBOX_ADMIN !== "1" },
  projectConfig: {
    databaseUrl: process.env.DATABASE_URL,
    databaseDriverOptions: { ssl: false, connection: { ssl: false } },
    workerMode: "shared",
    // The admin's sign-in over plain http, which production mode would refuse: this server is
    // on 127.0.0.1 alone.
    cookieOptions: { secure: false, sameSite: "lax" },
    http: {
      storeCors: origins,
      adminCors: origins,
      authCors: origins,
      jwtSecret: process.env.JWT_SECRET,
      cookieSecret: process.env.COOKIE_SECRET,
    },
  },
  plugins: [
    {
      resolve: "erp-portal-medusa",
      options: JSON.parse(process.env.SANDBOX_PLUGIN_OPTIONS || "{}"),
    },
  ],
})
